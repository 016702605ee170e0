"""The closed forms: counted by hand, by the convolutions themselves, and by the papers."""

import re
from fractions import Fraction

import numpy as np
import pytest

from dscourse import conv, cost
from dscourse.conv.geometry import Window
from tests.strategies import STRATA

GOOGLENET = {  # arXiv:1409.4842, table 1: (grid, c_in), then the widths of the six convolutions
    "3a": ((28, 28, 192), (64, 96, 128, 16, 32, 32), 163_328, 128.0e6),
    "3b": ((28, 28, 256), (128, 128, 192, 32, 96, 64), 388_096, 304.3e6),
    "4b": ((14, 14, 512), (160, 112, 224, 24, 64, 64), 448_512, 87.9e6),
}


def inception_module(image, widths):
    """Add up the six convolutions of GoogLeNet's module."""
    one, reduce3, three, reduce5, five, pool = widths
    grid = image[:2]
    return sum(
        [
            cost.pointwise_conv2d(image, one),
            cost.pointwise_conv2d(image, reduce3),
            cost.conv2d((*grid, reduce3), three, 3, padding="same"),
            cost.pointwise_conv2d(image, reduce5),
            cost.conv2d((*grid, reduce5), five, 5, padding="same"),
            cost.pointwise_conv2d(image, pool),
        ],
        start=cost.Cost(),
    )


@pytest.mark.parametrize(("image", "widths", "weights", "work"), GOOGLENET.values(), ids=GOOGLENET)
def test_googlenets_modules(image, widths, weights, work):
    module = inception_module(image, widths)
    assert module.parameters == weights
    assert module.multiply_adds == pytest.approx(work, rel=1e-3)


def test_googlenets_conv2_and_classifier_show_that_its_k_is_1024():
    conv2 = cost.pointwise_conv2d((56, 56, 64), 64) + cost.conv2d((56, 56, 64), 192, 3)
    assert conv2.parameters == 112 * 1024 == 114_688
    assert cost.pointwise_conv2d((1, 1, 1024), 1000).parameters == 1000 * 1024


def test_googlenets_first_layer_is_published_as_a_separable_convolution():
    # Table 1 says 2.7K weights and 34M operations; an ordinary 7x7 has 3.5 times as many.
    image, steps = (224, 224, 3), {"strides": 2, "padding": "same"}
    separable = cost.separable_conv2d(image, 64, 7, depth_multiplier=8, **steps)
    assert (separable.parameters, separable.multiply_adds) == (2_712, 34_019_328)
    ordinary = cost.conv2d(image, 64, 7, **steps)
    assert (ordinary.parameters, ordinary.multiply_adds) == (9_408, 118_013_952)


MOBILENET_TABLE_3 = {  # arXiv:1704.04861: kernel 3, padding 'same'
    "ordinary": (cost.conv2d, (14, 14, 512), 512, 462_422_016, 2_359_296),
    "separable": (cost.separable_conv2d, (14, 14, 512), 512, 52_283_392, 266_752),
    "width 0.75": (cost.separable_conv2d, (14, 14, 384), 384, 29_578_752, 150_912),
    "and resolution 0.714": (cost.separable_conv2d, (10, 10, 384), 384, 15_091_200, 150_912),
}


@pytest.mark.parametrize(
    ("count", "image", "c_out", "work", "weights"),
    MOBILENET_TABLE_3.values(),
    ids=MOBILENET_TABLE_3,
)
def test_mobilenets_table_3(count, image, c_out, work, weights):
    layer = count(image, c_out, 3, padding="same")
    assert (layer.multiply_adds, layer.parameters) == (work, weights)


# MobileNet's table 1 at 224: (c_out, stride) of the layers after the first convolution.
MOBILENET = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5]
MOBILENET += [(1024, 2), (1024, 1)]


