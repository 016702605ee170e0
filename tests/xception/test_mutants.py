"""Mistakes that people make in Xception are seen by the comparison with Keras.

Each is built into our network and compared as in test_equality.py. All of them are much
larger than the rounding that is allowed there; two show why sizes and layers were chosen.
"""

from dataclasses import replace

import numpy as np
import pytest

from tests.xception.witness import MOST, images, randomise, relative_error

pytestmark = pytest.mark.keras

SEEN = 1e-3
FEATURES = {"weights": None, "include_top": False, "pooling": "avg"}


@pytest.fixture(scope="module")
def right():
    import keras

    return randomise(keras.applications.Xception(**FEATURES))


@pytest.fixture(scope="module")
def wanted(right):
    return {size: np.asarray(right(images(size, batch=2))) for size in (71, 150)}


def build(**knobs):
    from dscourse.xception import Xception

    return Xception(**FEATURES, **knobs)


def error(mutant, wanted, size=150, **call):
    return relative_error(mutant(images(size, batch=2), **call), wanted[size])


def with_layer(name, **changes):
    """Return a mutation: every layer of this class is made with other arguments."""

    def mutate(monkeypatch):
        import keras

        layer = getattr(keras.layers, name)
        monkeypatch.setattr(
            keras.layers, name, lambda *args, **kwargs: layer(*args, **(kwargs | changes))
        )

    return mutate


def with_blocks(where, index, **changes):
    """Return a mutation: one row of the table is another."""

    def mutate(monkeypatch):
        from dscourse.xception import table

        rows = list(getattr(table, where))
        rows[index] = replace(rows[index], **changes)
        monkeypatch.setattr(table, where, tuple(rows))

    return mutate


def shortcut_reads_relu(monkeypatch):
    """The ReLU at the start of a block, moved in front of the fork."""
    import keras

    from dscourse.xception import builder

    shortcut = builder._shortcut
    monkeypatch.setattr(builder, "_shortcut", lambda x, *rest: shortcut(keras.ops.relu(x), *rest))


def pool_padded_on_both_sides(monkeypatch):
    """Max pooling as PyTorch pads it; TensorFlow pads an even map only below and on the right."""
    import keras

    pool = keras.layers.MaxPooling2D

    def padded(size, strides, padding, name):
        around = ((0, 0), (1, 1), (1, 1), (0, 0))
        inner = pool(size, strides=strides, padding="valid", name=name)
        return lambda x: inner(keras.ops.pad(x, around, constant_values=-1e9))

    monkeypatch.setattr(keras.layers, "MaxPooling2D", padded)


REBUILT = {
    "batch normalization's epsilon 1e-5": with_layer("BatchNormalization", epsilon=1e-5),
    "batch normalization's epsilon 1.1e-3": with_layer("BatchNormalization", epsilon=1.1e-3),
    "the stem padded": with_layer("Conv2D", padding="same"),
    "no ReLU at the end": with_blocks("EXIT", -1, relu="between"),
    "a ReLU after block 2's first sum is missing": with_blocks("ENTRY", 2, relu="between"),
    "the shortcut reads relu(x)": shortcut_reads_relu,
    "max pooling padded on both sides": pool_padded_on_both_sides,
    "ReLU between depthwise and pointwise": lambda _: {"between": "relu"},
    "ELU between depthwise and pointwise": lambda _: {"between": "elu"},
}


@pytest.fixture
def rebuilt(right, monkeypatch):
    """Build a mutant with the right weights; a mutation patches what it must, or returns knobs."""
    from dscourse.xception import copy_weights

    def make(mutation):
        mutant = build(**(mutation(monkeypatch) or {}))
        copy_weights(right, mutant)
        return mutant

    return make


@pytest.fixture(scope="module")
def faithful(right):
    from dscourse.xception import copy_weights

    model = build()
    copy_weights(right, model)
    return model


@pytest.mark.parametrize("size", [71, 150])
def test_no_mistake_is_rounding(faithful, wanted, size):
    assert error(faithful, wanted, size) <= MOST


@pytest.mark.parametrize("mutation", REBUILT.values(), ids=REBUILT)
def test_a_mistake_in_the_network_is_seen(rebuilt, wanted, mutation):
    assert error(rebuilt(mutation), wanted) > SEEN


def test_a_pool_padded_on_both_sides_is_not_seen_on_odd_maps(rebuilt, wanted):
    """At 71 every map has an odd side, so both libraries pad alike: test at 150 too."""
    mutant = rebuilt(pool_padded_on_both_sides)
    assert error(mutant, wanted, 71) <= MOST
    assert error(mutant, wanted, 150) > SEEN


def test_a_relu_before_block_2_changes_nothing(rebuilt, wanted):
    """Its input has just left a ReLU."""
    assert error(rebuilt(with_blocks("ENTRY", 1, relu="before")), wanted) <= MOST


def test_batch_statistics_at_inference_are_seen(faithful, wanted):
    before = faithful.get_weights()
    assert error(faithful, wanted, training=True) > SEEN
    faithful.set_weights(before)


def test_transposed_depthwise_kernels_are_seen(faithful, wanted):
    before = faithful.get_weights()
    faithful.set_weights(
        [
            w.transpose(1, 0, 2, 3) if w.shape[:2] == (3, 3) and w.shape[3] == 1 else w
            for w in before
        ]
    )
    assert error(faithful, wanted) > SEEN
    faithful.set_weights(before)


def test_missing_residuals_are_seen(faithful, wanted):
    mutant = build(residuals=False)
    for layer in mutant.layers:
        layer.set_weights(faithful.get_layer(layer.name).get_weights())
    assert error(mutant, wanted) > SEEN


# What is done to images before they come: right are values from -1 to 1, in the order RGB.
PREPARED = {
    "values from 0 to 255": lambda x: 127.5 * (x + 1),
    "values from 0 to 1": lambda x: (x + 1) / 2,
    "channels in the order BGR": lambda x: x[..., ::-1],
}


@pytest.mark.parametrize("size", [71, 150])
@pytest.mark.parametrize("prepare", PREPARED.values(), ids=PREPARED)
def test_images_prepared_in_another_way_are_seen(faithful, wanted, prepare, size):
    x = prepare(images(size, batch=2))
    assert relative_error(faithful(x), wanted[size]) > SEEN
