"""The knobs do what a chapter says of them: on small networks, against NumPy where it can."""

import numpy as np
import pytest

from dscourse.conv import depthwise_conv2d, pointwise_conv2d
from tests.xception.witness import MOST, images, randomise, relative_error

pytestmark = pytest.mark.keras

SMALL = {"weights": None, "include_top": False, "width": 0.05, "middle_blocks": 1}


@pytest.fixture(scope="module")
def xception():
    from dscourse.xception import Xception

    return Xception


def around(model, layer, x):
    """Return what enters and what leaves a layer for images `x`."""
    import keras

    layer = model.get_layer(layer)
    ends = keras.Model(model.inputs[0], [layer.input, layer.output])(x)
    return [np.asarray(end, dtype=np.float64) for end in ends]


def relu(x):
    return np.maximum(x, 0)


def elu(x):
    return np.where(x > 0, x, np.expm1(x))


def nothing(x):
    return x


@pytest.mark.parametrize(
    ("between", "activation"),
    [(None, nothing), ("relu", relu), ("elu", elu)],
    ids=["nothing", "relu", "elu"],
)
@pytest.mark.parametrize("order", ["depthwise-first", "pointwise-first"])
def test_a_convolution_is_made_of_the_parts_that_the_knobs_name(
    xception, order, between, activation
):
    model = randomise(xception(**SMALL, order=order, between=between))
    x = images(71)
    unit = "block3_sepconv2"
    entering, _ = around(model, f"{unit}_act", x)
    _, leaving = around(model, f"{unit}_bn", x)
    assert entering.min() < 0 < entering.max()
    layers = [layer for layer in model.layers if layer.name.startswith(unit)]
    kernels = [w.astype(float) for layer in layers for w in layer.get_weights() if w.ndim == 4]
    pw, dw = sorted(kernels, key=lambda kernel: kernel.shape[0])
    steps = [
        lambda x: depthwise_conv2d(x, dw, padding="same"),
        lambda x: pointwise_conv2d(x, pw),
    ]
    first, second = steps if order == "depthwise-first" else reversed(steps)
    gamma, beta, mean, variance = model.get_layer(f"{unit}_bn").get_weights()
    y = second(activation(first(relu(entering))))
    y = (y - mean) / np.sqrt(variance + 1e-3) * gamma + beta
    assert relative_error(leaving, y) <= MOST


def test_pointwise_first_convolves_in_the_new_number_of_channels(xception):
    model = xception(**SMALL, order="pointwise-first")
    assert model.get_layer("block3_sepconv1_pointwise").kernel.shape == (1, 1, 6, 13)
    assert model.get_layer("block3_sepconv1_depthwise").kernel.shape == (3, 3, 13, 1)


@pytest.mark.parametrize("middle_blocks", [0, 2])
def test_a_middle_block_more_is_1_618_344_parameters_more(xception, middle_blocks):
    model = xception(weights=None, include_top=False, middle_blocks=middle_blocks)
    assert model.count_params() == 20_861_480 - (8 - middle_blocks) * 1_618_344


def test_blocks_are_numbered_without_a_gap(xception):
    names = [layer.name.split("_")[0] for layer in xception(**SMALL).layers[1:]]
    assert list(dict.fromkeys(names)) == [f"block{n}" for n in range(1, 8)]


def test_without_residuals_nothing_is_added_and_the_rest_stays(xception):
    bare, full = xception(**SMALL, residuals=False), xception(**SMALL)
    extra = {layer.name for layer in full.layers} - {layer.name for layer in bare.layers}
    assert {name.split("_", 1)[1] for name in extra} == {"shortcut", "shortcut_bn", "add"}
    assert bare.output_shape == full.output_shape
    assert {layer.name for layer in bare.layers} < {layer.name for layer in full.layers}


def test_momentum_is_how_much_of_the_statistics_a_batch_leaves(xception):
    moved = {}
    x = images(71, batch=2)
    for momentum in (0.0, 0.75):
        model = randomise(xception(**SMALL, momentum=momentum))
        normalization = model.get_layer("block1_conv1_bn")
        before = normalization.moving_mean.numpy()
        model(x, training=True)
        moved[momentum] = normalization.moving_mean.numpy() - before
        assert {layer.momentum for layer in model.layers if layer.name.endswith("_bn")} == {
            momentum
        }
    assert relative_error(moved[0.75], 0.25 * moved[0.0]) <= MOST


def maps(model):
    """Return the side of the map after each block."""
    ends = {layer.name.split("_")[0]: layer.output.shape[1] for layer in model.layers[1:]}
    return list(ends.values())


@pytest.mark.parametrize(
    ("small_inputs", "size", "sides"),
    [
        (False, 299, [147, 74, 37, 19, 19, 10, 10]),
        (False, 71, [33, 17, 9, 5, 5, 3, 3]),
        (True, 21, [17, 17, 9, 5, 5, 3, 3]),
        (True, 32, [28, 28, 14, 7, 7, 4, 4]),
    ],
)
def test_small_inputs_have_maps_as_large_as_those_of_larger_images(
    xception, small_inputs, size, sides
):
    model = xception(**SMALL, small_inputs=small_inputs, input_shape=(size, size, 3))
    assert maps(model) == sides
