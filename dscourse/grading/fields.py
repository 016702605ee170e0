"""Read fields of parsed JSON, and say in one sentence what is wrong with one."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class RecordError(ValueError):
    """A file is not a record of a graded submission."""


def take(content: Any, name: str, kind: type[T]) -> T:
    """Return a field.

    Args:
        content: A parsed JSON object, if all is well.
        name: Of the field.
        kind: The type that it must have; a bool is no int, an int is a float.

    Raises:
        RecordError: The field is absent or of another type.

    >>> take({"seed": 7}, "seed", int)
    7
    """
    if not isinstance(content, dict) or name not in content:
        raise RecordError(f"`{name}` is missing.")
    return _of_kind(content[name], name, kind)


def natural(content: Any, name: str) -> int:
    """Return a field that counts something.

    Raises:
        RecordError: It is no whole number from 0 on.
    """
    value = take(content, name, int)
    if value < 0:
        raise RecordError(f"`{name}` must be 0 or more; got {value}.")
    return value


def choice(content: Any, name: str, kind: type[E]) -> E:
    """Return a field that is one of a few words.

    Raises:
        RecordError: It is another word.
    """
    word = take(content, name, str)
    try:
        return kind(word)
    except ValueError as error:
        raise RecordError(f"`{name}` must be one of {', '.join(kind)}; got {word!r}.") from error


def items(content: Any, name: str, kind: type[T]) -> list[T]:
    """Return a list whose items are all of one type.

    Raises:
        RecordError: It is no such list.
    """
    return [_of_kind(item, name, kind) for item in take(content, name, list)]


def mapping(content: Any, name: str, kind: type[T]) -> Mapping[str, T]:
    """Return an object whose values are all of one type.

    Raises:
        RecordError: It is no such object.
    """
    found = take(content, name, dict)
    return {key: _of_kind(value, f"{name}.{key}", kind) for key, value in found.items()}


def _of_kind(value: Any, name: str, kind: type[T]) -> T:
    accepted: Any = (int, float) if kind is float else kind
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
        got = type(value).__name__
        raise RecordError(f"`{name}` must be of type {kind.__name__}; got {got}.")
    return value  # type: ignore[no-any-return]
