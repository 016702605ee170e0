"""The proof chain of the course: from towers to a depthwise separable convolution.

The towers of the Xception paper's figure 2 are figure 3's one large 1x1 convolution and one
grouped convolution, and this is an ordinary convolution whose kernel is zero between groups. With
one tower a channel it is figure 4: 1x1, then depthwise.
"""

import re

import numpy as np
import pytest

from dscourse.conv import (
    block_diagonal_kernel,
    conv2d,
    depthwise_conv2d,
    fuse_towers,
    grouped_conv2d,
    pointwise_conv2d,
    towers,
)
from tests.strategies import normal

EXACT = {"rtol": 0, "atol": 1e-12}
CHANNELS = 12  # of the large 1x1's output, shared out among the towers
STEPS = [
    {"padding": "same"},
    {"padding": "valid", "strides": 2},
    {"padding": "same", "strides": (2, 1)},
    {"padding": "same", "dilation_rate": 2},
]
every_number_of_towers = pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 12])
every_step = pytest.mark.parametrize("steps", STEPS, ids=str)


def towers_of(count, c_out=12):
    """Draw the kernels of `count` towers that together read and write 12 channels."""
    share = CHANNELS // count
    pointwise = [normal(i, 1, 1, 5, share) for i in range(count)]
    return pointwise, [normal(100 + i, 3, 3, share, c_out // count) for i in range(count)]


@every_number_of_towers
@every_step
def test_towers_are_one_1x1_and_one_grouped_convolution(count, steps):
    x, kernels = normal(99, 2, 7, 6, 5), towers_of(count)
    one_by_one = towers(x, *kernels, **steps)
    pointwise, grouped = fuse_towers(*kernels)
    assert (pointwise.shape, grouped.shape) == ((1, 1, 5, 12), (3, 3, 12 // count, 12))
    at_once = grouped_conv2d(pointwise_conv2d(x, pointwise), grouped, count, **steps)
    np.testing.assert_allclose(at_once, one_by_one, **EXACT)


@every_number_of_towers
@every_step
def test_towers_are_one_1x1_and_a_block_diagonal_convolution(count, steps):
    x, kernels = normal(99, 2, 7, 6, 5), towers_of(count)
    pointwise, grouped = fuse_towers(*kernels)
    dense = block_diagonal_kernel(grouped, count)
    at_once = conv2d(pointwise_conv2d(x, pointwise), dense, **steps)
    np.testing.assert_allclose(at_once, towers(x, *kernels, **steps), **EXACT)


@pytest.mark.parametrize("multiplier", [1, 2])
@every_step
def test_one_tower_a_channel_is_1x1_then_depthwise(multiplier, steps):
    x, kernels = normal(99, 2, 7, 6, 5), towers_of(CHANNELS, c_out=CHANNELS * multiplier)
    pointwise, grouped = fuse_towers(*kernels)
    # (kh, kw, 1, c * M) in groups and (kh, kw, c, M) depthwise list the same weights.
    depthwise = grouped.reshape(3, 3, CHANNELS, multiplier)
    extreme = depthwise_conv2d(pointwise_conv2d(x, pointwise), depthwise, **steps)
    np.testing.assert_allclose(extreme, towers(x, *kernels, **steps), **EXACT)


def test_one_tower_is_1x1_then_an_ordinary_convolution():
    x, (pointwise, spatial) = normal(99, 2, 7, 6, 5), towers_of(1)
    want = conv2d(pointwise_conv2d(x, pointwise[0]), spatial[0])
    np.testing.assert_allclose(towers(x, pointwise, spatial), want, **EXACT)


def test_towers_of_different_widths_run_one_by_one():
    x = normal(99, 1, 5, 5, 3)
    pointwise = [normal(0, 3, 2), normal(1, 3, 4)]
    spatial = [normal(2, 3, 3, 2, 6), normal(3, 1, 1, 4, 5)]
    assert towers(x, pointwise, spatial, padding="same").shape == (1, 5, 5, 11)


def test_but_unequal_towers_have_no_grouped_form():
    pointwise = [normal(0, 3, 2), normal(1, 3, 4)]
    spatial = [normal(2, 3, 3, 2, 6), normal(3, 3, 3, 4, 6)]
    message = (
        "`pointwise_kernels` and `spatial_kernels` must have one shape in all towers, because the "
        "groups of a convolution are equal; got [((3, 2), (3, 3, 2, 6)), ((3, 4), (3, 3, 4, 6))]."
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        fuse_towers(pointwise, spatial)


X, PW, K = normal(0, 1, 5, 5, 3), normal(1, 3, 2), normal(2, 3, 3, 2, 4)
REFUSED = {
    "no tower": (lambda: fuse_towers([], []), "must hold one kernel a tower; got 0 and 0."),
    "a tower without its kernel": (
        lambda: towers(X, [PW, PW], [K]),
        "`pointwise_kernels` and `spatial_kernels` must hold one kernel a tower; got 2 and 1.",
    ),
    "second tower's 1x1": (
        lambda: towers(X, [PW, normal(1, 4, 2)], [K, K]),
        "`pointwise_kernels[1]` must have shape (1, 1, 3, c_out) or (3, c_out) to read 3 channels",
    ),
    "first tower's k x k": (
        lambda: fuse_towers([PW], [normal(2, 3, 3, 3, 4)]),
        "`spatial_kernels[0]` must have shape (kh, kw, 2, c_out) to read 2 channels",
    ),
    "one image": (
        lambda: towers(X[0], [PW], [K]),
        "`x` must have shape (batch, height, width, channels)",
    ),
}


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_a_wrong_dtype_is_named_with_its_tower():
    message = "`spatial_kernels[1]` must be float32 or float64; got int64"
    with pytest.raises(TypeError, match=re.escape(message)):
        fuse_towers([PW, PW], [K, K.astype(np.int64)])
