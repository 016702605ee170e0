"""The ladder of comparison: what a learner is told about a wrong value."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dscourse.checking import compare, same

X = np.arange(24.0).reshape(1, 3, 4, 2)
_LARGE_NUMBERS = (
    "1 of 2 values are wrong; the first is at index [1]: "
    "it should be 1,234,568, but yours is 1,234,567."
)


@pytest.mark.parametrize(
    ("got", "want", "text"),
    [
        (None, X, "your function returned None. Is a `return` missing?"),
        ("x", X, "it should be an array of shape (1, 3, 4, 2), but yours is of type str."),
        (True, X, "it should be an array of shape (1, 3, 4, 2), but yours is of type bool."),
        ([[1, 2], [3]], np.ones((2, 2)), "the rows differ in length; the shape should be (2, 2)."),
        (X[0], X, "the shape should be (1, 3, 4, 2), but yours is (3, 4, 2)."),
        (X > 3, X, "the dtype should be float64, but yours is bool."),
        (X.astype(complex), X, "the dtype should be float64, but yours is complex128."),
        (X.astype(object), X, "the dtype should be float64, but yours is object."),
        (X.astype(float), X.astype(int), "the dtype should be int64, but yours is float64."),
        (np.full_like(X, np.nan), X, "there is nan at index [0, 0, 0, 0]."),
        ("3", 3, "it should be a number, but yours is of type str."),
        (True, 3, "it should be a number, but yours is of type bool."),
        (1356, 168, "it should be 168, but yours is 1,356."),
        (168.0000001, 168, "it should be 168, but yours is 168.0000001."),
        (np.array([7, 1234567]), np.array([7, 1234568]), _LARGE_NUMBERS),
        (0.5, 0.25, "it should be 0.25, but yours is 0.5."),
        (float("nan"), 0.25, "it should be 0.25, but yours is nan."),
        (10**400, 0.25, "it should be 0.25, but yours is 1" + ",000" * 133 + ",0."),
        (1, True, "it should be True or False, but yours is of type int."),
        (False, True, "it should be True, not False."),
        (3, "depthwise", "it should be a string, but yours is of type int."),
        ("grouped", "depthwise", "'grouped' is not right."),
        ((1, 2), (1, 2, 3), "it should hold 3 values, but yours holds 2."),
        ((1, 2), [1], "it should hold 1 value, but yours holds 2."),
        (5, (1, 2), "it should be a tuple of 2 values, but yours is of type int."),
        (np.array(5), (1, 2), "it should be a tuple of 2 values, but yours is of type ndarray."),
        ((1, 3), (1, 2), "at [1]: it should be 2, but yours is 3."),
        ({"a": 1}, {"a": 1, "b": 2}, "the keys should be 'a', 'b', but yours are 'a'."),
        ({"a": 1, "b": 3}, {"a": 1, "b": 2}, "at ['b']: it should be 2, but yours is 3."),
        ([1], {"a": 1}, "it should be a dict with the keys 'a', but yours is of type list."),
        (3, None, "it should be None, not 3."),
        (np.arange(2), None, "it should be None, not array([0, 1])."),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, str) else None,
)
def test_the_first_difference_is_told_in_one_sentence(got, want, text):
    if "1,000" in text:
        text = f"it should be 0.25, but yours is {10**400:,}."
    mismatch = compare(got, want)
    assert mismatch is not None
    assert mismatch.text == text


def test_values_name_the_first_bad_index_with_wanted_and_got():
    got = X.copy()
    got[0, 1, 2, 0] += 1
    got[0, 2, 2, 1] += 5
    mismatch = compare(got, X)
    assert mismatch.rung == "values"
    assert mismatch.text == (
        "2 of 24 values are wrong; the first is at index [0, 1, 2, 0]: "
        "it should be 12, but yours is 13."
    )


@pytest.mark.parametrize(
    ("got", "sentence"),
    [
        (X.transpose(0, 2, 1, 3), "with its axes in the order (0, 2, 1, 3)"),
        (X[:, ::-1], "reversed along axis 1"),
        (X[:, ::-1, ::-1], "reversed along axis 1 and 2"),
        (2 * X, "times 2"),
        (-X, "times -1"),
        (X + 3, "plus 3 everywhere"),
    ],
    ids=["transposed", "flipped", "rotated", "doubled", "negated", "shifted up"],
)
def test_a_known_transform_of_the_right_array_is_named(got, sentence):
    assert compare(got, X).text.endswith(f" It equals the right result {sentence}.")


def test_channels_in_another_order_are_named():
    want = np.random.default_rng(0).normal(size=(1, 2, 2, 4))
    got = want[..., [2, 0, 1, 3]]
    assert compare(got, want).text.endswith("with its channels in the order [2, 0, 1, 3].")


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (X.astype(np.float32), X),
        (X.tolist(), X),
        (X.astype(int), X),
        (np.float64(3.0), 3),
        (np.array(3), 3),
        (Fraction(1, 4), 0.25),
        (" Depthwise ", "depthwise"),
        ([1, 2], (1, 2)),
        (np.bool_(True), True),
        (np.array([]), np.array([])),
    ],
    ids=[
        "float32",
        "nested list",
        "integers",
        "NumPy number",
        "0-d array",
        "fraction",
        "case and blanks",
        "list for tuple",
        "NumPy bool",
        "empty",
    ],
)
def test_an_equal_value_in_another_dress_is_accepted(got, want):
    assert same(got, want)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rounding_is_forgiven_and_a_thousandth_is_not(dtype):
    rng = np.random.default_rng(1)
    want = rng.normal(size=(2, 5, 4, 3)).astype(dtype)
    assert same(want * (1 + np.finfo(dtype).eps), want)
    assert not same(want * 1.001, want)


def test_a_float64_answer_may_have_passed_through_float32():
    rng = np.random.default_rng(1)
    x, first, second = rng.normal(size=(9, 20)), rng.normal(size=(20, 20)), rng.normal(size=(20, 5))
    middle = (x @ first).astype(np.float32)
    assert same(middle @ second, x @ first @ second)


def test_a_float64_answer_is_held_to_float32_where_the_reference_is_float32():
    want = np.random.default_rng(1).normal(size=50).astype(np.float32)
    assert same(want.astype(np.float64) + 1e-6, want)


@given(
    arrays.arrays(
        np.float64,
        arrays.array_shapes(max_dims=4, max_side=3),
        elements=st.floats(-1e3, 1e3, allow_subnormal=False),
    )
)
def test_every_array_equals_itself_and_not_itself_plus_one(array):
    assert same(array, array)
    assert not same(array + 1 + np.abs(array).max(), array)


@given(st.recursive(st.none() | st.integers() | st.text() | st.floats() | st.binary(), st.lists))
def test_no_value_of_a_learner_makes_the_ladder_raise(value):
    for want in (X, 3, 0.5, True, "text", (1, 2), {"a": 1}):
        compare(value, want)


def test_a_wrong_answer_that_made_nan_is_matched_without_a_warning():
    """Learner and misconception both divide by 0: their values agree, nan with nan."""
    made = np.array([1.0, np.nan, np.inf, -2.0])
    assert same(made, made.copy())
    assert not same(made + 0.5, made)
