"""What every exercise of the course must keep, checked for each one as soon as it is declared."""

import re
import time
from pathlib import Path

import numpy as np
import pytest

from dscourse import TODO
from dscourse.checking import BOOK_URL, Exercise, Outcome, run_checks
from dscourse.exercises import all_exercises, chapters

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
EXERCISES = all_exercises()
SEEDS = range(20)
LONG = 100  # seconds that an exercise allows a call, if it trains a network

every_exercise = pytest.mark.parametrize("task", EXERCISES.values(), ids=EXERCISES)
every_misconception = pytest.mark.parametrize(
    ("task", "wrong"),
    [(task, wrong) for task in EXERCISES.values() for wrong in task.misconceptions],
    ids=[f"{task.id}:{m.code}" for task in EXERCISES.values() for m in task.misconceptions],
)


def written(source: str, name: str):
    """Run source code as a learner's cell would, with the imports of a first cell."""
    namespace = {"np": np, "TODO": TODO}
    exec(source, namespace)
    return namespace[name]


@every_exercise
def test_the_starter_is_not_attempted_and_earns_nothing(task: Exercise):
    report = run_checks(task, written(task.starter_code, task.name))
    # Code to repair is an attempt already: it must fail, by a misconception that names the bug.
    wanted = Outcome.NOT_ATTEMPTED if task.given_starter is None else Outcome.FAILED
    assert report.outcome is wanted, report
    if task.given_starter:
        assert any(result.cause for result in report.results)


@every_exercise
def test_the_solution_shown_to_learners_earns_all_points(task: Exercise):
    report = run_checks(task, written(task.solution_code, task.name))
    assert report.passed, report
    assert report.points == report.total == task.points > 0


@every_exercise
def test_at_least_one_other_solution_earns_all_points_on_any_inputs(task: Exercise):
    assert task.alternatives
    for answer in task.alternatives:
        for seed in SEEDS if task.engine == "numpy" else range(2):
            report = run_checks(task, answer, seed)
            assert report.passed, report


@every_misconception
def test_a_misconception_is_named_by_its_own_note(task: Exercise, wrong):
    report = run_checks(task, wrong.function)
    assert report.outcome in (Outcome.FAILED, Outcome.ERROR), report
    assert wrong.code in [r.cause.code for r in report.results if r.cause], report


@every_misconception
def test_a_misconception_never_earns_all_points_by_luck(task: Exercise, wrong):
    for seed in SEEDS if task.engine == "numpy" else range(2):
        assert not run_checks(task, wrong.function, seed, explain=False).passed


@every_misconception
def test_a_misconception_links_to_a_heading_of_its_chapter(task: Exercise, wrong):
    page, _, section = wrong.link.removeprefix(f"{BOOK_URL}/notebooks/").partition(".html#")
    assert page in chapters()
    headings = re.findall(
        r'"#+ ([^"\\]+)', (NOTEBOOKS / f"{page}.ipynb").read_text(encoding="utf-8")
    )
    slugs = [re.sub(r"[^a-z0-9]+", "-", h.lower()).strip("-") for h in headings]
    assert section in slugs, f"{section!r} is none of {slugs}"


@every_exercise
def test_it_has_misconceptions_hints_and_unique_codes(task: Exercise):
    codes = [m.code for m in task.misconceptions]
    assert codes
    assert len(codes) == len(set(codes))
    assert all(hint.strip() for hint in task.hints)
    assert all(m.note.strip().endswith(".") for m in task.misconceptions)


@every_exercise
def test_the_inputs_have_the_same_shapes_for_every_seed(task: Exercise):
    def sizes(seed: int):
        calls = [c for n in range(1, len(task.checks) + 1) for c in task.calls(n, seed)]
        return [[np.shape(a) for a in c.args if isinstance(a, np.ndarray)] for c in calls]

    assert sizes(0) == sizes(1) == sizes(2)


@every_exercise
def test_the_inputs_are_the_same_for_the_same_seed(task: Exercise):
    for number in range(1, len(task.checks) + 1):
        assert repr(task.calls(number, 7)) == repr(task.calls(number, 7))


@every_exercise
def test_a_numpy_check_answers_within_100_milliseconds(task: Exercise):
    budget = 0.1 if task.engine == "numpy" else 20.0  # chapter 13 trains in every call
    if task.seconds > LONG:
        pytest.skip("it trains a network, which takes as long as it takes")
    answer = written(task.solution_code, task.name)
    run_checks(task, answer)
    seconds = []
    for _ in range(3):
        start = time.process_time()  # the machine may be busy with other tests
        run_checks(task, answer)
        seconds.append(time.process_time() - start)
    assert min(seconds) < budget
