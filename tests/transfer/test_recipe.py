"""The two phases: what moves in each, at which rate, and what is refused before any training."""

import pytest

from dscourse.transfer import audit, fine_tune
from tests.transfer.tiny import base, changed, compiled, flat, images, labels, nested, values

pytestmark = pytest.mark.keras
HEAD = {"predictions/kernel", "predictions/bias"}


def loss():
    import keras

    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def sgd(rate):
    import keras

    return keras.optimizers.SGD(rate)


def run(model, inner, *data, **arguments):
    chosen = {"first_block": "block2", "epochs": (2, 1), "rates": (0.1, 0.01), "verbose": 0}
    chosen |= {"loss": loss(), "optimizer": sgd, **arguments}
    return fine_tune(model, inner, *(data or (images(), labels())), **chosen)


@pytest.mark.parametrize("build", [nested, flat])
def test_the_head_learns_first_then_the_blocks_and_no_statistics_ever(build):
    import keras

    inner = base()
    whole = build(inner)
    moved = []

    class Watch(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.seen = audit(whole)

        def on_train_end(self, logs=None):
            moved.append({row.name: row.moved for row in self.seen.look().rows()})
            assert self.seen.warnings == ()
            assert self.seen.total.batch_norms_moved == 0

    run(whole, inner, callbacks=lambda: [Watch()])
    assert moved == [
        {"block1": 0, "block2": 0, "block3": 0, "head": 2},
        {"block1": 0, "block2": 2, "block3": 1, "head": 2},
    ]


def test_each_phase_has_its_epochs_and_its_rate_and_leaves_a_history():
    inner = base()
    whole = nested(inner)
    rates = []

    def optimizer(rate):
        rates.append(rate)
        return sgd(rate)

    phases = run(whole, inner, optimizer=optimizer, validation_data=(images(1), labels()))
    assert rates == [0.1, 0.01]
    assert [len(h.history["loss"]) for h in (phases.head, phases.whole)] == [2, 1]
    assert set(phases.whole.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def test_a_dataset_of_pairs_needs_no_labels():
    import tensorflow as tf

    inner = base()
    whole = nested(inner)
    pairs = tf.data.Dataset.from_tensor_slices((images(), labels())).batch(4)
    moved = changed(whole, lambda: run(whole, inner, pairs, shuffle=False))
    assert moved > HEAD


def test_callbacks_are_made_anew_for_each_phase():
    import keras

    inner = base()
    whole, made = nested(inner), []

    def callbacks():
        made.append(keras.callbacks.EarlyStopping("loss", patience=1))
        return made[-1:]

    run(whole, inner, callbacks=callbacks)
    assert len(made) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"first_block": "block9"}, r"^`block` must be one of the model's blocks \(block1, block2"),
        (
            {"epochs": (0, 1)},
            r"^`epochs` and `rates` must be two positive numbers each; got \(0, 1",
        ),
        ({"rates": (0.1, 0.0)}, r"^`epochs` and `rates` must be two positive numbers each; got"),
    ],
    ids=["block", "epochs", "rates"],
)
def test_what_is_wrong_is_told_before_anything_is_trained(arguments, message):
    inner = base()
    whole = compiled(nested(inner))
    before = values(whole)
    with pytest.raises(ValueError, match=message):
        run(whole, inner, **arguments)
    assert all((old == new).all() for old, new in zip(before, values(whole), strict=True))


def test_a_base_of_another_model_is_refused():
    whole, other = nested(base()), base()
    with pytest.raises(
        ValueError, match=r"^`base` must be a part of `model`; the weights of 'base'"
    ):
        run(whole, other)
