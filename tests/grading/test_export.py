"""Grades leave as CSV files: no name shifts a column, no cell runs, no failure turns into 0."""

import csv
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dscourse.exercises import find
from dscourse.grading.export import canvas_csv, grades_csv, moodle_csv, safe_cell, write_all
from dscourse.grading.gradebook import Gradebook
from dscourse.grading.record import Asked, Status, Student
from dscourse.grading.reports import class_report, feedback_pages
from tests.grading.classroom import IDS, classroom, graded

BOOK = Gradebook(classroom())


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_grades_have_a_row_a_student_and_a_column_an_exercise():
    rows = {row["name"]: row for row in read(grades_csv(BOOK))}
    assert len(rows) == len(BOOK.rows) == len(classroom())
    ada = rows["Ada Lovelace"]
    assert ada["status"] == "graded"
    assert int(ada["points"]) == int(ada["total"]) == BOOK.total
    assert int(ada["points"]) == sum(int(ada[name]) for name in IDS)
    assert rows["Not Started"]["points"] == "0"


@pytest.mark.parametrize("write", [grades_csv, canvas_csv, moodle_csv])
def test_what_was_not_graded_has_empty_cells_and_never_a_zero(write):
    text = write(BOOK)
    rows = [row for row in read(text) if any("Case " in str(cell) for cell in row.values())]
    assert len(rows) == len(Status) - 1
    column = {"grades_csv": "points", "canvas_csv": "dscourse", "moodle_csv": "Grade"}
    for row in rows:
        assert row[column[write.__name__]] == ""
        assert "0" not in row.values()


def test_canvas_finds_students_by_number_and_learns_the_points_possible():
    student = Student("4107", "lovelaceada", platform="canvas")
    possible, ada = read(canvas_csv(Gradebook([graded(student)])))
    assert possible["Student"].strip() == "Points Possible"
    assert possible["dscourse"] == ada["dscourse"] == str(BOOK.total)
    assert (ada["ID"], ada["Student"]) == ("4107", "lovelaceada")
    assert {"Student", "ID", "SIS Login ID", "Section"} <= set(ada)


def test_moodle_finds_students_by_the_identifier_of_its_worksheet():
    rows = {row["Full name"]: row for row in read(moodle_csv(BOOK))}
    ada = rows["Ada Lovelace"]
    assert ada["Identifier"] == "Participant 1000"
    assert ada["Grade"] == ada["Maximum Grade"]
    assert "05-depthwise: " in ada["Feedback comments"]
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(ada)


HOSTILE = [
    '=HYPERLINK("https://example.org","x")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    '"=1',
    "\uff1d1",
    "=cmd|' /C calc'!A0",
    "05;=cmd|' /C calc'!A0.ipynb",
    "x; @SUM(A1)",
    "x\t+1",
    "x|-1",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_a_formula_is_written_as_text(name):
    book = Gradebook([graded(Student("7", name, name, name))])
    for write in (grades_csv, canvas_csv, moodle_csv):
        cells = [cell for row in csv.reader(io.StringIO(write(book))) for cell in row]
        # A spreadsheet may split a cell once more, where its country writes `;` between fields.
        cells = [part for cell in cells for part in re.split(r"[;|\t]", cell)]
        assert not any(cell.strip()[:1] in tuple("=+-@\uff1d") for cell in cells if cell)


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_text_shifts_a_column(name, note):
    book = Gradebook([graded(Student("7", name), notes=(note,))])
    for write in (grades_csv, canvas_csv, moodle_csv):
        text = write(book)
        text.encode("utf-8")
        rows = list(csv.reader(io.StringIO(text)))
        assert len({len(row) for row in rows}) == 1
        assert text.count("\n") == len(rows)


def test_the_notes_tell_of_the_choice_of_the_file_and_not_of_every_cell():
    notes = ("The platform marks it as late.", "code cell 7: ValueError: no.")
    (row,) = read(grades_csv(Gradebook([graded(Student("ada"), notes=notes)])))
    assert row["notes"] == "The platform marks it as late."


def test_numbers_stay_numbers():
    assert safe_cell(-3) == -3


def test_a_students_files_are_put_together_and_of_one_exercise_the_best_counts():
    ada = Student("ada")
    right, wrong = graded(ada), graded(ada, wrong=0, file="again.ipynb")
    (row,) = Gradebook([wrong, right]).rows
    assert row.points == right.points > wrong.points
    first = replace(right, exercises=right.exercises[:1])
    second = replace(right, file="b.ipynb", exercises=right.exercises[1:])
    assert Gradebook([first, second]).rows[0].points == right.points


def test_a_total_waits_until_all_files_of_a_student_are_graded():
    ada = Student("ada")
    stuck = replace(graded(ada), file="06-order.ipynb", status=Status.TIMEOUT, exercises=())
    (row,) = read(grades_csv(Gradebook([graded(ada), stuck])))
    assert (row["status"], row["points"]) == ("timeout, graded", "")
    assert row["05-depthwise"] != ""


def test_all_files_are_written_whole(tmp_path):
    written = write_all(classroom(), tmp_path)
    assert {path.name for path in written} == {
        "grades.csv",
        "canvas.csv",
        "moodle.csv",
        "report.html",
        "feedback",
    }
    assert len(list((tmp_path / "feedback").iterdir())) == len(classroom())
    assert not list(tmp_path.rglob("*.new"))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    write_all(list(reversed(classroom())), tmp_path)
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*.*")}


def test_a_class_of_nobody_is_written_too(tmp_path):
    write_all([], tmp_path)
    assert "No student could be graded" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_an_exercise_that_nobody_handed_in_counts_in_the_total_and_in_the_report(tmp_path):
    asked = [Asked("08-unit", "A unit", 3), *(Asked.of(find(name)) for name in IDS)]
    write_all([graded(Student("ada"))], tmp_path, asked)
    (row,) = read((tmp_path / "grades.csv").read_text(encoding="utf-8"))
    assert int(row["total"]) == BOOK.total + 3
    assert (int(row["points"]), row["08-unit"]) == (BOOK.total, "")
    assert "A unit" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_notebook_that_was_not_handed_in_is_told_wherever_points_stand():
    asked = [*(Asked.of(find(name)) for name in IDS), Asked("08-unit", "A unit", 3)]
    stuck = replace(graded(Student("cem")), status=Status.TIMEOUT, exercises=())
    book = Gradebook([graded(Student("ada")), stuck], asked)
    ada, cem = read(grades_csv(book))
    said = "08-unit: no notebook with it was handed in."
    assert said in ada["notes"]
    assert said not in cem["notes"]
    assert said in read(moodle_csv(book))[0]["Feedback comments"]
    pages = feedback_pages(book)
    (text,) = (pages[name] for name in pages if name.startswith("ada"))
    assert f"<strong>{BOOK.total} of {BOOK.total + 3} points</strong>; {said}" in text
    assert "are left out, although the exercise counts as 0" in class_report(book)
