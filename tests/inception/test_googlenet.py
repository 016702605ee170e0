"""The Inception module against hand-written Keras, NumPy and GoogLeNet's published table."""

from dataclasses import asdict
from itertools import pairwise

import numpy as np
import pytest

from dscourse.conv import conv2d

pytestmark = pytest.mark.keras

SMALL = {  # six different widths, so that no two layers can be mistaken for each other
    "conv_1x1": 3,
    "reduce_3x3": 4,
    "conv_3x3": 6,
    "reduce_5x5": 2,
    "conv_5x5": 5,
    "pool_projection": 7,
}


def published(name, c_out, weights, macs, thousands, millions):
    return pytest.param(name, c_out, weights, macs, thousands, millions, id=name)


# From table 1 of arXiv:1409.4842. K is 1024 and ops are multiply-adds in millions; None marks a
# number of the paper that does not follow from the row's own widths, so that ours is pinned alone.
TABLE = [
    published("3a", 256, 163_328, 128_049_152, 159, 128),
    published("3b", 480, 388_096, 304_267_264, 380, 304),
    published("4a", 512, 375_552, 73_608_192, None, 73),
    published("4b", 512, 448_512, 87_908_352, 437, 88),
    published("4c", 512, 509_440, 99_850_240, None, 100),
    published("4d", 528, 604_672, 118_515_712, None, 119),
    published("4e", 832, 867_328, 169_996_288, None, 170),
    published("5a", 832, 1_042_432, 51_079_168, None, None),
    published("5b", 1024, 1_442_816, 70_697_984, None, 71),
]


def module(inception, name):
    return next(m for m in inception.GOOGLENET if m.name == name)


@pytest.mark.parametrize(("name", "c_out", "weights", "macs", "thousands", "millions"), TABLE)
def test_counts_agree_with_the_paper_where_the_paper_agrees_with_itself(
    inception, count, built, name, c_out, weights, macs, thousands, millions
):
    row = module(inception, name)
    model = built(
        (row.grid, row.grid, row.c_in), inception.inception_module, row.filters, name=name
    )
    assert model.output_shape == (None, row.grid, row.grid, c_out)
    assert count(model) == (weights, macs) == (row.parameters, row.multiply_adds)
    assert row.filters.c_out == c_out
    # The paper rounds, and cuts off in some rows: one unit either way.
    assert thousands is None or abs(weights / 1024 - thousands) <= 1
    assert millions is None or abs(macs / 1e6 - millions) <= 1
    assert (row.parameters_agree, row.published_k == thousands) == (thousands is not None,) * 2
    assert (row.multiply_adds_agree, row.published_m == millions) == (millions is not None,) * 2


def test_the_papers_other_counts_are_kept_as_printed_and_do_not_follow(inception):
    printed = {"4a": 364, "4c": 463, "4d": 580, "4e": 840, "5a": 1072, "5b": 1388}
    for name, thousands in printed.items():
        row = module(inception, name)
        assert row.published_k == thousands
        assert abs(row.parameters / 1024 - thousands) > 1
    last = module(inception, "5a")
    assert last.published_m == 54
    assert abs(last.multiply_adds / 1e6 - 54) > 1


def test_each_module_receives_what_the_one_before_returns(inception, built):
    rows = inception.GOOGLENET
    for row, following in pairwise(rows):
        returned = built(
            (row.grid, row.grid, row.c_in), inception.inception_module, row.filters
        ).output_shape[3]
        assert returned == following.c_in, following.name


def test_biases_bring_3a_to_the_count_of_the_course(inception, built):
    row = module(inception, "3a")
    model = built((28, 28, 192), inception.inception_module, row.filters)
    assert model.count_params() == 163_696 == 163_328 + sum(asdict(row.filters).values())


def test_the_naive_module_reads_all_channels_and_passes_them_through_the_pool(
    inception, count, built
):
    row = module(inception, "3a")
    model = built((28, 28, 192), inception.inception_module, row.filters, reduce=False)
    assert model.output_shape == (None, 28, 28, 64 + 128 + 32 + 192)
    assert count(model)[0] == 192 * (64 + 9 * 128 + 25 * 32) == 387_072


