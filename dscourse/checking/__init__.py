"""The machinery of exercises; it knows no course content.

An author declares an `Exercise` once; `run_checks` turns an answer into a `Report`; `Practice` is
the learner's view of it, and `Progress` keeps what was solved.
"""

from dscourse.checking.compare import Mismatch, compare, same
from dscourse.checking.deadline import DeadlineExceededError, deadline, deadlines_work
from dscourse.checking.exercise import BOOK_URL, Check, Exercise, Misconception
from dscourse.checking.expected import Expected, Place
from dscourse.checking.observe import (
    Call,
    ChangedInput,
    Raised,
    Returned,
    TimedOut,
    call,
    observe,
    plain,
    plain_call,
)
from dscourse.checking.practice import Practice
from dscourse.checking.progress import Progress, Standing, default_path
from dscourse.checking.render import Text, report_html, report_text
from dscourse.checking.report import Cause, CheckResult, Outcome, Report
from dscourse.checking.run import all_the_same, run_checks, run_expected
from dscourse.checking.todo import TODO, contains_todo

__all__ = [
    "BOOK_URL",
    "TODO",
    "Call",
    "Cause",
    "ChangedInput",
    "Check",
    "CheckResult",
    "DeadlineExceededError",
    "Exercise",
    "Expected",
    "Misconception",
    "Mismatch",
    "Outcome",
    "Place",
    "Practice",
    "Progress",
    "Raised",
    "Report",
    "Returned",
    "Standing",
    "Text",
    "TimedOut",
    "all_the_same",
    "call",
    "compare",
    "contains_todo",
    "deadline",
    "deadlines_work",
    "default_path",
    "observe",
    "plain",
    "plain_call",
    "report_html",
    "report_text",
    "run_checks",
    "run_expected",
    "same",
]
