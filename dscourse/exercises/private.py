"""An instructor's own exercises: a folder of files that the course does not ship.

The files look like the course's own: `chNN_title.py`, named after the chapter that they belong to,
so that a misconception's `section=` is a heading of that chapter. Other files beside them are
helpers: `from private_exercises.observers import build` finds `observers.py`.
"""

import sys
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType

from dscourse.checking import Exercise

PACKAGE = "private_exercises"


class PrivateExercisesError(ValueError):
    """A folder does not hold private exercises as it should."""


def load(folder: Path) -> dict[str, Exercise]:
    """Load the exercises of a folder; one folder at a time is loaded in a process.

    Args:
        folder: With files `chNN_title.py` that declare `Exercise` objects.

    Returns:
        The exercises by their ids, in the order of the files and of their declaration.

    Raises:
        PrivateExercisesError: There is no such folder, no such file or no exercise in one, a file
            cannot be imported, or two exercises share an id.
    """
    if not folder.is_dir():
        raise PrivateExercisesError(f"`exercises` must be a folder; {folder} is none.")
    names = sorted(path.stem for path in folder.glob("ch*.py"))
    if not names:
        raise PrivateExercisesError(
            f"{folder} must hold files named like ch05_separable.py; there is none."
        )
    _mount(folder)
    found: dict[str, Exercise] = {}
    for name in names:
        tasks = [t for t in vars(_module(folder, name)).values() if isinstance(t, Exercise)]
        if not tasks:
            raise PrivateExercisesError(f"{folder / name}.py must declare an Exercise.")
        for task in tasks:
            if found.setdefault(task.id, task) is not task:
                raise PrivateExercisesError(f"two private exercises have the id {task.id!r}.")
    return found


def helpers(folder: Path) -> dict[str, str]:
    """Return the sources of the modules beside the exercises, by their full names.

    Only these travel to the process that runs a student's code, for the observers in them: they
    must not hold answers.
    """
    paths = sorted(path for path in folder.glob("*.py") if not path.stem.startswith("ch"))
    return {f"{PACKAGE}.{path.stem}": path.read_text(encoding="utf-8") for path in paths}


def _mount(folder: Path) -> None:
    """Let the folder stand for the package, in the place of one that was loaded before."""
    for name in [n for n in sys.modules if n.partition(".")[0] == PACKAGE]:
        del sys.modules[name]
    package = ModuleType(PACKAGE)
    package.__path__ = [str(folder.resolve())]
    sys.modules[PACKAGE] = package
    invalidate_caches()


def _module(folder: Path, name: str) -> ModuleType:
    try:
        return import_module(f"{PACKAGE}.{name}")
    except Exception as error:  # whatever an author's file does at import
        kind = type(error).__name__
        raise PrivateExercisesError(
            f"{folder / name}.py cannot be imported: {kind}: {error}"
        ) from error


def is_private(task: Exercise) -> bool:
    """Tell whether an exercise comes from an instructor's folder."""
    return task.solution.__module__.partition(".")[0] == PACKAGE


def chapter_of(task: Exercise) -> str:
    """Return the name of the chapter after which a private exercise's file is named."""
    stem = task.solution.__module__.rpartition(".")[2]
    return stem.removeprefix("ch").replace("_", "-")
