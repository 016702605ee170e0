"""The audit sees who moved, and names each trap; where all is well it warns of nothing."""

import pytest

from dscourse.transfer import audit, freeze, freeze_batch_norm, unfreeze_from
from tests.transfer.tiny import base, compiled, fit, flat, images, nested

pytestmark = pytest.mark.keras
BUILDS = pytest.mark.parametrize("build", [nested, flat])


def watched(model):
    with audit(model) as seen:
        fit(model)
    return seen


def counts(seen, by="block"):
    """Return (trainable, moved, statistics moved) of each row."""
    return {r.name: (r.trainable, r.moved, r.batch_norms_moved) for r in seen.rows(by)}


def trained(build, **arguments):
    """Return a base and the whole after a first phase with the base frozen."""
    inner = base()
    freeze(inner)
    whole = compiled(build(inner, **arguments))
    fit(whole)
    return inner, whole


# What is right


@BUILDS
def test_training_the_head_of_a_frozen_base_warns_of_nothing(build):
    _, whole = trained(build)
    seen = watched(whole)
    assert seen.warnings == ()
    assert counts(seen) == {
        **dict.fromkeys(["block1", "block2", "block3"], (0, 0, 0)),
        "head": (2, 2, 0),
    }


@BUILDS
def test_fine_tuning_with_frozen_batch_norm_warns_of_nothing(build):
    inner, whole = trained(build)
    unfreeze_from(inner, "block2")
    seen = watched(compiled(whole))
    assert seen.warnings == ()
    assert counts(seen) == {
        "block1": (0, 0, 0),
        "block2": (2, 2, 0),
        "block3": (1, 1, 0),
        "head": (2, 2, 0),
    }


def test_training_a_flat_model_from_scratch_warns_of_nothing_though_statistics_move():
    seen = watched(compiled(flat(base())))
    assert seen.warnings == ()
    assert seen.total.batch_norms_moved == seen.total.batch_norms == 4


# The traps


@BUILDS
def test_unfreezing_without_compile_is_told(build):
    inner, whole = trained(build)
    unfreeze_from(inner, "block2")
    (warning,) = watched(whole).warnings
    assert warning.startswith("3 weights of block2, block3 can be trained but did not move. Keras")
    assert "call model.compile(...)" in warning


@BUILDS
def test_freezing_without_compile_is_told_for_weights_and_for_statistics(build):
    inner = base()
    whole = compiled(build(inner))
    fit(whole)
    freeze(inner)
    weights, statistics = watched(whole).warnings
    assert weights.startswith("12 weights of block1, block2, block3 moved although frozen. Keras")
    assert statistics.startswith("4 frozen BatchNormalization layers of block1, block2, block3 m")


def test_the_guides_recipe_is_told_that_training_false_protects_nothing():
    inner, whole = trained(nested, training=False)
    inner.trainable = True
    (warning,) = watched(compiled(whole)).warnings
    assert warning.startswith("4 BatchNormalization layers of block1, block2, block3 moved the st")
    assert "freeze_batch_norm(base)" in warning


def test_live_statistics_are_told_of_a_flat_model_too_where_a_part_is_frozen():
    inner, whole = trained(flat)
    unfreeze_from(inner, "block3", batch_norm=True)
    (warning,) = watched(compiled(whole)).warnings
    assert warning.startswith("1 BatchNormalization layer of block3 moved the statistics")


def test_a_fit_that_trains_nothing_is_told_with_the_reason():
    _, whole = trained(nested)
    whole.trainable = False
    with audit(whole) as seen:
        whole.predict(images(), verbose=0)
    assert seen.warnings == (
        "Nothing moved. No weight is trainable: unfreeze some, then compile and fit.",
    )


def test_a_rate_of_zero_is_told_as_nothing_moved():
    inner = base()
    freeze_batch_norm(inner)
    (warning,) = watched(compiled(nested(inner), rate=0.0)).warnings
    assert warning.startswith("Nothing moved. Did `fit` run while the audit watched, with a learn")


