"""Recognise a wrong array as a known transform of the right one."""

from collections.abc import Callable, Iterator
from itertools import combinations, permutations

import numpy as np

Close = Callable[[np.ndarray, np.ndarray], bool]
_MAX_AXES = 5  # 120 orders of the axes; arrays of the course have four


def known_transform(got: np.ndarray, want: np.ndarray, close: Close) -> str:
    """Say which transform of the right array the learner's array is.

    Args:
        got: The learner's array, of any shape.
        want: The right array.
        close: Compares two arrays within the tolerance in force.

    Returns:
        A sentence that starts with a blank, or "" where no transform fits.

    >>> x = np.arange(6.0).reshape(2, 3)
    >>> known_transform(x.T, x, np.array_equal)
    ' It equals the right result with its axes in the order (1, 0).'
    """
    if got.size != want.size or want.size < 2 or got.dtype.kind not in "fiu":
        return ""
    for sentence, candidate in _candidates(got, want):
        if close(got, candidate):
            return f" It equals the right result {sentence}."
    return ""


def _candidates(got: np.ndarray, want: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    yield from _reordered_axes(want)
    if got.shape == want.shape:
        yield from _reversed_axes(want)
        yield from _scaled(got, want)
        yield from _reordered_channels(got, want)


def _reordered_axes(want: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    if want.ndim > _MAX_AXES:
        return
    for order in list(permutations(range(want.ndim)))[1:]:
        yield f"with its axes in the order {order}", want.transpose(order)


def _reversed_axes(want: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    for count in range(1, min(want.ndim, _MAX_AXES) + 1):
        for axes in combinations(range(want.ndim), count):
            if all(want.shape[axis] > 1 for axis in axes):
                names = " and ".join(map(str, axes))
                yield f"reversed along axis {names}", np.flip(want, axes)


def _scaled(got: np.ndarray, want: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    energy = float(np.sum(np.square(want, dtype=np.float64)))
    if energy > 0:
        factor = float(np.sum(got * want, dtype=np.float64)) / energy
        if abs(factor) > 1e-6 and not np.isclose(factor, 1.0):
            yield f"times {factor:.4g}", _like(want, want * factor)
    offset = float(np.mean(got) - np.mean(want))
    if not np.isclose(offset, 0.0):
        yield f"plus {offset:.4g} everywhere", _like(want, want + offset)


def _like(want: np.ndarray, candidate: np.ndarray) -> np.ndarray:
    """Round where the right values are integers: those are compared exactly."""
    return candidate if want.dtype.kind == "f" else np.rint(candidate).astype(want.dtype)


def _reordered_channels(got: np.ndarray, want: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Match the channels (last axis) one to one, by their sums."""
    if want.ndim < 2:
        return
    order = np.empty(want.shape[-1], dtype=int)
    rows = tuple(range(want.ndim - 1))
    order[np.argsort(got.sum(axis=rows), kind="stable")] = np.argsort(
        want.sum(axis=rows), kind="stable"
    )
    if not np.array_equal(order, np.arange(order.size)):
        yield f"with its channels in the order {order.tolist()}", want[..., order]
