"""Equal content has an equal name, and whatever changes a feature changes the name."""

import numpy as np
import pytest

from dscourse.transfer import fingerprint, freeze
from tests.transfer.tiny import base, nested, values

pytestmark = pytest.mark.keras


def small(kernel=3, units=2, name=None, activation="relu", dtype="float32"):
    import keras
    from keras import layers

    x = inputs = keras.Input((6, 6, 1))
    x = layers.Conv2D(1, kernel, padding="same", activation=activation, name=name, dtype=dtype)(x)
    x = layers.Dense(units)(x)
    model = keras.Model(inputs, x)
    model.set_weights([np.ones(w.shape) for w in model.weights])
    return model


def test_the_names_that_keras_numbers_do_not_count():
    first, second = small(), small()
    assert first.layers[1].name != second.layers[1].name
    assert fingerprint.of_model(first) == fingerprint.of_model(second)


def test_the_name_of_a_sequential_models_input_does_not_count_though_it_lists_no_such_layer():
    import keras

    def made():
        keras.Input((2,))  # shifts the number of the next one
        return keras.Sequential([keras.Input((3,)), keras.layers.ReLU()])

    assert fingerprint.of_model(made()) == fingerprint.of_model(made())


def test_what_is_trainable_or_compiled_does_not_count():
    model = small()
    before = fingerprint.of_model(model)
    freeze(model)
    model.compile("sgd", "mse")
    assert fingerprint.of_model(model) == before


@pytest.mark.parametrize(
    "other",
    [
        {"units": 3},
        {"activation": "tanh"},
        {"dtype": "mixed_float16"},
        {"name": "relu"} | {"kernel": 1},
    ],
    ids=["units", "activation", "dtype", "kernel"],
)
def test_settings_count(other):
    assert fingerprint.of_model(small()) != fingerprint.of_model(small(**other))


def test_the_type_in_which_the_only_layer_computes_counts():
    import keras

    first, second = (
        keras.Sequential([keras.Input((3,)), keras.layers.ReLU(dtype=dtype)])
        for dtype in ("float32", "mixed_float16")
    )
    assert fingerprint.of_model(first) != fingerprint.of_model(second)


def test_a_layer_called_like_a_value_does_not_hide_the_value():
    one, two = small(name="relu", activation="relu"), small(name="tanh", activation="tanh")
    assert fingerprint.of_model(one) != fingerprint.of_model(two)


@pytest.mark.parametrize("place", [0, 3, 11, 20])
def test_each_weight_counts_even_where_it_is_nested(place):
    whole = nested(base())
    before, weights = fingerprint.of_model(whole), values(whole)
    weights[place].flat[-1] += 1e-6
    whole.set_weights(weights)
    assert fingerprint.of_model(whole) != before


def test_the_order_of_arrays_their_types_and_shapes_count():
    a, b = np.zeros(4, "float32"), np.ones(4, "float32")
    given = [[a, b], [b, a], [a.astype("float64"), b], [a.reshape(2, 2), b], [a], []]
    assert len({fingerprint.of_arrays(arrays) for arrays in given}) == len(given)


def test_a_view_is_named_by_what_it_shows():
    x = np.arange(12.0).reshape(3, 4)
    assert fingerprint.of_arrays([x.T]) == fingerprint.of_arrays([x.T.copy()])


def test_a_model_that_keras_cannot_describe_is_refused_with_what_to_do():
    import keras

    class Mine(keras.Model):
        def __init__(self, number):
            super().__init__()

        def call(self, x):
            return x

    with pytest.raises(
        ValueError, match=r"^`model` must be one that Keras can describe.*cache=None"
    ):
        fingerprint.of_model(Mine(object()))
