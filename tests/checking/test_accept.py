"""Where right answers are many, a check decides by itself, on what only it may know."""

import pytest

from dscourse.checking import Call, Exercise, Outcome, run_checks

PROBLEM = "it should be one of the hidden numbers."


def near_a_root(value, asked):
    return "" if value in asked.hidden else PROBLEM


@pytest.fixture
def task():
    task = Exercise("00-root", "A root", "Return a root of x * x = 4.", hints=["Two times two."])
    task.reference(lambda square: 2)

    @task.check("a root", worth=2, accept=near_a_root)
    def _(rng):
        return Call((4,), hidden={2, -2})

    @task.also("a positive one", worth=1)
    def _(value, asked):
        return "" if value > 0 else "it should be positive."

    task.misconception("M-HALF", "You halved it and more.", section="roots")(lambda square: 1)
    return task


@pytest.mark.parametrize(("answer", "points"), [(2, 3), (-2, 2), (7, 1), (-7, 0)])
def test_each_verdict_gives_its_own_points(task, answer, points):
    assert run_checks(task, lambda square: answer).points == points


def test_the_problem_is_told_in_the_words_of_the_check(task):
    first, second = run_checks(task, lambda square: -7).results
    assert (first.problem, second.problem) == (PROBLEM, "it should be positive.")


def test_an_answer_is_called_once_however_many_checks_judge_it(task):
    calls = []
    run_checks(task, lambda square: calls.append(square) or 2)
    assert calls == [4]


def test_an_answer_gets_nothing_that_is_hidden(task):
    seen = []
    run_checks(task, lambda *args, **kwargs: seen.append((args, kwargs)))
    assert seen == [((4,), {})]
    assert "hidden" not in repr(task.calls(1)[0])


def test_calls_of_both_checks_are_the_same_for_every_seed():
    task = Exercise("00-any", "Any", "Return it.", hints=["It."])
    task.check("it", accept=lambda value, asked: "")(lambda rng: Call((float(rng.random()),)))
    task.also("it again")(lambda value, asked: "")
    assert task.calls(1, 5) == task.calls(2, 5) != task.calls(1, 6)


def test_a_value_that_the_check_cannot_read_is_a_failure_and_no_error_of_ours(task):
    first, second = run_checks(task, lambda square: [2]).results
    assert first.outcome is second.outcome is Outcome.FAILED
    assert "TypeError" in first.problem


def test_an_answer_that_raises_or_is_not_written_is_reported_as_ever(task):
    from dscourse import TODO

    def broken(square):
        raise RuntimeError("no")

    assert run_checks(task, lambda square: TODO).outcome is Outcome.NOT_ATTEMPTED
    assert run_checks(task, broken).outcome is Outcome.ERROR


def test_a_misconception_is_still_named(task):
    first, _ = run_checks(task, lambda square: 1).results
    assert first.cause.code == "M-HALF"
