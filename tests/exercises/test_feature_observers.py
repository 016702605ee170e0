"""The order of reading does not matter, what stands beside a feature does, and so does the mode."""

import numpy as np
import pytest

from dscourse import TODO
from dscourse.checking.compare import same
from dscourse.exercises.feature_observers import watch_extraction

pytestmark = pytest.mark.keras

COUNT = 7
IMAGES = np.linspace(0.1, 1.0, COUNT)[:, None, None, None] * np.ones((COUNT, 5, 5, 3))
IMAGES = IMAGES.astype(np.float32)
LABELS = np.array([2, 0, 1, 0, 2, 1, 0])


def together(model, dataset):
    pairs = [(model.predict_on_batch(x), y.numpy()) for x, y in dataset]
    return tuple(map(np.concatenate, zip(*pairs, strict=True)))


def watch(answer):
    return watch_extraction(answer, IMAGES, LABELS, 3)


def test_every_image_has_its_own_label_beside_it():
    seen = watch(together)
    assert np.all(np.diff(seen["features"][:, 0]) > 0)  # in the order of brightness
    assert seen["labels"].tolist() == LABELS.tolist()
    assert seen["base as it was"] is True


def test_the_order_of_reading_does_not_matter():
    def backwards(model, dataset):
        features, labels = together(model, dataset)
        return features[::-1], labels[::-1]

    assert same(watch(backwards), watch(together))


def test_a_second_reading_is_in_another_order():
    orders = []

    def read_twice(model, dataset):
        for _ in range(2):
            orders.append(np.concatenate([y for _, y in dataset]).tolist())
        return together(model, dataset)

    watch(read_twice)
    assert orders[0] != orders[1]


def test_two_observations_read_in_the_same_orders():
    """Or a wrong pairing would not be the same as that of its misconception."""

    def first_reading(model, dataset):
        features, _ = together(model, dataset)
        return features, np.concatenate([y for _, y in dataset])

    assert same(watch(first_reading), watch(first_reading))


def test_training_mode_is_seen_in_the_features_and_in_the_base():
    def in_training(model, dataset):
        pairs = [(np.asarray(model(x, training=True)), y.numpy()) for x, y in dataset]
        return tuple(map(np.concatenate, zip(*pairs, strict=True)))

    seen = watch(in_training)
    assert seen["base as it was"] is False
    assert not np.allclose(np.sort(seen["features"], axis=0), watch(together)["features"], atol=0.1)


def test_tensors_and_lists_of_numbers_are_arrays_too():
    import tensorflow as tf

    def other_kinds(model, dataset):
        features, labels = together(model, dataset)
        return [tf.constant(features), labels.tolist()]

    assert same(watch(other_kinds), watch(together))


@pytest.mark.parametrize("nothing", [None, TODO, (TODO, TODO)], ids=["None", "TODO", "two TODOs"])
def test_what_is_not_written_yet_comes_back_as_it_is(nothing):
    assert watch(lambda model, dataset: nothing) is nothing


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (np.zeros((COUNT, 4)), "return two arrays, the features and the labels, not ndarray"),
        (([np.zeros((3, 4))], LABELS), "the features as one array, not as a list with one a batch"),
        ((np.zeros((COUNT, 4)), [LABELS]), "the labels as one array, not as a list"),
    ],
    ids=["features alone", "batches of features", "batches of labels"],
)
def test_what_are_not_two_arrays_is_refused(returned, message):
    with pytest.raises(TypeError, match=message):
        watch(lambda model, dataset: returned)


def test_labels_of_another_length_are_shown_as_they_are():
    seen = watch(lambda model, dataset: (together(model, dataset)[0], LABELS[:2]))
    assert seen["labels"].tolist() == LABELS[:2].tolist()
