"""What every convolution does with its arrays: dtypes, memory and empty batches."""

import numpy as np
import pytest

from dscourse import conv
from dscourse.conv import vectorized
from tests.conv.calls import ARGUMENTS, every_call


@pytest.mark.parametrize("name", ARGUMENTS)
def test_the_package_offers_the_fast_functions(name):
    assert getattr(conv, name) is getattr(vectorized, name)


@every_call
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_dtype_is_kept(call, dtype):
    assert call(**call.arrays(dtype)).dtype == dtype


@every_call
def test_mixed_dtypes_give_the_wider_one(call):
    narrow = call.arrays(np.float32)
    for name in narrow:
        assert call(**(narrow | {name: narrow[name].astype(np.float64)})).dtype == np.float64


@every_call
def test_float32_is_rounded_float64(call):
    narrow = call.arrays(np.float32)
    wide = call(**{name: array.astype(np.float64) for name, array in narrow.items()})
    np.testing.assert_allclose(call(**narrow), wide, rtol=0, atol=1e-5)


@every_call
def test_read_only_inputs_are_enough_and_stay_as_they_are(call):
    arrays = call.arrays()
    before = {name: array.copy() for name, array in arrays.items()}
    for array in arrays.values():
        array.setflags(write=False)
    call(**arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, before[name])


@every_call
def test_the_result_is_new_writable_memory(call):
    arrays = call.arrays()
    y = call(**arrays)
    assert y.flags.writeable
    assert not any(np.shares_memory(y, array) for array in arrays.values())


@every_call
def test_views_with_gaps_and_negative_steps_are_read_right(call):
    arrays = call.arrays()
    x = np.repeat(arrays["x"], 2, axis=2)[:, ::-1, ::2]
    contiguous = np.ascontiguousarray(x)
    np.testing.assert_allclose(call(x=x), call(x=contiguous), rtol=1e-12)


@every_call
def test_no_images_give_no_images_of_the_right_shape(call):
    arrays = call.arrays()
    empty = call(x=arrays["x"][:0])
    assert empty.shape == (0, *call().shape[1:])
    assert empty.dtype == np.float64


@every_call
def test_each_image_is_convolved_alone(call):
    x = call.arrays()["x"]
    alone = np.concatenate([call(x=x[:1]), call(x=x[1:])])
    np.testing.assert_allclose(call(), alone, rtol=1e-12)
