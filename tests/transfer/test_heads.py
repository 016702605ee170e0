"""Three heads: what they cost is what Keras counts, and what they read is a map."""

import pytest

from dscourse.transfer import head_parameters, with_head
from tests.transfer.tiny import base, images

pytestmark = pytest.mark.keras
KINDS = ["flatten", "avg", "max"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_head_costs_what_keras_counts(kind):
    inner = base()
    whole = with_head(inner, kind, 7)
    assert whole.count_params() - inner.count_params() == head_parameters(kind, (4, 4, 5), 7)


@pytest.mark.parametrize(
    ("kind", "count"), [("flatten", 204_801_000), ("avg", 2_049_000), ("max", 2_049_000)]
)
def test_behind_xception_at_299_px_flattening_costs_a_hundred_times_as_much(kind, count):
    assert head_parameters(kind, (10, 10, 2048), 1000) == count


def test_each_head_is_the_layer_that_it_is_named_for():
    import numpy as np

    inner = base()
    features = np.asarray(inner(images(), training=False))
    expected = {
        "flatten": features.reshape(len(features), -1),
        "avg": features.mean(axis=(1, 2)),
        "max": features.max(axis=(1, 2)),
    }
    for kind, vector in expected.items():
        whole = with_head(inner, kind, 3, activation=None)
        kernel, bias = whole.get_layer("predictions").get_weights()
        got = np.asarray(whole(images(), training=False))
        np.testing.assert_allclose(got, vector @ kernel + bias, rtol=1e-4, atol=1e-5)


def test_dropout_acts_in_training_alone():
    import numpy as np

    whole = with_head(base(), "avg", 2, dropout=0.5)
    first, second = (np.asarray(whole(images(), training=False)) for _ in range(2))
    assert np.array_equal(first, second)
    assert [layer.rate for layer in whole.layers if layer.name == "dropout"] == [0.5]


def test_a_base_that_pools_already_is_refused_with_what_to_do():
    import keras

    inner = base()
    pooled = keras.Model(inner.inputs, keras.layers.GlobalAveragePooling2D()(inner.output))
    message = (
        r"^`base` must end in a map \(batch, height, width, channels\); its output is \(None, 5\), "
        r"so build it with include_top=False and pooling=None\.$"
    )
    with pytest.raises(ValueError, match=message):
        with_head(pooled, "avg", 2)


def test_a_map_of_unknown_size_can_be_pooled_but_not_flattened():
    import keras

    inputs = keras.Input((None, None, 3))
    inner = keras.Model(inputs, keras.layers.Conv2D(4, 3)(inputs))
    assert with_head(inner, "max", 2).output_shape == (None, 2)
    with pytest.raises(ValueError, match=r"^`base` must have a fixed input_shape"):
        with_head(inner, "flatten", 2)


def test_an_unknown_head_is_told():
    with pytest.raises(
        ValueError, match=r"^`kind` must be 'flatten', 'avg' or 'max'; got 'gap'\.$"
    ):
        head_parameters("gap", (1, 1, 1), 1)
    with pytest.raises(ValueError, match=r"^`kind` must be"):
        with_head(base(), "sum", 2)


@pytest.mark.parametrize(
    ("name", "arguments"), [("classes", ((2, 2, 2), 0)), ("feature_map", ((0, 2, 2), 2))]
)
def test_sizes_must_be_positive(name, arguments):
    with pytest.raises(ValueError, match=rf"^`{name}` must be positive; got 0\.$"):
        head_parameters("avg", *arguments)
