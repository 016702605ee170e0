"""The table of Xception's arguments is whole, says what is published, and is what Keras does."""

import pytest

from dscourse.results import load
from dscourse.transfer.anatomy import CHOICES, combinations, ignored, key, outcome, table

pytestmark = pytest.mark.keras
ROWS = load("applications").rows


def arguments(row):
    return {name: row[name] for name in CHOICES}


def row_of(**given):
    defaults = {name: values[0] for name, values in CHOICES.items()}
    wanted = key({**defaults, **given})
    return next(row for row in ROWS if key(arguments(row)) == wanted)


def test_every_combination_is_in_the_table_in_its_order():
    assert [arguments(row) for row in ROWS] == list(combinations())


def test_keys_are_as_many_as_combinations():
    assert len({key(each) for each in combinations()}) == len(ROWS) == 768


# Some of each kind: built, refused before and after the network, ignored.
SAMPLE = [
    {},
    {"include_top": False, "input_shape": [71, 71, 3], "pooling": "sum", "classes": 10},
    {"include_top": False, "weights": None, "input_shape": [None, None, 3], "pooling": "max"},
    {
        "weights": None,
        "input_shape": [96, 96, 3],
        "pooling": "avg",
        "classifier_activation": "relu",
    },
    {"input_shape": [150, 150, 3]},
    {"weights": None, "input_shape": [70, 70, 3]},
    {"classifier_activation": "relu"},
    {"classes": 10},
]


def test_a_sample_of_the_table_is_what_keras_does_now():
    rows = [row_of(**given) for given in SAMPLE]
    for row, (_, now) in zip(rows, table([arguments(row) for row in rows]), strict=True):
        assert {name: row[name] for name in now} == now


@pytest.mark.parametrize(
    ("side", "places"),
    [(71, 3), (96, 3), (150, 5), (224, 7), (299, 10), (None, None)],
)
def test_without_a_top_the_map_has_the_measured_size(side, places):
    row = row_of(include_top=False, weights=None, input_shape=[side, side, 3])
    assert row["map"] == row["output"] == [places, places, 2048]
    assert row["parameters"] == 20_861_480


def test_70_pixels_are_refused_with_and_without_a_top_or_weights():
    refused = [row for row in ROWS if row["input_shape"] == [70, 70, 3]]
    assert all(row["error"] and "ValueError" in row["error"] for row in refused)
    assert (
        "Input size must be at least 71x71"
        in row_of(include_top=False, input_shape=[70, 70, 3])["error"]
    )


def test_pooling_is_ignored_with_a_top_and_an_unknown_pooling_without_one():
    assert row_of(pooling="max")["ignored"] == ["pooling"]
    assert row_of(include_top=False, pooling="avg")["ignored"] == []
    assert row_of(include_top=False, pooling="sum")["ignored"] == ["pooling"]


def test_classes_and_activation_are_ignored_without_a_top():
    row = row_of(include_top=False, classes=10, classifier_activation="relu")
    assert row["ignored"] == ["classes", "classifier_activation"]
    assert row_of(weights=None, classes=10)["ignored"] == []


def test_with_a_top_and_no_weights_any_size_from_71_on_is_built_against_the_docstring():
    import keras

    assert "to be `(299, 299, 3)`" in keras.applications.Xception.__doc__
    assert row_of(weights=None, input_shape=[150, 150, 3])["output"] == [1000]


def test_the_top_is_one_dense_layer_against_the_docstring():
    import keras

    assert "3 fully-connected" in keras.applications.Xception.__doc__
    assert row_of()["tail"] == ["GlobalAveragePooling2D", "Dense(1000, softmax)"]


def test_an_argument_is_ignored_only_where_it_makes_no_difference():
    base = {name: values[0] for name, values in CHOICES.items()}
    asked = {**base, "classes": 10}
    built, other = ({"error": None, "parameters": n} for n in (1, 2))
    assert ignored(asked, {key(asked): built, key(base): built}) == ["classes"]
    assert ignored(asked, {key(asked): built, key(base): other}) == []
    refused = {"error": "no", "parameters": None}
    assert ignored(asked, {key(asked): refused, key(base): refused}) == []


def test_what_keras_says_holds_no_address_of_memory():
    said = outcome({"weights": "nowhere"})["error"]
    assert said.startswith("ValueError: The `weights` argument should be either `None`")
    assert not any(" at 0x" in (row["error"] or "") for row in ROWS)
