"""Classes to grade: notebooks that are right, wrong, or untouched, in turn."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks.grading import ours
from benchmarks.grading.notebooks import TOP, code
from dscourse.checking import Exercise
from dscourse.exercises import exercises_in, private
from dscourse.grading.archives import Entry
from dscourse.grading.record import Student
from dscourse.grading.submissions import Submission

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
KINDS = ("solved", "wrong", "released")


@dataclass(frozen=True)
class Held:
    """A notebook's bytes as the source of an entry."""

    notebook: bytes

    def content(self, member: object) -> bytes:
        """Return them."""
        return self.notebook


@dataclass(frozen=True)
class Corpus:
    """Exercises, and the notebook that holds them.

    Args:
        name: What is graded.
        exercises: By id.
        notebook: Makes the notebook of a kind: "solved", "wrong" in every exercise, "released".
    """

    name: str
    exercises: Mapping[str, Exercise]
    notebook: Callable[[Mapping[str, Exercise], str], dict[str, Any]]

    @cached_property
    def made(self) -> list[bytes]:
        """One notebook of each kind."""
        return [json.dumps(self.notebook(self.exercises, kind)).encode() for kind in KINDS]

    @property
    def cells(self) -> int:
        """How many code cells a notebook has."""
        return sum(c["cell_type"] == "code" for c in json.loads(self.made[0])["cells"])

    def hand_ins(self, count: int) -> Iterator[Submission]:
        """Make so many submissions, the kinds in turn."""
        for number, content in enumerate(islice(cycle(self.made), count)):
            name = f"s{number:05}.ipynb"
            entry = Entry(name, 0.0, Held(content), None)
            digest = sha256(content).hexdigest()
            yield Submission(Student(name), name, digest=digest, numbers=frozenset(), entry=entry)


def source(task: Exercise, kind: str) -> str:
    """Return an answer of a kind."""
    if kind == "wrong":
        return f"def {task.name}(*arguments, **named):\n    return arguments[0]"
    return task.solution_code if kind == "solved" else task.starter_code


def small() -> Corpus:
    """Return the two small exercises that the graders are compared with."""
    tasks = private.load(ours.SMALL)
    return Corpus("small", tasks, _of_exercises)


def chapter(name: str, engine: str) -> Corpus:
    """Return a chapter's whole notebook with its exercises of one engine.

    Args:
        name: Such as "05-separable".
        engine: "numpy" or "keras".
    """

    def notebook(tasks: Mapping[str, Exercise], kind: str) -> dict[str, Any]:
        path = NOTEBOOKS / f"{name}.ipynb"
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        tags = {f"exercise:{task.id}": task for task in tasks.values()}
        for cell in content["cells"]:
            for tag in tags.keys() & set(cell["metadata"].get("tags", [])):
                cell["source"] = source(tags[tag], kind)
        return content

    tasks = {task.id: task for task in exercises_in(name) if task.engine == engine}
    return Corpus(name, tasks, notebook)


def alone(chapter_name: str) -> Corpus:
    """Return a chapter's Keras exercises, without the lesson around them."""
    tasks = {task.id: task for task in exercises_in(chapter_name) if task.engine == "keras"}
    return Corpus(f"{chapter_name}, exercises alone", tasks, _of_exercises)


def _of_exercises(tasks: Mapping[str, Exercise], kind: str) -> dict[str, Any]:
    sources = [TOP, *(source(task, kind) for task in tasks.values())]
    return {"cells": [code(text) for text in sources], "nbformat": 4}


CORPORA: Mapping[str, Callable[[], Corpus]] = {
    "small": small,
    "numpy": lambda: chapter("05-separable", "numpy"),
    "small-keras": lambda: alone("03-inception"),
    "keras": lambda: chapter("03-inception", "keras"),
}
