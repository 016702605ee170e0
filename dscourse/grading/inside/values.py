"""Plain values as a JSON tree beside a list of arrays, and back.

A JSON value stands for itself: null, true, a string, an integer, a finite number. Everything else
is an object with one key, the tag: {"tuple": [...]}, {"array": 3}. What is not plain becomes an
`Opaque`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np

from dscourse.checking import TODO
from dscourse.grading.inside.frames import DTYPES, FrameError

_DEEPEST = 40
_MOST_NODES = 200_000
# Parts of all keys and of all items of sets. Python hashes every multiple of 2**61 - 1 to 0, and
# a table of colliding keys takes the square of their number, in C, while no thread can run.
_MOST_HASHED = 2000
_MOST_DIGITS = 4000  # Python reads no longer integer from text
_LONGEST_TEXT = 1 << 20


class Opaque:
    """A value that does not cross the wire; its class bears the name of the value's own type."""


@dataclass
class Packer:
    """Turn values into trees; the arrays among them are collected.

    Args:
        payload: The most bytes of arrays.
        arrays: What was collected.
        opaque: The name of a type that was met and cannot be sent, or "".
    """

    payload: int = 64 << 20
    arrays: list[np.ndarray] = field(default_factory=list)
    opaque: str = ""
    _nodes: int = 0
    _hashed: int = 0

    def pack(self, value: Any) -> Any:
        """Return the tree of a value."""
        tree = self._pack(value, 0)
        whole = self._nodes <= _MOST_NODES
        return tree if whole else self._opaque("value too large to compare")

    def _pack(self, value: Any, depth: int) -> Any:
        self._nodes += 1
        if depth > _DEEPEST or self._nodes > _MOST_NODES:
            return self._opaque("value nested too deep or too large")
        for kind, packed in _PACKERS.items():
            if isinstance(value, kind):
                return packed(self, value, depth + 1)
        return self._opaque(type(value).__name__)

    def _opaque(self, name: str) -> Any:
        self.opaque = readable(name)
        return {"opaque": self.opaque}

    def _leaf(self, value: Any, depth: int) -> Any:
        return value

    def _todo(self, value: Any, depth: int) -> Any:
        return {"todo": 0}

    def _text(self, value: str, depth: int) -> Any:
        text = "".join(value)  # a plain string of a subclass, whatever its methods say
        return text if len(text) <= _LONGEST_TEXT else self._opaque("string too long to compare")

    def _array(self, value: Any, depth: int) -> Any:
        array = np.asarray(value)
        if array.dtype.kind == "f" and array.dtype.itemsize > 8:
            array = array.astype(np.float64)  # long double differs between machines
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        self.payload -= array.nbytes
        if array.dtype.str not in DTYPES or self.payload < 0:
            return self._opaque(f"array of dtype {array.dtype} and shape {array.shape}")
        self.arrays.append(np.asarray(array, order="C"))
        return {"array": len(self.arrays) - 1}

    def _scalar(self, value: np.generic, depth: int) -> Any:
        dtype = value.dtype.newbyteorder("<").str
        if dtype not in DTYPES:
            return (
                self._pack(float(value), depth) if value.dtype.kind == "f" else self._opaque(dtype)
            )
        return {"scalar": [dtype, self._pack(value.item(), depth)]}

    def _int(self, value: int, depth: int) -> Any:
        plain = int(value)
        short = plain.bit_length() < 3.3 * _MOST_DIGITS
        return plain if short else self._opaque("integer with thousands of digits")

    def _float(self, value: float, depth: int) -> Any:
        plain = float(value)
        return plain if math.isfinite(plain) else {"float": str(plain)}

    def _fraction(self, value: Fraction, depth: int) -> Any:
        return {"fraction": [self._pack(n, depth) for n in (value.numerator, value.denominator)]}

    def _items(self, value: Any, depth: int) -> Any:
        tag = "tuple" if isinstance(value, tuple) else "list"
        return {tag: [self._pack(item, depth) for item in value]}

    def _set(self, value: Any, depth: int) -> Any:
        items = [self._key(item, depth) for item in islice(value, _MOST_HASHED + 1)]
        if self._hashed > _MOST_HASHED:
            return self._opaque("set too large to compare")
        # In an order of its own: that of a set differs from one process to the next.
        return {"set": sorted(items, key=repr)}

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> Any:
        pairs = [
            [self._key(key, depth), self._pack(item, depth)]
            for key, item in islice(value.items(), _MOST_HASHED + 1)
        ]
        if self._hashed > _MOST_HASHED:
            return self._opaque("dict too large to compare")
        return {"dict": pairs}

    def _key(self, key: Any, depth: int) -> Any:
        before = self._nodes
        tree = self._pack(key, depth)
        self._hashed += self._nodes - before
        return tree


