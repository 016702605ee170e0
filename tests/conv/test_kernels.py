"""A kernel in another form is the same map, and what that says about rank."""

import re

import numpy as np
import pytest

from dscourse.conv import (
    block_diagonal_kernel,
    conv2d,
    depthwise_conv2d,
    effective_kernel,
    grouped_conv2d,
    nearest_separable,
    pointwise_conv2d,
    separable_conv2d,
)
from tests.strategies import normal

EXACT = {"rtol": 0, "atol": 1e-12}


def impulse_response(function, k, c_in):
    """Measure the dense kernel of any linear map: its answers to single bright pixels."""
    # One image for each channel; the answer is the kernel, read from its far end.
    x = np.zeros((c_in, 2 * k - 1, 2 * k - 1, c_in))
    x[np.arange(c_in), k - 1, k - 1, np.arange(c_in)] = 1
    return function(x)[:, ::-1, ::-1].transpose(1, 2, 0, 3)


def ranks(dense, channel_axis):
    """Compute the rank of each channel's matrix, space by the other channels."""
    matrices = np.moveaxis(dense, channel_axis, 0).reshape(
        dense.shape[channel_axis], dense.shape[0] * dense.shape[1], -1
    )
    return np.linalg.matrix_rank(matrices, rtol=1e-10).tolist()


@pytest.mark.parametrize("multiplier", [1, 2, 3])
def test_the_effective_kernel_is_what_the_impulses_show(multiplier):
    dw, pw = normal(0, 3, 2, 4, multiplier), normal(1, 1, 1, 4 * multiplier, 5)
    x = normal(2, 2, 7, 6, 4)
    dense = effective_kernel(dw, pw)
    np.testing.assert_allclose(conv2d(x, dense), separable_conv2d(x, dw, pw), **EXACT)
    square = normal(3, 3, 3, 4, multiplier)
    shown = impulse_response(lambda x: separable_conv2d(x, square, pw), 3, 4)
    np.testing.assert_allclose(effective_kernel(square, pw), shown, **EXACT)


@pytest.mark.parametrize("multiplier", [1, 2, 3])
def test_depthwise_then_pointwise_has_the_multipliers_rank_for_every_input_channel(multiplier):
    dw, pw = normal(0, 3, 3, 4, multiplier), normal(1, 4 * multiplier, 5)
    assert ranks(effective_kernel(dw, pw), channel_axis=2) == [multiplier] * 4


def test_depthwise_then_pointwise_has_full_rank_for_the_output_channels():
    dense = effective_kernel(normal(0, 3, 3, 4, 1), normal(1, 4, 5))
    assert ranks(dense, channel_axis=3) == [4] * 5


def test_pointwise_then_depthwise_has_rank_1_for_every_output_channel():
    pw, dw = normal(0, 4, 5), normal(1, 3, 3, 5, 1)
    dense = impulse_response(lambda x: depthwise_conv2d(pointwise_conv2d(x, pw), dw), 3, 4)
    assert ranks(dense, channel_axis=3) == [1] * 5
    assert ranks(dense, channel_axis=2) == [5] * 4


