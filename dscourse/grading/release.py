"""The command `dscourse release`: what goes to students, and nothing else."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from dscourse import notebooks
from dscourse.checking import Exercise
from dscourse.exercises.private import PrivateExercisesError, chapter_of, is_private
from dscourse.exercises.selection import SelectionError, select
from dscourse.grading.notice import notice

NOTICE = "GRADED.md"
EXAMPLES = """examples:
  dscourse release -o handout --only 05 06
                                     the notebooks of chapters 5 and 6, and what is graded in them
  dscourse release -o handout --exercises private/ --only 05-depthwise 05-exam
                                     one exercise of the course and one of yours
"""


class ReleaseError(ValueError):
    """A release cannot be made from what is there."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    add_selection(parser)
    parser.add_argument(
        "--notebooks",
        type=Path,
        default=Path("notebooks"),
        metavar="DIR",
        help="the notebooks of the course (default: %(default)s)",
    )


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that say which exercises count."""
    parser.add_argument("--exercises", type=Path, metavar="DIR", help="your own exercises as well")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="ID", help="exercises or chapters, such as 05"
    )


def main(options: argparse.Namespace) -> int:
    """Make a release.

    Returns:
        0, or 2 for a wrong call.
    """
    try:
        chosen = select(options.exercises, options.only)
        written = release(chosen, options.output, options.notebooks)
    except (PrivateExercisesError, ReleaseError, SelectionError, OSError) as error:
        print(f"dscourse release: {error}", file=sys.stderr)
        return 2
    for path in written:
        print(f"written: {path}")
    print("Prove it before you hand it out: dscourse check-release, with the same selection.")
    return 0


def release(exercises: Mapping[str, Exercise], folder: Path, source: Path) -> list[Path]:
    """Write the notebooks of some exercises, unsolved, and the notice of what is graded.

    Args:
        exercises: What is graded, by id.
        folder: Is made; must be empty, so that nothing else is handed out.
        source: The folder of the course's notebooks.

    Returns:
        The files.

    Raises:
        ReleaseError: The folder is not empty, or a chapter's notebook is not there.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ReleaseError(f"{folder} must be a new or an empty folder.")
    public = [task for task in exercises.values() if not is_private(task)]
    own = [task for task in exercises.values() if is_private(task)]
    made = {path.name: _unsolved(path) for path in _chapters(public, source)}
    for chapter, tasks in groupby(sorted(own, key=chapter_of), key=chapter_of):
        made[f"{chapter}-graded.ipynb"] = private_notebook(chapter, list(tasks))
    made[NOTICE] = notice(exercises)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in made]


def private_notebook(chapter: str, tasks: Sequence[Exercise]) -> str:
    """Make a notebook of private exercises: prompts and starters, without a check to run.

    Args:
        chapter: The chapter to which they belong, such as "05-separable".
        tasks: The exercises.

    Returns:
        The notebook's text, in nbformat 4.5.
    """
    cells = [
        _cell("markdown", "title", f"# Exercises on chapter {int(chapter[:2])}"),
        _cell("code", "imports", "import numpy as np\n\nfrom dscourse import TODO"),
    ]
    for task in tasks:
        worth = "1 point" if task.points == 1 else f"{task.points} points"
        prompt = f"## {task.title}\n\n{task.prompt.strip()}\n\n*{worth}.*"
        cells.append(_cell("markdown", f"{task.id}-prompt", prompt))
        cells.append(_cell("code", task.id, task.starter_code.strip(), f"exercise:{task.id}"))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _cell(kind: str, name: str, source: str, *tags: str) -> dict[str, Any]:
    code: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    metadata = {"tags": list(tags)} if tags else {}
    return {"cell_type": kind, "id": name, "metadata": metadata, "source": source} | code


def _chapters(tasks: Sequence[Exercise], source: Path) -> list[Path]:
    numbers = {task.id[:2] for task in tasks}
    found = {path.name[:2]: path for path in sorted(source.glob("[0-9][0-9]-*.ipynb"))}
    if absent := sorted(numbers - set(found)):
        raise ReleaseError(
            f"there is no notebook of chapter {absent[0]} in {source}: go to the course's folder, "
            "or name one with --notebooks."
        )
    return [found[number] for number in sorted(numbers)]


def _unsolved(path: Path) -> str:
    """Return a chapter's notebook in canonical form: every exercise cell is its starter again."""
    return notebooks.text(notebooks.canonical(notebooks.read(path), path.stem))
