"""Public recipes, acted out: `book/errata.md` says which and links to these tests."""

import pytest

from dscourse.transfer import audit, block_names
from tests.transfer.tiny import base, changed, compiled, fit, flat, nested

pytestmark = pytest.mark.keras


def test_kerass_guide_unfreezes_as_it_says_and_the_statistics_move_all_the_same():
    import keras

    inner = base()
    inner.trainable = False
    whole = compiled(nested(inner, training=False))
    fit(whole)
    inner.trainable = True
    whole.compile(keras.optimizers.Adam(1e-5), whole.loss)
    with audit(whole) as seen:
        fit(whole)
    assert seen.total.batch_norms_moved == seen.total.batch_norms == 4


def test_a_notebook_that_only_compiles_again_goes_on_training_the_head_alone():
    import keras

    inner = base()
    inner.trainable = False
    whole = compiled(nested(inner))
    fit(whole)
    whole.compile(keras.optimizers.Adam(1e-5), whole.loss)
    assert changed(inner, lambda: fit(whole)) == set()


def test_from_layer_56_on_xception_has_23_batchnorms_and_they_move():
    import keras

    keras.backend.clear_session()
    model = keras.applications.Xception(include_top=False, weights=None)
    late = model.layers[56:]
    assert late[0].name == "block7_sepconv1_act"
    assert sum(isinstance(layer, keras.layers.BatchNormalization) for layer in late) == 23


def test_an_index_means_another_layer_as_soon_as_one_is_put_in_front():
    import keras

    inner = base()
    place = [layer.name for layer in inner.layers].index("block2_conv")
    scaled = keras.Input((8, 8, 3))
    whole = keras.Model(scaled, inner(keras.layers.Rescaling(2.0)(scaled)))
    assert len(whole.layers) <= place  # nested, there is not even a layer of that number
    assert block_names(whole) == block_names(inner)


def test_a_base_can_be_frozen_at_once_where_a_model_uses_its_layers_directly():
    inner = base()
    whole = flat(inner)
    inner.trainable = False
    assert changed(inner, lambda: fit(compiled(whole))) == set()


def test_a_checker_that_reads_private_attributes_of_compile_raises_for_every_answer():
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["binary_accuracy"])
    with pytest.raises(AttributeError, match="'_losses'"):
        model.compiled_loss._losses  # noqa: B018  (as the checker reads it)
    assert model.loss == "binary_crossentropy"  # what is public still tells