# In order: the first kind that fits. NumPy's float64 is a float, and a bool is an int.
_PACKERS: dict[Any, Callable[[Packer, Any, int], Any]] = {
    (type(None), bool): Packer._leaf,
    type(TODO): Packer._todo,
    str: Packer._text,
    np.ndarray: Packer._array,
    np.generic: Packer._scalar,
    int: Packer._int,
    float: Packer._float,
    Fraction: Packer._fraction,
    (tuple, list): Packer._items,
    (set, frozenset): Packer._set,
    Mapping: Packer._mapping,
}


def readable(name: str) -> str:
    """Return what may stand as the name of a class: no control characters, no lone surrogates."""
    return "".join(filter(str.isprintable, name[:200])) or "object"


def unpack(tree: Any, arrays: Sequence[np.ndarray]) -> Any:
    """Rebuild a value from a tree that nobody has checked yet.

    Args:
        tree: What `Packer.pack` returned, after its way through JSON.
        arrays: The arrays beside it.

    Raises:
        FrameError: The tree is none.

    >>> packer = Packer()
    >>> unpack(packer.pack({"k": (1, np.float32(2))}), packer.arrays)
    {'k': (1, np.float32(2.0))}
    """
    try:
        return _Unpacking(arrays).value(tree, 0)
    except (TypeError, ValueError, OverflowError, IndexError, KeyError, ZeroDivisionError) as error:
        raise FrameError(f"a value is malformed: {type(error).__name__}.") from None


class _Unpacking:
    """Rebuild one value, within the bounds that `Packer` keeps."""

    def __init__(self, arrays: Sequence[np.ndarray]) -> None:
        self._arrays = dict(enumerate(arrays))
        self._nodes = 0
        self._hashed = 0

    def value(self, tree: Any, depth: int) -> Any:
        self._nodes += 1
        if depth > _DEEPEST + 2 or self._nodes > _MOST_NODES:
            raise FrameError("a value is nested too deep, or too large.")
        if tree is None or isinstance(tree, bool | str | int | float):
            return tree
        if not isinstance(tree, dict) or len(tree) != 1:
            raise FrameError("a value bears no tag.")
        [(tag, inside)] = tree.items()
        match tag, inside:
            case "tuple", list():
                return tuple([self.value(item, depth + 1) for item in inside])
            case "list", list():
                return [self.value(item, depth + 1) for item in inside]
            case "set", list():
                return {self._key(item, depth + 1) for item in inside}
            case "dict", list():
                below = depth + 1
                return {self._key(key, below): self.value(item, below) for key, item in inside}
            case "array", int(n):
                return self._arrays.pop(n)  # once: named many times, one array would become many
            case "scalar", [str(dtype), number] if dtype in DTYPES:
                return np.dtype(dtype).type(self._number(number))
            case "float", "nan" | "inf" | "-inf":
                return float(inside)
            case "fraction", [int(above), int(below)]:
                return Fraction(above, below)
            case "todo", 0:
                return TODO
            case "opaque", str(name):
                return _stranger(readable(name))()
        raise FrameError("a value bears an unknown tag.")

    def _key(self, tree: Any, depth: int) -> Any:
        before = self._nodes
        key = self.value(tree, depth)
        self._hashed += self._nodes - before
        if self._hashed > _MOST_HASHED:
            raise FrameError("a value has too many keys.")
        return key

    def _number(self, tree: Any) -> Any:
        number = self.value(tree, 0)
        if not isinstance(number, bool | int | float):
            raise FrameError("a number is none.")
        return number


@lru_cache(maxsize=256)
def _stranger(name: str) -> type[Opaque]:
    return type(name, (Opaque,), {})
