"""Where the 23,626,728 parameters of Inception V3 in the Xception paper come from.

Its table 3 gives this number; today's Keras counts 23,851,784. Keras' Inception V3 of August 2016
(github.com/fchollet/deep-learning-models, commit cbf97b0) had three narrower branches, a bias in
every convolution, and a scale in every normalization. Counted so, the number comes out exactly.
"""

from collections import Counter

import pytest

pytestmark = pytest.mark.keras

HEAD = 2049 * 1000

# Where the two versions differ: in the widths of the 1x1s behind the pools of
# modules 0 to 2, and of the first convolution of module 7's long branch.
TODAY = {"pools": (32, 64, 64), "seventh": 192}
IN_2016 = {"pools": (32, 32, 32), "seventh": 160}


def chain(c_in, *steps):
    """List the kernels (height, width, c_in, c_out) of one branch; a step is a size and a width."""
    kernels = []
    for size, c_out in steps:
        kernels.append((*size, c_in, c_out))
        c_in = c_out
    return kernels


ONE, THREE, FIVE = (1, 1), (3, 3), (5, 5)
ROW, COLUMN, SHORT_ROW, SHORT_COLUMN = (1, 7), (7, 1), (1, 3), (3, 1)


def inception_v3(pools, seventh):
    """List all kernels of the network for one choice of the widths that differ."""
    kernels = chain(3, (THREE, 32), (THREE, 32), (THREE, 64), (ONE, 80), (THREE, 192))
    c = 192
    for pool in pools:  # modules 0 to 2
        kernels += chain(c, (ONE, 64)) + chain(c, (ONE, 48), (FIVE, 64)) + chain(c, (ONE, pool))
        kernels += chain(c, (ONE, 64), (THREE, 96), (THREE, 96))
        c = 64 + 64 + 96 + pool
    kernels += chain(c, (THREE, 384)) + chain(c, (ONE, 64), (THREE, 96), (THREE, 96))
    c += 384 + 96
    for middle, first in [(128, 128), (160, 160), (160, 160), (192, seventh)]:  # 4 to 7
        kernels += chain(c, (ONE, 192)) + chain(c, (ONE, 192))
        kernels += chain(c, (ONE, middle), (ROW, middle), (COLUMN, 192))
        long = [(COLUMN, middle), (ROW, middle), (COLUMN, middle), (ROW, 192)]
        kernels += chain(c, (ONE, first), *long)
        c = 4 * 192
    kernels += chain(c, (ONE, 192), (THREE, 320))
    kernels += chain(c, (ONE, 192), (ROW, 192), (COLUMN, 192), (THREE, 192))
    c += 320 + 192
    for _ in range(2):  # modules 9 and 10
        kernels += chain(c, (ONE, 320)) + chain(c, (ONE, 384)) + chain(c, (ONE, 192))
        kernels += chain(c, (ONE, 448), (THREE, 384))
        kernels += 2 * (chain(384, (SHORT_ROW, 384)) + chain(384, (SHORT_COLUMN, 384)))
        c = 320 + 4 * 384 + 192
    return kernels


def weights_and_channels(kernels):
    return sum(h * w * a * b for h, w, a, b in kernels), sum(c_out for *_, c_out in kernels)


def test_with_todays_widths_the_list_is_that_of_todays_keras():
    import keras

    model = keras.applications.InceptionV3(weights=None)
    built = [tuple(w.shape) for w in model.weights if len(w.shape) == 4]
    kernels = inception_v3(**TODAY)
    assert Counter(built) == Counter(kernels)
    weights, channels = weights_and_channels(kernels)
    # A shift, a mean and a variance for each channel; no bias, no scale.
    assert weights + 3 * channels + HEAD == model.count_params() == 23_851_784


def test_with_the_widths_of_2016_the_papers_number_comes_out():
    """A bias, a scale and a shift for each channel can be trained; mean and variance cannot."""
    weights, channels = weights_and_channels(inception_v3(**IN_2016))
    assert (weights, channels) == (21_526_368, 17_120)
    assert weights + 3 * channels + HEAD == 23_626_728


def test_todays_keras_has_another_number_that_can_be_trained():
    weights, channels = weights_and_channels(inception_v3(**TODAY))
    assert weights + channels + HEAD == 23_817_352
