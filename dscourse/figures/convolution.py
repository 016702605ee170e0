"""Pictures of what a convolution computes, and of what it looks at."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from dscourse.conv import conv2d
from dscourse.figures.drawing import BLUE, GREEN, PALETTE, Canvas, Drawing
from dscourse.figures.steps import Step, Steps

_CELL = 34
_GAP = 44
_TOP = 44

Array = npt.NDArray[np.floating[Any]]


def convolution_steps(x: Array, kernel: Array) -> Steps:
    """Show how each output value of a convolution comes about, place by place.

    Args:
        x: One small image (height, width, c_in).
        kernel: One filter (kh, kw, c_in).

    Returns:
        A picture with a slider over the places of the output (no padding, stride 1).

    >>> convolution_steps(np.ones((3, 4, 1)), np.ones((3, 3, 1)))
    Steps of 'Place of the window', from 'Row 0, column 0: 9 from channel 0 = 9.'
    """
    page = _Page(x, kernel)
    y = conv2d(x[np.newaxis], kernel[..., np.newaxis])[0, :, :, 0]
    background = page.canvas()
    page.images(background, x)
    page.kernels(background, kernel)
    page.frames(background, y.shape)
    steps = [_step(page, x, kernel, y, place) for place in np.ndindex(y.shape)]
    return Steps(background, steps, "Place of the window")


class _Page:
    """Where everything stands: channels below each other; from left to right the computation."""

    def __init__(self, x: Array, kernel: Array) -> None:
        (self.height, self.width, self.channels), (kh, kw, _) = x.shape, kernel.shape
        self.kernel_left = 10 + self.width * _CELL + _GAP
        self.product_left = self.kernel_left + kw * _CELL + _GAP
        self.sum_left = self.product_left + kw * _CELL + 16
        self.output_left = self.sum_left + 3 * _CELL
        self.kh, self.kw = kh, kw

    def canvas(self) -> Canvas:
        columns = self.width - self.kw + 1
        return Canvas(self.output_left + columns * _CELL + 10, self.top(self.channels) - 18)

    def top(self, channel: int) -> int:
        return _TOP + channel * (int(self.height) * _CELL + 22)

    def images(self, canvas: Canvas, x: Array) -> None:
        canvas.text(10, 14, "input", anchor="start")
        for channel in range(self.channels):
            canvas.text(10, self.top(channel) - 11, f"channel {channel}", size=12, anchor="start")
            _grid(canvas, 10, self.top(channel), x[:, :, channel])

    def kernels(self, canvas: Canvas, kernel: Array) -> None:
        canvas.text(self.kernel_left, 14, "one filter", anchor="start")
        canvas.text(self.product_left, 14, "products", anchor="start")
        for channel in range(self.channels):
            middle = self.top(channel) + self.kh * _CELL / 2
            canvas.text(self.kernel_left - _GAP / 2, middle, "×", size=18)
            canvas.text(self.product_left - _GAP / 2, middle, "=", size=18)
            fill = PALETTE[channel]
            _grid(canvas, self.kernel_left, self.top(channel), kernel[:, :, channel], fill)

    def frames(self, canvas: Canvas, shape: tuple[int, ...]) -> None:
        canvas.text(self.output_left, 14, "output", anchor="start")
        for i, j in np.ndindex(shape):
            canvas.box(self.output_left + j * _CELL, _TOP + i * _CELL, _CELL, _CELL)


def _step(page: _Page, x: Array, kernel: Array, y: Array, place: tuple[int, ...]) -> Step:
    canvas = page.canvas()
    i, j = place
    products = x[i : i + page.kh, j : j + page.kw] * kernel
    sums = products.sum(axis=(0, 1))
    for channel, total in enumerate(sums):
        top, fill = page.top(channel), PALETTE[channel]
        window = (10 + j * _CELL, top + i * _CELL, page.kw * _CELL, page.kh * _CELL)
        canvas.box(*window, fill=fill, opacity=0.3)
        _grid(canvas, page.product_left, top, products[:, :, channel], fill)
        middle = top + page.kh * _CELL / 2
        canvas.text(page.sum_left, middle, f"sum {_number(total)}", anchor="start")
    x_out, y_out = page.output_left + j * _CELL, _TOP + i * _CELL
    canvas.box(x_out, y_out, _CELL, _CELL, fill=GREEN, opacity=0.6)
    for row, column in list(np.ndindex(y.shape))[: i * y.shape[1] + j + 1]:
        left, middle = page.output_left + column * _CELL, _TOP + (row + 0.5) * _CELL
        canvas.text(left + _CELL / 2, middle, _number(y[row, column]))
    parts = [f"{_number(total)} from channel {c}" for c, total in enumerate(sums)]
    return Step(f"Row {i}, column {j}: {' + '.join(parts)} = {_number(y[i, j])}.", canvas)


def _grid(canvas: Canvas, left: float, top: float, values: Array, fill: str = "none") -> None:
    for (row, column), value in np.ndenumerate(values):
        x, y = left + column * _CELL, top + row * _CELL
        canvas.box(x, y, _CELL, _CELL, _number(value), fill=fill, opacity=0.25)


def _number(value: Any) -> str:
    return f"{value + 0.0:g}".replace("-", "−")  # the sum turns -0.0 into 0.0


def footprints(seen: Mapping[str, npt.NDArray[np.bool_]]) -> Drawing:
    """Draw which input values one output value depends on, for several layers.

    Args:
        seen: For each layer's name an array (height, width, c_in), True where it looks.

    >>> footprints({"1x1": np.ones((1, 1, 2), bool)}).alt
    'One output value of 1x1 depends on 1 place in each of 2 of the 2 channels.'
    """
    height, width, channels = next(iter(seen.values())).shape
    cell, panel = 20, 20 * width + 22
    canvas = Canvas(190 + channels * panel, 30 + len(seen) * (height * cell + 24))
    for channel in range(channels):
        canvas.text(190 + channel * panel + width * cell / 2, 14, f"channel {channel}")
    for row, (name, mask) in enumerate(seen.items()):
        top = 30 + row * (height * cell + 24)
        canvas.text(0, top + height * cell / 2, name, anchor="start", size=14)
        for (i, j, channel), looks in np.ndenumerate(mask):
            left = 190 + channel * panel + j * cell
            fill = BLUE if looks else "none"
            canvas.box(left, top + i * cell, cell, cell, fill=fill, opacity=0.7)
    return canvas.drawing(" ".join(_told(name, mask) for name, mask in seen.items()))


def _told(name: str, mask: npt.NDArray[np.bool_]) -> str:
    channels = int(mask.any(axis=(0, 1)).sum())
    places = int(mask.any(axis=2).sum())
    noun = "place" if places == 1 else "places"
    return (
        f"One output value of {name} depends on {places} {noun} in each of {channels} of the "
        f"{mask.shape[2]} channels."
    )


def windows_as_rows(x: Array, kernel: Array) -> Drawing:
    """Draw how the windows of an image become the rows of one matrix product.

    Args:
        x: One small image of one channel (height, width).
        kernel: One filter (kh, kw).

    >>> "6 rows" in windows_as_rows(np.ones((3, 4)), np.ones((2, 2))).alt
    True
    """
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape)
    rows = windows.reshape(-1, kernel.size)
    weights = kernel.reshape(-1, 1)
    lefts = np.cumsum([10, *(_CELL * m.shape[1] + _GAP for m in (x, rows, weights))])
    canvas = Canvas(int(lefts[-1]) + _CELL + 10, _TOP + len(rows) * _CELL + 10)
    titles = ("image", "one window a row", "filter", "output")
    for left, title, matrix in zip(lefts, titles, (x, rows, weights, rows @ weights), strict=True):
        canvas.text(left, 20, title, anchor="start")
        _grid(canvas, left, _TOP, matrix, BLUE if title == "filter" else "none")
    for left, sign in zip(lefts[1:], "→×=", strict=True):
        canvas.text(left - _GAP / 2, _TOP + 2 * _CELL, sign, size=18)
    _mark_first_window(canvas, lefts, kernel.shape)
    return canvas.drawing(
        f"An image of {x.shape[0]} by {x.shape[1]}. Its {len(rows)} windows become the "
        f"{len(rows)} rows of a matrix; the {kernel.size} weights of the filter become a column. "
        f"Their product holds the {len(rows)} output values."
    )


def _mark_first_window(canvas: Canvas, lefts: Array, size: tuple[int, ...]) -> None:
    (kh, kw), (image, rows, _, output) = size, lefts
    canvas.box(image, _TOP, kw * _CELL, kh * _CELL, fill=GREEN, opacity=0.3)
    canvas.box(rows, _TOP, kh * kw * _CELL, _CELL, fill=GREEN, opacity=0.3)
    canvas.box(output, _TOP, _CELL, _CELL, fill=GREEN, opacity=0.3)
