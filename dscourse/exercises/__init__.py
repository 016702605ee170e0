"""The exercises of the course, one file a chapter, found by its name `chNN_title.py`.

Nothing here is listed by hand: a new file, or a new `Exercise` in a file, is found.
"""

import pkgutil
from difflib import get_close_matches
from importlib import import_module

from dscourse.checking import Exercise, Practice, Progress

__all__ = ["all_exercises", "chapters", "exercise", "exercises_in", "find"]


def chapters() -> dict[str, str]:
    """Return the chapters that have exercises: "05-separable" to the module's full name.

    >>> sorted(chapters())[0]
    '00-start-here'
    """
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name.startswith("ch"))
    return {n.removeprefix("ch").replace("_", "-"): f"{__name__}.{n}" for n in names}


def exercises_in(chapter: str) -> list[Exercise]:
    """Return a chapter's exercises in the order in which they are declared.

    Args:
        chapter: The name of the chapter's notebook, such as "05-separable".
    """
    module = import_module(chapters()[chapter])
    return [value for value in vars(module).values() if isinstance(value, Exercise)]


def all_exercises() -> dict[str, Exercise]:
    """Return every exercise of the course by its id.

    Raises:
        ValueError: Two exercises share an id.
    """
    found: dict[str, Exercise] = {}
    for chapter in chapters():
        for exercise in exercises_in(chapter):
            if exercise.id in found:
                raise ValueError(f"two exercises have the id {exercise.id!r}.")
            found[exercise.id] = exercise
    return found


def find(exercise_id: str) -> Exercise:
    """Return one exercise; only its own chapter is imported.

    Args:
        exercise_id: Such as "05-depthwise".

    Raises:
        ValueError: There is no such exercise; the nearest id is named.
    """
    own = [name for name in chapters() if name[:2] == str(exercise_id)[:2]]
    ids = {e.id: e for name in own or chapters() for e in exercises_in(name)}
    if exercise_id in ids:
        return ids[exercise_id]
    near = get_close_matches(str(exercise_id), ids, n=1, cutoff=0.3)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"there is no exercise {exercise_id!r}.{meant}")


def exercise(exercise_id: str) -> Practice:
    """Open an exercise: `.check(fn)`, `.hint()`, `.solution()`, `.case(n)`.

    Args:
        exercise_id: The id above the exercise's cell, such as "05-depthwise".

    Raises:
        ValueError: There is no such exercise; the nearest id is named.
    """
    return Practice(find(exercise_id), Progress())
