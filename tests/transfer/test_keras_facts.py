"""What Keras does with `trainable`, `training` and `compile`, one fact a test.

The package and chapters 11 to 14 rest on these. A Keras that changes one turns its test red, and
the name says what is no longer true.
"""

import numpy as np
import pytest

from tests.transfer.tiny import (
    base,
    changed,
    compiled,
    fit,
    flat,
    images,
    nested,
    no_word_is_said,
    statistics,
)

pytestmark = pytest.mark.keras
HEAD = {"predictions/kernel", "predictions/bias"}
KERNELS = {"block1_conv/kernel", "block2_conv/kernel", "conv2d/kernel", "block3_conv/kernel"}


def batch_norms(model):
    from keras.layers import BatchNormalization

    return [layer for layer in model.layers if isinstance(layer, BatchNormalization)]


# training=False


@pytest.mark.parametrize("arguments", [{}, {"training": False}], ids=["", "training=False"])
def test_in_a_frozen_base_nothing_moves_with_or_without_training_false(arguments):
    inner = base()
    inner.trainable = False
    whole = compiled(nested(inner, **arguments))
    assert changed(whole, lambda: fit(whole)) == HEAD


def test_fit_overrides_training_false_of_a_trainable_base_and_moves_its_statistics():
    inner = base()
    whole = compiled(nested(inner, training=False))
    assert statistics() <= changed(inner, lambda: fit(whole))


def test_calling_the_whole_in_training_mode_moves_the_statistics_without_any_training():
    inner = base()
    whole = nested(inner, training=False)
    assert changed(inner, lambda: whole(images(), training=True)) == statistics()


def test_calling_the_whole_without_saying_training_keeps_what_the_base_was_called_with():
    inner = base()
    assert changed(inner, lambda: nested(inner, training=False)(images())) == set()
    assert changed(inner, lambda: nested(inner, training=True)(images())) == statistics()


@pytest.mark.parametrize("method", ["predict", "evaluate"])
def test_predict_and_evaluate_move_nothing_even_where_the_base_was_called_with_training(method):
    whole = compiled(nested(base(), training=True))
    arguments = [images()] if method == "predict" else [images(), np.zeros(len(images()))]
    assert changed(whole, lambda: getattr(whole, method)(*arguments, verbose=0)) == set()


def test_a_subclass_that_calls_the_base_with_training_false_does_protect_the_statistics():
    import keras

    class Wrapper(keras.Model):
        def __init__(self, inner):
            super().__init__()
            self.inner, self.head = inner, keras.layers.Dense(2)
            self.pool = keras.layers.GlobalAveragePooling2D()

        def call(self, x):
            return self.head(self.pool(self.inner(x, training=False)))

    inner = base()
    whole = compiled(Wrapper(inner))
    moved = changed(inner, lambda: fit(whole))
    assert moved >= KERNELS
    assert not moved & statistics()


def test_a_frozen_batchnorm_keeps_its_statistics_and_its_scale_while_kernels_learn():
    inner = base()
    for layer in batch_norms(inner):
        layer.trainable = False
    whole = compiled(nested(inner))
    assert changed(whole, lambda: fit(whole)) == KERNELS | HEAD


def test_the_guides_call_moves_40_of_40_batchnorms_of_xception_and_freezing_them_keeps_all():
    import keras

    inner = keras.applications.Xception(include_top=False, weights=None, input_shape=(71, 71, 3))
    inputs = keras.Input((71, 71, 3))
    whole = keras.Model(inputs, inner(inputs, training=False))
    x = np.random.default_rng(0).uniform(-1, 1, (2, 71, 71, 3))
    moved = changed(inner, lambda: whole(x, training=True))
    assert len([path for path in moved if path.endswith("moving_mean")]) == 40
    for layer in batch_norms(inner):
        layer.trainable = False
    assert changed(inner, lambda: whole(x, training=True)) == set()


# trainable and compile


