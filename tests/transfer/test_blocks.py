"""Blocks are found by name, in every family that names them; shortcuts go with their block."""

import pytest

from dscourse.transfer import block_names, trainable_parameters
from dscourse.transfer.blocks import placed_layers
from tests.transfer.tiny import base, flat, nested

pytestmark = pytest.mark.keras


def blocks_of(model):
    return {placed.path: placed.block for placed in placed_layers(model)}


def test_an_unnamed_shortcut_belongs_to_the_block_that_it_stands_in():
    found = blocks_of(base())
    assert found["conv2d"] == found["batch_normalization"] == found["add"] == "block2"


@pytest.mark.parametrize(("build", "prefix"), [(nested, "base/"), (flat, "")])
def test_nested_or_flat_the_layers_have_the_same_blocks_and_what_follows_the_maps_is_the_head(
    build, prefix
):
    found = blocks_of(build(base()))
    assert found[f"{prefix}block3_conv"] == "block3"
    assert found["pool"] == found["predictions"] == "head"


def test_a_layer_inside_an_inner_model_says_so():
    inside = {p.path: p.inside for p in placed_layers(nested(base()))}
    assert inside["base/block1_conv"]
    assert not inside["predictions"]


def test_xception_has_14_blocks_of_the_published_sizes():
    import keras
    import numpy as np

    keras.backend.clear_session()
    model = keras.applications.Xception(weights=None)
    sizes = {}
    for placed in placed_layers(model):
        count = sum(int(np.prod(w.shape)) for w in placed.layer.weights)
        sizes[placed.block] = sizes.get(placed.block, 0) + count
    middle = {f"block{n}": 1_618_344 for n in range(5, 13)}
    assert sizes == {
        "": 0,
        "block1": 19_680,
        "block2": 36_032,
        "block3": 137_600,
        "block4": 920_312,
        **middle,
        "block13": 2_045_136,
        "block14": 4_755_968,
        "head": 2_049_000,
    }


@pytest.mark.parametrize(
    ("names", "block"),
    [
        (["block1_conv1", "block5_pool"], "block1"),
        (["conv2_block1_1_conv", "conv5_block3_out"], "conv2_block1"),
        (["block_1_expand", "block_16_project"], "block_1"),
        (["block1a_dwconv", "block7b_project_bn"], "block1a"),
    ],
    ids=["VGG", "ResNet", "MobileNetV2", "EfficientNet"],
)
def test_the_names_of_other_families_are_read(names, block):
    import keras

    x = inputs = keras.Input((4, 4, 3))
    for name in names:
        x = keras.layers.Activation("relu", name=name)(x)
    assert block_names(keras.Model(inputs, x))[0] == block
    assert len(block_names(keras.Model(inputs, x))) == 2


def test_a_model_without_blocks_has_none():
    import keras

    assert block_names(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])) == []


def test_trainable_parameters_are_counted_in_numbers():
    whole = nested(base())
    assert (
        trainable_parameters(whole) == 3 * 3 * 3 * 4 + 3 * 3 * 4 * 4 + 16 + 3 * 3 * 4 * 5 + 34 + 12
    )
