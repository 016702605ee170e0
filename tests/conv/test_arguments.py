"""Every wrong argument is refused in one sentence that names it, what came and what fits."""

import re

import numpy as np
import pytest

from tests.conv.calls import CALLS, SLIDING, every_call, every_sliding_call
from tests.strategies import normal

OF_NAME = {(call.name, call.module.__name__.rsplit(".", 1)[1]): call for call in CALLS}


def refuses(error, message, call, **changes):
    with pytest.raises(error, match=re.escape(message)):
        call(**changes)


@every_call
@pytest.mark.parametrize(
    "dtype", ["int64", "uint8", "bool", "complex128", "object", "float16", ">f4"]
)
def test_a_dtype_that_is_not_float32_or_float64(call, dtype):
    for name, array in call.arrays().items():
        wrong = np.ones(array.shape, dtype)
        message = (
            f"`{name}` must be float32 or float64; got {wrong.dtype}, "
            f"so convert it with {name}.astype(np.float32)."
        )
        refuses(TypeError, message, call, **{name: wrong})


@every_call
def test_what_is_not_a_plain_array(call):
    for name, array in call.arrays().items():
        for wrong in (array.tolist(), None, np.ma.masked_array(array)):
            message = (
                f"`{name}` must be a NumPy array; got {type(wrong).__name__}, "
                f"so convert it with np.asarray({name}, dtype=np.float32)."
            )
            refuses(TypeError, message, call, **{name: wrong})


@every_call
@pytest.mark.parametrize(
    "shape", [(), (4,), (5, 6, 4), (1, 5, 6, 4, 1), (2, 0, 6, 4), (2, 5, 0, 4), (2, 5, 6, 0)]
)
def test_an_image_of_the_wrong_shape(call, shape):
    message = (
        f"`x` must have shape (batch, height, width, channels), with no empty axis but the batch; "
        f"got {shape}."
    )
    refuses(ValueError, message, call, x=np.ones(shape))


WRONG_KERNELS = {
    "conv2d": (
        "kernel",
        "(kh, kw, 4, c_out) to read 4 channels",
        [(3, 3, 5, 3), (3, 4), (3, 0, 4, 3)],
    ),
    "depthwise_conv2d": (
        "kernel",
        "(kh, kw, 4, depth_multiplier) to read 4 channels",
        [(3, 3, 3, 1), (3, 3, 4), (3, 3, 4, 0)],
    ),
    "grouped_conv2d": ("kernel", "(kh, kw, 2, c_out) to read 2 channels", [(3, 3, 4, 6), ()]),
    "pointwise_conv2d": (
        "kernel",
        "(1, 1, 4, c_out) or (4, c_out) to read 4 channels",
        [(3, 3, 4, 2), (1, 4, 2), (5, 2), (4, 0), (4,), ()],
    ),
}


@pytest.mark.parametrize("module", ["reference", "vectorized"])
@pytest.mark.parametrize("name", WRONG_KERNELS)
def test_a_kernel_of_the_wrong_shape(name, module):
    argument, wanted, shapes = WRONG_KERNELS[name]
    for shape in shapes:
        message = f"`{argument}` must have shape {wanted}, with no empty axis; got {shape}."
        refuses(ValueError, message, OF_NAME[name, module], **{argument: np.ones(shape)})


@pytest.mark.parametrize("module", ["reference", "vectorized", "compiled"])
def test_the_two_kernels_of_a_separable_convolution_are_called_by_name(module):
    call = OF_NAME["separable_conv2d", module]
    message = "`depthwise_kernel` must have shape (kh, kw, 4, depth_multiplier) to read 4 channels"
    refuses(ValueError, message, call, depthwise_kernel=normal(0, 3, 3, 5, 2))
    # The pointwise kernel reads c_in * depth_multiplier channels, not c_in.
    message = "`pointwise_kernel` must have shape (1, 1, 8, c_out) or (8, c_out)"
    refuses(ValueError, message, call, pointwise_kernel=normal(0, 1, 1, 4, 3))


