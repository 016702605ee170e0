"""Small images in a grid, each with a line below it, and images of which a map lights a part."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from struct import pack
from typing import Any
from zlib import compress, crc32

import numpy as np
from numpy.typing import NDArray

from dscourse.figures.drawing import Canvas, Drawing

_GAP, _LINE = 24, 24
_DARK = 0.15  # what is left of a place that the map does not light


@dataclass(frozen=True)
class Picture:
    """An image and the line below it.

    Args:
        pixels: uint8 (height, width, 3).
        title: What it shows; it is also what the figure says to those who do not see it.
    """

    pixels: NDArray[np.uint8]
    title: str


def spotlit(pixels: NDArray[np.uint8], weights: NDArray[Any]) -> NDArray[np.uint8]:
    """Darken an image where a coarse map has small values; the largest leaves it as it is.

    Args:
        pixels: uint8 (height, width, 3).
        weights: (rows, columns), not negative; each stands for a part of the image.

    >>> image = np.full((2, 4, 3), 100, np.uint8)
    >>> spotlit(image, np.array([[0.0, 5.0]]))[0, :, 0].tolist()
    [15, 15, 100, 100]
    """
    height, width = pixels.shape[:2]
    rows = np.arange(height) * weights.shape[0] // height
    columns = np.arange(width) * weights.shape[1] // width
    light = weights[rows][:, columns] / max(float(weights.max()), 1e-30)
    lit: NDArray[np.uint8] = np.rint(pixels * (_DARK + (1 - _DARK) * light[..., None])).astype(
        np.uint8
    )
    return lit


def picture_grid(rows: Sequence[Sequence[Picture]], *, scale: int = 4) -> Drawing:
    """Draw rows of small images, pixel by pixel, with their lines below them.

    Args:
        rows: The pictures; all of one size.
        scale: How many pixels of the page a pixel of an image takes.

    >>> dot = Picture(np.zeros((2, 3, 3), np.uint8), "a dark image")
    >>> picture_grid([[dot, dot]]).alt
    'Row 1: a dark image; a dark image.'
    """
    height, width = (scale * side for side in rows[0][0].pixels.shape[:2])
    columns = max(map(len, rows))
    canvas = Canvas(columns * (width + _GAP), len(rows) * (height + _LINE + 10))
    for line, row in enumerate(rows):
        top = line * (height + _LINE + 10)
        for place, picture in enumerate(row):
            left = _GAP / 2 + place * (width + _GAP)
            canvas.parts.append(
                f'<image x="{left:g}" y="{top}" width="{width}" height="{height}" '
                f'preserveAspectRatio="none" style="image-rendering: pixelated" '
                f'href="{_data_address(picture.pixels)}"/>'
            )
            canvas.text(left + width / 2, top + height + _LINE / 2, picture.title, size=12)
    told = [f"Row {n}: {'; '.join(p.title for p in row)}." for n, row in enumerate(rows, start=1)]
    return canvas.drawing(" ".join(told))


def _data_address(pixels: NDArray[np.uint8]) -> str:
    """Return an image as an address that holds it, in the PNG format."""
    height, width = pixels.shape[:2]
    lines = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    parts = {
        b"IHDR": pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0),  # 8 bits, red green blue
        b"IDAT": compress(lines.tobytes(), 9),
        b"IEND": b"",
    }
    file = b"\x89PNG\r\n\x1a\n"
    for kind, content in parts.items():
        file += pack(">I", len(content)) + kind + content + pack(">I", crc32(kind + content))
    return f"data:image/png;base64,{b64encode(file).decode()}"
