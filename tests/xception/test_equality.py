"""With the same weights, Xception returns what `keras.applications.Xception` returns."""

import numpy as np
import pytest

from tests.xception.witness import MOST, images, randomise, relative_error

pytestmark = pytest.mark.keras

HEADLESS = {"include_top": False}
VARIANTS = {
    "top": ({}, [299]),
    "top at 71": ({"input_shape": (71, 71, 3)}, [71]),
    "top at 96": ({"input_shape": (96, 96, 3)}, [96]),
    "10 logits at 150": (
        {"input_shape": (150, 150, 3), "classes": 10, "classifier_activation": None},
        [150],
    ),
    "map": (HEADLESS, [71, 96, 150, 299, (150, 201)]),
    "average": (HEADLESS | {"pooling": "avg"}, [71, 96, 150, 299]),
    "maximum": (HEADLESS | {"pooling": "max"}, [71, 96, 150, 299]),
    "1 channel": (HEADLESS | {"input_shape": (96, 72, 1)}, [(96, 72)]),
}


@pytest.fixture(scope="module", params=VARIANTS.values(), ids=VARIANTS)
def variant(request):
    """Yield Keras' model, ours and the sizes of image to compare them on."""
    import keras

    from dscourse.xception import Xception

    arguments, sizes = request.param
    yield (
        keras.applications.Xception(weights=None, **arguments),
        Xception(weights=None, **arguments),
        sizes,
    )
    keras.backend.clear_session()


@pytest.mark.parametrize("towards", ["ours", "Keras"])
def test_outputs_are_equal(variant, towards):
    from dscourse.xception import copy_weights

    keras_model, ours, sizes = variant
    source, target = (keras_model, ours) if towards == "ours" else (ours, keras_model)
    randomise(source, seed=len(towards))
    copy_weights(source, target)
    for size in sizes:
        x = images(size, batch=2, channels=ours.input_shape[-1])
        wanted = np.asarray(keras_model(x))
        assert relative_error(ours(x), wanted) <= MOST
        # The same answer to both images would show that the weights hide everything.
        assert relative_error(wanted[0], wanted[1]) > 0.01


def test_layers_weights_and_shapes_are_equal_one_by_one(variant):
    keras_model, ours, _ = variant
    assert len(ours.layers) == len(keras_model.layers)
    for mine, theirs in zip(ours.layers, keras_model.layers, strict=True):
        assert type(mine) is type(theirs)
        assert mine.output.shape == theirs.output.shape
        assert [w.shape for w in mine.weights] == [w.shape for w in theirs.weights]
        assert mine.trainable == theirs.trainable


def test_the_same_seed_draws_the_same_weights():
    import keras

    from dscourse.xception import Xception

    drawn = []
    for build in (keras.applications.Xception, Xception):
        keras.utils.set_random_seed(3)
        drawn.append(build(weights=None, include_top=False).get_weights())
    assert all(np.array_equal(*pair) for pair in zip(*drawn, strict=True))


def test_a_batch_in_training_moves_the_same_statistics():
    import keras

    from dscourse.xception import Xception, copy_weights

    models = [build(weights=None, **HEADLESS) for build in (keras.applications.Xception, Xception)]
    copy_weights(randomise(models[0]), models[1])
    before = models[1].get_weights()
    for model in models:
        model(images(71, batch=2), training=True)
    theirs, mine = (model.get_weights() for model in models)
    moved = [not np.array_equal(a, b) for a, b in zip(before, mine, strict=True)]
    assert sum(moved) == 80  # mean and variance of 40 normalizations
    assert all(relative_error(*pair) <= MOST for pair in zip(mine, theirs, strict=True))