def mobilenet(count):
    """Add up MobileNet without its classifier, every layer but the first being `count`."""
    total, image = cost.conv2d((224, 224, 3), 32, 3, strides=2, padding="same"), (112, 112, 32)
    for c_out, stride in MOBILENET:
        total += count(image, c_out, 3, strides=stride, padding="same")
        image = (image[0] // stride, image[1] // stride, c_out)
    return total


def test_mobilenets_table_4():
    assert mobilenet(cost.conv2d).multiply_adds == 4_866_269_184
    classifier = cost.pointwise_conv2d((1, 1, 1024), 1000)
    assert (mobilenet(cost.separable_conv2d) + classifier).multiply_adds == 568_740_352


def test_inception_v3s_factorised_convolutions():
    # arXiv:1512.00567, section 3: 25/9, 18/25 and a third less.
    def work(*sizes):
        return sum(cost.conv2d((17, 17, 64), 64, k, padding="same").multiply_adds for k in sizes)

    assert Fraction(work(5), work(3)) == Fraction(25, 9)
    assert 1 - Fraction(work(3, 3), work(5)) == Fraction(28, 100)
    assert 1 - Fraction(work((3, 1), (1, 3)), work(3)) == Fraction(1, 3)


@pytest.mark.parametrize("c_out", [1, 2, 64, 512])
@pytest.mark.parametrize("kernel", [1, 2, 3, 5, (3, 1)], ids=str)
def test_the_ratio_is_exactly_one_over_c_out_plus_one_over_the_taps(c_out, kernel):
    image = (9, 8, 6)
    separable, ordinary = (f(image, c_out, kernel) for f in (cost.separable_conv2d, cost.conv2d))
    kh, kw = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    exact = Fraction(1, c_out) + Fraction(1, kh * kw)
    assert Fraction(separable.multiply_adds, ordinary.multiply_adds) == exact
    assert Fraction(separable.parameters, ordinary.parameters) == exact
    assert cost.separable_ratio(c_out, kernel) == pytest.approx(float(exact), rel=1e-15)


@pytest.mark.parametrize("stratum", STRATA, ids=str)
def test_the_multiply_adds_are_those_that_a_convolution_of_ones_adds_up(stratum):
    # Each product is 1, so the sum of the output counts them. Work on the padding is counted too,
    # because the kernel is applied there: the zeros are given as ones.
    k, image = stratum.kernel, (stratum.extent + 1, stratum.extent + 3, 4)
    rows, columns = Window.over(image[:2], (k, k), **stratum.steps).margins
    x = np.ones((1, image[0] + sum(rows), image[1] + sum(columns), 4))
    steps = stratum.steps | {"padding": "valid"}

    def work(y):
        return int(y.sum())

    dense = conv.conv2d(x, np.ones((k, k, 4, 6)), **steps)
    assert cost.conv2d(image, 6, k, **stratum.steps).multiply_adds == work(dense)
    grouped = conv.grouped_conv2d(x, np.ones((k, k, 2, 6)), 2, **steps)
    assert cost.grouped_conv2d(image, 6, k, 2, **stratum.steps).multiply_adds == work(grouped)
    alone = conv.depthwise_conv2d(x, np.ones((k, k, 4, 3)), **steps)
    count = cost.depthwise_conv2d(image, k, depth_multiplier=3, **stratum.steps)
    assert count.multiply_adds == work(alone)
    mixed = conv.pointwise_conv2d(np.ones_like(alone), np.ones((12, 5)))
    both = cost.separable_conv2d(image, 5, k, depth_multiplier=3, **stratum.steps)
    assert both.multiply_adds == work(alone) + work(mixed)


def test_parameters_and_bytes_counted_by_hand():
    image, steps = (5, 7, 4), {"padding": "valid"}
    dense = cost.conv2d(image, 6, (3, 2), use_bias=True, **steps)
    assert dense.parameters == 3 * 2 * 4 * 6 + 6
    assert dense.bytes_moved == 4 * (5 * 7 * 4 + dense.parameters + 3 * 6 * 6)
    assert dense.multiply_adds == 3 * 6 * 3 * 2 * 4 * 6  # none for the bias
    grouped = cost.grouped_conv2d(image, 6, 3, 2, use_bias=True)
    assert grouped.parameters == 3 * 3 * 2 * 6 + 6
    alone = cost.depthwise_conv2d(image, 3, depth_multiplier=2, use_bias=True)
    assert alone.parameters == 3 * 3 * 4 * 2 + 8
    mixed = cost.pointwise_conv2d(image, 6, use_bias=True)
    assert mixed.parameters == 4 * 6 + 6
    assert mixed.bytes_moved == 4 * (5 * 7 * 4 + 30 + 5 * 7 * 6)
    separable = cost.separable_conv2d(image, 6, 3, depth_multiplier=2, use_bias=True)
    assert separable.parameters == 3 * 3 * 4 * 2 + 8 * 6 + 6
    assert separable.bytes_moved == 4 * (5 * 7 * 4 + separable.parameters + 3 * 5 * 6)


def test_two_layers_move_the_map_in_between_twice_more():
    image = (14, 14, 512)
    fused = cost.separable_conv2d(image, 512, 3, padding="same")
    apart = cost.depthwise_conv2d(image, 3, padding="same") + cost.pointwise_conv2d(image, 512)
    assert (apart.parameters, apart.multiply_adds) == (fused.parameters, fused.multiply_adds)
    assert apart.bytes_moved - fused.bytes_moved == 2 * 4 * 14 * 14 * 512


def test_the_depthwise_half_does_little_work_for_its_bytes():
    image = (147, 147, 128)  # Xception's block2_sepconv2
    whole = cost.separable_conv2d(image, 128, 3, padding="same")
    assert whole.arithmetic_intensity == 2 * 378_935_424 / whole.bytes_moved
    assert whole.arithmetic_intensity == pytest.approx(34.1, abs=0.1)
    alone = cost.depthwise_conv2d(image, 3, padding="same")
    assert alone.arithmetic_intensity == pytest.approx(2 * 9 / 8, rel=1e-3)


REFUSED = {
    "two sizes": (
        lambda: cost.conv2d((5, 7), 6, 3),
        ValueError,
        "`input_shape` must be (height, width, channels); got (5, 7).",
    ),
    "an open size": (
        lambda: cost.depthwise_conv2d((None, 7, 3), 3),
        TypeError,
        "`input_shape` must be a positive integer; got None.",
    ),
    "no output": (
        lambda: cost.separable_conv2d((5, 7, 4), 0, 3),
        ValueError,
        "`c_out` must be a positive integer; got 0.",
    ),
    "half an output": (
        lambda: cost.pointwise_conv2d((5, 7, 4), 1.5),
        TypeError,
        "`c_out` must be a positive integer; got 1.5.",
    ),
    "no filter": (
        lambda: cost.depthwise_conv2d((5, 7, 4), 3, depth_multiplier=0),
        ValueError,
        "`depth_multiplier` must be a positive integer; got 0.",
    ),
    "groups and input": (
        lambda: cost.grouped_conv2d((5, 7, 4), 6, 3, 3),
        ValueError,
        "`groups` must divide the 4 channels of `input_shape`; got 3.",
    ),
    "groups and output": (
        lambda: cost.grouped_conv2d((5, 7, 4), 6, 3, 4),
        ValueError,
        "`groups` must divide the 6 output channels `c_out`; got 4.",
    ),
    "no taps": (
        lambda: cost.separable_ratio(64, 0),
        ValueError,
        "`kernel_size` must be a positive integer or a pair (height, width); got 0.",
    ),
    "a kernel that does not fit": (
        lambda: cost.conv2d((2, 7, 4), 6, 3),
        ValueError,
        "`padding` 'valid' needs a kernel no larger than the image; got one that spans 3 of 2",
    ),
    "both steps": (
        lambda: cost.conv2d((9, 9, 4), 6, 3, strides=2, dilation_rate=2),
        ValueError,
        "`strides` and `dilation_rate` must not both exceed 1; got 2 and 2",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()
