"""What a report says about an answer, whatever the answer does."""

import contextlib
import sys
import threading
import time
from collections import namedtuple

import numpy as np
import pytest

from dscourse import TODO
from dscourse.checking import Exercise, Outcome, call, run_checks
from dscourse.checking.observe import ChangedInput, Returned, observe


def scale_exercise() -> Exercise:
    """Make an exercise with two checks and two misconceptions that agree on the first."""
    task = Exercise("09-scale", "Scale", "Return `x * k`.", hints=["Multiply."], seconds=0.3)

    @task.reference
    def scale(x, k=2):
        """Return the array `x` times `k`."""
        return x * k

    @task.check("by the default", worth=1)
    def _(rng):
        return call(rng.normal(size=(2, 3)))

    @task.check("by three and by four", worth=2)
    def _(rng):
        return [call(rng.normal(size=4), k=3), call(rng.normal(size=4), k=4)]

    @task.misconception("M-DOUBLE", "`k` is ignored.", section="scaling")
    def _(x, k=2):
        return x + x

    @task.misconception("M-ADD", "it adds `k`.", section="scaling")
    def _(x, k=2):
        return x + k

    @task.misconception("M-STR", "`k` is text.", section="scaling")
    def _(x, k=2):
        raise ValueError(f"bad k: {k}")

    return task


def problems(answer) -> list[str]:
    return [result.problem for result in run_checks(scale_exercise(), answer).results]


def test_a_right_answer_passes_with_all_points():
    report = run_checks(scale_exercise(), lambda x, k=2: k * x)
    assert report.outcome is Outcome.PASSED
    assert (report.points, report.total) == (3, 3)


def test_todo_is_not_attempted_even_inside_a_tuple():
    for answer in (lambda x, k=2: TODO, lambda x, k=2: (x, TODO)):
        report = run_checks(scale_exercise(), answer)
        assert report.outcome is Outcome.NOT_ATTEMPTED
        assert report.points == 0


def test_each_check_earns_its_own_points():
    report = run_checks(scale_exercise(), lambda x, k=2: x * 2)
    assert report.outcome is Outcome.FAILED
    assert (report.points, report.total) == (1, 3)


def test_a_wrong_answer_is_explained_by_the_misconception_that_does_the_same():
    report = run_checks(scale_exercise(), lambda x, k=2: 2 * x)
    assert [r.cause and r.cause.code for r in report.results] == [None, "M-DOUBLE"]


def test_an_error_is_explained_by_the_misconception_with_the_same_error():
    def answer(x, k=2):
        raise ValueError(f"bad k: {k}")

    report = run_checks(scale_exercise(), answer)
    assert report.outcome is Outcome.ERROR
    assert report.results[0].cause.code == "M-STR"


def test_an_error_is_told_with_the_learners_own_line():
    def answer(x, k=2):
        return x.scale(k)

    first = problems(answer)[0]
    assert first.startswith(
        "AttributeError: 'numpy.ndarray' object has no attribute 'scale' (line "
    )
    assert first.endswith(": return x.scale(k))")


@pytest.mark.parametrize(
    "leave",
    [lambda: sys.exit("bye"), lambda: exec("raise BaseException('odd')"), lambda: 1 / 0],
    ids=["sys.exit", "BaseException", "ZeroDivisionError"],
)
def test_whatever_an_answer_raises_becomes_a_report(leave):
    report = run_checks(scale_exercise(), lambda x, k=2: leave())
    assert report.outcome is Outcome.ERROR


def test_an_errors_colours_for_the_terminal_are_left_out():
    def answer(x, k=2):
        raise ValueError("\x1b[1mbad\x1b[0m k")

    assert problems(answer)[0].startswith("ValueError: bad k (line ")


def test_a_named_tuple_is_a_tuple():
    pair = namedtuple("pair", "low high")
    task = Exercise("09-pair", "Pair", "Return (1, 2).", hints=["…"])
    task.reference(lambda: (1, 2))
    task.check("a pair")(lambda rng: call())
    assert run_checks(task, lambda: pair(1, 2)).passed


def test_ctrl_c_is_the_learners_own_and_passes():
    def answer(x, k=2):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_checks(scale_exercise(), answer)


def test_an_endless_loop_ends_at_the_deadline_with_a_message():
    def answer(x, k=2):
        while True:
            with contextlib.suppress(Exception):  # a learner may well write this
                time.sleep(0.01)

    start = time.monotonic()
    report = run_checks(scale_exercise(), answer)
    assert time.monotonic() - start < 5
    assert report.outcome is Outcome.ERROR
    assert report.results[0].problem == (
        "no result after 0.3 seconds. Is there a loop that never ends?"
    )


