"""What a batch grades: exercises, the inputs of one seed, and which of them a file is asked for."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from dscourse.checking import Exercise, Expected
from dscourse.grading.record import Asked
from dscourse.grading.sandbox import Engine

T = TypeVar("T")


class Assignment:
    """The exercises of a batch with the inputs of one seed.

    Args:
        exercises: By id, as `select` returns them.
        seed: Chooses the random values of the inputs: one draw for the whole class.
        numbers: Chapters, such as "05", that narrow the exercises down, unless no exercise belongs
            to them. For a class of which nobody said what is graded: another file changes it.
    """

    def __init__(
        self, exercises: Mapping[str, Exercise], seed: int, numbers: Iterable[str] = ()
    ) -> None:
        chosen = _of_chapters(exercises, set(numbers)) or exercises
        self.seed = seed
        self.expected = {name: Expected(task, seed) for name, task in chosen.items()}

    @property
    def engines(self) -> list[Engine]:
        """The engines that the exercises need, NumPy first."""
        return sorted({e.exercise.engine for e in self.expected.values()}, reverse=True)

    def uses(self, engine: Engine) -> frozenset[str]:
        """Return the parts of the course that answers to the exercises of an engine may import."""
        tasks = (e.exercise for e in self.expected.values() if e.exercise.engine == engine)
        return frozenset(part for task in tasks for part in task.uses)

    @property
    def fingerprint(self) -> str:
        """Tells whether the same exercises, in the same wording, are to be graded elsewhere."""
        modules = {e.exercise.solution.__module__ for e in self.expected.values()}
        files = [str(sys.modules[name].__file__) for name in sorted(modules)]
        sources = [Path(file).read_bytes() for file in files]
        return sha256(b"\0".join([*map(str.encode, self.expected), *sources])).hexdigest()[:16]

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What is graded, whoever hands it in."""
        return tuple(Asked.of(expected.exercise) for expected in self.expected.values())

    @property
    def points(self) -> int:
        """The points of all exercises together."""
        return sum(expected.exercise.points for expected in self.expected.values())

    def asked_of(self, numbers: AbstractSet[str]) -> Sequence[Expected]:
        """Return the exercises of a file's chapters; all of them where that gives none.

        Args:
            numbers: Such as {"05"}; empty where the file does not tell.

        >>> from dscourse.exercises.selection import select
        >>> both = Assignment(select(only=["00", "05"]), seed=7)
        >>> {e.exercise.id[:2] for e in both.asked_of({"05"})}
        {'05'}
        """
        own = _of_chapters(self.expected, numbers)
        return list((own or self.expected).values())

    def prepare(self) -> None:
        """Ask every reference now, before threads run side by side: see `Expected.prepare`."""
        for expected in self.expected.values():
            expected.prepare()


def _of_chapters(by_id: Mapping[str, T], numbers: AbstractSet[str]) -> Mapping[str, T]:
    return {name: item for name, item in by_id.items() if name[:2] in numbers}
