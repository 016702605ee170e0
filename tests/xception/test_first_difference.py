"""The block where two models part is found, wherever it is and whatever is wrong with it."""

import re

import numpy as np
import pytest

from tests.xception.witness import images, randomise

pytestmark = pytest.mark.keras

TINY = {"weights": None, "width": 0.05, "middle_blocks": 2, "include_top": False}
BLOCKS = [f"block{n}" for n in range(1, 9)]


@pytest.fixture(scope="module")
def build():
    from dscourse.xception import Xception

    return lambda **knobs: Xception(**TINY | knobs)


@pytest.fixture(scope="module")
def compare():
    from dscourse.xception import first_difference

    return lambda a, b, size=71, **options: first_difference(a, b, images(size), **options)


@pytest.fixture(scope="module")
def pair(build):
    """Return two models with the same weights, that a test may change and must put back."""
    right, other = randomise(build()), build()
    other.set_weights(right.get_weights())
    return right, other


def test_equal_models_have_none(compare, pair):
    assert compare(*pair) is None


@pytest.mark.parametrize("block", BLOCKS)
def test_a_changed_weight_is_found_in_its_block(compare, pair, block):
    right, other = pair
    kind = "conv" if block == "block1" else "sepconv"
    other.get_layer(f"{block}_{kind}2_bn").beta.assign_add([0.5])
    found = compare(right, other)
    other.set_weights(right.get_weights())
    assert found == block


@pytest.mark.parametrize("block", ["block2", "block3", "block4", "block7"])
def test_a_changed_shortcut_is_found_in_its_block(compare, pair, block):
    right, other = pair
    other.get_layer(f"{block}_shortcut_bn").gamma.assign(
        -right.get_layer(f"{block}_shortcut_bn").gamma
    )
    found = compare(right, other)
    other.set_weights(right.get_weights())
    assert found == block


def test_what_is_no_number_differs(compare, pair):
    right, other = pair
    kernel = other.get_layer("block5_sepconv1").pointwise_kernel
    kernel.assign(kernel * np.nan)
    found = compare(right, other)
    other.set_weights(right.get_weights())
    assert found == "block5"


def test_a_block_of_another_shape_differs(compare, build):
    """After one middle block, block 6 is the exit's first; after two, it is the second."""
    shorter, longer = build(middle_blocks=1), randomise(build())
    for n in range(1, 6):
        for layer in longer.layers:
            if layer.name.startswith(f"block{n}_"):
                shorter.get_layer(layer.name).set_weights(layer.get_weights())
    assert compare(shorter, longer) == compare(longer, shorter) == "block6"


def test_a_block_that_only_one_model_has_differs(compare, build, pair):
    pooled = build(pooling="avg")
    pooled.set_weights(pair[0].get_weights())
    assert compare(pair[0], pooled) == compare(pooled, pair[0]) == "head"


def test_a_wrong_head_is_found(compare, build):
    right, other = (randomise(build(pooling=pooling)) for pooling in ("avg", "max"))
    assert compare(right, other) == "head"
    assert compare(right, build(pooling="avg")) == "block1"


def test_tolerance_is_relative(compare, pair):
    right, other = pair
    layer = other.get_layer("block1_conv2_bn")
    layer.gamma.assign(layer.gamma * 1.01)
    layer.beta.assign(layer.beta * 1.01)
    found = [compare(right, other, tolerance=tolerance) for tolerance in (1e-3, 0.5)]
    other.set_weights(right.get_weights())
    assert found == ["block1", None]


def test_keras_own_model_can_be_compared():
    """Its shortcuts and additions have no names, and belong to the block before them."""
    import keras

    from dscourse.xception import Xception, copy_weights, first_difference

    arguments = {"weights": None, "include_top": False, "pooling": "avg"}
    theirs = randomise(keras.applications.Xception(**arguments))
    ours = Xception(**arguments)
    copy_weights(theirs, ours)
    x = images(71)
    assert first_difference(ours, theirs, x) is None
    assert first_difference(theirs, ours, x) is None
    for layer, block in [("block3_shortcut_bn", "block3"), ("block12_sepconv3_bn", "block12")]:
        moving = ours.get_layer(layer).moving_mean
        before = moving.numpy()
        moving.assign(before + 1)
        assert first_difference(theirs, ours, x) == block
        moving.assign(before)


def test_a_model_without_named_blocks_is_refused(compare, pair):
    import keras

    plain = keras.Sequential([keras.Input((71, 71, 3)), keras.layers.Flatten(name="flat")])
    message = re.escape(
        "`b` must have layers named 'block1_…', 'block2_…' and so on, to tell its blocks apart; "
        "its first layers are ['flat']."
    )
    with pytest.raises(ValueError, match=message):
        compare(pair[0], plain)
