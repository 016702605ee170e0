"""What a call did, as a tree, and back: the types of `checking.observe` across the wire."""

import builtins
import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from dscourse.checking import ChangedInput, Raised, Returned, TimedOut
from dscourse.checking.observe import Observation
from dscourse.grading.inside.frames import FrameError
from dscourse.grading.inside.values import Packer, readable, unpack

_LONGEST_MESSAGE = 4000
_LONGEST_SECONDS = 1e6
# An error class of these packages is the same class on both sides, if the parent has loaded it.
_SHARED = frozenset({"builtins", "dscourse", "keras", "numpy", "tensorflow"})


def pack_observation(seen: Observation, packer: Packer) -> dict[str, Any]:
    """Return what a call did as a JSON object; arrays go into the packer."""
    match seen:
        case Returned(value=value):
            return {"returned": packer.pack(value)}
        case Raised(kind=kind, message=message, line=line):
            names = [[c.__module__, c.__qualname__] for c in kind.__mro__]
            return {"raised": [names, message[:_LONGEST_MESSAGE], line[:_LONGEST_MESSAGE]]}
        case TimedOut(seconds=seconds):
            return {"timed out": seconds}
        case ChangedInput(argument=argument):
            return {"changed": argument}
    raise TypeError(f"`seen` must be an observation; got {type(seen).__name__}.")


def unpack_observation(tree: Any, arrays: Sequence[np.ndarray]) -> Observation:
    """Rebuild an observation from a JSON object that nobody has checked yet.

    Raises:
        FrameError: It is none.
    """
    match tree:
        case {"returned": value}:
            return Returned(unpack(value, arrays))
        case {"raised": [list(names), str(message), str(line)]} if len(names) < 100:
            return Raised(_error_class(names), message[:_LONGEST_MESSAGE], line[:_LONGEST_MESSAGE])
        case {"timed out": int(seconds) | float(seconds)} if 0 <= seconds <= _LONGEST_SECONDS:
            return TimedOut(seconds)
        case {"changed": str(argument)}:
            return ChangedInput(argument[:200])
    raise FrameError("an observation is malformed.")


def _error_class(names: list[Any]) -> type[BaseException]:
    """Find the class, or make one of its name below the first base that is known here."""
    pairs = [(str(m), str(n)) for m, n in (n for n in names if _is_pair(n))]
    known = (found for found in map(_known, pairs) if found)
    base = next(known, Exception)
    own = pairs[0] if pairs else ("builtins", "Exception")
    return base if _known(own) else _named(own[1], base)  # type: ignore[arg-type]


def _is_pair(name: Any) -> bool:
    return isinstance(name, list) and len(name) == 2


def _known(name: tuple[str, str]) -> type[BaseException] | None:
    module, attribute = name
    if module.partition(".")[0] not in _SHARED:
        return None
    loaded = builtins if module == "builtins" else sys.modules.get(module)
    found = vars(loaded).get(attribute) if loaded else None
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


@lru_cache(maxsize=256)
def _named(name: str, base: type[BaseException]) -> type[BaseException]:
    return type(readable(name), (base,), {})
