"""Decide whether what an answer did is what the reference did, and say what differs."""

from dataclasses import dataclass

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
    match seen:
        case TimedOut(seconds=seconds):
            problem = f"no result after {seconds:g} seconds. Is there a loop that never ends?"
            return Verdict(Outcome.ERROR, problem)
        case ChangedInput(argument=argument):
            problem = f"your function changed its input, argument {argument}. Work on a copy."
            return Verdict(Outcome.FAILED, problem)
        case Raised():
            return _judge_error(seen, wanted)
    return _judge_value(seen, wanted)


def _judge_error(seen: Raised, wanted: Observation) -> Verdict | None:
    if isinstance(wanted, Raised) and issubclass(seen.kind, wanted.kind):
        return None
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
