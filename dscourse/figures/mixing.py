"""The matrix of a 1x1 convolution as a heat map."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dscourse.figures.drawing import BLUE, ORANGE, SKY, Canvas, Drawing

_CELL = 66
_ROW = 36
_TOP = 40

Array = npt.NDArray[np.floating[Any]]


def mixing_matrix(
    matrix: Array, inputs: Sequence[str], outputs: Sequence[str], pixel: Array | None = None
) -> Drawing:
    """Draw which input channel goes into which output channel, and with which weight.

    Args:
        matrix: Weights (c_in, c_out): a row for each input, a column for each output channel.
        inputs: The names of the input channels.
        outputs: The names of the output channels.
        pixel: The values (c_in,) of one pixel, to show what becomes of it; or None.

    >>> drawing = mixing_matrix(np.eye(2), ["a", "b"], ["c", "d"], np.array([3.0, 4.0]))
    >>> drawing.alt
    'A matrix of 2 by 2 weights. c = 1·a; d = 1·b. The pixel (3, 4) becomes (3, 4).'
    """
    left = 16 + 9 * max(map(len, inputs))
    pixel_column = left
    if pixel is not None:
        left += _CELL + 34
    width = left + len(outputs) * _CELL + 10
    canvas = Canvas(width, _TOP + _ROW * (len(inputs) + (0 if pixel is None else 2)) + 4)
    _names(canvas, inputs, outputs, left)
    _heat(canvas, matrix, left)
    if pixel is not None:
        _through(canvas, pixel, pixel @ matrix, pixel_column, left)
    return canvas.drawing(_told(matrix, inputs, outputs, pixel))


def _names(canvas: Canvas, inputs: Sequence[str], outputs: Sequence[str], left: int) -> None:
    for row, name in enumerate(inputs):
        canvas.text(4, _TOP + (row + 0.5) * _ROW, name, anchor="start")
    for column, name in enumerate(outputs):
        canvas.text(left + (column + 0.5) * _CELL, _TOP - 16, name)


def _heat(canvas: Canvas, matrix: Array, left: int) -> None:
    largest = float(np.abs(matrix).max()) or 1.0
    for (row, column), weight in np.ndenumerate(matrix):
        canvas.box(
            left + column * _CELL,
            _TOP + row * _ROW,
            _CELL,
            _ROW,
            _number(weight),
            fill=BLUE if weight >= 0 else ORANGE,
            opacity=0.65 * float(abs(weight)) / largest,
        )


def _through(canvas: Canvas, pixel: Array, result: Array, column: int, left: int) -> None:
    """Put the pixel's values beside the rows, and the sums of the columns below them."""
    for row, value in enumerate(pixel):
        y = _TOP + row * _ROW
        canvas.box(column, y, _CELL, _ROW, _number(value), fill=SKY, opacity=0.3)
        canvas.text(column + _CELL + 17, y + _ROW / 2, "×", size=18)
    below = _TOP + len(pixel) * _ROW
    canvas.text(left - 12, below + 1.5 * _ROW, "sum of each column", anchor="end", size=12)
    for place, value in enumerate(result):
        x = left + place * _CELL
        canvas.arrow(x + _CELL / 2, below + 6, x + _CELL / 2, below + _ROW - 6)
        canvas.box(x, below + _ROW, _CELL, _ROW, _number(value), fill=SKY, opacity=0.3)


def _told(matrix: Array, inputs: Sequence[str], outputs: Sequence[str], pixel: Array | None) -> str:
    sums = [
        f"{name} = " + " + ".join(_terms(column, inputs))
        for name, column in zip(outputs, matrix.T, strict=True)
    ]
    said = f"A matrix of {matrix.shape[0]} by {matrix.shape[1]} weights. {'; '.join(sums)}."
    if pixel is None:
        return said
    return f"{said} The pixel {_listed(pixel)} becomes {_listed(pixel @ matrix)}."


def _terms(column: Array, inputs: Sequence[str]) -> list[str]:
    terms = zip(column, inputs, strict=True)
    return [f"{_number(weight)}·{name}" for weight, name in terms if weight] or ["0"]


def _listed(values: Array) -> str:
    return f"({', '.join(map(_number, values))})"


def _number(value: Any) -> str:
    return f"{value + 0.0:.3g}".replace("-", "−")  # the sum turns -0.0 into 0.0
