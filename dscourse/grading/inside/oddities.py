"""What was odd about a notebook: the child sends a kind and numbers, and the parent words them.

Sentences of a child's own would stand in its student's record and in the table of grades.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from dscourse.grading.inside.frames import FrameError

_LISTED = 50  # cells that a sentence names
_LARGEST = 10**9

SENTENCES = {
    # Of cells.
    "failed": "code {cells} stopped with an error; what stands below it in the cell was run all "
    "the same.",
    "slow": "code {cells} took too long and was stopped.",
    "late": "code {cells} came after the notebook's time was over: only the definitions were run.",
    # Of a file that could be read.
    "cut": "only the first {0} of {1} code cells were run.",
    "latin-1": "the file is not in UTF-8; it was read as Latin-1.",
    **{n: f"the file is in {n.upper()}." for n in ("utf-16", "utf-16-le", "utf-16-be", "utf-32")},
    # Of one that could not.
    "empty": "the file is empty.",
    "deep": "the file is nested too deep to be a notebook.",
    "json": "the file is no notebook: its JSON is broken in line {0}, column {1}.",
    "number": "the file is no notebook: it holds a number of thousands of digits.",
    "text": "the file is no notebook: it does not begin with '{{'.",
    "object": "the file is JSON, but no notebook.",
    "cells": "the file is JSON, but holds no list of cells.",
}


class Oddity(NamedTuple):
    """A kind of `SENTENCES` and the numbers that belong into it."""

    kind: str
    numbers: Sequence[int] = ()

    def __str__(self) -> str:
        listed = ", ".join(map(str, self.numbers[:_LISTED]))
        more = len(self.numbers) - _LISTED
        cells = f"cell{'' if len(self.numbers) == 1 else 's'} {listed}"
        cells += f" and {more} more" if more > 0 else ""
        return SENTENCES[self.kind].format(*self.numbers, cells=cells)


def worded(told: Any) -> str:
    """Return the sentence of an oddity that came over the wire.

    Args:
        told: An `Oddity` after its way through JSON, which nobody has checked yet.

    Raises:
        FrameError: It is none.

    >>> worded(["slow", [3, 5]])
    'code cells 3, 5 took too long and was stopped.'
    """
    match told:
        case [str(kind), list(numbers)] if kind in SENTENCES and all(map(_is_natural, numbers)):
            try:
                return str(Oddity(kind, numbers))
            except IndexError:
                pass
    raise FrameError("the child did not say what was odd.")


def _is_natural(number: Any) -> bool:
    return type(number) is int and 0 <= number < _LARGEST
