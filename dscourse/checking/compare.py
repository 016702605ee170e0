"""Compare a learner's value with the wanted one, from the coarsest difference to the finest.

The ladder is type, shape, dtype, finite, values: a wrong shape is told before any wrong number,
because it is the nearer cause.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isclose
from numbers import Integral, Real
from typing import Any

import numpy as np

from dscourse.checking.transforms import known_transform

# Rounding errors grow with the sum's length, so arrays are compared on the scale of their rms.
# A float64 answer may have passed through float32 on its way, as every Keras layer makes it.
TOLERANCE = {np.dtype(np.float32): 1e-4, np.dtype(np.float64): 1e-5}
_ACCEPTED_KINDS = {"f": "fiu", "i": "iu", "u": "iu", "b": "b"}  # NumPy's dtype.kind letters
_MOST_VALUES = 1 << 20  # in lists that are made into an array to be compared
NUMBER_TOLERANCE = 1e-6  # relative; a learner may compute a ratio in another order


@dataclass(frozen=True)
class Mismatch:
    """The first rung on which two values differ, in words for the learner."""

    rung: str
    text: str


def compare(got: Any, want: Any) -> Mismatch | None:
    """Find the first difference between a learner's value and the wanted one.

    Strings are choices in this course, so their right value is not told.

    Args:
        got: The learner's value, of any type.
        want: An array, a number, a bool, a string, None, or a tuple, list or dict of these.

    Returns:
        None where the values agree, otherwise the `Mismatch`.

    >>> compare(np.zeros((2, 3)), np.zeros((3, 2))).rung
    'shape'
    >>> compare(7, 7) is None
    True
    """
    if got is None and want is not None:
        return Mismatch("type", "your function returned None. Is a `return` missing?")
    for kind, ladder in _LADDERS.items():
        if isinstance(want, kind):
            return ladder(got, want)
    # An array beside None must not be asked `==`, which answers with an array.
    alike = type(got) is type(want) and got == want
    return None if alike else Mismatch("values", f"it should be {want!r}, not {got!r}.")


def same(got: Any, want: Any) -> bool:
    """Tell whether two values agree: `compare` as a yes or no."""
    return compare(got, want) is None


def _array(got: Any, want: np.ndarray) -> Mismatch | None:
    if type(got) is bool or not isinstance(got, np.ndarray | Real | list | tuple):
        return _wrong_type(got, f"an array of shape {want.shape}")
    if isinstance(got, list | tuple) and (mismatch := _too_much(got, want)):
        return mismatch
    try:
        array = np.asarray(got)
    except ValueError:
        return Mismatch("shape", f"the rows differ in length; the shape should be {want.shape}.")
    for rung in (_shape, _dtype, _finite, _values):
        mismatch = rung(array, want)
        if mismatch:
            return mismatch
    return None


def _too_much(got: Any, want: np.ndarray) -> Mismatch | None:
    """Refuse lists of which NumPy would make a huge array: one text makes all elements as long."""
    most = max(_MOST_VALUES, 2 * want.size)
    waiting, count = [got], 0
    while waiting:
        item = waiting.pop()
        if isinstance(item, str | bytes):
            text = f"the dtype should be {want.dtype}, but there is text in yours."
            return Mismatch("dtype", text)
        if isinstance(item, list | tuple):
            count += len(item)
            waiting += item if count <= most else ()
        elif isinstance(item, np.ndarray):
            count += item.size
        if count > most:
            text = f"the shape should be {want.shape}, but yours holds over a million values."
            return Mismatch("shape", text)
    return None


def _shape(got: np.ndarray, want: np.ndarray) -> Mismatch | None:
    if got.shape == want.shape:
        return None
    text = f"the shape should be {want.shape}, but yours is {got.shape}."
    return Mismatch("shape", text + known_transform(got, want, _close))


def _dtype(got: np.ndarray, want: np.ndarray) -> Mismatch | None:
    if got.dtype.kind in _ACCEPTED_KINDS[want.dtype.kind]:
        return None
    return Mismatch("dtype", f"the dtype should be {want.dtype}, but yours is {got.dtype}.")


def _finite(got: np.ndarray, want: np.ndarray) -> Mismatch | None:
    bad = ~np.isfinite(got) & np.isfinite(want)
    if not bad.any():
        return None
    where = _first(bad)
    return Mismatch("finite", f"there is {got[where]} at index {_index(where)}.")


def _values(got: np.ndarray, want: np.ndarray) -> Mismatch | None:
    bad = ~_close_elements(got, want)
    if not bad.any():
        return None
    where = _first(bad)
    text = (
        f"{int(bad.sum())} of {bad.size} values are wrong; the first is at index {_index(where)}: "
        f"{_told_apart(got[where], want[where])}"
    )
    return Mismatch("values", text + known_transform(got, want, _close))


def _close(got: np.ndarray, want: np.ndarray) -> bool:
    return got.shape == want.shape and bool(_close_elements(got, want).all())


def _close_elements(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    if want.dtype.kind in "iub":
        return np.asarray(got == want)
    coarsest = max(TOLERANCE.get(array.dtype, 0.0) for array in (got, want)) or 1e-5
    finite = want[np.isfinite(want)].astype(np.float64)  # a wrong answer may have made nan
    scale = float(np.sqrt(np.mean(np.square(finite)))) if finite.size else 0.0
    close: np.ndarray = np.isclose(
        got, want, rtol=0.0, atol=coarsest * (scale or 1.0), equal_nan=True
    )
    return close


def _bool(got: Any, want: bool) -> Mismatch | None:
    if not isinstance(got, bool | np.bool_):
        return _wrong_type(got, "True or False")
    return None if got == want else Mismatch("values", f"it should be {want}, not {bool(got)}.")


def _number(got: Any, want: Any) -> Mismatch | None:
    value = got.item() if isinstance(got, np.ndarray) and got.size == 1 else got
    if type(value) is bool or not isinstance(value, Real):
        return _wrong_type(got, "a number")
    tolerance = 0.0 if isinstance(want, Integral) else NUMBER_TOLERANCE
    if isclose(_float(value), _float(want), rel_tol=tolerance) and (tolerance or value == want):
        return None
    return Mismatch("values", _told_apart(value, want))


def _told_apart(got: Any, want: Any) -> str:
    """Write both numbers with as many digits as it takes to see that they differ."""
    near = (n for n in (6, 9, 12) if f"{_float(got):.{n}g}" != f"{_float(want):.{n}g}")
    digits = next(near, 17)
    return f"it should be {_digits(want, digits)}, but yours is {_digits(got, digits)}."


def _digits(value: Any, digits: int) -> str:
    return f"{int(value):,}" if isinstance(value, Integral) else f"{_float(value):.{digits}g}"


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer too long for a float
        return inf


def _text(got: Any, want: str) -> Mismatch | None:
    if not isinstance(got, str):
        return _wrong_type(got, "a string")
    right = got.strip().casefold() == want.casefold()
    return None if right else Mismatch("values", f"{got!r} is not right.")


def _mapping(got: Any, want: Mapping[Any, Any]) -> Mismatch | None:
    if not isinstance(got, Mapping):
        return _wrong_type(got, f"a dict with the keys {', '.join(map(repr, want))}")
    if set(got) != set(want):
        keys = ", ".join(map(repr, want))
        return Mismatch(
            "keys", f"the keys should be {keys}, but yours are {', '.join(map(repr, got))}."
        )
    return _first_mismatch((f"[{key!r}]", got[key], want[key]) for key in want)


def _sequence(got: Any, want: Sequence[Any]) -> Mismatch | None:
    values = "1 value" if len(want) == 1 else f"{len(want)} values"
    is_sequence = isinstance(got, tuple | list) or (isinstance(got, np.ndarray) and got.ndim > 0)
    if not is_sequence:
        return _wrong_type(got, f"a {type(want).__name__} of {values}")
    if len(got) != len(want):
        return Mismatch("length", f"it should hold {values}, but yours holds {len(got)}.")
    pairs = zip(got, want, strict=True)
    return _first_mismatch((f"[{i}]", g, w) for i, (g, w) in enumerate(pairs))


def _first_mismatch(parts: Any) -> Mismatch | None:
    for place, got, want in parts:
        mismatch = compare(got, want)
        if mismatch:
            return Mismatch(mismatch.rung, f"at {place}: {mismatch.text}")
    return None


def _wrong_type(got: Any, wanted: str) -> Mismatch:
    return Mismatch("type", f"it should be {wanted}, but yours is of type {type(got).__name__}.")


def _first(bad: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(bad)[0])


def _index(where: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, where))}]"


# In order: bool is an int, and NumPy's float64 is a float, so the narrower kind comes first.
_LADDERS: dict[type | tuple[type, ...], Callable[[Any, Any], Mismatch | None]] = {
    np.ndarray: _array,
    (bool, np.bool_): _bool,
    Real: _number,
    str: _text,
    Mapping: _mapping,
    (tuple, list): _sequence,
}
