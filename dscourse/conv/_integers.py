"""Read the whole numbers that sizes, steps and groups are made of."""

from typing import TypeGuard

import numpy as np

from dscourse.conv._types import Pair


def positive(name: str, value: object) -> int:
    """Read a positive integer.

    >>> positive("groups", 4)
    4
    """
    rule = f"`{name}` must be a positive integer; got {value!r}."
    if not _is_integer(value):
        raise TypeError(rule)
    if value < 1:
        raise ValueError(rule)
    return int(value)


def pair(name: str, value: object) -> Pair:
    """Read a positive integer, or a pair of them, as (height, width).

    >>> pair("strides", 2), pair("strides", (2, 1))
    ((2, 2), (2, 1))
    """
    items = tuple(value) if isinstance(value, tuple | list) else (value, value)
    rule = f"`{name}` must be a positive integer or a pair (height, width); got {value!r}."
    if not all(_is_integer(item) for item in items):
        raise TypeError(rule)
    if len(items) != 2 or min(items) < 1:
        raise ValueError(rule)
    return int(items[0]), int(items[1])


def _is_integer(value: object) -> TypeGuard[int]:
    # bool is a subclass of int, but strides=True is a slip and not a stride.
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
