"""A block of Xception: the long way through its convolutions, and the shortcut around them."""

from collections.abc import Sequence
from typing import NamedTuple

from dscourse.figures.drawing import BLUE, GREEN, ORANGE, PURPLE, SKY, Canvas, Drawing

_WIDTH = 470
_BRANCH, _SHORTCUT = 120, 372  # middles of the two ways
_BOX = 172
_GAP = 30
_ROWS = {"ReLU": (GREEN, 22), "BatchNorm": (PURPLE, 22)}


class _Row(NamedTuple):
    """A layer and, where an arrow leaves it, the shape that it returns."""

    text: str
    shape: str = ""


def block_with_shortcut(
    grid: tuple[int, int],
    c_in: int,
    filters: Sequence[int],
    *,
    strides: int = 2,
    first_relu: bool = True,
) -> Drawing:
    """Draw a block of Xception with the shape after each of its steps.

    Args:
        grid: Height and width of the input.
        c_in: Its channels.
        filters: How many channels each separable convolution returns.
        strides: 2 for a max pool and a projected shortcut, 1 for neither.
        first_relu: Whether a ReLU stands before the first convolution too.

    >>> block_with_shortcut((37, 37), 256, [728, 728]).alt[:62]
    'From 37x37x256 two ways lead to a sum of 19x19x728. The branch'
    """
    start = _shape(grid, c_in)
    small = tuple(-(-side // strides) for side in grid)
    end = _shape(small, filters[-1])
    branch = _branch_rows(grid, filters, end, strides, first_relu)
    shortcut = [_Row("1x1, stride 2"), _Row("BatchNorm", end)] if strides > 1 else []
    top = 40
    bottom = top + _GAP + sum(_height(row) + bool(row.shape) * _GAP for row in branch)
    canvas = Canvas(_WIDTH, bottom + 46)
    canvas.box(_BRANCH - _BOX / 2, 8, _BOX, 32, f"input {start}", fill=SKY)
    _way(canvas, branch, _BRANCH, top)
    _around(canvas, shortcut, bottom, start)
    canvas.box(_BRANCH - _BOX / 2, bottom, _BOX, 32, f"sum {end}", fill=SKY)
    return canvas.drawing(_told(start, end, branch, shortcut))


def _branch_rows(
    grid: tuple[int, int], filters: Sequence[int], end: str, strides: int, first_relu: bool
) -> list[_Row]:
    rows = []
    for number, count in enumerate(filters):
        if first_relu or number > 0:
            rows.append(_Row("ReLU"))
        rows += [_Row(f"separable 3x3 to {count}"), _Row("BatchNorm", _shape(grid, count))]
    return [*rows, _Row("max pool 3x3, stride 2", end)] if strides > 1 else rows


def _shape(grid: Sequence[int], channels: int) -> str:
    return "x".join(map(str, [*grid, channels]))


def _height(row: _Row) -> int:
    return _ROWS.get(row.text, ("", 30))[1]


def _fill(row: _Row) -> str:
    named = _ROWS.get(row.text)
    return named[0] if named else BLUE if "separable" in row.text else ORANGE


def _way(canvas: Canvas, rows: Sequence[_Row], middle: int, y: float) -> float:
    """Stack layers below each other; an arrow follows each that says its shape."""
    canvas.arrow(middle, y, middle, y + _GAP)
    y += _GAP
    for row in rows:
        height = _height(row)
        size = 13 if height > 22 else 12
        canvas.box(middle - _BOX / 2, y, _BOX, height, row.text, fill=_fill(row), size=size)
        y += height
        if row.shape:
            canvas.arrow(middle, y, middle, y + _GAP)
            canvas.text(middle + 10, y + _GAP / 2 - 2, row.shape, anchor="start", size=12)
            y += _GAP
    return y


def _around(canvas: Canvas, rows: Sequence[_Row], bottom: float, start: str) -> None:
    """Draw the shortcut: from the input to the right, down past its layers, and to the sum."""
    edge, end = _BRANCH + _BOX / 2, bottom + 16
    canvas.line(edge, 24, _SHORTCUT, 24)
    y = bottom / 2 - sum(map(_height, rows)) / 2
    canvas.text(_SHORTCUT - 10, 56, "shortcut", anchor="end", size=12)
    if rows:
        canvas.arrow(_SHORTCUT, 24, _SHORTCUT, y)
    for row in rows:
        canvas.box(_SHORTCUT - 76, y, 152, _height(row), row.text, fill=_fill(row), size=12)
        y += _height(row)
    canvas.line(_SHORTCUT, y if rows else 24, _SHORTCUT, end)
    canvas.text(_SHORTCUT - 10, end - 20, rows[-1].shape if rows else start, anchor="end", size=12)
    canvas.arrow(_SHORTCUT, end, edge, end)


def _told(start: str, end: str, branch: Sequence[_Row], shortcut: Sequence[_Row]) -> str:
    steps = ", ".join(row.text for row in branch)
    around = ", ".join(row.text for row in shortcut) or "the input itself"
    return (
        f"From {start} two ways lead to a sum of {end}. The branch: {steps}. "
        f"The shortcut: {around}, and no ReLU."
    )