@pytest.mark.parametrize(
    ("reduce", "names"),
    [
        (True, {*SMALL, "pool", "concat"}),
        (False, {"conv_1x1", "conv_3x3", "conv_5x5", "pool", "concat"}),
    ],
    ids=["reduced", "naive"],
)
@pytest.mark.parametrize(("name", "prefix"), [("mixed", "mixed_"), (None, "")])
def test_every_layer_is_named(inception, built, reduce, names, name, prefix):
    filters = inception.InceptionFilters(**SMALL)
    model = built((8, 9, 5), inception.inception_module, filters, reduce=reduce, name=name)
    assert {layer.name for layer in model.layers[1:]} == {prefix + n for n in names}


def test_two_modules_with_names_share_a_model(inception):
    import keras

    filters = inception.InceptionFilters(**SMALL)
    x = keras.Input((8, 9, 5))
    y = inception.inception_module(x, filters, name="first")
    y = inception.inception_module(y, filters, name="second")
    assert keras.Model(x, y).output_shape == (None, 8, 9, 21)


@pytest.mark.parametrize("size", [(8, 9), (7, 7), (1, 2), (None, None)], ids=str)
def test_the_grid_stays_as_it_is(inception, built, size):
    model = built((*size, 5), inception.inception_module, inception.InceptionFilters(**SMALL))
    assert model.output_shape == (None, *size, 21)


def hand_written(x, width):
    """Figure 2(b), written out without the package."""
    from keras import layers

    conv = {"padding": "same", "activation": "relu"}
    one = layers.Conv2D(width["conv_1x1"], 1, activation="relu")(x)
    three = layers.Conv2D(width["reduce_3x3"], 1, activation="relu")(x)
    three = layers.Conv2D(width["conv_3x3"], 3, **conv)(three)
    five = layers.Conv2D(width["reduce_5x5"], 1, activation="relu")(x)
    five = layers.Conv2D(width["conv_5x5"], 5, **conv)(five)
    pool = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    pool = layers.Conv2D(width["pool_projection"], 1, activation="relu")(pool)
    return layers.Concatenate()([one, three, five, pool])


def fill(model):
    """Give every weight a value that follows from its shape; all shapes here differ."""
    model.set_weights(
        [np.random.default_rng(w.shape).normal(size=w.shape) for w in model.get_weights()]
    )
    return model


def test_the_module_equals_one_written_by_hand(inception, built, rng):
    import keras

    x = keras.Input((8, 9, 5))
    wanted = fill(keras.Model(x, hand_written(x, SMALL)))
    ours = fill(built((8, 9, 5), inception.inception_module, inception.InceptionFilters(**SMALL)))
    images = rng.normal(size=(2, 8, 9, 5)).astype("float32")
    np.testing.assert_allclose(ours(images), wanted(images), rtol=1e-5, atol=1e-5)


def test_the_convolution_branches_equal_our_numpy(inception, built, rng):
    model = fill(built((8, 9, 5), inception.inception_module, inception.InceptionFilters(**SMALL)))
    images = rng.normal(size=(2, 8, 9, 5)).astype("float32")
    for names in (["conv_1x1"], ["reduce_3x3", "conv_3x3"], ["reduce_5x5", "conv_5x5"]):
        y = images
        for name in names:
            kernel, bias = model.get_layer(name).get_weights()
            y = np.maximum(conv2d(y, kernel, padding="same") + bias, 0)
        start = {"conv_1x1": 0, "conv_3x3": 3, "conv_5x5": 9}[names[-1]]
        part = np.array(model(images))[..., start : start + y.shape[3]]
        np.testing.assert_allclose(part, y, rtol=1e-4, atol=1e-4, err_msg=str(names))


@pytest.mark.parametrize("width", [0, -1, 2.0, True, "8"], ids=repr)
@pytest.mark.parametrize("name", SMALL)
def test_a_width_must_be_a_positive_integer(inception, name, width):
    with pytest.raises(ValueError, match=rf"^`{name}` must be a positive integer; got {width!r}.$"):
        inception.InceptionFilters(**SMALL | {name: width})
