"""What happened when a function was called: a value, an error, or no end."""

import copy
import linecache
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import numpy as np

from dscourse.checking.deadline import DeadlineExceededError, deadline

_TERMINAL_COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # Keras prints parts of its errors in bold


@dataclass(frozen=True)
class Call:
    """The arguments of one call.

    Args:
        args: By place.
        kwargs: By name.
        hidden: What only the check may know, such as the labels of test images: no answer gets it.
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    hidden: Any = field(default=None, repr=False)

    def text(self, name: str) -> str:
        """Write the call as a learner would, with arrays shortened to dtype and shape.

        >>> call(np.zeros((2, 3)), strides=2).text("conv2d")
        'conv2d(float64 array (2, 3), strides=2)'
        """
        given = [_short(value) for value in self.args]
        given += [f"{key}={_short(value)}" for key, value in self.kwargs.items()]
        return f"{name}({', '.join(given)})"


def call(*args: Any, **kwargs: Any) -> Call:
    """Note down the arguments of one call of the learner's function.

    >>> call(3, stride=2)
    Call(args=(3,), kwargs={'stride': 2})
    """
    return Call(args, kwargs)


@dataclass(frozen=True)
class Returned:
    """The call returned `value`."""

    value: Any


@dataclass(frozen=True)
class Raised:
    """The call raised an error; `line` is the learner's own line, where there is one."""

    kind: type[BaseException]
    message: str
    line: str = ""


@dataclass(frozen=True)
class TimedOut:
    """The call did not end within `seconds`."""

    seconds: float


@dataclass(frozen=True)
class ChangedInput:
    """The call wrote into an array that it was given."""

    argument: str


Observation = Returned | Raised | TimedOut | ChangedInput
Observer = Callable[..., Any]


def plain_call(answer: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Observe a function by its return value: the observer of most exercises."""
    return answer(*args, **kwargs)


def observe(
    answer: Callable[..., Any],
    asked: Call,
    how: Observer = plain_call,
    seconds: float | None = None,
) -> Observation:
    """Call a function on copies of the arguments and note what happened.

    Args:
        answer: The function, never trusted: it may raise, loop, exit or change its inputs.
        asked: The arguments.
        how: Turns the answer and the arguments into plain values (arrays, numbers, strings).
        seconds: The deadline, where the platform allows one.

    Returns:
        One of `Returned`, `Raised`, `TimedOut`, `ChangedInput`.

    >>> observe(lambda x: x + 1, call(2))
    Returned(value=3)
    """
    given = copy.deepcopy(asked)
    try:
        with deadline(seconds):
            value = plain(how(answer, *given.args, **given.kwargs))
    except KeyboardInterrupt:
        raise
    except DeadlineExceededError:
        return TimedOut(seconds or 0.0)
    except BaseException as error:  # even `sys.exit()` in an answer must not end the kernel
        message = _TERMINAL_COLOURS.sub("", str(error))
        return Raised(type(error), message, _learners_line(error.__traceback__))
    changed = _changed_argument(asked, given)
    return ChangedInput(changed) if changed else Returned(value)


def plain(value: Any) -> Any:
    """Turn tensors into arrays, inside tuples, lists and dicts too; leave the rest alone."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        items = [plain(item) for item in value]
        return items if isinstance(value, list) else tuple(items)  # named tuples too
    return value.numpy() if hasattr(value, "numpy") else value


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array {value.shape}"
    if isinstance(value, list | tuple) and _holds_array(value):
        inside = ", ".join(_short(v) for v in value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    return repr(value)


def _holds_array(value: Any) -> bool:
    inside = value if isinstance(value, list | tuple) else ()
    return isinstance(value, np.ndarray) or any(_holds_array(v) for v in inside)


def _learners_line(traceback: TracebackType | None) -> str:
    """Find the last line of the traceback that is not in an installed package."""
    found = ""
    while traceback is not None:
        code = traceback.tb_frame.f_code
        installed = "site-packages" in code.co_filename or "dscourse" in code.co_filename
        line = linecache.getline(code.co_filename, traceback.tb_lineno).strip()
        if line and not installed:
            found = f"line {traceback.tb_lineno}: {line}"
        traceback = traceback.tb_next
    return found


def _changed_argument(asked: Call, given: Call) -> str:
    before = [*enumerate(asked.args, start=1), *asked.kwargs.items()]
    after = [*given.args, *given.kwargs.values()]
    for (name, old), new in zip(before, after, strict=True):
        if not _unchanged(old, new):
            return f"number {name}" if isinstance(name, int) else f"`{name}`"
    return ""


def _unchanged(old: Any, new: Any) -> bool:
    """Compare arrays and containers of arrays; what else a call holds is left alone."""
    if isinstance(old, np.ndarray):
        return np.array_equal(old, new, equal_nan=True)
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(_unchanged(old[key], new[key]) for key in old)
    if isinstance(old, list | tuple):
        return len(old) == len(new) and all(map(_unchanged, old, new))
    return True