@pytest.mark.parametrize("module", ["reference", "vectorized"])
def test_groups_that_do_not_divide(module):
    call = OF_NAME["grouped_conv2d", module]
    refuses(ValueError, "`groups` must divide the 4 channels of `x`; got 3.", call, groups=3)
    message = "`groups` must divide the 3 output channels of `kernel`; got 2."
    refuses(ValueError, message, call, kernel=normal(0, 3, 3, 2, 3))


@pytest.mark.parametrize("module", ["reference", "vectorized"])
@pytest.mark.parametrize(
    ("groups", "error"),
    [(0, ValueError), (-1, ValueError), (True, TypeError), (2.0, TypeError), ("2", TypeError)],
)
def test_groups_that_are_not_a_positive_integer(module, groups, error):
    message = f"`groups` must be a positive integer; got {groups!r}."
    refuses(error, message, OF_NAME["grouped_conv2d", module], groups=groups)


@every_sliding_call
@pytest.mark.parametrize("name", ["strides", "dilation_rate"])
@pytest.mark.parametrize(
    ("value", "error"),
    [
        (0, ValueError),
        (-1, ValueError),
        ((1, 0), ValueError),
        ((1, 1, 1), ValueError),
        ((1, 2, 2, 1), ValueError),
        ((), ValueError),
        (1.0, TypeError),
        (True, TypeError),
        ((1, True), TypeError),
        ("1", TypeError),
        (None, TypeError),
    ],
    ids=repr,
)
def test_a_step_that_is_not_a_positive_integer_or_a_pair(call, name, value, error):
    message = f"`{name}` must be a positive integer or a pair (height, width); got {value!r}."
    refuses(error, message, call, **{name: value})


@every_sliding_call
@pytest.mark.parametrize("value", [2, np.int64(2), (2, 2), [2, 2]], ids=repr)
@pytest.mark.parametrize("name", ["strides", "dilation_rate"])
def test_a_step_may_be_any_integer_or_pair(call, name, value):
    np.testing.assert_array_equal(call(**{name: value}), call(**{name: 2}))


@every_sliding_call
@pytest.mark.parametrize("strides", [2, (1, 2)], ids=str)
@pytest.mark.parametrize("dilation_rate", [3, (2, 1)], ids=str)
def test_strides_and_dilation_both_above_one(call, strides, dilation_rate):
    message = (
        f"`strides` and `dilation_rate` must not both exceed 1; got {strides} and "
        f"{dilation_rate}, for which TensorFlow's depthwise convolution returns numbers that do "
        f"not follow the formula, so set one of them to 1."
    )
    refuses(ValueError, message, call, strides=strides, dilation_rate=dilation_rate)


@every_sliding_call
@pytest.mark.parametrize("padding", ["SAME ", "full", "causal", "", None, 1, [[1, 1], [1, 1]]])
def test_padding_of_another_name(call, padding):
    message = f"`padding` must be 'valid' or 'same'; got {padding!r}."
    refuses(ValueError, message, call, padding=padding)


@every_sliding_call
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_padding_may_be_written_in_upper_case_as_in_tensorflow(call, padding):
    np.testing.assert_array_equal(call(padding=padding.upper()), call(padding=padding))


@every_sliding_call
@pytest.mark.parametrize(
    ("changes", "span"),
    [({"height": 2}, "3 of 2"), ({"width": 1}, "2 of 1"), ({"dilation_rate": 3}, "7 of 5")],
    ids=str,
)
def test_a_kernel_that_does_not_fit_a_valid_image(call, changes, span):
    changes = dict(changes)
    x = call.arrays()["x"][:, : changes.pop("height", None), : changes.pop("width", None)]
    message = (
        f"`padding` 'valid' needs a kernel no larger than the image; got one that spans {span} "
        f"pixels, so use padding='same' or a smaller kernel."
    )
    refuses(ValueError, message, call, x=x, **changes)
    assert 0 not in call(x=x, padding="same", **changes).shape


def test_every_function_is_covered_in_every_module():
    assert len(CALLS) == 12
    assert len(SLIDING) == 10
