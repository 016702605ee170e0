"""Figures 2, 3 and 4 of the Xception paper: equal where it says equal, and no more than that."""

import numpy as np
import pytest

from dscourse.conv import depthwise_conv2d, fuse_towers, grouped_conv2d, pointwise_conv2d, towers

pytestmark = pytest.mark.keras

SHAPE, CHANNELS = (8, 9, 5), 12
COUNTS = range(1, CHANNELS + 1)  # 5, 7, 8, 9, 10 and 11 towers cannot be equally wide


def fill(model, rng):
    """Draw all weights, biases too, which Keras would start at zero."""
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    return model


def carried(simplified, segments, number):
    """Give the second form the weights of the first: the 1x1s side by side, the 3x3s as is."""
    mixers = [simplified.get_layer(f"tower{t}_1x1").get_weights() for t in range(number)]
    joined = [np.concatenate(parts, axis=-1) for parts in zip(*mixers, strict=True)]
    segments.get_layer("1x1").set_weights(joined)
    for t in range(number):
        spatial = simplified.get_layer(f"tower{t}_3x3").get_weights()
        segments.get_layer(f"segment{t}_3x3").set_weights(spatial)
    return segments


@pytest.fixture
def images(rng):
    return rng.normal(size=(2, *SHAPE)).astype("float32")


def close(ours, wanted):
    np.testing.assert_allclose(np.asarray(ours), np.asarray(wanted), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("number", COUNTS)
def test_figure_2_equals_figure_3_for_every_number_of_towers(inception, built, rng, images, number):
    widths = inception.tower_widths(CHANNELS, number)
    figure_2 = fill(built(SHAPE, inception.simplified_module, widths), rng)
    figure_3 = carried(figure_2, built(SHAPE, inception.segment_module, widths), number)
    assert figure_2.count_params() == figure_3.count_params()
    assert np.asarray(figure_2(images)).std() > 0.1
    close(figure_3(images), figure_2(images))


def test_segments_in_another_order_would_be_seen(inception, built, rng, images):
    widths = inception.tower_widths(CHANNELS, 3)
    figure_2 = fill(built(SHAPE, inception.simplified_module, widths), rng)
    figure_3 = carried(figure_2, built(SHAPE, inception.segment_module, widths), 3)
    first, last = (figure_3.get_layer(f"segment{t}_3x3") for t in (0, 2))
    swapped = last.get_weights(), first.get_weights()
    first.set_weights(swapped[0])
    last.set_weights(swapped[1])
    assert not np.allclose(figure_3(images), figure_2(images), atol=1e-2)


@pytest.mark.parametrize("number", [n for n in COUNTS if CHANNELS % n == 0])
def test_equal_towers_equal_our_numpy_and_its_grouped_form(inception, built, rng, number):
    options = {"activation": None, "use_bias": False}
    widths = inception.tower_widths(CHANNELS, number)
    model = fill(built(SHAPE, inception.simplified_module, widths, **options), rng)
    P, K = (
        [model.get_layer(f"tower{t}_{kind}").get_weights()[0] for t in range(number)]
        for kind in ("1x1", "3x3")
    )
    images = rng.normal(size=(2, *SHAPE)).astype("float32")
    close(model(images), towers(images, P, K, padding="same"))
    pointwise, grouped = fuse_towers(P, K)
    fused = grouped_conv2d(pointwise_conv2d(images, pointwise), grouped, number, padding="same")
    close(model(images), fused)


@pytest.mark.parametrize("activation", ["relu", None])
def test_one_segment_per_channel_is_the_extreme_form(inception, built, rng, images, activation):
    figure_3 = fill(
        built(SHAPE, inception.segment_module, [1] * CHANNELS, activation=activation), rng
    )
    figure_4 = built(SHAPE, inception.extreme_module, CHANNELS, activation=activation)
    figure_4.get_layer("1x1").set_weights(figure_3.get_layer("1x1").get_weights())
    kernels, biases = zip(
        *[figure_3.get_layer(f"segment{c}_3x3").get_weights() for c in range(CHANNELS)],
        strict=True,
    )
    kernel = np.concatenate(kernels, axis=2)  # each (3, 3, 1, 1)
    figure_4.get_layer("3x3").set_weights([kernel, np.concatenate(biases)])
    assert figure_3.count_params() == figure_4.count_params()
    close(figure_4(images), figure_3(images))


@pytest.mark.parametrize("activation", ["relu", None])
@pytest.mark.parametrize("pointwise_first", [True, False])
def test_the_extreme_form_equals_plain_keras_and_our_numpy(
    inception, built, rng, images, pointwise_first, activation
):
    model = fill(
        built(
            SHAPE,
            inception.extreme_module,
            CHANNELS,
            pointwise_first=pointwise_first,
            activation=activation,
        ),
        rng,
    )
    P, p = model.get_layer("1x1").get_weights()
    D, d = model.get_layer("3x3").get_weights()

    def act(y):
        return np.maximum(y, 0) if activation else y

    def pointwise(y):
        return act(pointwise_conv2d(y, P) + p)

    def depthwise(y):
        return act(depthwise_conv2d(y, D, padding="same") + d)

    ours = depthwise(pointwise(images)) if pointwise_first else pointwise(depthwise(images))
    close(model(images), ours)


def test_turned_round_without_activation_it_is_keras_separable_convolution(
    inception, built, rng, images
):
    import keras

    options = {"activation": None, "use_bias": False}
    module = inception.extreme_module
    ours = fill(built(SHAPE, module, CHANNELS, pointwise_first=False, **options), rng)
    layer = keras.layers.SeparableConv2D(CHANNELS, 3, padding="same", use_bias=False)
    layer.build((None, *SHAPE))
    layer.set_weights([ours.get_layer(name).get_weights()[0] for name in ("3x3", "1x1")])
    close(ours(images), layer(images))


def test_the_two_orders_compute_different_things_from_the_same_weights(
    inception, built, rng, images
):
    # As many channels in as out, so that each order can take the weights of the other.
    first, second = (
        built(SHAPE, inception.extreme_module, SHAPE[2], pointwise_first=order)
        for order in (True, False)
    )
    fill(first, rng)
    for name in ("1x1", "3x3"):
        second.get_layer(name).set_weights(first.get_layer(name).get_weights())
    assert first.count_params() == second.count_params()
    assert not np.allclose(first(images), second(images), atol=1e-2)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 6, 12])
