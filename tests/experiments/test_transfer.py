"""Each way to use a trained network trains what it says, and is judged on images it never saw."""

from dataclasses import replace

import numpy as np
import pytest

from dscourse.data import house_numbers
from dscourse.experiments.transfer import (
    TRANSFER_STUDIES,
    TransferArm,
    TransferSetting,
    _order,
    augmented,
    train,
)

BRIEF = TransferSetting(head_steps=100, batch=10, letters=52)
LETTERS = 0.96  # about what the trained network reaches


def arm(learns, weights="mini", **changes):
    return TransferArm("ours", 2, weights, learns, **changes)


def test_every_way_is_there_for_few_labels_and_for_fewer():
    arms = [a for name in ("few-labels", "fine-tuning") for a in TRANSFER_STUDIES[name].arms]
    few = {replace(a, name="", per_class=0) for a in arms if a.per_class == 5}
    more = {replace(a, name="", per_class=0) for a in arms if a.per_class == 20}
    assert few == more
    assert len({a.name for a in arms}) == len(arms) == 2 * len(few)


def test_an_augmented_image_has_the_same_values_in_other_places_and_with_another_sign():
    images = np.random.default_rng(1).normal(size=(40, 12, 12, 3)).astype(np.float32)
    changed = augmented(images, np.random.default_rng(0))
    sizes = [np.sort(np.abs(a).reshape(len(a), -1), axis=1) for a in (images, changed)]
    np.testing.assert_array_equal(*sizes)
    signs = np.sign((images**3).sum(axis=(1, 2, 3)) * (changed**3).sum(axis=(1, 2, 3)))
    assert set(signs) == {-1.0, 1.0}
    # No image is turned over: some shift of at most two pixels and some order of channels undo it.
    undone = [
        np.abs(
            np.abs(np.roll(changed[0], (-y, -x), axis=(0, 1))[..., list(order)]) - np.abs(images[0])
        ).max()
        for y in range(-2, 3)
        for x in range(-2, 3)
        for order in ([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0])
    ]
    assert min(undone) == 0


def test_every_image_is_shown_as_often_as_any_other():
    order = _order(7, 30, seed=0)
    often = np.bincount(order)
    assert len(order) == 30
    assert often.max() - often.min() <= 1
    assert not np.array_equal(order[:7], order[7:14])


def test_the_capstone_has_the_same_arms_with_other_images():
    study = TRANSFER_STUDIES["capstone"]
    known = {arm.name: arm for s in TRANSFER_STUDIES.values() for arm in s.arms}
    for arm in study.arms:
        assert replace(arm, name="") == replace(known[f"{arm.name}, 20 a class"], name="")
    ours, theirs = (s.draw("test", seed=0)[0] for s in (study.setting, TransferSetting()))
    np.testing.assert_array_equal(ours, house_numbers("test", seed=0)[0])
    assert not np.array_equal(ours, theirs)


@pytest.mark.keras
def test_a_head_learns_its_images_and_leaves_the_network_as_it_is():
    row = train(arm("head"), 0, 0.03, BRIEF)
    assert row["train_accuracy"] > 0.9
    assert row["test_accuracy"] > 0.3  # chance is 0.1
    assert row["statistics_moved"] == 0
    assert row["letters_accuracy"] == pytest.approx(LETTERS, abs=0.05)


@pytest.mark.keras
def test_a_head_that_sees_augmented_images_learns_more_than_the_images_themselves_say():
    """With two images a class, those that were shifted and inverted must not be a mystery."""
    plain, wider = (
        train(arm("head", augment=augment, steps=100), 0, 0.03, BRIEF) for augment in (False, True)
    )
    assert wider["statistics_moved"] == 0
    assert wider["test_accuracy"] > 0.3
    assert wider["test_accuracy"] != plain["test_accuracy"]


@pytest.mark.keras
@pytest.mark.parametrize(("learns", "moved"), [("all but BatchNorm", 0), ("all", 22)])
def test_batch_norm_moves_only_where_it_is_meant_to(learns, moved):
    row = train(arm(learns, steps=2), 0, 0.01, BRIEF, test=False)
    assert row["statistics_moved"] == moved
    assert row["test_accuracy"] is None


@pytest.mark.keras
def test_with_random_weights_there_is_nothing_to_forget_and_no_head_beforehand():
    row = train(arm("all", weights=None, augment=True, steps=2), 0, 0.01, BRIEF, test=False)
    assert row["letters_accuracy"] is None
    assert row["statistics_moved"] == 22


@pytest.mark.keras
def test_equal_arguments_give_an_equal_row():
    once, twice = (train(arm("all", steps=2), 3, 0.01, BRIEF, test=False) for _ in range(2))
    del once["seconds"], twice["seconds"]
    assert once == twice
