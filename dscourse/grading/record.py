"""The record of one submission: what came in, what it earned, and under which conditions.

Equal gradings give equal records: wall-clock times stand in `measured` alone, which comparisons
leave out. A submission that could not be graded has no points, which is not the same as 0.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dscourse.checking import Cause, Exercise, Outcome, Report

_MAX_TEXT = 2000  # characters; an error message is a student's and may be of any length
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


class Status(StrEnum):
    """How the grading of a submission ended; only the first one gives points."""

    GRADED = "graded"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    UNREADABLE = "unreadable"
    NOT_SUBMITTED = "not-submitted"
    NOT_GRADED = "not-graded"  # the grader itself failed: nothing that the student did


@dataclass(frozen=True)
class Student:
    """Who submitted; `id` alone tells the students of a batch apart.

    Args:
        id: The learning platform's number, or the file's name where there is no platform.
        name: As the platform writes it, or "".
        email: Or "".
        login: The platform's login or the university's number, or "".
        platform: "canvas", "moodle", "gradescope", or "" for plain files.
    """

    id: str
    name: str = ""
    email: str = ""
    login: str = ""
    platform: str = ""

    @property
    def label(self) -> str:
        """The name, or what stands for it."""
        return self.name or self.id


@dataclass(frozen=True)
class Asked:
    """An exercise that a batch grades, whether or not anyone handed it in."""

    id: str
    title: str
    total: int

    @classmethod
    def of(cls, exercise: Exercise) -> "Asked":
        """Take over an exercise."""
        return cls(exercise.id, exercise.title, exercise.points)


@dataclass(frozen=True)
class CheckRecord:
    """One check. `call` and `problem` show hidden inputs: they are for the instructor alone."""

    number: int
    title: str
    worth: int
    outcome: Outcome
    call: str = ""
    problem: str = ""
    cause: Cause | None = None

    @property
    def points(self) -> int:
        """The points earned."""
        return self.worth if self.outcome is Outcome.PASSED else 0


@dataclass(frozen=True)
class ExerciseRecord:
    """One exercise of a submission."""

    id: str
    title: str
    outcome: Outcome
    checks: tuple[CheckRecord, ...]

    @classmethod
    def of(cls, exercise: Exercise, report: Report) -> "ExerciseRecord":
        """Take over a report; what a student wrote into it is cut to a length that a page bears."""
        checks = tuple(
            CheckRecord(
                r.number, r.title, r.worth, r.outcome, clean(r.call), clean(r.problem), r.cause
            )
            for r in report.results
        )
        return cls(exercise.id, exercise.title, report.outcome, checks)

    @property
    def points(self) -> int:
        """The points earned."""
        return sum(check.points for check in self.checks)

    @property
    def total(self) -> int:
        """The points that can be earned."""
        return sum(check.worth for check in self.checks)


@dataclass(frozen=True)
class Record:
    """The outcome of one submission.

    Args:
        student: Who submitted.
        status: How the grading ended.
        file: The notebook's name, within its folder or archive; "" where there is none.
        digest: SHA-256 of the notebook's bytes; "" where there is none.
        seed: Chose the values of the hidden inputs.
        level: Of isolation: "LSN", "LS" or "none".
        versions: Of the interpreter and the packages that ran the student's code.
        exercises: What was graded; may be empty where the status is not "graded".
        notes: About this submission, for the student too, one sentence each.
        measured: Seconds and the like; two equal gradings may differ here, and only here.

    >>> Record(Student("ada"), Status.TIMEOUT, "ada.ipynb").points is None
    True
    """

    student: Student
    status: Status
    file: str = ""
    digest: str = ""
    seed: int = 0
    level: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    exercises: tuple[ExerciseRecord, ...] = ()
    notes: tuple[str, ...] = ()
    measured: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def graded(self) -> bool:
        """True where the points are the student's."""
        return self.status is Status.GRADED

    @property
    def points(self) -> int | None:
        """The points earned, or None where the submission could not be graded."""
        return sum(e.points for e in self.exercises) if self.graded else None

    @property
    def total(self) -> int:
        """The points that can be earned in the exercises of this record."""
        return sum(exercise.total for exercise in self.exercises)


def clean(text: str, limit: int = _MAX_TEXT) -> str:
    """Make a student's text fit for a file and a page: no control characters, not too long.

    >>> clean(f"a{chr(0)}bcd", limit=4) == f"a{chr(0xFFFD)}bc…"
    True
    """
    cut = text if len(text) <= limit else text[:limit] + "…"
    return _UNPRINTABLE.sub("\ufffd", cut)