def test_more_towers_cost_less(inception, built, count, number):
    model = built((*SHAPE[:2], 5), inception.simplified_module, [CHANNELS // number] * number)
    weights = 5 * CHANNELS + 9 * CHANNELS**2 // number
    assert count(model) == (weights, 72 * weights)
    other = built((*SHAPE[:2], 5), inception.segment_module, [CHANNELS // number] * number)
    assert count(other) == count(model)


def test_the_extreme_form_counts_as_the_course_says(inception, built, count):
    model = built((*SHAPE[:2], 5), inception.extreme_module, CHANNELS)
    assert count(model) == (168, 72 * 168)  # 1356 with one tower
    swapped = built((*SHAPE[:2], 5), inception.extreme_module, CHANNELS, pointwise_first=False)
    assert count(swapped)[0] == 9 * 5 + 5 * CHANNELS == 105


@pytest.mark.parametrize("size", [(1, 2), (None, None)], ids=str)
def test_the_grid_stays_as_it_is(inception, built, size):
    for module, widths in [
        (inception.simplified_module, [3, 4, 5]),
        (inception.segment_module, [3, 4, 5]),
        (inception.extreme_module, 12),
    ]:
        assert built((*size, 5), module, widths).output_shape == (None, *size, 12)


def test_names_let_modules_share_a_model(inception):
    import keras

    x = y = keras.Input(SHAPE)
    for number, (module, widths) in enumerate(
        [(inception.simplified_module, [2, 3]), (inception.segment_module, [2, 3])] * 2
        + [(inception.extreme_module, 5)] * 2
    ):
        y = module(y, widths, name=f"module{number}")
    model = keras.Model(x, y)
    assert model.get_layer("module1_segment1_3x3").kernel.shape == (3, 3, 3, 3)


def test_channels_are_divided_as_evenly_as_numpy_would(inception):
    for number in COUNTS:
        parts = np.array_split(np.arange(CHANNELS), number)
        assert inception.tower_widths(CHANNELS, number) == tuple(len(part) for part in parts)


def test_there_are_no_more_towers_than_channels(inception):
    with pytest.raises(ValueError, match=r"^`towers` must be at most 4, the channels; got 5.$"):
        inception.tower_widths(4, 5)


@pytest.mark.parametrize("module", ["simplified_module", "segment_module"])
def test_widths_are_positive_integers(inception, built, module):
    build = getattr(inception, module)
    with pytest.raises(ValueError, match=r"^`widths\[1\]` must be a positive integer; got 0.$"):
        built(SHAPE, build, [2, 0])
    with pytest.raises(TypeError, match=r"^`widths\[0\]` must be a positive integer; got 2.0.$"):
        built(SHAPE, build, [2.0])
    with pytest.raises(ValueError, match=r"^`widths` must hold the channels of at least one"):
        built(SHAPE, build, [])
