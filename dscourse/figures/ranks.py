"""Dense kernels as a grid of small filters, with the rank of every row and every column."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from dscourse.figures.drawing import BLUE, ORANGE, Canvas, Drawing

Array = npt.NDArray[np.floating]

_CELL = 15
_GAP = 12
_LEFT, _TOP = 34, 62


def kernel_ranks(kernel: Array) -> tuple[list[int], list[int]]:
    """Find the rank of a dense kernel's slice for each input and for each output channel.

    Args:
        kernel: Weights (kh, kw, c_in, c_out).

    Returns:
        For each input channel the rank of its (kh * kw, c_out) matrix, and for each output channel
        the rank of its (kh * kw, c_in) matrix.

    >>> kernel_ranks(np.ones((3, 3, 2, 4)))
    ([1, 1], [1, 1, 1, 1])
    """
    taps = kernel.reshape(-1, *kernel.shape[2:])
    of_inputs = np.linalg.matrix_rank(taps.transpose(1, 0, 2))
    of_outputs = np.linalg.matrix_rank(taps.transpose(2, 0, 1))
    return of_inputs.tolist(), of_outputs.tolist()


def rank_grids(kernels: Mapping[str, Array]) -> Drawing:
    """Draw dense kernels side by side: a row of filters for each input, a column for each output.

    Where a row or a column has rank 1, all its filters are one filter times a number, and it stands
    in a frame.

    Args:
        kernels: Title and weights (kh, kw, c_in, c_out), all of one shape.

    Returns:
        A picture in which blue is above zero, orange with a bar below zero, stronger where larger.

    >>> "input channels have rank 1, 1" in rank_grids({"flat": np.ones((3, 3, 2, 4))}).alt
    True
    """
    kh, kw, c_in, c_out = next(iter(kernels.values())).shape
    pitch = kw * _CELL + _GAP, kh * _CELL + _GAP
    width = _LEFT + c_out * pitch[0] + 66
    canvas = Canvas(len(kernels) * width, _TOP + c_in * pitch[1] + 34)
    said = []
    for number, (title, kernel) in enumerate(kernels.items()):
        ranks = kernel_ranks(kernel)
        _grid(canvas, number * width + _LEFT, pitch, title, kernel, ranks)
        inputs, outputs = (", ".join(map(str, r)) for r in ranks)
        said.append(
            f"{title}: the slices of the input channels have rank {inputs}, "
            f"those of the output channels {outputs}."
        )
    return canvas.drawing(
        f"Kernels from {c_in} to {c_out} channels, a row of filters for each input channel and a "
        f"column for each output channel. {' '.join(said)}"
    )


def _grid(
    canvas: Canvas,
    left: float,
    pitch: tuple[int, int],
    title: str,
    kernel: Array,
    ranks: tuple[list[int], list[int]],
) -> None:
    kh, kw, c_in, c_out = kernel.shape
    across, down = pitch
    bottom, right = _TOP + c_in * down, left + c_out * across
    canvas.text(left, 14, title, anchor="start", size=14)
    canvas.text(left, 36, "output channel →", anchor="start", size=11)
    most = float(np.abs(kernel).max()) or 1.0
    for c, o in np.ndindex(c_in, c_out):
        _filter(canvas, left + o * across, _TOP + c * down, kernel[:, :, c, o] / most)
    for c, rank in enumerate(ranks[0]):
        top = _TOP + c * down
        canvas.text(left - 16, top + kh * _CELL / 2, f"in {c}", size=11)
        canvas.text(right + 4, top + kh * _CELL / 2, f"rank {rank}", anchor="start", size=12)
        if rank == 1:
            canvas.box(left - 4, top - 4, right - left - 3, kh * _CELL + 8, dashed=True)
    for o, rank in enumerate(ranks[1]):
        start = left + o * across
        canvas.text(start + kw * _CELL / 2, bottom + 12, f"rank {rank}", size=12)
        if rank == 1:
            canvas.box(start - 4, _TOP - 4, kw * _CELL + 8, bottom - _TOP - 3, dashed=True)


def _filter(canvas: Canvas, left: float, top: float, values: Array) -> None:
    for (row, column), value in np.ndenumerate(values):
        x, y = left + column * _CELL, top + row * _CELL
        fill = BLUE if value > 0 else ORANGE if value < 0 else "none"
        canvas.box(x, y, _CELL, _CELL, fill=fill, opacity=0.15 + 0.75 * abs(float(value)))
        if value < 0:  # the sign must be seen without colours, too
            canvas.line(x + 5, y + _CELL / 2, x + _CELL - 5, y + _CELL / 2)
