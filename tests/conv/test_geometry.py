"""Output sizes and paddings, against counting by hand and against published figures."""

import re
from itertools import product

import numpy as np
import pytest

from dscourse.conv import output_size, same_padding
from dscourse.conv.geometry import Window

SIZES = list(product(range(1, 12), (1, 2, 3, 5), (1, 2, 3), (1, 2, 3)))


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "wanted"),
    [
        (147, 3, 2, (1, 1)),  # Xception's block2_pool at 299: an odd map
        (74, 3, 2, (0, 1)),  # its block3_pool: an even map, padded on one side only
        (5, 2, 1, (0, 1)),
        (5, 5, 1, (2, 2)),
        (7, 1, 1, (0, 0)),
        (5, 1, 3, (0, 0)),  # the steps do not reach the end: nothing is missing
        (1, 5, 1, (2, 2)),
    ],
)
def test_same_padding_of_known_cases(size, kernel, stride, wanted):
    assert same_padding(size, kernel, stride) == wanted


@pytest.mark.parametrize(("size", "kernel", "stride", "dilation"), SIZES)
def test_same_padding_is_the_least_that_holds_every_position(size, kernel, stride, dilation):
    before, after = same_padding(size, kernel, stride, dilation)
    reach = (-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1
    assert before + after == max(reach - size, 0)
    assert after - before in (0, 1)


@pytest.mark.parametrize(("size", "kernel", "stride", "dilation"), SIZES)
def test_output_sizes_are_the_positions_that_fit(size, kernel, stride, dilation):
    starts = [start for start in range(0, size, stride) if start + (kernel - 1) * dilation < size]
    if starts:
        assert output_size(size, kernel, stride, dilation) == len(starts)
    same = output_size(size, kernel, stride, dilation, padding="same")
    assert same == len(range(0, size, stride))


@pytest.mark.parametrize("padding", ["valid", "VALID"])
def test_a_kernel_larger_than_a_valid_image_has_no_output(padding):
    message = "`padding` 'valid' needs a kernel no larger than the image; got one that spans 5 of 4"
    with pytest.raises(ValueError, match=re.escape(message)):
        output_size(4, 3, dilation=2, padding=padding)


@pytest.mark.parametrize("name", ["size", "kernel", "stride", "dilation"])
@pytest.mark.parametrize(
    ("value", "error"), [(0, ValueError), (-2, ValueError), (1.0, TypeError), (False, TypeError)]
)
@pytest.mark.parametrize("function", [output_size, same_padding])
def test_sizes_must_be_positive_integers(function, name, value, error):
    arguments = {"size": 5, "kernel": 3, "stride": 1, "dilation": 1} | {name: value}
    message = f"`{name}` must be a positive integer; got {value!r}."
    with pytest.raises(error, match=re.escape(message)):
        function(**arguments)


def test_padding_of_another_name_is_refused():
    with pytest.raises(ValueError, match=re.escape("`padding` must be 'valid' or 'same'; got 1.")):
        output_size(5, 3, padding=1)


def test_the_zeros_lie_around_rows_and_columns_alone():
    window = Window.over((4, 3), (3, 2), 2, "same", 1)
    padded = window.pad(np.ones((1, 4, 3, 1)))
    assert padded[0, :, :, 0].tolist() == [
        [1, 1, 1, 0],
        [1, 1, 1, 0],
        [1, 1, 1, 0],
        [1, 1, 1, 0],
        [0, 0, 0, 0],
    ]
