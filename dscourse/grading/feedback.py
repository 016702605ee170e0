"""What a student may read about a check: never an input, a wanted value or an error's text.

An error's text is the student's own, and could carry a hidden input out: `raise ValueError(x)`.
"""

from dscourse.checking import Outcome
from dscourse.grading.record import CheckRecord, Status

_SAID = {
    Outcome.PASSED: "Right.",
    Outcome.FAILED: "The result is not the right one.",
    Outcome.ERROR: "Your function stopped with an error, or did not end in time.",
    Outcome.NOT_ATTEMPTED: "Not attempted: the function is missing or still returns TODO.",
}

SAID_OF_STATUS = {
    Status.TIMEOUT: "Your notebook did not come to its end in time, so it could not be graded.",
    Status.MEMORY: "Your notebook needed more memory than is allowed, so it could not be graded.",
    Status.CRASHED: "The process that ran your notebook ended by itself before it was graded.",
    Status.UNREADABLE: "Your file could not be read as a notebook.",
    Status.NOT_SUBMITTED: "No notebook of yours was found.",
    Status.NOT_GRADED: "The grading itself failed. That is no fault of yours.",
}


def advice(check: CheckRecord) -> list[str]:
    """Say in sentences how a check ended, and the likely cause where one is known."""
    said = [_SAID[check.outcome]]
    if check.cause:
        said.append(f"Likely cause: {check.cause.note}")
        said.append(f"Read again: {check.cause.link}")
    return said
