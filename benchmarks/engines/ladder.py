"""The rungs of chapter 7's ladder: the same separable convolution, from loops to compiled code."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from benchmarks.case import Case
from benchmarks.engines import Prepared, as_array, engine


@engine("loops", "separable", tiny=True)
def loops(case: Case) -> Prepared:
    """Loop over plain lists: what the formula says, number by number."""
    x = np.pad(case.x, ((0, 0), (1, 1), (1, 1), (0, 0))).tolist()
    depthwise, pointwise = case.depthwise[..., 0].tolist(), case.pointwise[0, 0].tolist()
    size, c_in, c_out = range(case.layer.size), case.layer.c_in, range(case.layer.c_out)

    def pixel(image: list[list[list[float]]], i: int, j: int) -> list[float]:
        middle = [0.0] * c_in
        for u in range(3):
            for v in range(3):
                for c in range(c_in):
                    middle[c] += image[i + u][j + v][c] * depthwise[u][v][c]
        y = [0.0 for _ in c_out]
        for c in range(c_in):
            for o in c_out:
                y[o] += middle[c] * pointwise[c][o]
        return y

    return lambda: [[[pixel(image, i, j) for j in size] for i in size] for image in x], as_array


@engine("shift-and-add", "separable")
def shift_and_add(case: Case) -> Prepared:
    """Add nine shifted images, then mix the channels of each row of each image."""
    depthwise, pointwise = case.depthwise[..., 0], case.pointwise[0, 0]
    size = case.layer.size

    def call() -> np.ndarray:
        padded = np.pad(case.x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        y = np.zeros_like(case.x)
        for u in range(3):
            for v in range(3):
                y += padded[:, u : u + size, v : v + size] * depthwise[u, v]
        return y @ pointwise

    return call, as_array


@engine("windows", "separable")
def windows(case: Case) -> Prepared:
    """Let one einsum multiply and add over all windows, which are a view."""
    return lambda: _windows(case) @ case.pointwise[0, 0], as_array


@engine("reshape", "separable")
def reshape(case: Case) -> Prepared:
    """Mix the channels of all pixels in one matrix product."""

    def call() -> np.ndarray:
        y = _windows(case)
        return (y.reshape(-1, y.shape[3]) @ case.pointwise[0, 0]).reshape(*y.shape[:3], -1)

    return call, as_array


@engine("numpy", "separable")
def blocked(case: Case) -> Prepared:
    """Work in blocks that stay in the cache: the course's own function."""
    from dscourse.conv import separable_conv2d

    return lambda: separable_conv2d(case.x, *case.weights, padding="same"), as_array


@engine("numpy", "ordinary")
def ordinary(case: Case) -> Prepared:
    """Copy all windows into one matrix (im2col) and multiply: the course's own function."""
    from dscourse.conv import conv2d

    return lambda: conv2d(case.x, case.kernel, padding="same"), as_array


@engine("numba", "separable", "numba", "dscourse.conv.compiled")
def compiled(case: Case) -> Prepared:
    """Compile the loops: the course's own function."""
    from dscourse.conv.compiled import separable_conv2d

    return lambda: separable_conv2d(case.x, *case.weights, padding="same"), as_array


def _windows(case: Case) -> np.ndarray:
    padded = np.pad(case.x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return np.einsum(
        "bijcuv,uvc->bijc", sliding_window_view(padded, (3, 3), axis=(1, 2)), case.depthwise[..., 0]
    )
