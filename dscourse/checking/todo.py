"""The placeholder that a starter cell returns until the learner replaces it."""

from typing import Final, final


@final
class Todo:
    """Stand where an answer is still to be written; see `TODO`."""

    def __repr__(self) -> str:
        return "TODO"


TODO: Final = Todo()
"""Return this from a function that you have not written yet: a check then says "not attempted"."""


def contains_todo(value: object) -> bool:
    """Tell whether `TODO` is the value itself, or sits inside a tuple, list or dict.

    Args:
        value: What a learner's function returned.

    >>> contains_todo((3, TODO)), contains_todo([1, 2])
    (True, False)
    """
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return any(contains_todo(item) for item in value)
    return value is TODO
