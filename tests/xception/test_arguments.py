"""No argument is silently ignored: each changes the model, or is refused in one sentence."""

import inspect
import re

import numpy as np
import pytest

pytestmark = pytest.mark.keras

TINY = {"weights": None, "width": 0.05, "middle_blocks": 1, "input_shape": (71, 71, 3)}
TOPLESS = TINY | {"include_top": False}
# The knobs of the course's own weights, as dscourse.xception.MINI has them.
MINI = {"weights": "mini", "width": 0.125, "middle_blocks": 2, "small_inputs": True, "classes": 26}


@pytest.fixture(scope="module")
def xception():
    from dscourse.xception import Xception

    return Xception


def other_image(sides):
    import keras

    return keras.Input((*sides, 3), name="other")


@pytest.fixture(scope="module")
def weights_file(xception, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "tiny.weights.h5"
    xception(**TINY).save_weights(path)
    return path


# For each argument: the call to compare with, and a value that must change what it builds.
CHANGES = {
    "include_top": (TINY, lambda: False),
    "input_tensor": (TINY, lambda: other_image((71, 71))),
    "input_shape": (TINY, lambda: (71, 80, 3)),
    "pooling": (TOPLESS, lambda: "avg"),
    "classes": (TINY, lambda: 7),
    "classifier_activation": (TINY, lambda: None),
    "name": (TINY, lambda: "other"),
    "width": (TINY, lambda: 0.06),
    "middle_blocks": (TINY, lambda: 2),
    "between": (TINY, lambda: "relu"),
    "order": (TINY, lambda: "pointwise-first"),
    "residuals": (TINY, lambda: False),
    "momentum": (TINY, lambda: 0.9),
    "small_inputs": (TINY, lambda: True),
}


def test_every_argument_is_tried(xception):
    assert {*CHANGES, "weights"} == set(inspect.signature(xception).parameters)


@pytest.mark.parametrize("name", CHANGES)
def test_an_argument_changes_the_model(xception, name):
    call, value = CHANGES[name]
    before, after = xception(**call), xception(**call | {name: value()})
    assert before.to_json() == xception(**call).to_json()
    assert before.to_json() != after.to_json()


def test_weights_change_the_model(xception, weights_file):
    one, other, untrained = (
        xception(**TINY | {"weights": w}).get_weights()[0] for w in (weights_file,) * 2 + (None,)
    )
    assert np.array_equal(one, other)
    assert not np.array_equal(one, untrained)


def test_the_first_arguments_are_those_of_keras(xception):
    import keras

    theirs = inspect.signature(keras.applications.Xception).parameters
    ours = inspect.signature(xception).parameters
    assert list(ours)[: len(theirs)] == list(theirs)
    assert {n: ours[n].default for n in theirs} == {n: p.default for n, p in theirs.items()}
    assert all(p.kind is p.KEYWORD_ONLY for n, p in ours.items() if n not in theirs)


# What Keras refuses too, with an error of the same type: our sentence and the arguments.
REFUSED_BY_BOTH = [
    (
        {"weights": "bogus"},
        "`weights` must be None, 'imagenet', 'mini' or the path of an existing file; got 'bogus'.",
    ),
    (
        {"classes": 10},
        "`classes` must be 1000 with `include_top=True` and `weights='imagenet'`; got 10, so pass "
        "include_top=False and add a head of your own.",
    ),
    (
        {"input_shape": (150, 150, 3)},
        "`input_shape` must be (299, 299, 3) with `include_top=True` and `weights='imagenet'`; "
        "got (150, 150, 3), so pass include_top=False for another size.",
    ),
    (
        {"weights": None, "input_shape": (70, 71, 3)},
        "`input_shape` must be at least 71x71; got (70, 71, 3), so enlarge the images or pass "
        "small_inputs=True.",
    ),
    (
        {"weights": None, "include_top": False, "input_shape": (None, 70, 3)},
        "`input_shape` must be at least 71x71; got (None, 70, 3)",
    ),
    (
        {"weights": None, "input_shape": (150, 150)},
        "`input_shape` must have three axes: height and width (integers or None) and channels; "
        "got (150, 150).",
    ),
    (
        {"weights": None, "input_shape": (None, None, 3)},
        "`input_shape` must name height and width with `include_top=True`; got (None, None, 3).",
    ),
    (
        {"include_top": False, "input_shape": (150, 150, 1)},
        "`input_shape` must have 3 channels with `weights='imagenet'`; got (150, 150, 1), so pass "
        "weights=None or make three channels of yours.",
    ),
    (
        {"weights": None, "input_tensor": np.ones((1, 71, 71, 3))},
        "`input_tensor` must be a Keras tensor; got ndarray, so make one with keras.Input, and "
        "call the model on data.",
    ),
    ({"weights": None, "classes": 0}, "`classes` must be a positive integer; got 0."),
    ({"weights": None, "classes": 2.5}, "`classes` must be a positive integer; got 2.5."),
    (
        {"weights": __file__, "classifier_activation": "relu"},
        "`classifier_activation` must be 'softmax' or None with pretrained weights; got 'relu'.",
    ),
    (
        {"classifier_activation": "sigmoid"},
        "`classifier_activation` must be 'softmax' or None with pretrained weights; got 'sigmoid'.",
    ),
]

# What Keras ignores, or builds differently from what was asked; and the knobs it does not have.
REFUSED_HERE = [
    ({"include_top": "no"}, "`include_top` must be True or False; got 'no'."),
    (TOPLESS | {"pooling": "sum"}, "`pooling` must be None, 'avg' or 'max'; got 'sum'."),
    (
        TINY | {"pooling": "avg"},
        "`pooling` must be None with `include_top=True`, whose top pools by itself; got 'avg', "
        "so pass include_top=False for pooled features.",
    ),
    (
        TOPLESS | {"classes": 10},
        "`classes` belongs to the top, which `include_top=False` leaves out; got 10, so omit it "
        "or pass include_top=True.",
    ),
    (
        TOPLESS | {"classifier_activation": None},
        "`classifier_activation` belongs to the top, which `include_top=False` leaves out; got "
        "None, so omit it or pass include_top=True.",
    ),
    (TOPLESS | {"input_shape": (71, 71, None)}, "`input_shape` must have three axes"),
    (TOPLESS | {"input_shape": (71.0, 71, 3)}, "`input_shape` must have three axes"),
    (TOPLESS | {"input_shape": 71}, "`input_shape` must have three axes"),
    (TINY | {"weights": 1}, "`weights` must be None, 'imagenet', 'mini' or the path"),
    (TINY | {"width": 0}, "`width` must be a positive number; got 0."),
    (TINY | {"width": float("nan")}, "`width` must be a positive number; got nan."),
    (TINY | {"width": True}, "`width` must be a positive number; got True."),
    (TINY | {"middle_blocks": -1}, "`middle_blocks` must be an integer, 0 or more; got -1."),
    (TINY | {"middle_blocks": 1.0}, "`middle_blocks` must be an integer, 0 or more; got 1.0."),
    (TINY | {"between": "gelu"}, "`between` must be None, 'relu' or 'elu'; got 'gelu'."),
    (
        TINY | {"order": "depthwise first"},
        "`order` must be 'depthwise-first' or 'pointwise-first'; got 'depthwise first'.",
    ),
    (TINY | {"residuals": None}, "`residuals` must be True or False; got None."),
    (TINY | {"momentum": 1}, "`momentum` must be a number in [0, 1); got 1."),
    (TINY | {"momentum": -0.1}, "`momentum` must be a number in [0, 1); got -0.1."),
    (TINY | {"small_inputs": "yes"}, "`small_inputs` must be True or False; got 'yes'."),
    (
        TINY | {"small_inputs": True, "input_shape": (32, 20, 3)},
        "`input_shape` must be at least 21x21; got (32, 20, 3), so enlarge the images.",
    ),
    (
        {"width": 0.5},
        "`width` must be 1 with `weights='imagenet'`, which were trained so; got 0.5, so pass "
        "weights=None to train your own.",
    ),
    ({"middle_blocks": 4}, "`middle_blocks` must be 8 with `weights='imagenet'`"),
    ({"between": "elu"}, "`between` must be None with `weights='imagenet'`"),
    ({"order": "pointwise-first"}, "`order` must be 'depthwise-first' with `weights='imagenet'`"),
    ({"residuals": False}, "`residuals` must be True with `weights='imagenet'`"),
    ({"small_inputs": True}, "`small_inputs` must be False with `weights='imagenet'`"),
    (
        MINI | {"width": 0.25},
        "`width` must be 0.125 with `weights='mini'`, which were trained so; got 0.25, so pass "
        "**dscourse.xception.MINI, or weights=None to train your own.",
    ),
    (MINI | {"middle_blocks": 8}, "`middle_blocks` must be 2 with `weights='mini'`"),
    (MINI | {"between": "elu"}, "`between` must be None with `weights='mini'`"),
    (MINI | {"order": "pointwise-first"}, "`order` must be 'depthwise-first' with `weights='mini'"),
    (MINI | {"residuals": False}, "`residuals` must be True with `weights='mini'`"),
    (MINI | {"small_inputs": False}, "`small_inputs` must be True with `weights='mini'`"),
    (
        MINI | {"classes": 10},
        "`classes` must be 26 with `include_top=True` and `weights='mini'`; got 10, so pass "
        "include_top=False and add a head of your own.",
    ),
    (
        MINI | {"input_shape": (48, 48, 3)},
        "`input_shape` must be (32, 32, 3) with `include_top=True` and `weights='mini'`; got (48, "
        "48, 3), so pass include_top=False for another size.",
    ),
    (
        MINI | {"input_shape": (32, 32, 1)},
        "`input_shape` must have 3 channels with `weights='mini'`; got (32, 32, 1), so pass "
        "weights=None or make three channels of yours.",
    ),
    (
        MINI | {"classifier_activation": "relu"},
        "`classifier_activation` must be 'softmax' or None with pretrained weights; got 'relu'.",
    ),
]


def ids(cases):
    return [", ".join(f"{n}={v!r:.30}" for n, v in list(a.items())[-2:]) for a, _ in cases]


@pytest.mark.parametrize(("arguments", "message"), REFUSED_BY_BOTH, ids=ids(REFUSED_BY_BOTH))
def test_what_keras_refuses_is_refused(xception, arguments, message):
    import keras

    with pytest.raises(ValueError, match=re.escape(message)):
        xception(**arguments)
    with pytest.raises(ValueError):  # noqa: PT011 - its words are Keras' own
        keras.applications.Xception(**arguments)


@pytest.mark.parametrize(("arguments", "message"), REFUSED_HERE, ids=ids(REFUSED_HERE))
def test_what_would_be_ignored_is_refused(xception, arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        xception(**arguments)
