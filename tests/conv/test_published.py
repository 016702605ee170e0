"""Numbers that others published for these convolutions.

Source: the repository tensorflow/models, files research/deeplab/core/xception_test.py
(testSeparableConv2DSameWithInputEvenSize and ...OddSize) and
research/slim/nets/resnet_v1_test.py (testConv2DSameEven, testConv2DSameOdd,
testSubsampleThreeByThree, testSubsampleFourByFour).
"""

import numpy as np
import pytest

from dscourse.conv import reference, vectorized

STRIDE_1 = {
    4: [[14, 28, 43, 26], [28, 48, 66, 37], [43, 66, 84, 46], [26, 37, 46, 22]],
    5: [
        [14, 28, 43, 58, 34],
        [28, 48, 66, 84, 46],
        [43, 66, 84, 102, 55],
        [58, 84, 102, 120, 64],
        [34, 46, 55, 64, 30],
    ],
}
SUBSAMPLED = {4: [[14, 43], [43, 84]], 5: [[14, 43, 34], [43, 84, 55], [34, 55, 30]]}
# On an even image TensorFlow pads after it only, so the positions of stride 2 are other ones.
STRIDE_2 = {4: [[48, 37], [37, 22]], 5: SUBSAMPLED[5]}


def ramp(size):
    """Make the published test image: row number plus column number."""
    return np.add.outer(np.arange(size), np.arange(size))[None, :, :, None].astype(np.float32)


KERNEL = ramp(3).reshape(3, 3, 1, 1)
ONE = np.ones((1, 1, 1, 1), np.float32)
FUNCTIONS = {
    "conv2d": lambda module, x, **steps: module.conv2d(x, KERNEL, **steps),
    "depthwise": lambda module, x, **steps: module.depthwise_conv2d(x, KERNEL, **steps),
    "grouped": lambda module, x, **steps: module.grouped_conv2d(x, KERNEL, 1, **steps),
    "separable": lambda module, x, **steps: module.separable_conv2d(x, KERNEL, ONE, **steps),
}
every_function = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
every_module = pytest.mark.parametrize("module", [reference, vectorized])
even_and_odd = pytest.mark.parametrize("size", [4, 5])


def plane(y):
    return y[0, :, :, 0].tolist()


@every_function
@every_module
@even_and_odd
def test_stride_1(function, module, size):
    assert plane(function(module, ramp(size), padding="same")) == STRIDE_1[size]


@every_function
@every_module
@even_and_odd
def test_stride_2_of_tensorflow(function, module, size):
    assert plane(function(module, ramp(size), padding="same", strides=2)) == STRIDE_2[size]


@every_function
@every_module
@even_and_odd
def test_subsampled_stride_1(function, module, size):
    y = function(module, ramp(size), padding="same")
    assert plane(y[:, ::2, ::2]) == SUBSAMPLED[size]


@every_function
@every_module
@even_and_odd
def test_deeplabs_fixed_padding_subsamples_at_any_size(function, module, size):
    padded = np.pad(ramp(size), ((0, 0), (1, 1), (1, 1), (0, 0)))
    assert plane(function(module, padded, strides=2)) == SUBSAMPLED[size]


@every_module
@pytest.mark.parametrize(("size", "wanted"), [(3, [[0, 2], [6, 8]]), (4, [[0, 2], [8, 10]])])
def test_a_1x1_convolution_of_stride_2_subsamples(module, size, wanted):
    x = np.arange(size * size, dtype=np.float32).reshape(1, size, size, 1)
    assert plane(module.conv2d(x, ONE, strides=2, padding="same")) == wanted
