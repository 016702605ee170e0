"""The misconception bank: every wrong answer of the course, run against its exercise's checks."""

from dataclasses import dataclass
from html import escape

from dscourse.checking import Exercise, Misconception, run_checks
from dscourse.exercises import all_exercises


@dataclass(frozen=True)
class Row:
    """One misconception and how many checks of its exercise it fails."""

    exercise: Exercise
    misconception: Misconception
    failed: int


class MisconceptionTable:
    """All misconceptions as a table for the book.

    Args:
        rows: One a misconception, in the order of the course.
    """

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    def __repr__(self) -> str:
        return "\n".join(
            f"{row.exercise.id:<28}{row.misconception.code:<20}"
            f"fails {row.failed} of {len(row.exercise.checks)}"
            for row in self.rows
        )

    def _repr_html_(self) -> str:
        names = ("Exercise", "Code", "What went wrong", "Checks failed")
        head = "".join(f'<th scope="col">{name}</th>' for name in names)
        body = "".join(_row_html(row) for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def misconception_table() -> MisconceptionTable:
    """Run every misconception of the course against its exercise's checks.

    Returns:
        A table that a notebook shows; `.rows` holds its data.
    """
    return MisconceptionTable(
        [
            Row(task, wrong, _failed(task, wrong))
            for task in all_exercises().values()
            for wrong in task.misconceptions
        ]
    )


def _failed(task: Exercise, wrong: Misconception) -> int:
    report = run_checks(task, wrong.function, explain=False)
    return sum(bool(result.problem) for result in report.results)


def _row_html(row: Row) -> str:
    wrong = row.misconception
    page = wrong.link.rpartition("/")[2]  # the book is read offline too: a link within it
    return (
        f'<tr><th scope="row">{escape(row.exercise.id)}</th>'
        f'<td><a href="../notebooks/{escape(page, quote=True)}">{escape(wrong.code)}</a></td>'
        f"<td>{escape(wrong.note)}</td><td>{row.failed} of {len(row.exercise.checks)}</td></tr>"
    )
