"""One process: the loop learns, tells how far it is, and goes on where it stopped."""

import dataclasses

import keras
import numpy as np
import pytest

from dscourse.training import Workers, train
from tests.training import tiny

pytestmark = pytest.mark.keras


def weights(result) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(w) for w in result.model.weights]


def test_the_loop_equals_keras_fit_on_the_same_batches(tmp_path):
    """Keras' own training is the witness: one epoch, with the batches in our order."""
    task = tiny.task(epochs=1)
    ours = weights(train(task, tmp_path))
    keras.utils.set_random_seed(task.seed)
    model = task.model()
    model.compile(task.optimizer(), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    order = np.random.default_rng([task.seed, 0]).permutation(task.examples)
    images, labels = task.read(order[: 8 * task.batch])
    model.fit(images, labels, batch_size=task.batch, shuffle=False, verbose=0)
    theirs = [keras.ops.convert_to_numpy(w) for w in model.weights]
    assert tiny.relative_difference(ours, theirs) < 1e-5


def test_a_run_that_was_cut_short_goes_on_as_if_nothing_had_happened(tmp_path):
    whole = weights(train(tiny.task(epochs=4), tmp_path / "whole"))
    train(tiny.task(epochs=2), tmp_path / "cut")
    rest = train(tiny.task(epochs=4), tmp_path / "cut")
    assert rest.steps == 16
    assert tiny.relative_difference(whole, weights(rest)) == 0.0


def test_a_finished_run_has_nothing_left_to_do(tmp_path):
    train(tiny.task(epochs=1), tmp_path)
    assert train(tiny.task(epochs=1), tmp_path).steps == 0


def test_every_epoch_draws_another_order(tmp_path):
    seen = []

    def read(numbers):
        seen.append(numbers)
        return tiny.read(numbers)

    train(dataclasses.replace(tiny.task(epochs=2), read=read), tmp_path)
    first, second = np.concatenate(seen[:8]), np.concatenate(seen[8:])
    assert len(set(first)) == len(set(second)) == 256
    assert not np.array_equal(first, second)


def test_progress_names_epoch_step_loss_speed_and_time_left(tmp_path):
    lines: list[str] = []
    train(tiny.task(epochs=2), tmp_path, tell=lines.append)
    assert lines[-1].startswith("epoch 2/2  step 16/16  loss ")
    assert lines[-1].endswith(" examples/s  0 s left")


def test_a_batch_that_cannot_be_shared_is_refused_before_anybody_is_waited_for(tmp_path):
    with pytest.raises(ValueError, match="multiple of the 3 workers"):
        train(tiny.task(), tmp_path, workers=Workers(("a:1", "b:1", "c:1")))
