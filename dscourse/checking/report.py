"""What a check found: facts only; `render` turns them into text and HTML."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The four ways a check of an exercise can end."""

    NOT_ATTEMPTED = "not attempted"
    FAILED = "failed"
    ERROR = "error"
    PASSED = "passed"


@dataclass(frozen=True)
class Cause:
    """The misconception that explains a wrong answer, and where the course treats it."""

    code: str
    note: str
    link: str


@dataclass(frozen=True)
class CheckResult:
    """One check: what was called, what was wrong, and why it probably was.

    `number` counts the checks of the exercise from 1, `part` the calls of the check from 1.
    """

    number: int
    title: str
    worth: int
    outcome: Outcome
    call: str = ""
    part: int = 1
    problem: str = ""
    cause: Cause | None = None


@dataclass(frozen=True)
class Report:
    """The result of all checks of one exercise."""

    exercise_id: str
    outcome: Outcome
    results: tuple[CheckResult, ...]
    note: str = ""  # about the check itself, e.g. that progress could not be saved

    @property
    def passed(self) -> bool:
        """True when every check passed."""
        return self.outcome is Outcome.PASSED

    @property
    def points(self) -> int:
        """The points earned."""
        return sum(r.worth for r in self.results if r.outcome is Outcome.PASSED)

    @property
    def total(self) -> int:
        """The points that can be earned."""
        return sum(r.worth for r in self.results)

    def __repr__(self) -> str:
        from dscourse.checking.render import report_text

        return report_text(self)

    def _repr_html_(self) -> str:
        from dscourse.checking.render import report_html

        return report_html(self)
