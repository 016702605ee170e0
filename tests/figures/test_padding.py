"""The strips show the windows that a convolution really has."""

import re

import numpy as np
import pytest

from dscourse.conv import reference
from dscourse.figures import padding_strips

SIZES = [(6, 3, 2), (7, 3, 2), (6, 2, 1), (5, 5, 1), (8, 1, 3), (9, 4, 2)]
every_size = pytest.mark.parametrize(("size", "k", "stride"), SIZES)


def first_pixels(size: int, k: int, stride: int, padding: str, zeros: int = 0) -> list[int]:
    """Measure where windows start: each output adds up the numbers of the pixels that it sees."""
    ones = np.eye(size).reshape(size, 1, size, 1)  # image p is a single 1 at pixel p
    ones = np.pad(ones, ((0, 0), (0, 0), (zeros, zeros), (0, 0)))
    seen = reference.conv2d(ones, np.ones((1, k, 1, 1)), strides=stride, padding=padding)
    last = [int(np.flatnonzero(column)[-1]) for column in seen[:, 0, :, 0].T]
    first = [int(np.flatnonzero(column)[0]) for column in seen[:, 0, :, 0].T]
    return [f if f > 0 else n - k + 1 for f, n in zip(first, last, strict=True)]


def told(size: int, k: int, stride: int) -> list[list[int]]:
    lines = padding_strips(size, k, stride).alt.splitlines()
    return [[int(n) for n in re.findall(r"-?\d+", line.partition("start at")[2])] for line in lines]


@every_size
def test_the_windows_start_where_the_reference_looks(size, k, stride):
    valid, same, both = told(size, k, stride)
    assert valid == first_pixels(size, k, stride, "valid")
    assert same == first_pixels(size, k, stride, "same")
    assert both == first_pixels(size, k, stride, "valid", zeros=k // 2)


def test_a_pixel_that_no_window_covers_is_dashed():
    assert padding_strips(6, 3, 2).svg.count("stroke-dasharray") == 2  # x5, and a zero
    assert padding_strips(7, 3, 2).svg.count("stroke-dasharray") == 0


def test_the_description_counts_the_zeros():
    assert "0 zeros before, 1 after" in padding_strips(6, 3, 2).alt.splitlines()[1]
