"""Run the checks of an exercise on an answer: whatever the answer does, a report comes out."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dscourse.checking.compare import same
from dscourse.checking.exercise import Check, Exercise, Misconception
from dscourse.checking.expected import Expected, Place
from dscourse.checking.judge import Verdict, judge, judge_by
from dscourse.checking.observe import Call, Observation, Raised, Returned, observe
from dscourse.checking.report import Cause, CheckResult, Outcome, Report

Ask = Callable[[Call], Observation]


class _Remembering:
    """Asks a call once, though several checks may judge it."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._seen: dict[int, Observation] = {}

    def __call__(self, asked: Call) -> Observation:
        if id(asked) not in self._seen:  # `Expected` keeps its calls, so an id stays theirs
            self._seen[id(asked)] = self._ask(asked)
        return self._seen[id(asked)]


@dataclass(frozen=True)
class _Failure:
    """A check's first call that went wrong."""

    place: Place
    call: Call
    seen: Observation
    verdict: Verdict


def run_checks(exercise: Exercise, answer: Any, seed: int = 0, *, explain: bool = True) -> Report:
    """Check an answer.

    Args:
        exercise: The exercise.
        answer: The learner's function.
        seed: Chooses the random values of the inputs; 0 for the learner, another for grading.
        explain: False skips the search for causes, which runs every misconception: the outcomes
            are the same.

    Returns:
        A `Report` with one result a check.

    >>> double = Exercise("00-double", "Double it", "Return `2 * x`.", hints=["Multiply."])
    >>> @double.reference
    ... def twice(x):
    ...     '''Double a number.'''
    ...     return 2 * x
    >>> @double.check("a small number", worth=1)
    ... def _(rng):
    ...     return Call((3,))
    >>> print(run_checks(double, lambda x: x * x))
    00-double: failed, 0 of 1 point
    ✗ a small number (1 point)
      twice(3): it should be 6, but yours is 9.
      The same input: exercise("00-double").case(1)
    """
    if not callable(answer):
        problem = f"check takes your function itself: check({exercise.name})."
        return all_the_same(exercise, Outcome.ERROR, problem)
    return run_expected(
        Expected(exercise, seed),
        lambda asked: observe(answer, asked, exercise.how, exercise.seconds),
        explain=explain,
    )


def run_expected(expected: Expected, ask: Ask, *, explain: bool = True) -> Report:
    """Check an answer that may live elsewhere: in another process, on another machine.

    Args:
        expected: The exercise with its inputs, and what its own answers do on them.
        ask: Calls the answer and tells what happened.
        explain: False skips the search for causes.

    Returns:
        The same `Report` as `run_checks` of that answer with that seed.
    """
    exercise = expected.exercise
    checks = dict(enumerate(exercise.checks, start=1))
    once = _Remembering(ask)
    failures = {number: _first_failure(expected, once, number) for number in checks}
    unexplained = {n: failure for n, failure in failures.items() if failure and explain}
    causes = _causes(expected, unexplained)
    results = [
        _told(exercise.name, n, check, failures[n], causes.get(n)) for n, check in checks.items()
    ]
    return Report(exercise.id, _overall(results), tuple(results))


def all_the_same(exercise: Exercise, outcome: Outcome, problem: str) -> Report:
    """Report one outcome for every check, where the answer could not even be called."""
    numbered = enumerate(exercise.checks, start=1)
    results = tuple(_result(number, check, outcome, problem) for number, check in numbered)
    return Report(exercise.id, outcome, results)


def _first_failure(expected: Expected, ask: Ask, number: int) -> _Failure | None:
    for part, asked in enumerate(expected.calls(number), start=1):
        place = Place(number, part)
        seen = ask(asked)
        verdict = _verdict(expected, place, asked, seen)
        if verdict:
            return _Failure(place, asked, seen, verdict)
    return None


def _verdict(expected: Expected, place: Place, asked: Call, seen: Observation) -> Verdict | None:
    accept = expected.exercise.checks[place.number - 1].accept
    if accept is None:
        return judge(seen, expected.reference(place))
    return judge_by(seen, lambda value: accept(value, asked))


def _causes(expected: Expected, failures: dict[int, _Failure]) -> dict[int, Cause]:
    """Explain each failure by a misconception that did the same; prefer one that fits more."""
    wrong = expected.exercise.misconceptions
    fits = {
        number: [m for m in wrong if _did_the_same(expected, m, failure)]
        for number, failure in failures.items()
        if failure.verdict.outcome is not Outcome.NOT_ATTEMPTED
    }
    votes = Counter(m.code for matching in fits.values() for m in matching)
    best = {n: max(ms, key=lambda m: votes[m.code]) for n, ms in fits.items() if ms}
    return {n: Cause(m.code, m.note, m.link) for n, m in best.items()}


def _did_the_same(expected: Expected, misconception: Misconception, failure: _Failure) -> bool:
    seen = expected.misconception(misconception, failure.place)
    match seen, failure.seen:
        case Returned(value=theirs), Returned(value=yours):
            return same(yours, theirs)
        case Raised(), Raised():
            return (seen.kind, seen.message) == (failure.seen.kind, failure.seen.message)
    return type(seen) is type(failure.seen)


def _told(
    name: str, number: int, check: Check, failure: _Failure | None, cause: Cause | None
) -> CheckResult:
    if failure is None:
        return _result(number, check, Outcome.PASSED)
    verdict = failure.verdict
    return _result(
        number,
        check,
        verdict.outcome,
        verdict.problem,
        call=failure.call.text(name),
        part=failure.place.part,
        cause=cause,
    )


def _result(
    number: int,
    check: Check,
    outcome: Outcome,
    problem: str = "",
    *,
    call: str = "",
    part: int = 1,
    cause: Cause | None = None,
) -> CheckResult:
    return CheckResult(number, check.title, check.worth, outcome, call, part, problem, cause)


def _overall(results: Sequence[CheckResult]) -> Outcome:
    seen = {result.outcome for result in results}
    for outcome in (Outcome.ERROR, Outcome.FAILED, Outcome.NOT_ATTEMPTED):
        if outcome in seen:
            return outcome
    return Outcome.PASSED