def test_outside_the_main_thread_checks_run_without_a_deadline():
    reports = []
    worker = threading.Thread(
        target=lambda: reports.append(run_checks(scale_exercise(), lambda x, k=2: x * k))
    )
    worker.start()
    worker.join()
    assert reports[0].passed


def test_an_answer_that_changes_its_input_is_told_so():
    def answer(x, k=2):
        x *= k
        return x

    assert problems(answer)[0] == (
        "your function changed its input, argument number 1. Work on a copy."
    )


@pytest.mark.parametrize(
    "argument",
    [[np.zeros(2)], (np.zeros(2), 1), {"kernel": np.zeros(2)}, [[np.zeros(2)]], [np.float64(0)]],
    ids=["list", "tuple", "dict", "list in a list", "the list itself"],
)
def test_a_change_inside_a_container_is_noticed(argument):
    def answer(container):
        for item in container.values() if isinstance(container, dict) else list(container):
            if isinstance(item, list | np.ndarray):
                (item[0] if isinstance(item, list) else item)[...] = 1
            elif isinstance(container, list):
                container.append(item)

    assert observe(answer, call(argument)) == ChangedInput("number 1")
    assert observe(lambda container: None, call(argument)) == Returned(None)


def test_a_result_in_place_of_the_function_is_told_so():
    report = run_checks(scale_exercise(), np.ones(3))
    assert report.outcome is Outcome.ERROR
    assert report.results[0].problem == "check takes your function itself: check(scale)."


def test_without_an_explanation_the_outcomes_are_the_same_and_no_misconception_runs():
    task = scale_exercise()
    wrong = task.misconceptions[0].function
    explained, bare = run_checks(task, wrong), run_checks(task, wrong, explain=False)
    assert [r.outcome for r in bare.results] == [r.outcome for r in explained.results]
    assert any(r.cause for r in explained.results)
    assert not any(r.cause for r in bare.results)


def test_the_second_call_of_a_check_is_named_by_its_part():
    def answer(x, k=2):
        return x * min(k, 3)

    result = run_checks(scale_exercise(), answer).results[1]
    assert result.part == 2
    assert result.call == "scale(float64 array (4,), k=4)"


def test_arrays_in_pairs_in_a_list_are_told_by_their_shape():
    told = call([(np.ones(3), 2), (np.ones((4, 5)), 6)]).text("f")
    assert told == "f([(float64 array (3,), 2), (float64 array (4, 5), 6)])"


def test_an_exercise_may_ask_for_an_error():
    task = Exercise("09-refuse", "Refuse", "Refuse 0.", hints=["raise"])

    @task.reference
    def refuse(k):
        """Raise a ValueError for 0."""
        if k == 0:
            raise ValueError("zero")
        return k

    @task.check("zero is refused")
    def _(rng):
        return call(0)

    assert run_checks(task, refuse).passed
    assert run_checks(task, lambda k: k).results[0].problem == (
        "it should raise ValueError, but it returned a value."
    )
    assert run_checks(task, lambda k: 1 / k).outcome is Outcome.ERROR


def test_a_different_seed_makes_other_values_of_the_same_shape():
    task = scale_exercise()
    (first,), (again,), (other,) = (task.calls(1, seed) for seed in (0, 0, 1))
    assert np.array_equal(first.args[0], again.args[0])
    assert first.args[0].shape == other.args[0].shape
    assert not np.array_equal(first.args[0], other.args[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"id": "scale"}, r"`id` must look like '05-depthwise'; got 'scale'\."),
        ({"hints": ()}, r"exercise '09-scale' needs at least one hint\."),
    ],
    ids=["id", "hints"],
)
def test_a_malformed_declaration_is_an_authors_error(arguments, message):
    good = {"id": "09-scale", "title": "Scale", "prompt": "…", "hints": ["…"]}
    with pytest.raises(ValueError, match=message):
        Exercise(**{**good, **arguments})


def test_a_malformed_misconception_code_is_an_authors_error():
    with pytest.raises(ValueError, match=r"`code` must look like 'M-FLIP'; got 'flip'\."):
        scale_exercise().misconception("flip", "…", section="x")


def test_an_exercise_without_a_docstring_has_no_starter():
    task = Exercise("09-bare", "Bare", "…", hints=["…"])

    @task.reference
    def bare(x):
        return x

    with pytest.raises(ValueError, match="`bare` needs a docstring"):
        _ = task.starter_code
