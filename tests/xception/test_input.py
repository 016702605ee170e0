"""What a model is built on: a shape, a tensor, any number of channels."""

import re

import pytest

pytestmark = pytest.mark.keras

TINY = {"weights": None, "width": 0.05, "middle_blocks": 1}


@pytest.fixture(scope="module")
def xception():
    from dscourse.xception import Xception

    return Xception


def other_image(sides):
    import keras

    return keras.Input((*sides, 3), name="other")


def test_a_tensor_smaller_than_71_is_refused(xception):
    """Keras checks the size of `input_shape` alone."""
    message = re.escape("`input_tensor` must be at least 71x71; got (70, 71, 3)")
    with pytest.raises(ValueError, match=message):
        xception(weights=None, input_tensor=other_image((70, 71)))


@pytest.mark.parametrize("shape", [(71, 71, 3), (71, 72), 71], ids=str)
def test_a_shape_that_is_not_the_tensors_is_refused(xception, shape):
    message = f"`input_shape` must be that of `input_tensor`, (71, 72, 3); got {shape}, so omit it."
    with pytest.raises(ValueError, match=re.escape(message)):
        xception(**TINY | {"input_shape": shape}, input_tensor=other_image((71, 72)))


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_without_weights_any_number_of_channels_will_do(xception, channels):
    """Keras warns of 2 and 4; the network has no preference."""
    model = xception(**TINY | {"input_shape": (71, 71, channels)})
    assert model.get_layer("block1_conv1").kernel.shape == (3, 3, channels, 2)


def test_a_model_is_built_on_a_tensor_and_begins_at_its_source(xception):
    import keras

    image = keras.Input((80, 72, 3))
    scaled = keras.layers.Rescaling(1 / 127.5, offset=-1, name="scale")(image)
    model = xception(**TINY, input_tensor=scaled)
    assert model.input_shape == (None, 80, 72, 3)
    assert model.layers[1].name == "scale"


@pytest.mark.parametrize(
    ("arguments", "shape"),
    [
        ({}, (299, 299, 3)),
        ({"include_top": False}, (None, None, 3)),
        ({"small_inputs": True}, (32, 32, 3)),
        ({"small_inputs": True, "include_top": False}, (None, None, 3)),
        ({"input_shape": [80, 90, 3]}, (80, 90, 3)),
    ],
    ids=repr,
)
def test_the_usual_shape(xception, arguments, shape):
    model = xception(**TINY | arguments)
    assert model.input_shape == (None, *shape)
