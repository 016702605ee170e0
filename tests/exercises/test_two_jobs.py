"""Chapter 1: what is taught as right is what Keras does, and what the papers print."""

import numpy as np
import pytest

from dscourse.exercises import find

CONV, PADDING = find("01-conv2d-loops"), find("01-same-padding")
PARAMS, MACS = find("01-conv-params"), find("01-conv-macs")


def calls(task):
    return [call for n in range(1, len(task.checks) + 1) for call in task.calls(n)]


def keras_conv2d(x, kernel, **arguments):
    import keras

    layer = keras.layers.Conv2D(kernel.shape[3], kernel.shape[:2], dtype="float64", **arguments)
    layer.build(x.shape)
    layer.set_weights([kernel] if not layer.use_bias else [kernel, np.zeros(kernel.shape[3])])
    return layer, np.asarray(layer(x))


@pytest.mark.keras
@pytest.mark.parametrize("n", range(len(calls(CONV))))
def test_the_loops_are_keras_convolution(n):
    x, kernel = calls(CONV)[n].args
    strides = calls(CONV)[n].kwargs.get("strides", 1)
    _, wanted = keras_conv2d(x, kernel, strides=strides)
    np.testing.assert_allclose(CONV.solution(x, kernel, strides), wanted, atol=1e-12)


@pytest.mark.keras
@pytest.mark.parametrize(("size", "k", "stride"), [call.args for call in calls(PADDING)])
def test_the_zeros_are_those_of_keras(size, k, stride):
    x = np.arange(1.0, size + 1).reshape(1, size, 1, 1)
    kernel = np.arange(1.0, k + 1).reshape(k, 1, 1, 1)
    _, wanted = keras_conv2d(x, kernel, strides=stride, padding="same")
    padded = np.pad(x, ((0, 0), PADDING.solution(size, k, stride), (0, 0), (0, 0)))
    np.testing.assert_allclose(CONV.solution(padded, kernel, stride), wanted)


@pytest.mark.keras
@pytest.mark.parametrize("n", range(len(calls(PARAMS))))
def test_the_parameters_are_those_that_keras_counts(n):
    image_size, kernel_size, c_in, c_out, use_bias = calls(PARAMS)[n].args
    x = np.zeros((1, *image_size, c_in))
    layer, _ = keras_conv2d(x, np.zeros((*kernel_size, c_in, c_out)), use_bias=use_bias)
    assert PARAMS.solution(*calls(PARAMS)[n].args) == layer.count_params()


@pytest.mark.keras
@pytest.mark.parametrize("n", range(len(calls(MACS))))
def test_the_multiply_adds_follow_the_output_of_keras(n):
    image_size, kernel_size, c_in, c_out, strides, padding = calls(MACS)[n].args
    kernel = np.zeros((*kernel_size, c_in, c_out))
    _, y = keras_conv2d(np.zeros((1, *image_size, c_in)), kernel, strides=strides, padding=padding)
    assert MACS.solution(*calls(MACS)[n].args) == y[0, :, :, 0].size * kernel.size


@pytest.mark.keras
def test_the_sizes_inside_xception_are_those_of_the_chapter():
    import keras

    model = keras.applications.Xception(weights=None, include_top=False, input_shape=(299, 299, 3))
    names = ["block1_conv1", "block1_conv2", *(f"block{n}_pool" for n in (2, 3, 4, 13))]
    sizes = [model.get_layer(name).output.shape[1] for name in names]
    assert sizes == [149, 147, 74, 37, 19, 10]
    assert model.output.shape == (None, 10, 10, 2048)
    assert model.get_layer("block1_conv1").count_params() == 864


def test_the_example_of_mobilenets_table_3():
    # arXiv:1704.04861, Table 3: 462 million multiply-adds, 2.36 million parameters
    assert f"{MACS.solution((14, 14), (3, 3), 512, 512, 1, 'same') / 1e6:.0f}" == "462"
    assert f"{PARAMS.solution((14, 14), (3, 3), 512, 512, False) / 1e6:.2f}" == "2.36"
