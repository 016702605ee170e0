"""All implementations give TensorFlow's and Keras's numbers."""

import os

import numpy as np
import pytest

from tests.conv.calls import COMPLETE, MODULES
from tests.strategies import STRATA, normal, worst_error

pytestmark = pytest.mark.keras

# Largest error over the output's rms. float64 leaves only the order of the sums.
SEPARABLE, ORDINARY = {"float32": 2e-5, "float64": 1e-10}, {"float32": 5e-5, "float64": 1e-10}

every_module = pytest.mark.parametrize("module", MODULES)
every_complete_module = pytest.mark.parametrize("module", COMPLETE)
every_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])
every_stratum = pytest.mark.parametrize("stratum", STRATA, ids=str)


@pytest.fixture(scope="module")
def tf():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow

    return tensorflow


@pytest.fixture(scope="module")
def keras(tf):
    import keras

    return keras


def arrays(stratum, dtype, *kernel_shapes):
    """Make images, one row more than any kernel spans and two columns more, and kernels."""
    x = normal(0, 2, stratum.extent + 1, stratum.extent + 2, 4, dtype=dtype)
    return x, *(normal(seed, *shape, dtype=dtype) for seed, shape in enumerate(kernel_shapes, 1))


def tensorflow_steps(stratum):
    """Write a stratum as the arguments of `tf.nn`'s depthwise convolutions."""
    strides, dilations = [1, stratum.stride, stratum.stride, 1], [stratum.dilation] * 2
    return {"strides": strides, "padding": stratum.padding.upper(), "dilations": dilations}


@every_complete_module
@every_dtype
@every_stratum
def test_conv2d_is_tf_nn_conv2d(tf, module, dtype, stratum):
    k = stratum.kernel
    x, kernel = arrays(stratum, dtype, (k, k, 4, 3))
    want = tf.nn.conv2d(x, kernel, **tensorflow_steps(stratum)).numpy()
    got = module.conv2d(x, kernel, **stratum.steps)
    assert got.dtype == want.dtype
    assert worst_error(got, want) <= ORDINARY[dtype]


@every_module
@every_dtype
@every_stratum
def test_depthwise_conv2d_is_tf_nn_depthwise_conv2d(tf, module, dtype, stratum):
    k = stratum.kernel
    x, kernel = arrays(stratum, dtype, (k, k, 4, 2))
    want = tf.nn.depthwise_conv2d(x, kernel, **tensorflow_steps(stratum)).numpy()
    got = module.depthwise_conv2d(x, kernel, **stratum.steps)
    assert got.dtype == want.dtype
    assert worst_error(got, want) <= SEPARABLE[dtype]


@every_module
@every_dtype
@every_stratum
def test_separable_conv2d_is_tf_nn_separable_conv2d(tf, module, dtype, stratum):
    k = stratum.kernel
    x, dw, pw = arrays(stratum, dtype, (k, k, 4, 2), (1, 1, 8, 5))
    want = tf.nn.separable_conv2d(x, dw, pw, **tensorflow_steps(stratum)).numpy()
    got = module.separable_conv2d(x, dw, pw, **stratum.steps)
    assert got.dtype == want.dtype
    assert worst_error(got, want) <= SEPARABLE[dtype]


@every_complete_module
@every_dtype
def test_pointwise_conv2d_is_a_1x1_tf_nn_conv2d(tf, module, dtype):
    x, kernel = normal(0, 2, 4, 5, 3, dtype=dtype), normal(1, 1, 1, 3, 6, dtype=dtype)
    want = tf.nn.conv2d(x, kernel, strides=1, padding="SAME").numpy()
    assert worst_error(module.pointwise_conv2d(x, kernel), want) <= SEPARABLE[dtype]


@every_complete_module
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("steps", [{"strides": (2, 3)}, {"dilation_rate": (3, 2)}], ids=str)
def test_pairs_of_steps_are_height_then_width(keras, module, padding, steps):
    x, kernel = normal(0, 2, 9, 8, 4), normal(1, 3, 2, 4, 3)
    want = keras.ops.convert_to_numpy(keras.ops.conv(x, kernel, padding=padding, **steps))
    assert worst_error(module.conv2d(x, kernel, padding=padding, **steps), want) <= 1e-10


def layer_output(layer, x, *kernels):
    """Run a Keras layer on kernels of ours."""
    layer.build(x.shape)
    layer.set_weights(kernels)
    return np.asarray(layer(x))


FEW_STRATA = [stratum for stratum in STRATA if stratum.kernel in (2, 3)]


@every_complete_module
@pytest.mark.parametrize("stratum", FEW_STRATA, ids=str)
def test_the_keras_layers(keras, module, stratum):
    k, layers = stratum.kernel, keras.layers
    x, dense, dw, pw = arrays(stratum, "float32", (k, k, 4, 6), (k, k, 4, 2), (1, 1, 8, 6))
    options = {"use_bias": False, **stratum.steps}
    want = layer_output(layers.Conv2D(6, k, **options), x, dense)
    assert worst_error(module.conv2d(x, dense, **stratum.steps), want) <= ORDINARY["float32"]
    want = layer_output(layers.DepthwiseConv2D(k, depth_multiplier=2, **options), x, dw)
    assert worst_error(module.depthwise_conv2d(x, dw, **stratum.steps), want) <= 2e-5
    want = layer_output(layers.SeparableConv2D(6, k, depth_multiplier=2, **options), x, dw, pw)
    assert worst_error(module.separable_conv2d(x, dw, pw, **stratum.steps), want) <= 2e-5


@every_complete_module
@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_grouped_conv2d_is_keras_conv2d_with_groups(keras, module, groups, padding):
    x = normal(0, 2, 7, 8, 4, dtype="float32")
    kernel = normal(1, 3, 3, 4 // groups, 8, dtype="float32")
    layer = keras.layers.Conv2D(8, 3, 2, padding, groups=groups, use_bias=False)
    want = layer_output(layer, x, kernel)
    got = module.grouped_conv2d(x, kernel, groups, strides=2, padding=padding)
    assert worst_error(got, want) <= ORDINARY["float32"]


def test_tensorflows_stride_with_dilation_does_not_follow_the_formula(tf):
    # Why both above 1 is an error here. At 9 pixels 'same' pads two zeros before the image for
    # both strides, so the formula of stride 2 is every second position of stride 1.
    x, kernel = normal(0, 1, 9, 9, 2), normal(1, 3, 3, 2, 1)
    options = {"padding": "SAME", "dilations": [2, 2]}
    every = tf.nn.depthwise_conv2d(x, kernel, strides=[1, 1, 1, 1], **options).numpy()
    with pytest.warns(UserWarning, match="all values of strides must be 1"):
        both = tf.nn.depthwise_conv2d(x, kernel, strides=[1, 2, 2, 1], **options).numpy()
    assert worst_error(both, every[:, ::2, ::2]) > 1
