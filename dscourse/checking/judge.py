"""Decide whether what an answer did is what the reference did, and say what differs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dscourse.checking.compare import compare
from dscourse.checking.observe import ChangedInput, Observation, Raised, Returned, TimedOut
from dscourse.checking.report import Outcome
from dscourse.checking.todo import contains_todo


@dataclass(frozen=True)
class Verdict:
    """Why an observation is not the wanted one."""

    outcome: Outcome
    problem: str = ""


def judge(seen: Observation, wanted: Observation) -> Verdict | None:
    """Compare what the answer did with what the reference did.

    Args:
        seen: The observation of the learner's answer.
        wanted: The observation of the reference; `Raised` where an error is the right answer.

    Returns:
        None where they agree, otherwise a `Verdict`.

    >>> judge(Returned(1), Returned(2)).problem
    'it should be 2, but yours is 1.'
    """
    if isinstance(seen, Raised):
        rightly = isinstance(wanted, Raised) and issubclass(seen.kind, wanted.kind)
        return None if rightly else _no_value(seen)
    return _judge_value(seen, wanted) if isinstance(seen, Returned) else _no_value(seen)


def judge_by(seen: Observation, accept: Callable[[Any], str]) -> Verdict | None:
    """Let a function decide, where right answers are many and no reference is the measure.

    Args:
        seen: The observation of the learner's answer.
        accept: Says what is wrong with a value, or "". It may count on any form of the value: an
            error in it is one more thing that is wrong.

    Returns:
        None where the value is accepted, otherwise a `Verdict`.

    >>> judge_by(Returned(1), lambda value: "" if value > 1 else "it is too small.").problem
    'it is too small.'
    """
    if not isinstance(seen, Returned):
        return _no_value(seen)
    if contains_todo(seen.value):
        return Verdict(Outcome.NOT_ATTEMPTED)
    try:
        problem = accept(seen.value)
    except Exception as error:
        problem = f"it has not the form that was asked for ({type(error).__name__}: {error})."
    return Verdict(Outcome.FAILED, problem) if problem else None


def _no_value(seen: Raised | TimedOut | ChangedInput) -> Verdict:
    match seen:
        case TimedOut(seconds=seconds):
            problem = f"no result after {seconds:g} seconds. Is there a loop that never ends?"
            return Verdict(Outcome.ERROR, problem)
        case ChangedInput(argument=argument):
            problem = f"your function changed its input, argument {argument}. Work on a copy."
            return Verdict(Outcome.FAILED, problem)
    where = f" ({seen.line})" if seen.line else ""
    return Verdict(Outcome.ERROR, f"{seen.kind.__name__}: {seen.message}{where}")


def _judge_value(seen: Returned, wanted: Observation) -> Verdict | None:
    if contains_todo(seen.value):
        return Verdict(Outcome.NOT_ATTEMPTED)
    if isinstance(wanted, Raised):
        problem = f"it should raise {wanted.kind.__name__}, but it returned a value."
        return Verdict(Outcome.FAILED, problem)
    if not isinstance(wanted, Returned):
        raise TypeError(f"the reference itself did not return: {wanted}.")
    mismatch = compare(seen.value, wanted.value)
    return Verdict(Outcome.FAILED, mismatch.text) if mismatch else None