def test_a_rate_that_destroys_the_weights_is_told():
    seen = watched(compiled(flat(base()), rate=1e30))
    assert any("are no numbers any more" in warning for warning in seen.warnings)


def test_a_layer_trained_inside_a_base_that_says_frozen_is_seen():
    inner = base()
    inner.trainable = False
    inner.get_layer("block3_conv").trainable = True
    assert counts(watched(compiled(nested(inner))))["block3"] == (1, 1, 0)


def test_a_layer_unfrozen_inside_a_whole_that_is_frozen_does_not_count_as_trainable():
    whole = nested(base())
    whole.trainable = False
    whole.get_layer("predictions").trainable = True
    seen = audit(whole).look()
    assert (seen.total.trainable, whole.trainable_weights) == (0, [])


# Its forms


def test_in_two_calls_it_sees_the_same_as_around_a_block():
    whole = compiled(nested(base()))
    seen = audit(whole)
    assert (seen.rows(), seen.warnings, repr(seen)) == ([], (), "Audit: watching")
    fit(whole)
    assert seen.look() is seen
    assert seen.total.moved == 14


def test_what_moved_before_an_error_is_seen_and_the_error_goes_on():
    whole = compiled(nested(base()))

    def stopped(seen):
        with seen:
            fit(whole)
            raise KeyError

    seen = audit(whole)
    with pytest.raises(KeyError):
        stopped(seen)
    assert seen.total.moved == 14


def test_by_layer_the_path_leads_through_the_inner_model():
    seen = watched(compiled(nested(base())))
    assert counts(seen, "layer")["base/block1_conv_bn"] == (2, 2, 1)
    assert counts(seen, "layer")["predictions"] == (2, 2, 0)


def test_a_model_without_blocks_is_counted_by_layer():
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="only")])
    with audit(model) as seen:
        model.set_weights([weight + 1 for weight in model.get_weights()])
    assert [row.name for row in seen.rows()] == ["only"]


def test_a_layer_that_stands_inside_a_model_and_beside_it_counts_once():
    import keras

    shared = keras.layers.Dense(3, name="shared")
    inner = keras.Sequential([keras.Input((3,)), shared])
    inputs = keras.Input((3,))
    assert audit(keras.Model(inputs, shared(inner(inputs)))).look().total.weights == 2


def test_a_model_that_is_not_built_is_refused():
    import keras

    with pytest.raises(ValueError, match=r"^`model` must have weights to watch; got none, so call"):
        audit(keras.Sequential([keras.layers.Dense(2)]))


def test_an_unknown_grouping_is_told():
    with pytest.raises(ValueError, match=r"^`by` must be 'layer' or 'block'; got 'weight'\.$"):
        audit(nested(base())).look().rows("weight")


def test_the_table_says_the_sums_marks_what_is_wrong_and_repeats_the_warning():
    inner, whole = trained(nested)
    unfreeze_from(inner, "block3")
    seen = watched(whole)
    assert str(seen).splitlines()[:6] == [
        "part    trainable  moved       BatchNorm statistics moved",
        "block1  0 of 3     0 of 3      0 of 1",
        "block2  0 of 6     0 of 6      0 of 2",
        "block3  1 of 3     0 of 3 (!)  0 of 1",
        "head    2 of 2     2 of 2      -",
        repr(seen).removeprefix("Audit: "),
    ]
    page = seen._repr_html_()
    assert '<th scope="row">block3</th><td>1 of 3</td><td>0 of 3 (!)</td>' in page
    assert "1 weight of block3 can be trained but did not move" in page
    assert "<ul>" not in watched(compiled(whole))._repr_html_()


def test_names_cannot_break_out_of_the_table():
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="a<b>&c")])
    assert "a&lt;b&gt;&amp;c" in audit(model).look()._repr_html_()