def test_unfreezing_without_compile_after_a_fit_changes_nothing_and_says_nothing():
    inner = base()
    inner.trainable = False
    whole = compiled(nested(inner))
    fit(whole)
    inner.trainable = True
    with no_word_is_said():
        assert changed(whole, lambda: fit(whole)) == HEAD


def test_freezing_without_compile_after_a_fit_changes_nothing_and_says_nothing():
    inner = base()
    whole = compiled(nested(inner))
    fit(whole)
    inner.trainable = False
    with no_word_is_said():
        assert changed(inner, lambda: fit(whole)) >= KERNELS | statistics()


def test_compile_puts_the_change_into_effect():
    inner = base()
    inner.trainable = False
    whole = compiled(nested(inner))
    fit(whole)
    inner.trainable = True
    compiled(whole)
    assert changed(inner, lambda: fit(whole)) >= KERNELS


def test_compile_alone_does_not_unfreeze():
    inner = base()
    inner.trainable = False
    whole = compiled(nested(inner))
    fit(whole)
    compiled(whole, rate=1e-5)
    assert changed(inner, lambda: fit(whole)) == set()


def test_before_the_first_fit_a_change_needs_no_compile():
    inner = base()
    inner.trainable = False
    whole = compiled(nested(inner))
    inner.trainable = True
    assert changed(inner, lambda: fit(whole)) >= KERNELS


# who is trainable


def test_setting_true_what_is_true_is_skipped_so_layers_set_to_false_stay_frozen():
    inner = base()
    for layer in inner.layers:
        layer.trainable = False
    inner.trainable = True  # it was True all the time
    assert inner.trainable_weights == []
    inner.trainable = False
    inner.trainable = True
    assert len(inner.trainable_weights) == 12


def test_a_model_passes_trainable_on_to_the_models_inside():
    inner = base()
    whole = nested(inner)
    whole.trainable = False
    assert not any(layer.trainable for layer in [inner, *inner.layers])


def test_a_layer_unfrozen_inside_a_frozen_base_learns_although_the_base_lists_no_such_weight():
    inner = base()
    inner.trainable = False
    inner.get_layer("block3_conv").trainable = True
    assert inner.trainable_weights == []
    whole = compiled(nested(inner))
    assert changed(inner, lambda: fit(whole)) == {"block3_conv/kernel"}


def test_a_layer_unfrozen_inside_a_frozen_whole_does_not_learn():
    whole = nested(base())
    whole.trainable = False
    whole.get_layer("predictions").trainable = True
    compiled(whole)
    with pytest.warns(UserWarning, match="does not have any trainable weights"):
        assert changed(whole, lambda: fit(whole)) == set()


def test_freezing_a_base_freezes_its_layers_where_a_model_is_built_on_its_output():
    inner = base()
    whole = flat(inner)
    inner.trainable = False
    compiled(whole)
    assert changed(whole, lambda: fit(whole)) == HEAD


# data


def test_a_dataset_cached_after_its_augmentation_repeats_the_first_epochs_images():
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    flip = keras.layers.RandomFlip()
    augmented = tf.data.Dataset.from_tensor_slices(images()).map(lambda x: flip(x, training=True))

    def equal_epochs(dataset):
        first, second = (np.stack(list(dataset.as_numpy_iterator())) for _ in range(2))
        return np.array_equal(first, second)

    assert not equal_epochs(augmented)
    assert equal_epochs(augmented.cache())


def test_preprocess_input_writes_into_float32_and_a_second_call_leaves_almost_one_grey():
    from keras.applications.xception import preprocess_input

    x = np.array([[[[0, 128, 255]]]], dtype="float32")
    once = preprocess_input(x)
    assert once is x
    assert np.allclose(once, [-1, 1 / 255, 1], atol=1e-6)
    assert np.all(np.abs(preprocess_input(x) + 1) < 0.008)
    whole_numbers = np.array([[[[0, 255]]]], dtype="uint8")
    preprocess_input(whole_numbers)
    assert whole_numbers.tolist() == [[[[0, 255]]]]
