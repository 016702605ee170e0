"""The wire: what is sent arrives, and nothing else is taken, however it is forged."""

import json
import socket
import struct
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dscourse.grading.inside.frames import (
    Bounds,
    EndOfStreamError,
    Frame,
    FrameError,
    receive,
    send,
)

HEADER = {"a": [1, "b", None]}


@pytest.fixture
def pair():
    left, right = socket.socketpair()
    with left, right:
        yield left, right


def raw(header, payload=b"", *, magic=b"dsc1", size=None, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (
        struct.pack(
            "<4sIQ",
            magic,
            len(text) if length is None else length,
            len(payload) if size is None else size,
        )
        + text
        + payload
    )


def take(data, **bounds):
    """Receive from a peer that sends these bytes and hangs up."""
    left, right = socket.socketpair()
    with left, right:
        writer = threading.Thread(target=lambda: (left.sendall(data), left.shutdown(1)))
        writer.start()
        try:
            return receive(right, time.monotonic() + 5, Bounds(**bounds))
        finally:
            right.close()
            writer.join()


@pytest.mark.parametrize("dtype", ["?", "i1", "u2", "<i8", "<f2", "<f4", "<f8"])
def test_arrays_arrive_bit_by_bit(pair, dtype):
    array = (np.arange(24) % 2).reshape(2, 3, 4).astype(dtype)
    send(pair[0], Frame(HEADER, [array, np.empty((0, 3)), np.array(7.5)]))
    frame = receive(pair[1], time.monotonic() + 5)
    assert frame.header == HEADER
    assert [a.shape for a in frame.arrays] == [(2, 3, 4), (0, 3), ()]
    assert frame.arrays[0].dtype == array.dtype
    np.testing.assert_array_equal(frame.arrays[0], array)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (raw({"arrays": []}, magic=b"HTTP"), "no frame"),
        (raw({"arrays": []}, length=4 << 30 - 1), "too large"),
        (raw({"arrays": []}, size=1 << 60), "too large"),
        (raw(b"{nonsense"), "no JSON"),
        (raw(b"\xff\xfe"), "no JSON"),
        (raw(b"[" * 100_000), "no JSON"),
        (raw(b'{"arrays": [], "n": ' + b"9" * 5000 + b"}"), "no JSON"),
        (raw([1]), "no JSON object"),
        (raw({}), "no arrays"),
        (raw({"arrays": [["|O", [1]]]}, b"12345678"), "dtype or shape"),
        (raw({"arrays": [["<c8", [1]]]}, b"12345678"), "dtype or shape"),
        (raw({"arrays": [["<f8", [-1]]]}), "dtype or shape"),
        (raw({"arrays": [["<f8", [1.0]]]}, b"12345678"), "dtype or shape"),
        (raw({"arrays": [["<f8", [True]]]}, b"12345678"), "dtype or shape"),
        (raw({"arrays": [["<f8", [1] * 40]]}, b"12345678"), "dtype or shape"),
        (raw({"arrays": [["<f8", [1 << 40]]]}, b"12345678"), "dtype or shape"),
        (raw({"arrays": [["<f8", [1 << 20, 1 << 20]]]}, b"12345678"), "add up"),
        (raw({"arrays": [["<f8", [2]]]}, b"12345678"), "add up"),
        (raw({"arrays": [["|b1", [0]]] * 5000}), "too many"),
    ],
)
def test_forged_frames_are_refused(data, problem):
    with pytest.raises(FrameError, match=problem):
        take(data)


def test_a_size_is_refused_before_a_byte_of_it_is_read(pair):
    pair[0].sendall(raw(b"", length=1 << 31))
    with pytest.raises(FrameError, match="too large"):
        receive(pair[1], time.monotonic() + 5)


def test_a_closed_connection_is_told_apart():
    with pytest.raises(EndOfStreamError):
        take(raw({"arrays": []})[:-1])


def test_dripping_does_not_extend_the_deadline(pair):
    stop = threading.Event()

    def drip():
        for byte in raw({"arrays": [], "text": "x" * 500}):
            if stop.wait(0.02):
                return
            pair[0].sendall(bytes([byte]))

    writer = threading.Thread(target=drip)
    writer.start()
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        receive(pair[1], begun + 0.2)
    assert time.monotonic() - begun < 2
    stop.set()
    writer.join()


def test_a_reader_that_does_not_read_costs_no_more_than_the_deadline(pair):
    with pytest.raises(TimeoutError):
        send(pair[0], Frame({}, [np.zeros(1 << 20)]), time.monotonic() + 0.2)


def test_what_is_beyond_the_bounds_is_not_sent(pair):
    with pytest.raises(FrameError, match="too large"):
        send(pair[0], Frame({}, [np.zeros(1 << 20)]), bounds=Bounds(payload=1000))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_a_frame_error(data):
    with pytest.raises(FrameError):
        take(data)  # random bytes do not begin with the mark


@given(st.data())
def test_a_frame_with_flipped_bytes_is_a_frame_or_a_frame_error(data):
    good = bytearray(raw({"arrays": [["<f8", [2]], ["|u1", [3]]], "a": {"b": [1, 2.5]}}, b"x" * 19))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        frame = take(bytes(good), header=4096, payload=4096)
    except FrameError:
        return
    assert isinstance(frame.header, dict)
