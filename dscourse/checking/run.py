"""Run the checks of an exercise on an answer: whatever the answer does, a report comes out."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dscourse.checking.compare import same
from dscourse.checking.exercise import Check, Exercise, Misconception
from dscourse.checking.judge import Verdict, judge
from dscourse.checking.observe import Call, Observation, Raised, Returned, observe
from dscourse.checking.report import Cause, CheckResult, Outcome, Report


@dataclass(frozen=True)
class _Failure:
    """A check's first call that went wrong."""

    part: int
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
    checks = dict(enumerate(exercise.checks, start=1))
    if not callable(answer):
        problem = f"check takes your function itself: check({exercise.name})."
        results = [_result(n, check, Outcome.ERROR, problem) for n, check in checks.items()]
        return Report(exercise.id, Outcome.ERROR, tuple(results))
    failures = {number: _first_failure(exercise, answer, number, seed) for number in checks}
    unexplained = {n: failure for n, failure in failures.items() if failure and explain}
    causes = _causes(exercise, unexplained)
    results = [
        _told(exercise.name, n, check, failures[n], causes.get(n)) for n, check in checks.items()
    ]
    return Report(exercise.id, _overall(results), tuple(results))


def _first_failure(
    exercise: Exercise, answer: Callable[..., Any], number: int, seed: int
) -> _Failure | None:
    for part, asked in enumerate(exercise.calls(number, seed), start=1):
        seen = _observe(exercise, answer, asked)
        verdict = judge(seen, _observe(exercise, exercise.solution, asked))
        if verdict:
            return _Failure(part, asked, seen, verdict)
    return None


def _observe(exercise: Exercise, answer: Callable[..., Any], asked: Call) -> Observation:
    return observe(answer, asked, exercise.how, exercise.seconds)


def _causes(exercise: Exercise, failures: dict[int, _Failure]) -> dict[int, Cause]:
    """Explain each failure by a misconception that did the same; prefer one that fits more."""
    fits = {
        number: [m for m in exercise.misconceptions if _did_the_same(exercise, m, failure)]
        for number, failure in failures.items()
        if failure.verdict.outcome is not Outcome.NOT_ATTEMPTED
    }
    votes = Counter(m.code for matching in fits.values() for m in matching)
    best = {n: max(ms, key=lambda m: votes[m.code]) for n, ms in fits.items() if ms}
    return {n: Cause(m.code, m.note, m.link) for n, m in best.items()}


def _did_the_same(exercise: Exercise, misconception: Misconception, failure: _Failure) -> bool:
    seen = _observe(exercise, misconception.function, failure.call)
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
        part=failure.part,
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
