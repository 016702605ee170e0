"""Weights are copied in order, all or none, and the first that does not fit is named."""

import re

import numpy as np
import pytest

from tests.xception.witness import MOST, images, randomise, relative_error

pytestmark = pytest.mark.keras

TINY = {"weights": None, "width": 0.05, "middle_blocks": 1, "include_top": False}


@pytest.fixture(scope="module")
def build():
    from dscourse.xception import Xception

    return lambda **knobs: Xception(**TINY | knobs)


@pytest.fixture(scope="module")
def copy_weights():
    from dscourse.xception import copy_weights

    return copy_weights


def test_a_separable_convolution_and_its_two_parts_have_the_same_weights(build, copy_weights):
    whole, parts = randomise(build()), build(between="elu")
    copy_weights(whole, parts)
    wanted = whole.get_layer("block2_sepconv1").get_weights()
    halves = [parts.get_layer(f"block2_sepconv1_{name}") for name in ("depthwise", "pointwise")]
    assert all(np.array_equal(w, h.get_weights()[0]) for w, h in zip(wanted, halves, strict=True))


def test_the_target_becomes_the_source_and_the_source_stays(build, copy_weights):
    source, target = randomise(build()), randomise(build(), seed=1)
    before = source.get_weights()
    copy_weights(source, target)
    x = images(71)
    assert relative_error(target(x), source(x)) <= MOST
    assert all(np.array_equal(*p) for p in zip(before, source.get_weights(), strict=True))


REFUSED = {
    "another shape": (
        {"width": 0.06},
        "block1_conv2/kernel (3, 3, 2, 3) in `source` and "
        "block1_conv2/kernel (3, 3, 2, 4) in `target`",
    ),
    "a block more in the target": (
        {"middle_blocks": 2},
        "block6_sepconv2/pointwise_kernel (1, 1, 36, 51) in `source` and "
        "block6_sepconv2/pointwise_kernel (1, 1, 36, 36) in `target`",
    ),
    "a top more in the target": (
        {"include_top": True, "classes": 5},
        "no further weight in `source` and predictions/kernel (102, 5) in `target`",
    ),
    "no shortcuts in the target": (
        {"residuals": False},
        "block2_shortcut/kernel (1, 1, 3, 6) in `source` and "
        "block3_sepconv1/depthwise_kernel (3, 3, 6, 1) in `target`",
    ),
}


@pytest.mark.parametrize(("knobs", "message"), REFUSED.values(), ids=REFUSED)
def test_the_first_weight_that_does_not_fit_is_named_and_nothing_is_copied(
    build, copy_weights, knobs, message
):
    source, target = build(), build(**knobs)
    before = target.get_weights()
    message = (
        "`target` must have the weights of `source` in the same order; the first that differs "
        f"is {message}"
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        copy_weights(source, target)
    assert all(np.array_equal(*p) for p in zip(before, target.get_weights(), strict=True))


def test_a_longer_source_is_refused_too(build, copy_weights):
    message = "predictions/kernel (102, 5) in `source` and no further weight in `target`."
    with pytest.raises(ValueError, match=re.escape(message)):
        copy_weights(build(include_top=True, classes=5), build())
