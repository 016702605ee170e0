"""What stands in for trained networks shows what the exercises ask about."""

import numpy as np
import pytest

from dscourse import TODO
from dscourse.exercises.cam_observers import NestedModel, feed_family, watch_one_block

pytestmark = pytest.mark.keras

IMAGES = np.random.default_rng(0).uniform(-1, 1, (2, 9, 8, 3)).astype("float32")


def test_the_nested_model_is_four_layers_of_which_the_second_is_a_model():
    import keras

    model = NestedModel(5, "flatten", 3).build((9, 8, 3))
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["InputLayer", "Functional", "Flatten", "Dense"]
    assert isinstance(model.layers[1], keras.Model)
    assert model.layers[1].output_shape == (None, 5, 4, 5)


def test_it_has_the_same_weights_whenever_it_is_built():
    spec = NestedModel(4, "avg", 3)
    one, two = (np.asarray(spec.build((9, 8, 3))(IMAGES)) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_a_family_is_told_by_its_scaling_and_by_its_mode():
    def fed(scale, training=False):
        def answer(family, base, images):
            return np.asarray(base(images * scale, training=training))

        return feed_family(answer, "xception", IMAGES)

    assert not np.allclose(fed(1.0), fed(0.5), atol=1e-3)
    assert not np.allclose(fed(1.0), fed(1.0, training=True), atol=1e-3)


def test_a_block_may_be_returned_alone_or_in_a_list_and_todo_stays_todo():
    from keras import layers

    def alone(x, filters):
        return layers.Conv2D(filters, 1)(x)

    one, listed = (watch_one_block(answer, IMAGES, 6) for answer in (alone, lambda *a: [alone(*a)]))
    np.testing.assert_array_equal(one["block 1"], listed["block 1"])
    assert watch_one_block(lambda *_: None, IMAGES, 6) is None
    assert TODO in watch_one_block(lambda *_: TODO, IMAGES, 6)
