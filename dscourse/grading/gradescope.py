"""A record in the form that Gradescope reads as `results.json`.

The fields are those of "Autograder Specifications", section "Output format", of Gradescope's
documentation (gradescope-autograders.readthedocs.io). Every text here may be shown to a student.
"""

from typing import Any

from dscourse.checking import Outcome
from dscourse.grading.feedback import advice
from dscourse.grading.record import CheckRecord, ExerciseRecord, Record


def gradescope_results(record: Record) -> dict[str, Any] | None:
    """Write a record as Gradescope's results; None where there are no points to report.

    Gradescope demands a score, and a submission that could not be graded has none: without a
    results file Gradescope tells the instructor that the grading failed, which is what happened.
    """
    if not record.graded:
        return None
    return {
        "score": record.points,
        "output": "\n".join(record.notes),
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [
            _test(exercise, check) for exercise in record.exercises for check in exercise.checks
        ],
        "extra_data": {"level": record.level, "digest": record.digest},
    }


def _test(exercise: ExerciseRecord, check: CheckRecord) -> dict[str, Any]:
    return {
        "score": check.points,
        "max_score": check.worth,
        "status": "passed" if check.outcome is Outcome.PASSED else "failed",
        "name": f"{exercise.id}: {check.title}",
        "number": f"{exercise.id}.{check.number}",
        "output": "\n".join(advice(check)),
    }
