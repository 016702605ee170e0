"""Freezing is by name, holds for nested bases, and is what really happens in fit."""

import pytest

from dscourse.transfer import freeze, freeze_batch_norm, trainable_parameters, unfreeze_from
from tests.transfer.tiny import BATCH_NORMS, base, changed, compiled, fit, flat, nested, statistics

pytestmark = pytest.mark.keras
HEAD = {"predictions/kernel", "predictions/bias"}
BUILDS = pytest.mark.parametrize("build", [nested, flat])


@BUILDS
def test_behind_a_frozen_base_only_the_head_moves(build):
    inner = base()
    whole = build(inner)
    freeze(inner)
    compiled(whole)
    assert changed(whole, lambda: fit(whole)) == HEAD


@BUILDS
@pytest.mark.parametrize("of", ["base", "whole"])
def test_from_a_block_on_kernels_move_and_no_statistics(build, of):
    inner = base()
    whole = build(inner)
    freeze(inner)
    fit(compiled(whole))
    unfreeze_from(inner if of == "base" else whole, "block2")
    compiled(whole)
    moved = changed(whole, lambda: fit(whole))
    assert moved == {"block2_conv/kernel", "conv2d/kernel", "block3_conv/kernel"} | HEAD


def test_batch_norm_moves_from_the_block_on_where_it_is_asked_for():
    inner = base()
    whole = nested(inner)
    unfreeze_from(inner, "block3", batch_norm=True)
    compiled(whole)
    assert changed(inner, lambda: fit(whole)) == {
        *("block3_conv/kernel", "block3_conv_bn/gamma", "block3_conv_bn/beta"),
        *statistics(["block3_conv_bn"]),
    }


@pytest.mark.parametrize("start", ["all frozen", "each layer frozen", "all trainable"])
def test_what_was_frozen_before_and_how_makes_no_difference(start):
    inner = base()
    if start == "all frozen":
        inner.trainable = False
    if start == "each layer frozen":
        for layer in inner.layers:
            layer.trainable = False
    unfreeze_from(inner, "block2")
    assert [w.path for w in inner.trainable_weights] == [
        *("block2_conv/kernel", "conv2d/kernel", "block3_conv/kernel")
    ]


def test_the_head_alone_can_be_unfrozen():
    whole = nested(base())
    unfreeze_from(whole, "head")
    assert {w.path for w in whole.trainable_weights} == HEAD


def test_a_block_that_is_not_there_is_told_with_those_that_are_and_nothing_changes():
    inner = base()
    freeze(inner)
    message = (
        r"^`block` must be one of the model's blocks \(block1, block2, block3\); got 'block4'\.$"
    )
    with pytest.raises(ValueError, match=message):
        unfreeze_from(inner, "block4")
    assert inner.trainable_weights == []


def test_the_head_is_among_the_blocks_that_are_named():
    with pytest.raises(ValueError, match=r"\(block1, block2, block3, head\)"):
        unfreeze_from(nested(base()), "Block1")


def test_a_model_without_names_of_blocks_is_told_so():
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match=r"got 'block1'; the model has no layer named as 'block1_"):
        unfreeze_from(model, "block1")


@BUILDS
def test_freeze_batch_norm_finds_all_and_leaves_the_rest(build):
    whole = build(base())
    assert freeze_batch_norm(whole) == len(BATCH_NORMS)
    compiled(whole)
    moved = changed(whole, lambda: fit(whole))
    assert not any("normalization" in path or "_bn" in path for path in moved)
    assert "block1_conv/kernel" in moved


def test_a_batch_norm_hidden_in_another_layer_is_not_passed_over():
    import keras

    class Hidden(keras.layers.Layer):
        def __init__(self):
            super().__init__(name="mine")
            self.norm = keras.layers.BatchNormalization()

        def call(self, x):
            return self.norm(x)

    model = keras.Sequential([keras.Input((3,)), Hidden()])
    with pytest.raises(ValueError, match=r"the layer 'mine' holds one inside"):
        freeze_batch_norm(model)


@pytest.mark.parametrize(
    ("block", "plain", "with_norm"),
    [("block14", 4_741_632, 4_748_800), ("block13", 6_775_664, 6_788_384)],
)
def test_xception_has_the_measured_numbers_from_a_block_on(block, plain, with_norm):
    import keras

    keras.backend.clear_session()
    model = keras.applications.Xception(include_top=False, weights=None, input_shape=(71, 71, 3))
    unfreeze_from(model, block)
    assert trainable_parameters(model) == plain
    unfreeze_from(model, block, batch_norm=True)
    assert trainable_parameters(model) == with_norm


def test_what_was_frozen_inside_a_layer_of_your_own_is_unfrozen_with_it():
    import keras

    class Mine(keras.layers.Layer):
        def __init__(self):
            super().__init__(name="block1_mine")
            self.inner = keras.layers.Dense(2)

        def call(self, x):
            return self.inner(x)

    model = keras.Sequential([keras.Input((3,)), Mine()])
    model.layers[0].inner.trainable = False
    unfreeze_from(model, "block1")
    assert len(model.trainable_weights) == 2
