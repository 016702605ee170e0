"""The course's own notebooks, handed in: what passes on the page earns its points in grading."""

import json
import pkgutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from dscourse import exercises
from dscourse.checking import Exercise, call, plain_call
from dscourse.exercises import all_exercises, chapters, exercises_in
from dscourse.grading.archives import Entry
from dscourse.grading.assignment import Assignment
from dscourse.grading.record import Status, Student
from dscourse.grading.sandbox import SandboxError
from dscourse.grading.submissions import Submission
from dscourse.grading.workshop import Workshop, demand_askable
from tests.grading.solving import Held

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
ALL = all_exercises()
CHAPTERS = {name: exercises_in(name) for name in chapters()}
# The capstone trains a network for a minute, and its cells do so again.
LIGHT = {
    name: tasks
    for name, tasks in CHAPTERS.items()
    if tasks and all(task.seconds <= 120 for task in tasks)
}


@pytest.fixture(scope="module")
def workshop():
    tasks = {task.id: task for tasks in LIGHT.values() for task in tasks}
    with Workshop(Assignment(tasks, seed=31), {}, unsafe=True) as workshop:
        yield workshop


def handed_in(chapter: str, *, solved: bool) -> Submission:
    """Return a chapter's notebook as it is released, or with every exercise solved."""
    notebook = json.loads((NOTEBOOKS / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    answers = {f"exercise:{task.id}": task.solution_code for task in LIGHT[chapter]}
    for cell in notebook["cells"]:
        for tag in cell["metadata"].get("tags", []):
            if solved and tag in answers:
                cell["source"] = answers[tag]
    content = json.dumps(notebook).encode()
    entry = Entry(f"{chapter}.ipynb", 0.0, Held(content), None)
    blank = Submission(Student("ada"), f"{chapter}.ipynb", numbers=frozenset({chapter[:2]}))
    return replace(blank, digest=sha256(content).hexdigest(), entry=entry)


@pytest.mark.keras
@pytest.mark.parametrize("chapter", LIGHT)
def test_a_solved_chapter_earns_all_points(chapter, workshop):
    record = workshop.grade(handed_in(chapter, solved=True))
    missed = {e.id: [c.problem for c in e.checks] for e in record.exercises if e.points < e.total}
    assert missed == {}
    assert record.points == record.total == sum(task.points for task in LIGHT[chapter])


@pytest.mark.keras
@pytest.mark.parametrize("chapter", LIGHT)
def test_a_chapter_as_it_is_released_earns_nothing(chapter, workshop):
    record = workshop.grade(handed_in(chapter, solved=False))
    assert record.status is Status.GRADED
    assert record.points == 0


@pytest.mark.parametrize("task", ALL.values(), ids=ALL)
def test_every_call_of_every_exercise_can_be_made_in_another_process(task):
    modules = {"dscourse.checking.observe"} | {
        f"{exercises.__name__}.{module.name}"
        for module in pkgutil.iter_modules(exercises.__path__)
        if module.name.endswith("observers")
    }
    demand_askable(Assignment({task.id: task}, seed=3), modules)


def local_observer(answer, *args):
    return answer(*args)


@pytest.mark.parametrize(
    ("how", "argument", "told"),
    [
        (local_observer, 1, "must be a function of a module of observers"),
        (lambda answer, x: answer(x), 1, "must be a function of a module of observers"),
        (plain_call, object(), "is no plain value: object"),
    ],
    ids=["not sent along", "no name", "an argument that cannot travel"],
)
def test_an_exercise_that_only_works_on_its_page_is_told_before_the_first_submission(
    how, argument, told
):
    task = Exercise("05-own", "Own", "…", hints=["…"], how=how)
    task.reference(lambda x: x)
    task.check("one")(lambda rng: call(argument))
    with pytest.raises(SandboxError, match=told):
        demand_askable(Assignment({task.id: task}, seed=3), {"dscourse.checking.observe"})
