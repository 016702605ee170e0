"""Inception v3's modules against the gains of its paper, Keras' InceptionV3, and plain Keras."""

from fractions import Fraction

import numpy as np
import pytest

pytestmark = pytest.mark.keras

FORMS = ["squares", "strips", "fork"]
ODD = (3, 4, 7, 2, 5, 6)  # six different widths, odd ones where a branch forks


@pytest.mark.parametrize("size", [(8, 9), (1, 2), (None, None)], ids=str)
@pytest.mark.parametrize("form", FORMS)
def test_each_form_stands_in_the_place_of_googlenets_module(inception, built, form, size):
    filters = inception.InceptionFilters(*ODD)
    model = built((*size, 5), inception.factorised_module, filters, form, name=f"{form}{size[0]}")
    wanted = built((*size, 5), inception.inception_module, filters, name="v1")
    assert model.output_shape == wanted.output_shape == (None, *size, 21)


def branch_cost(count, model, names):
    """Count the multiply-adds of the named layers."""
    from dscourse.cost import layer_table

    rows = {row.name: row.multiply_adds for row in layer_table(model)}
    return sum(rows[name] for name in names)


def equal(inception, width=8):
    return inception.InceptionFilters(*[width] * 6)


def test_two_3x3_gain_28_percent_over_a_5x5(inception, built, count):
    # Section 3.1: 25/9 = 2.78 times a 3x3; (9+9)/25, "a relative gain of 28%".
    v1 = built((17, 17, 8), inception.inception_module, equal(inception))
    v3 = built((17, 17, 8), inception.factorised_module, equal(inception), "squares")
    two = branch_cost(count, v3, ["first_3x3", "second_3x3"])
    five = branch_cost(count, v1, ["conv_5x5"])
    assert Fraction(two, five) == Fraction(18, 25) == 1 - Fraction(28, 100)
    assert Fraction(five, branch_cost(count, v1, ["conv_3x3"])) == Fraction(25, 9)


def test_a_row_and_a_column_are_a_third_cheaper_than_a_3x3(inception, built, count):
    # Section 3.2: "33% cheaper for the same number of output filters".
    v1 = built((17, 17, 8), inception.inception_module, equal(inception))
    v3 = built((17, 17, 8), inception.factorised_module, equal(inception), "strips", n=3)
    strips = branch_cost(count, v3, ["row", "column"])
    assert Fraction(strips, branch_cost(count, v1, ["conv_3x3"])) == Fraction(2, 3)


def test_strips_cost_two_n_of_n_squared(inception, built, count):
    for n in (5, 7):
        v3 = built((17, 17, 8), inception.factorised_module, equal(inception), "strips", n=n)
        assert branch_cost(count, v3, ["row", "column"]) == 17**2 * 2 * n * 8 * 8


@pytest.fixture(scope="module")
def inception_v3():
    import keras

    return keras.applications.InceptionV3(weights=None)


def between(model, first, last):
    """Cut a model out of another one."""
    import keras

    whole = keras.Model(model.get_layer(first).output, model.get_layer(last).output)
    return keras.models.clone_model(whole)


# Modules of Keras' InceptionV3: the layer before, its input, its widths, and the form of ours.
V3_MODULES = {
    "mixed4": ("mixed3", (17, 17, 768), (192, 128, 192, 128, 192, 192), "strips"),
    "mixed5": ("mixed4", (17, 17, 768), (192, 160, 192, 160, 192, 192), "strips"),
    "mixed7": ("mixed6", (17, 17, 768), (192, 192, 192, 192, 192, 192), "strips"),
    "mixed9": ("mixed8", (8, 8, 1280), (320, 384, 768, 448, 768, 192), "fork"),
    "mixed10": ("mixed9", (8, 8, 2048), (320, 384, 768, 448, 768, 192), "fork"),
}


@pytest.mark.parametrize("last", V3_MODULES)
def test_the_counts_are_those_of_keras_inception_v3(inception_v3, inception, built, count, last):
    first, shape, widths, form = V3_MODULES[last]
    theirs = between(inception_v3, first, last)
    filters = inception.InceptionFilters(*widths)
    ours = built(shape, inception.factorised_module, filters, form, name=last)
    assert ours.output_shape == theirs.output_shape
    weights = [w for w in theirs.get_weights() if w.ndim == 4]  # BatchNorm left out
    assert count(ours)[0] == sum(w.size for w in weights)
    assert sorted(w.size for w in weights) == sorted(
        w.size for w in ours.get_weights() if w.ndim == 4
    )
    assert count(ours)[1] == shape[0] * shape[1] * sum(w.size for w in weights)


