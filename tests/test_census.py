"""The census of real networks: its kinds add up, and agree with what is known of each."""

import pytest

from dscourse.census import KINDS, census
from dscourse.cost import Cost, layer_table

pytestmark = pytest.mark.keras


def built(name):
    import keras

    return getattr(keras.applications, name)(weights=None, input_shape=(96, 96, 3))


@pytest.fixture(scope="module")
def xception():
    return built("Xception")


def test_xceptions_kinds_are_those_that_chapter_7_counts(xception):
    found = census(xception)
    assert found["depthwise"].parameters == 207_432
    assert found["pointwise"].parameters == 19_552_896 + 972_800  # and the shortcuts' 1x1s
    assert found["ordinary"].parameters == 864 + 18_432
    assert found["vector"].parameters == 2_048_000
    assert sum(c.parameters for c in found.values()) == 22_910_480


@pytest.mark.parametrize("name", ["MobileNetV2", "ConvNeXtTiny"])
def test_the_kinds_add_up_to_the_table(name):
    model = built(name)
    whole = sum(layer_table(model), start=Cost())
    found = census(model)
    assert tuple(found) == KINDS
    assert sum(c.parameters for c in found.values()) == whole.parameters
    assert sum(c.multiply_adds for c in found.values()) == whole.multiply_adds
    # ConvNeXt's depthwise layers are Conv2D with groups: 7 x 7 in each of 18 blocks.
    if name == "ConvNeXtTiny":
        widths = 3 * [96] + 3 * [192] + 9 * [384] + 3 * [768]
        assert found["depthwise"].parameters == 49 * sum(widths)


def test_a_layer_that_is_called_twice_works_twice_and_holds_its_weights_once():
    import keras

    layer = keras.layers.DepthwiseConv2D(3, padding="same", use_bias=False)
    x = keras.Input((5, 5, 4))
    found = census(keras.Model(x, layer(layer(x))))
    assert found["depthwise"] == Cost(36, 2 * 25 * 36)


def test_an_ordinary_convolution_of_one_channel_is_told_as_depthwise_and_a_gate_as_vector():
    import keras
    from keras import layers

    x = keras.Input((6, 6, 1))
    y = layers.Conv2D(1, 3, use_bias=False)(x)  # one channel: both words are right
    gate = layers.GlobalAveragePooling2D(keepdims=True)(y)
    y = layers.Multiply()([y, layers.Conv2D(1, 1, use_bias=False)(gate)])
    found = census(keras.Model(x, layers.Dense(2)(y)))
    assert [found[kind].parameters for kind in KINDS] == [9, 2, 0, 1, 2]
