"""Grad-CAM through a nested base: what it computes, and what Keras refuses."""

import numpy as np
import pytest

from dscourse.transfer import freeze_batch_norm, grad_cam, with_head
from tests.transfer.tiny import base, changed, images

pytestmark = pytest.mark.keras


def test_with_an_average_it_is_the_map_weighted_by_the_kernel_of_the_head():
    """The class activation map of Zhou et al., 2016, of which Grad-CAM is the general form."""
    inner = base()
    whole = with_head(inner, "avg", 3)
    maps = np.asarray(inner(images(), training=False))
    kernel = whole.get_layer("predictions").get_weights()[0]
    classes = np.arange(len(maps)) % 3
    expected = np.einsum("bhwc,cb->bhw", maps, kernel[:, classes]) / (4 * 4)
    got = grad_cam(whole, inner, images(), classes)
    np.testing.assert_allclose(got, np.maximum(expected, 0), rtol=1e-4, atol=1e-6)


def test_the_softmax_of_the_head_makes_no_difference():
    inner = base()
    soft, plain = (with_head(inner, "flatten", 3, activation=a) for a in ("softmax", None))
    plain.set_weights(soft.get_weights())
    one, two = (grad_cam(model, inner, images(), [1] * 8) for model in (soft, plain))
    np.testing.assert_array_equal(one, two)


def test_each_image_has_weights_of_its_own():
    """A hidden layer with a ReLU makes the gradient differ from image to image."""
    import keras

    inner = base()
    x = keras.Input(inner.input_shape[1:])
    y = keras.layers.GlobalAveragePooling2D()(inner(x))
    y = keras.layers.Dense(8, "relu")(y)
    whole = keras.Model(x, keras.layers.Dense(2, "softmax")(y))
    together = grad_cam(whole, inner, images(), [0] * 8)
    alone = [grad_cam(whole, inner, images()[n : n + 1], [0])[0] for n in range(8)]
    in_threes = grad_cam(whole, inner, images(), [0] * 8, batch_size=3)
    np.testing.assert_allclose(together, alone, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(together, in_threes, rtol=1e-3, atol=1e-5)


def test_nothing_of_the_model_is_changed():
    inner = base(dropout=0.5)
    freeze_batch_norm(inner)
    whole = with_head(inner, "max", 2)
    assert not changed(whole, lambda: grad_cam(whole, inner, images(), [0] * 8))
    assert whole.layers[-1].activation.__name__ == "softmax"


def test_layers_before_the_base_are_called_too():
    import keras

    inner = base()
    inside = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Rescaling(0.5), inner])
    inside.add(keras.layers.GlobalAveragePooling2D())
    inside.add(keras.layers.Dense(2))
    outside = keras.Sequential([keras.Input((8, 8, 3)), inner, *inside.layers[2:]])
    np.testing.assert_allclose(
        grad_cam(inside, inner, images(), [1] * 8),
        grad_cam(outside, inner, 0.5 * images(), [1] * 8),
        rtol=1e-5,
    )


def test_keras_cannot_cut_the_map_of_a_nested_base_out_of_the_graph_of_the_whole():
    """The recipe that works for a flat model; here the two tensors belong to two graphs."""
    import keras

    inner = base()
    whole = with_head(inner, "avg", 3)
    with pytest.raises(ValueError, match="No such layer: block3_conv_act"):
        whole.get_layer("block3_conv_act")
    with pytest.raises((ValueError, KeyError)):
        keras.Model(whole.inputs, [inner.get_layer("block3_conv_act").output, whole.output])


@pytest.mark.parametrize("problem", ["base", "dense", "classes"])
def test_what_cannot_be_explained_is_refused(problem):
    import keras

    inner = base()
    whole = with_head(inner, "avg", 3)
    if problem == "base":
        with pytest.raises(ValueError, match="`base` must be a layer of `model`"):
            grad_cam(whole, base(), images(), [0] * 8)
    elif problem == "dense":
        pooled = keras.Sequential([inner, keras.layers.GlobalAveragePooling2D()])
        with pytest.raises(ValueError, match="must end in a Dense layer"):
            grad_cam(pooled, inner, images(), [0] * 8)
    else:
        with pytest.raises(ValueError, match="a class for each of the 8 images; got 1"):
            grad_cam(whole, inner, images(), [0])
