"""The fast convolutions, in NumPy and compiled, equal the loops that read like the formula."""

from itertools import product
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dscourse.conv import _blocked, compiled, reference, vectorized
from tests.strategies import STRATA, images, kernels, normal

# On the scale of the drawn numbers: an output may be all zeros, or cancel to almost zero.
EXACT = {"rtol": 0, "atol": 1e-12}
FAST = [vectorized, compiled]
every_fast_module = pytest.mark.parametrize("module", FAST, ids=["vectorized", "compiled"])
every_stratum = pytest.mark.parametrize("stratum", STRATA, ids=str)
several = settings(max_examples=8, deadline=None)


def assert_equal_to_reference(name, stratum, *arrays, module=vectorized, **options):
    got = getattr(module, name)(*arrays, **stratum.steps, **options)
    want = getattr(reference, name)(*arrays, **stratum.steps, **options)
    np.testing.assert_allclose(got, want, **EXACT)


@every_stratum
@several
@given(st.data())
def test_conv2d(stratum, data):
    x = data.draw(images(stratum))
    assert_equal_to_reference("conv2d", stratum, x, data.draw(kernels(stratum, x.shape[3])))


@every_fast_module
@every_stratum
@several
@given(st.data())
def test_depthwise_conv2d(module, stratum, data):
    x = data.draw(images(stratum))
    kernel = data.draw(kernels(stratum, x.shape[3], last_axis=st.integers(1, 3)))
    assert_equal_to_reference("depthwise_conv2d", stratum, x, kernel, module=module)


@every_stratum
@several
@given(st.data())
def test_grouped_conv2d(stratum, data):
    groups, segment = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 2))
    x = data.draw(images(stratum, channels=st.just(groups * segment)))
    c_out = data.draw(st.integers(1, 2)) * groups
    kernel = data.draw(kernels(stratum, segment, last_axis=st.just(c_out)))
    assert_equal_to_reference("grouped_conv2d", stratum, x, kernel, groups=groups)


def separable_arrays(stratum, data):
    x = data.draw(images(stratum))
    depthwise = data.draw(kernels(stratum, x.shape[3], last_axis=st.integers(1, 3)))
    pointwise = normal(1, 1, 1, x.shape[3] * depthwise.shape[3], data.draw(st.integers(1, 4)))
    return x, depthwise, pointwise


@every_fast_module
@every_stratum
@several
@given(st.data())
def test_separable_conv2d(module, stratum, data):
    arrays = separable_arrays(stratum, data)
    assert_equal_to_reference("separable_conv2d", stratum, *arrays, module=module)


@every_fast_module
@every_stratum
@several
@given(st.data())
def test_separable_conv2d_in_several_blocks(module, stratum, data):
    arrays = separable_arrays(stratum, data)
    with mock.patch.object(_blocked, "PIXELS", data.draw(st.integers(1, 12))):
        assert_equal_to_reference("separable_conv2d", stratum, *arrays, module=module)


@pytest.mark.parametrize("shape", [(3, 5), (1, 1, 3, 5)], ids=["matrix", "four axes"])
def test_pointwise_conv2d(shape):
    x, kernel = normal(0, 2, 4, 5, 3), normal(1, *shape)
    got = vectorized.pointwise_conv2d(x, kernel)
    np.testing.assert_allclose(got, reference.pointwise_conv2d(x, kernel), **EXACT)


@pytest.mark.parametrize("steps", [{"strides": (2, 3)}, {"dilation_rate": (3, 2)}], ids=str)
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_steps_that_differ_in_height_and_width(steps, padding):
    x, kernel = normal(0, 1, 9, 8, 2), normal(1, 3, 3, 2, 2)
    for module, name in [(vectorized, "conv2d"), *product(FAST, ["depthwise_conv2d"])]:
        got = getattr(module, name)(x, kernel, padding=padding, **steps)
        want = getattr(reference, name)(x, kernel, padding=padding, **steps)
        np.testing.assert_allclose(got, want, **EXACT)


@every_fast_module
@pytest.mark.parametrize("steps", [{"strides": (2, 1)}, {"strides": (1, 2)}, {}], ids=str)
def test_the_blocks_of_a_real_layer(module, steps):
    # Several blocks for each image, the last of them lower, and runs of many numbers.
    x, depthwise = normal(0, 2, 75, 37, 24), normal(1, 3, 3, 24, 1)
    pointwise = normal(2, 24, 40)
    y = vectorized.depthwise_conv2d(x, depthwise, padding="same", **steps)
    want = vectorized.pointwise_conv2d(y, pointwise)
    got = module.separable_conv2d(x, depthwise, pointwise, padding="same", **steps)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-10)
