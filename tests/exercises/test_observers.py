"""What an answer's model does is observed; how it is written is not."""

import numpy as np
import pytest

from dscourse import TODO
from dscourse.exercises.observers import build_and_run, known_weight

pytestmark = pytest.mark.keras

IMAGES = np.random.default_rng(0).normal(size=(2, 4, 5, 3)).astype("float32")


def conv(x):
    from keras import layers

    return layers.Conv2D(6, 1, activation="relu")(x)


def dense(x):
    from keras import layers

    return layers.ReLU()(layers.Dense(6)(x))


def test_the_numbers_are_plain_and_those_of_the_formula():
    seen = build_and_run(conv, IMAGES)
    wanted = np.maximum(IMAGES @ known_weight((3, 6)) + known_weight((6,)), 0)
    assert seen["parameters"] == 24
    assert type(seen["output"]) is np.ndarray
    np.testing.assert_allclose(seen["output"], wanted, rtol=1e-5, atol=1e-6)


def test_two_ways_to_write_one_model_look_the_same():
    one, other = build_and_run(conv, IMAGES), build_and_run(dense, IMAGES)
    assert one["parameters"] == other["parameters"]
    np.testing.assert_allclose(one["output"], other["output"], rtol=1e-5, atol=1e-6)


def test_the_order_in_which_branches_are_built_does_not_matter():
    from keras import layers

    def left_first(x):
        left, right = layers.Conv2D(2, 3)(x), layers.Conv2D(4, 3)(x)
        return layers.Concatenate()([left, right])

    def right_first(x):
        right, left = layers.Conv2D(4, 3)(x), layers.Conv2D(2, 3)(x)
        return layers.Concatenate()([left, right])

    one, other = build_and_run(left_first, IMAGES), build_and_run(right_first, IMAGES)
    np.testing.assert_array_equal(one["output"], other["output"])


def test_arguments_reach_the_answer():
    from keras import layers

    def answer(x, filters, *, strides):
        return layers.Conv2D(filters, 1, strides=strides)(x)

    assert build_and_run(answer, IMAGES, 7, strides=2)["output"].shape == (2, 2, 3, 7)


def test_a_normalization_is_run_at_inference_with_statistics_of_its_own():
    from keras import layers

    gamma, beta, mean, variance = (
        known_weight((3,), name) for name in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    seen = build_and_run(lambda x: layers.BatchNormalization()(x), IMAGES)
    wanted = gamma * (IMAGES - mean) / np.sqrt(variance + 1e-3) + beta
    np.testing.assert_allclose(seen["output"], wanted, rtol=1e-4, atol=1e-5)


def test_the_four_vectors_of_a_normalization_differ_and_a_variance_is_positive():
    vectors = [known_weight((6,), n) for n in ("gamma", "beta", "moving_mean", "moving_variance")]
    vectors.append(known_weight((6,), "bias"))
    assert len({tuple(vector) for vector in vectors}) == 5
    assert vectors[3].min() > 0
    assert vectors[1].min() < 0 < vectors[1].max()


def test_no_other_name_makes_a_difference():
    assert np.array_equal(known_weight((4, 6), "kernel"), known_weight((4, 6), "pointwise_kernel"))
    assert np.array_equal(known_weight((6,), "bias"), known_weight((6,)))


@pytest.mark.parametrize("value", [TODO, None], ids=repr)
def test_an_answer_not_yet_written_comes_back_as_it_is(value):
    assert build_and_run(lambda x: value, IMAGES) is value


def test_anything_but_a_tensor_is_refused_with_the_way_out():
    import keras

    with pytest.raises(
        TypeError, match=r"^return the output tensor of your last layer, not an object ReLU\.$"
    ):
        build_and_run(lambda x: keras.layers.ReLU(), IMAGES)


def test_a_weight_follows_from_its_shape_alone():
    assert np.array_equal(known_weight((3, 3, 2, 4)), known_weight((3, 3, 2, 4)))
    assert not np.array_equal(known_weight((3, 2)).ravel(), known_weight((2, 3)).ravel())
    assert known_weight((5,)).min() > 0
