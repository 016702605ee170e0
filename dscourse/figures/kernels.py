"""The kernels of a separable convolution: two thin ones, and the dense one that they make."""

import numpy as np
import numpy.typing as npt

from dscourse.conv import effective_kernel
from dscourse.figures.drawing import BLUE, GREEN, ORANGE, PALETTE, PURPLE, SKY, Canvas, Drawing
from dscourse.figures.steps import Step, Steps

_CELL = 26
_TOP = 46

Array = npt.NDArray[np.floating]


def separable_flow() -> Drawing:
    """Draw how a separable convolution turns three channels into four.

    >>> "three filters" in separable_flow().alt
    True
    """
    canvas = Canvas(640, 262)
    heads = {60: "3 channels", 190: "depthwise 3x3", 320: "3 channels", 560: "4 channels"}
    for x, head in heads.items():
        canvas.text(x, 14, head)
    canvas.text(440, 14, "pointwise 1x1")
    middles = [60 + 70 * channel for channel in range(3)]
    outputs = [48 + 56 * channel for channel in range(4)]
    for middle, fill in zip(middles, PALETTE, strict=False):
        canvas.box(36, middle - 24, 48, 48, fill=fill, opacity=0.6)
        canvas.arrow(86, middle, 164, middle)
        for row, column in np.ndindex(3, 3):
            canvas.box(168 + 15 * column, middle - 22 + 15 * row, 14, 14, fill=fill, opacity=0.6)
        canvas.arrow(216, middle, 294, middle)
        canvas.box(296, middle - 24, 48, 48, fill=fill, opacity=0.6)
        for output in outputs:
            canvas.line(346, middle, 534, output, width=1)
    for output in outputs:
        canvas.box(536, output - 22, 44, 44, fill=PURPLE, opacity=0.6)
    canvas.text(190, 248, "space: each channel alone", size=12)
    canvas.text(440, 248, "channels: each pixel alone", size=12)
    return canvas.drawing(
        "Three channels go through three filters of 3x3, one for each channel, and give three "
        "channels. Then lines lead from each of the three to each of four output channels: "
        "the 1x1 mixes them. The first step looks at space, the second at channels."
    )


def kernel_microscope(depthwise: Array, pointwise: Array) -> Steps:
    """Show for each input channel the filter, its mix, the dense kernel they make, and its rank.

    Args:
        depthwise: Weights (kh, kw, c_in, m), small whole numbers read best.
        pointwise: Weights (c_in * m, c_out).

    Returns:
        A picture with a slider over the input channels.

    >>> kernel_microscope(np.ones((3, 3, 2, 1)), np.ones((2, 4)))
    Steps of 'Input channel', from 'Input channel 0: its 4 slices form a 9 x 4 matrix of rank 1.'
    """
    view = _View(depthwise, pointwise)
    background = view.canvas()
    view.titles(background)
    steps = [_step(view, channel) for channel in range(depthwise.shape[2])]
    return Steps(background, steps, "Input channel")


class _View:
    """Where everything stands: filters, their weights, the dense slices; below them the rank."""

    def __init__(self, depthwise: Array, pointwise: Array) -> None:
        self.kh, self.kw, c_in, self.m = depthwise.shape
        self.c_out = pointwise.shape[1]
        self.filters = depthwise
        self.mix = pointwise.reshape(c_in, self.m, self.c_out)
        self.dense = effective_kernel(depthwise, pointwise)
        self.mix_left = 10 + self.kw * _CELL + 40
        self.dense_left = self.mix_left + self.c_out * _CELL + 40
        self.pitch_x, self.pitch_y = self.kw * _CELL + 14, self.kh * _CELL + 14
        self.meter_top = _TOP + max(self.m, 1) * self.pitch_y + 40

    def canvas(self) -> Canvas:
        bars = min(self.kh * self.kw, self.c_out)
        return Canvas(self.dense_left + self.c_out * self.pitch_x, self.meter_top + bars * 24 + 10)

    def titles(self, canvas: Canvas) -> None:
        canvas.text(10, 14, "filter D", anchor="start")
        canvas.text(self.mix_left, 14, "row of P", anchor="start")
        canvas.text(self.dense_left, 14, "dense kernel W = D · P", anchor="start")
        for output in range(self.c_out):
            x = self.dense_left + output * self.pitch_x + self.kw * _CELL / 2
            canvas.text(x, 34, f"to output {output}", size=11)
            canvas.text(self.mix_left + (output + 0.5) * _CELL, 34, str(output), size=11)
        title = f"singular values of the {self.kh * self.kw} x {self.c_out} matrix"
        canvas.text(10, self.meter_top - 18, title, anchor="start")


def _step(view: _View, channel: int) -> Step:
    canvas = view.canvas()
    for i in range(view.m):
        top = _TOP + i * view.pitch_y
        middle = top + view.kh * _CELL / 2
        _tile(canvas, 10, top, view.filters[:, :, channel, i])
        canvas.text(view.mix_left - 20, middle, "×", size=18)
        if i:
            canvas.text(view.mix_left - 20, top - 7, "+", size=18)
        _tile(canvas, view.mix_left, middle - _CELL / 2, view.mix[channel, i : i + 1])
    canvas.text(view.dense_left - 20, _TOP + view.kh * _CELL / 2, "=", size=18)
    for output in range(view.c_out):
        left = view.dense_left + output * view.pitch_x
        _tile(canvas, left, _TOP, view.dense[:, :, channel, output])
    size = f"{view.kh * view.kw} x {view.c_out}"
    rank = _meter(canvas, view, view.dense[:, :, channel].reshape(-1, view.c_out))
    return Step(
        f"Input channel {channel}: its {view.c_out} slices form a {size} matrix of rank {rank}.",
        canvas,
    )


def _meter(canvas: Canvas, view: _View, matrix: Array) -> int:
    """Draw the singular values as bars, and return how many are not zero: the rank."""
    values = np.linalg.svd(matrix, compute_uv=False)
    rank = int(np.linalg.matrix_rank(matrix))
    canvas.text(view.dense_left, view.meter_top - 18, f"rank {rank}", anchor="start", size=16)
    for row, value in enumerate(values):
        top, counts = view.meter_top + row * 24, row < rank
        length = 2 + 300 * float(value / max(values[0], 1e-12))
        canvas.box(10, top, length, 16, fill=GREEN if counts else "none", opacity=0.6)
        said = f"{value:.1f}" if counts else "0"
        canvas.text(length + 18, top + 8, said, anchor="start", size=12)
    return rank


def _tile(canvas: Canvas, left: float, top: float, values: Array) -> None:
    """Draw a small matrix: blue above zero, orange below, stronger where it is larger."""
    most = max(float(np.abs(values).max()), 1e-12)
    for (row, column), value in np.ndenumerate(values):
        x, y = left + column * _CELL, top + row * _CELL
        fill = BLUE if value > 0 else ORANGE if value < 0 else SKY
        text = f"{value:g}".replace("-", "−")
        opacity = 0.55 * abs(float(value)) / most
        canvas.box(x, y, _CELL, _CELL, text, fill=fill, opacity=opacity, size=12)
