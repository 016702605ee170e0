"""The fast convolutions equal the loops that read like the formula."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dscourse.conv import reference, vectorized
from tests.strategies import STRATA, images, kernels, normal

# On the scale of the drawn numbers: an output may be all zeros, or cancel to almost zero.
EXACT = {"rtol": 0, "atol": 1e-12}
every_stratum = pytest.mark.parametrize("stratum", STRATA, ids=str)
several = settings(max_examples=8, deadline=None)


def assert_equal_to_reference(name, stratum, *arrays, **options):
    got = getattr(vectorized, name)(*arrays, **stratum.steps, **options)
    want = getattr(reference, name)(*arrays, **stratum.steps, **options)
    np.testing.assert_allclose(got, want, **EXACT)


@every_stratum
@several
@given(st.data())
def test_conv2d(stratum, data):
    x = data.draw(images(stratum))
    assert_equal_to_reference("conv2d", stratum, x, data.draw(kernels(stratum, x.shape[3])))


@every_stratum
@several
@given(st.data())
def test_depthwise_conv2d(stratum, data):
    x = data.draw(images(stratum))
    kernel = data.draw(kernels(stratum, x.shape[3], last_axis=st.integers(1, 3)))
    assert_equal_to_reference("depthwise_conv2d", stratum, x, kernel)


@every_stratum
@several
@given(st.data())
def test_grouped_conv2d(stratum, data):
    groups, segment = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 2))
    x = data.draw(images(stratum, channels=st.just(groups * segment)))
    c_out = data.draw(st.integers(1, 2)) * groups
    kernel = data.draw(kernels(stratum, segment, last_axis=st.just(c_out)))
    assert_equal_to_reference("grouped_conv2d", stratum, x, kernel, groups=groups)


@every_stratum
@several
@given(st.data())
def test_separable_conv2d(stratum, data):
    x = data.draw(images(stratum))
    depthwise = data.draw(kernels(stratum, x.shape[3], last_axis=st.integers(1, 3)))
    pointwise = normal(1, 1, 1, x.shape[3] * depthwise.shape[3], data.draw(st.integers(1, 4)))
    assert_equal_to_reference("separable_conv2d", stratum, x, depthwise, pointwise)


@pytest.mark.parametrize("shape", [(3, 5), (1, 1, 3, 5)], ids=["matrix", "four axes"])
def test_pointwise_conv2d(shape):
    x, kernel = normal(0, 2, 4, 5, 3), normal(1, *shape)
    got = vectorized.pointwise_conv2d(x, kernel)
    np.testing.assert_allclose(got, reference.pointwise_conv2d(x, kernel), **EXACT)


@pytest.mark.parametrize("steps", [{"strides": (2, 3)}, {"dilation_rate": (3, 2)}], ids=str)
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_steps_that_differ_in_height_and_width(steps, padding):
    x, kernel = normal(0, 1, 9, 8, 2), normal(1, 3, 3, 2, 2)
    for name in ("conv2d", "depthwise_conv2d"):
        got = getattr(vectorized, name)(x, kernel, padding=padding, **steps)
        want = getattr(reference, name)(x, kernel, padding=padding, **steps)
        np.testing.assert_allclose(got, want, **EXACT)
