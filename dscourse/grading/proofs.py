"""What must hold of every graded exercise before students get it."""

import json
import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from dscourse.checking import (
    BOOK_URL,
    TODO,
    Exercise,
    Expected,
    Outcome,
    Report,
    observe,
    run_expected,
)
from dscourse.exercises import chapters

# Inputs of the page, and of gradings: a wrong answer must not pass by the luck of a draw.
_SEEDS = {"numpy": (0, 1, 2, 3, 4), "keras": (0, 1)}


def starter_problems(task: Exercise) -> Iterator[str]:
    """Say what is wrong with the starter: it must be "not attempted", or code that fails."""
    try:
        starter = _written(task.starter_code, task.name)
    except Exception as error:  # an author's code
        yield f"{task.id}: the starter does not run: {type(error).__name__}: {error}"
        return
    report = _report(task, starter)
    wanted = Outcome.FAILED if task.given_starter else Outcome.NOT_ATTEMPTED
    if report.outcome is not wanted:
        yield f"{task.id}: the starter must be {wanted.value}; it is {report.outcome.value}."
    if report.points and not task.given_starter:
        yield f"{task.id}: the starter must earn no points; it earns {report.points}."


def solution_problems(task: Exercise) -> Iterator[str]:
    """Say where the reference or another right answer does not earn all points."""
    if not task.points:
        yield f"{task.id}: the checks must be worth 1 point or more."
    for answer in (task.solution, *task.alternatives):
        for seed in _SEEDS[task.engine]:
            report = _report(task, answer, seed)
            if not report.passed:
                yield f"{task.id}: `{answer.__name__}` must pass with seed {seed}: {report}"
                break


def misconception_problems(task: Exercise) -> Iterator[str]:
    """Say which wrong answer earns all points, is not named, or links to no chapter."""
    if not task.misconceptions:
        yield f"{task.id}: one likely wrong answer must be declared as a misconception."
    for wrong in task.misconceptions:
        lucky = [s for s in _SEEDS[task.engine] if _report(task, wrong.function, s).passed]
        if lucky:
            yield f"{task.id}: {wrong.code} earns all points with seed {lucky[0]}."
            continue
        report = _report(task, wrong.function, explain=True)
        named = {result.cause.code for result in report.results if result.cause}
        if wrong.code not in named:
            yield f"{task.id}: {wrong.code} is caught, but not named."
        page = wrong.link.removeprefix(f"{BOOK_URL}/notebooks/").partition(".html")[0]
        if page not in chapters():
            yield f"{task.id}: {wrong.code} links to {page!r}, which is no chapter."


def section_problems(task: Exercise, notebooks: Path) -> Iterator[str]:
    """Say which wrong answer links to no heading of its chapter.

    Args:
        task: The exercise.
        notebooks: The course's; a chapter that is not there is not looked into.
    """
    for wrong in task.misconceptions:
        page, _, section = wrong.link.removeprefix(f"{BOOK_URL}/notebooks/").partition(".html#")
        path = notebooks / f"{page}.ipynb"
        slugs = _headings(path) if path.is_file() else [section]
        if section not in slugs:
            near = get_close_matches(section, slugs, n=1, cutoff=0)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            yield (
                f"{task.id}: {wrong.code} links to {section!r}, which is no heading of {page}."
                f"{meant}"
            )


@cache
def _headings(path: Path) -> list[str]:
    cells = json.loads(path.read_bytes())["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    found = (h for text in texts for h in re.findall(r"^#+ (.+)$", text, re.MULTILINE))
    return [re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-") for heading in found]


def _report(
    task: Exercise, answer: Callable[..., Any], seed: int = 0, *, explain: bool = False
) -> Report:
    """Check an answer as a grading does, with the reference and the misconceptions asked once."""
    return run_expected(
        _expected(task, seed),
        lambda asked: observe(answer, asked, task.how, task.seconds),
        explain=explain,
    )


@lru_cache(maxsize=8)  # the seeds of one exercise; more would keep every network's outputs
def _expected(task: Exercise, seed: int) -> Expected:
    return Expected(task, seed)


def _written(source: str, name: str) -> Callable[..., Any]:
    """Run a starter as a student's cell would, below the imports of the first one."""
    namespace: dict[str, Any] = {"np": np, "TODO": TODO}
    exec(source, namespace)
    answer: Callable[..., Any] = namespace[name]
    return answer
