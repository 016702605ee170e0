"""What an instructor takes away: grades as CSV files, and the reports.

A cell that could not be graded is empty, and an empty cell changes no grade: Moodle's import skips
it. A text that a spreadsheet would take for a formula is written with a quotation mark before it.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from dscourse.grading.gradebook import Gradebook, Row
from dscourse.grading.record import Asked, Record, clean
from dscourse.grading.reports import class_report, feedback_pages
from dscourse.grading.results import write_whole

ASSIGNMENT = "dscourse"  # the column that Canvas makes an assignment of
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")  # also in the width of East Asian letters
# Where a country's spreadsheets split a CSV file at another sign, a cell may begin in a cell.
_INSIDE = re.compile(rf"([;|,][\s'\"]*)(?=[{re.escape(''.join(_FORMULA))}])")
Cell = str | int | None


def write_all(records: Sequence[Record], folder: Path, asked: Sequence[Asked] = ()) -> list[Path]:
    """Write the grades and the reports of a batch.

    Args:
        records: Of all submissions.
        folder: Gets grades.csv, canvas.csv, moodle.csv, report.html and feedback/.
        asked: What the batch grades.

    Returns:
        What was written.
    """
    book = Gradebook(records, asked)
    files = {
        "grades.csv": grades_csv(book),
        "canvas.csv": canvas_csv(book),
        "moodle.csv": moodle_csv(book),
        "report.html": class_report(book),
        **{f"feedback/{name}": page for name, page in feedback_pages(book).items()},
    }
    (folder / "feedback").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_whole(folder / name, text)
    return [folder / name for name in files if "/" not in name] + [folder / "feedback"]


def grades_csv(book: Gradebook) -> str:
    """Write all that is known: a row a student, a column an exercise."""
    names = list(book.exercises)
    head = ["student", "name", "email", "login", "status", "points", "total", *names, "notes"]
    return _csv([head, *(_grades(row, book.total, names) for row in book.rows)])


def canvas_csv(book: Gradebook) -> str:
    """Write the file for Canvas, *Grades*, *Import*: Canvas finds a student by `ID`."""
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", ASSIGNMENT]
    possible: list[Cell] = ["    Points Possible", "", "", "", "", book.total]
    return _csv([head, possible, *(_canvas(row) for row in book.rows)])


def moodle_csv(book: Gradebook) -> str:
    """Write an offline grading worksheet for Moodle's *Upload grading worksheet*.

    Moodle demands the columns `Identifier`, `Grade` and `Last modified (grade)`.
    """
    head = [
        "Identifier",
        "Full name",
        "ID number",
        "Email address",
        "Grade",
        "Maximum Grade",
        "Last modified (grade)",
        "Feedback comments",
    ]
    return _csv([head, *(_moodle(row, book.total) for row in book.rows)])


def safe_cell(value: Cell) -> Cell:
    """Keep a text from being taken for a formula by a spreadsheet.

    >>> safe_cell("=1+1"), safe_cell("Ada"), safe_cell(-1), safe_cell(None)
    ("'=1+1", 'Ada', -1, '')
    """
    if not isinstance(value, str):
        return "" if value is None else value
    text = clean(value).replace("\n", " ").replace("\t", " ")
    text = _INSIDE.sub(r"\1'", text)
    return f"'{text}" if text.lstrip(" '\"").startswith(_FORMULA) else text


def _grades(row: Row, total: int, names: Sequence[str]) -> list[Cell]:
    student = row.student
    points = [e.points if (e := row.exercises.get(name)) else None for name in names]
    who: list[Cell] = [student.id, student.name, student.email, student.login]
    return [*who, ", ".join(row.statuses), row.points, total, *points, " ".join(row.notes)]


def _canvas(row: Row) -> list[Cell]:
    student = row.student
    number = student.id if student.platform == "canvas" and student.id.isdecimal() else ""
    return [student.label, number, "", student.login, "", row.points]


def _moodle(row: Row, total: int) -> list[Cell]:
    student = row.student
    number = f"Participant {student.id}" if student.platform == "moodle" else ""
    who: list[Cell] = [number, student.label, student.login, student.email]
    return [*who, row.points, total, "", _summary(row)]


def _summary(row: Row) -> str:
    if row.points is None:
        return ""
    earned = "; ".join(f"{e.id}: {e.points} of {e.total}" for e in row.exercises.values())
    return "; ".join(filter(None, (earned, row.absence)))


def _csv(rows: Iterable[Sequence[Cell]]) -> str:
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\n").writerows([safe_cell(c) for c in row] for row in rows)
    return sheet.getvalue()
