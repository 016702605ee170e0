"""The wire between parent and child: a bounded JSON header and raw arrays.

A frame is `dsc1`, the length of the header (4 bytes), the length of the arrays (8 bytes), then the
header and the arrays' bytes, all little-endian. No pickle, npy or npz: whoever reads a frame runs
nothing of the writer's. Every length is checked before a byte of it is read.
"""

import json
import math
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_MAGIC = b"dsc1"
_PREFIX = struct.Struct("<4sIQ")
DTYPES = frozenset(
    ["|b1", "|i1", "|u1", "<i2", "<i4", "<i8", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8"]
)
_MOST_AXES = 32


class FrameError(Exception):
    """What came is no frame, or breaks a bound."""


class EndOfStreamError(FrameError):
    """The other side closed the connection."""


@dataclass(frozen=True)
class Bounds:
    """The largest header and arrays that a reader takes, in bytes."""

    header: int = 4 << 20
    payload: int = 64 << 20
    arrays: int = 4096


@dataclass(frozen=True)
class Frame:
    """A header, which is a JSON object, and arrays."""

    header: dict[str, Any]
    arrays: Sequence[np.ndarray] = ()


def send(
    sock: socket.socket, frame: Frame, until: float | None = None, bounds: Bounds | None = None
) -> None:
    """Write a frame.

    Args:
        sock: A stream socket.
        frame: What to write; arrays must be contiguous, of a dtype in `DTYPES`.
        until: `time.monotonic()` at which to give up, or None to wait for ever.
        bounds: What the reader takes: a frame beyond it is not sent.

    Raises:
        FrameError: The frame breaks a bound.
        TimeoutError: The other side did not read in time.
        OSError: The connection broke.
    """
    described = [[array.dtype.str, list(array.shape)] for array in frame.arrays]
    header = json.dumps({**frame.header, "arrays": described}, separators=(",", ":")).encode()
    size = sum(array.nbytes for array in frame.arrays)
    if bounds and (
        len(header) > bounds.header or size > bounds.payload or len(described) > bounds.arrays
    ):
        raise FrameError(f"a frame of {len(header)} + {size} bytes is too large to send.")
    _write(sock, _PREFIX.pack(_MAGIC, len(header), size) + header, until)
    for array in frame.arrays:
        _write(sock, array.reshape(-1).view(np.uint8).data, until)


def receive(sock: socket.socket, until: float | None = None, bounds: Bounds | None = None) -> Frame:
    """Read a frame, and nothing beyond it.

    Args:
        sock: A stream socket.
        until: `time.monotonic()` at which to give up, or None to wait for ever.
        bounds: The largest sizes to take.

    Raises:
        FrameError: What came is no frame, or breaks a bound.
        EndOfStreamError: The connection was closed.
        TimeoutError: The frame was not there in time, however slowly it drips.
        OSError: The connection broke.
    """
    bounds = bounds or Bounds()
    magic, header_size, size = _PREFIX.unpack(_read(sock, _PREFIX.size, until))
    if magic != _MAGIC:
        raise FrameError("the bytes that came are no frame.")
    if header_size > bounds.header or size > bounds.payload:
        raise FrameError(f"a frame of {header_size} + {size} bytes is too large.")
    header = _header(bytes(_read(sock, header_size, until)))
    layout = _layout(header.pop("arrays", None), bounds)
    if sum(dtype.itemsize * math.prod(shape) for dtype, shape in layout) != size:
        raise FrameError("the arrays' sizes do not add up to the frame's.")
    return Frame(header, _arrays(layout, _read(sock, size, until)))


def _header(raw: bytes) -> dict[str, Any]:
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError):  # bad UTF-8, bad JSON, numbers too long, nested too deep
        raise FrameError("the header is no JSON.") from None
    if not isinstance(header, dict):
        raise FrameError("the header is no JSON object.")
    return header


def _layout(described: Any, bounds: Bounds) -> list[tuple[np.dtype, tuple[int, ...]]]:
    if not isinstance(described, list) or len(described) > bounds.arrays:
        raise FrameError("the header lists no arrays, or too many.")
    layout = []
    for entry in described:
        match entry:
            case [str(dtype), list(shape)] if dtype in DTYPES and _is_shape(shape, bounds.payload):
                layout.append((np.dtype(dtype), tuple(shape)))
            case _:
                raise FrameError("an array has a forbidden dtype or shape.")
    return layout


def _is_shape(shape: list[Any], most: int) -> bool:
    return len(shape) <= _MOST_AXES and all(type(n) is int and 0 <= n <= most for n in shape)


def _arrays(layout: list[tuple[np.dtype, tuple[int, ...]]], payload: bytearray) -> list[np.ndarray]:
    arrays, start = [], 0
    for dtype, shape in layout:
        count = math.prod(shape)
        array = np.frombuffer(payload, dtype, count, start) if count else np.empty(0, dtype)
        arrays.append(array.reshape(shape))
        start += dtype.itemsize * count
    return arrays


def _read(sock: socket.socket, size: int, until: float | None) -> bytearray:
    got = bytearray(size)
    view = memoryview(got)
    while view:
        _wait_until(sock, until)
        count = sock.recv_into(view)
        if not count:
            raise EndOfStreamError("the connection was closed.")
        view = view[count:]
    return got


def _write(sock: socket.socket, data: bytes | memoryview, until: float | None) -> None:
    view = memoryview(data)
    while view:
        _wait_until(sock, until)
        view = view[sock.send(view) :]


def _wait_until(sock: socket.socket, until: float | None) -> None:
    """Give each step what is left of the whole time, so that dripping gains nothing."""
    left = None if until is None else until - time.monotonic()
    if left is not None and left <= 0:
        raise TimeoutError("no time is left for this frame.")
    sock.settimeout(left)