def test_an_ordinary_kernel_has_full_rank_for_every_channel():
    dense = normal(0, 3, 3, 4, 5)
    assert ranks(dense, channel_axis=2) == [5] * 4
    assert ranks(dense, channel_axis=3) == [4] * 5


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_a_block_diagonal_kernel_is_the_grouped_convolution(groups):
    kernel, x = normal(0, 3, 2, 6 // groups, 12), normal(1, 2, 5, 6, 6)
    dense = block_diagonal_kernel(kernel, groups)
    assert dense.shape == (3, 2, 6, 12)
    assert np.count_nonzero(dense) == kernel.size
    np.testing.assert_allclose(conv2d(x, dense), grouped_conv2d(x, kernel, groups), **EXACT)


@pytest.mark.parametrize("multiplier", [1, 2, 3])
def test_the_nearest_separable_kernel_finds_a_separable_one(multiplier):
    dense = effective_kernel(normal(0, 3, 2, 4, multiplier), normal(1, 4 * multiplier, 5))
    found = effective_kernel(*nearest_separable(dense, multiplier))
    np.testing.assert_allclose(found, dense, **EXACT)


@pytest.mark.parametrize(("k", "c_out", "enough"), [(2, 7, 4), (3, 5, 5)])
def test_every_kernel_is_separable_with_enough_multipliers(k, c_out, enough):
    dense = normal(0, k, k, 3, c_out)
    found = effective_kernel(*nearest_separable(dense, enough))
    np.testing.assert_allclose(found, dense, **EXACT)
    too_few = effective_kernel(*nearest_separable(dense, enough - 1))
    assert np.abs(too_few - dense).max() > 1e-3


@pytest.mark.parametrize("multiplier", [1, 2, 4])
def test_its_distance_is_what_the_singular_values_leave_over(multiplier):
    # Eckart and Young: no kernel of that rank is nearer.
    dense = normal(0, 3, 3, 4, 6)
    left = np.square(dense - effective_kernel(*nearest_separable(dense, multiplier))).sum()
    matrices = [dense[:, :, c].reshape(9, 6) for c in range(4)]
    squares = [np.linalg.eigvalsh(matrix.T @ matrix)[::-1] for matrix in matrices]
    assert left == pytest.approx(sum(values[multiplier:].sum() for values in squares))


def test_no_small_change_brings_it_nearer():
    dense = normal(0, 3, 3, 2, 4)
    dw, pw = nearest_separable(dense)
    best = np.square(dense - effective_kernel(dw, pw)).sum()
    for seed in range(50):
        changed = effective_kernel(
            dw + 0.01 * normal(seed, *dw.shape), pw + 0.01 * normal(seed + 50, *pw.shape)
        )
        assert np.square(dense - changed).sum() > best


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(dtype):
    dense = normal(0, 3, 3, 4, 6, dtype=dtype)
    dw, pw = nearest_separable(dense)
    assert (dw.dtype, pw.dtype) == (dtype, dtype)
    assert effective_kernel(dw, pw).dtype == dtype
    assert block_diagonal_kernel(dense, 2).dtype == dtype


REFUSED = {
    "rank above the exact one": (
        lambda: nearest_separable(normal(0, 3, 3, 2, 4), 5),
        "`depth_multiplier` must be at most min(kh * kw, c_out) = 4, where the kernel is already "
        "exact; got 5.",
    ),
    "rank 0": (
        lambda: nearest_separable(normal(0, 3, 3, 2, 4), 0),
        "`depth_multiplier` must be a positive integer; got 0.",
    ),
    "three axes": (
        lambda: nearest_separable(normal(0, 3, 3, 2)),
        "`kernel` must have shape (kh, kw, c_in, c_out) to read c_in channels, with no empty "
        "axis; got (3, 3, 2).",
    ),
    "groups": (
        lambda: block_diagonal_kernel(normal(0, 3, 3, 2, 4), 3),
        "`groups` must divide the 4 output channels of `kernel`; got 3.",
    ),
    "no groups": (
        lambda: block_diagonal_kernel(normal(0, 3, 3, 2, 4), 0),
        "`groups` must be a positive integer; got 0.",
    ),
    "pointwise channels": (
        lambda: effective_kernel(normal(0, 3, 3, 2, 2), normal(0, 2, 5)),
        "`pointwise_kernel` must have shape (1, 1, 4, c_out) or (4, c_out) to read 4 channels, "
        "with no empty axis; got (2, 5).",
    ),
    "depthwise axes": (
        lambda: effective_kernel(normal(0, 3, 3, 2), normal(0, 2, 5)),
        "`depthwise_kernel` must have shape (kh, kw, c_in, depth_multiplier)",
    ),
}


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda kernel: nearest_separable(kernel),
        lambda kernel: block_diagonal_kernel(kernel, 1),
        lambda kernel: effective_kernel(normal(0, 3, 3, 2, 1), pointwise_kernel=kernel),
    ],
)
def test_integer_kernels_are_refused(call):
    with pytest.raises(TypeError, match="kernel` must be float32 or float64; got int64"):
        call(np.ones((3, 3, 2, 4), np.int64))
