"""Choose the exercises that count: the course's own, an instructor's, or some of them."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from dscourse.checking import Exercise
from dscourse.exercises import all_exercises, private


class SelectionError(ValueError):
    """What was asked for selects no exercise, or more than one of a name."""


def select(folder: Path | None = None, only: Sequence[str] = ()) -> dict[str, Exercise]:
    """Return exercises by id.

    Args:
        folder: An instructor's private exercises, which are added to the course's.
        only: Beginnings of ids: "05" takes a chapter, "05-depthwise" one exercise. Without any,
            all are taken.

    Raises:
        PrivateExercisesError: The folder does not hold exercises as it should.
        SelectionError: A beginning fits no exercise, or a private id is one of the course.

    >>> list(select(only=["05-depthwise"]))
    ['05-depthwise']
    """
    found = all_exercises()
    if folder is not None:
        own = private.load(folder)
        if both := sorted(set(own) & set(found)):
            raise SelectionError(f"the course has an exercise {both[0]!r} already: rename yours.")
        found |= own
    unknown = [begin for begin in only if not any(_begins(name, begin) for name in found)]
    if unknown:
        raise SelectionError(
            f"no exercise begins with {unknown[0]!r}; {_meant(unknown[0], found)}see "
            "`dscourse list`."
        )
    chosen = {
        name: task
        for name, task in found.items()
        if not only or any(_begins(name, begin) for begin in only)
    }
    return dict(sorted(chosen.items(), key=lambda item: item[0][:2]))


def _meant(begin: str, names: Iterable[str]) -> str:
    """Name the chapter or exercise that comes nearest."""
    chapters = {name[:2] for name in names}
    near = [begin.zfill(2)] if begin.zfill(2) in chapters else get_close_matches(begin, names, n=1)
    return f"did you mean {near[0]!r}? Otherwise " if near else ""


def _begins(name: str, begin: str) -> bool:
    """Whole words of an id: "05-sep" is no beginning of "05-separable"."""
    return name == begin or name.startswith(f"{begin}-")