def test_the_double_3x3_branch_is_that_of_keras_inception_v3(inception_v3, inception, built):
    # mixed0 keeps a 5x5 in its other branch, so only this one is in figure 5's form.
    filters = inception.InceptionFilters(64, 48, 64, 64, 96, 32)
    ours = built((35, 35, 192), inception.factorised_module, filters, "squares", name="mixed0")
    names = ["reduce_5x5", "first_3x3", "second_3x3"]
    shapes = [tuple(ours.get_layer(f"mixed0_{name}").kernel.shape) for name in names]
    assert shapes == [(1, 1, 192, 64), (3, 3, 64, 96), (3, 3, 96, 96)]
    theirs = {tuple(w.shape) for w in inception_v3.weights}
    assert set(shapes) < theirs


def hand_written(x, width, form):
    """The figures, written out without the package."""
    from keras import layers

    one, reduce3, three, reduce5, five, projection = width

    def conv(y, filters, kernel):
        return layers.Conv2D(filters, kernel, padding="same", activation="relu")(y)

    a, b = conv(x, reduce3, 1), conv(x, reduce5, 1)
    if form == "squares":
        middle = [conv(a, three, 3), conv(conv(b, five, 3), five, 3)]
    elif form == "strips":
        a = conv(conv(a, reduce3, (1, 5)), three, (5, 1))
        b = conv(conv(b, reduce5, (1, 5)), reduce5, (5, 1))
        middle = [a, conv(conv(b, reduce5, (1, 5)), five, (5, 1))]
    else:
        b = conv(b, 3, 3)
        middle = [conv(a, 3, (1, 3)), conv(a, 4, (3, 1)), conv(b, 2, (1, 3)), conv(b, 3, (3, 1))]
    pool = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    return layers.Concatenate()([conv(x, one, 1), *middle, conv(pool, projection, 1)])


def fill(model):
    """Give every weight a value that follows from its shape, whatever the order of layers."""
    model.set_weights(
        [np.random.default_rng(w.shape).normal(size=w.shape) for w in model.get_weights()]
    )
    return model


@pytest.mark.parametrize("form", FORMS)
def test_each_form_equals_one_written_by_hand(inception, built, form, rng):
    import keras

    x = keras.Input((8, 9, 5))
    wanted = fill(keras.Model(x, hand_written(x, ODD, form)))
    filters = inception.InceptionFilters(*ODD)
    ours = fill(built((8, 9, 5), inception.factorised_module, filters, form, n=5))
    images = rng.normal(size=(2, 8, 9, 5)).astype("float32")
    np.testing.assert_allclose(ours(images), wanted(images), rtol=1e-4, atol=1e-3)


def test_a_fork_shares_the_layers_before_it(inception, built):
    filters = inception.InceptionFilters(*ODD)
    model = built((8, 9, 5), inception.factorised_module, filters, "fork")
    names = [layer.name for layer in model.layers]
    assert len(names) == len(set(names)) == 12
    assert {"row", "column", "second_row", "second_column", "conv_3x3"} < set(names)


def test_a_form_must_be_one_of_the_three(inception):
    wanted = r"^`form` must be one of 'squares', 'strips', 'fork'; got 'figure 6'.$"
    with pytest.raises(ValueError, match=wanted):
        inception.factorised_branches(equal(inception), "figure 6")


def test_a_strip_has_a_positive_length(inception):
    with pytest.raises(ValueError, match=r"^`n` must be a positive integer; got 0.$"):
        inception.factorised_branches(equal(inception), "strips", n=0)


@pytest.mark.parametrize(("place", "name"), [(2, "conv_3x3"), (4, "conv_5x5")])
def test_a_single_channel_cannot_fork(inception, place, name):
    widths = [4] * 6
    widths[place] = 1
    filters = inception.InceptionFilters(*widths)
    wanted = rf"^`{name}` must be at least 2 where a branch forks; got 1.$"
    with pytest.raises(ValueError, match=wanted):
        inception.factorised_branches(filters, "fork")
