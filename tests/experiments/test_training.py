"""A run is repeatable, sees no validation or test image in training, and says all about itself."""

import numpy as np
import pytest

from dscourse.data import glyphs
from dscourse.experiments import Scaling, splits, train
from tests.experiments.conftest import ARM, TINY

RATE = 0.01


@pytest.fixture(scope="module")
def row():
    return train(ARM, 3, RATE, TINY)


def without_time(row):
    return {key: value for key, value in row.items() if key != "seconds"}


@pytest.mark.keras
def test_equal_arguments_give_an_equal_row(row):
    assert without_time(train(ARM, 3, RATE, TINY)) == without_time(row)


@pytest.mark.keras
def test_without_the_test_images_the_training_is_the_same(row):
    tuned = train(ARM, 3, RATE, TINY, test=False)
    assert tuned["test_accuracy"] is None
    assert tuned["validation_accuracy"] == row["validation_accuracy"]


@pytest.mark.keras
def test_a_row_says_what_was_trained_and_how(row):
    assert (row["arm"], row["seed"], row["rate"]) == ("tiny", 3, RATE)
    assert row["network"]["width"] == 0.02
    assert row["setting"]["epochs"] == len(row["train_accuracy"]) == len(row["validation_accuracy"])
    assert row["parameters"] == ARM.build(TINY.size).count_params()


def test_the_seed_draws_the_training_images_and_no_others():
    first, second = splits(TINY, 0), splits(TINY, 1)
    assert not np.array_equal(first["train"][0], second["train"][0])
    for split in ("validation", "test"):
        np.testing.assert_array_equal(first[split][1], second[split][1])


def test_the_scaling_is_measured_on_training_images_alone():
    drawn = {name: glyphs(count, name, size=24)[0] for name, count in [("train", 52), ("test", 26)]}
    found = splits(TINY, 0)
    trained = found["train"][0].astype(float)  # float32 sums would round
    np.testing.assert_allclose(trained.mean(axis=(0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(trained.std(axis=(0, 1, 2)), 1, atol=1e-5)
    mean, deviation = (getattr(drawn["train"], how)(axis=(0, 1, 2)) for how in ("mean", "std"))
    np.testing.assert_allclose(found["test"][0], (drawn["test"] - mean) / deviation, atol=1e-5)


def test_scaling_changes_no_image_in_place():
    images = glyphs(26)[0]
    kept = images.copy()
    Scaling.of(images)(images)
    np.testing.assert_array_equal(images, kept)
