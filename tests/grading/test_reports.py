"""Reports tell the class and each student what happened, leak nothing and run nothing."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from dscourse.checking import Outcome, run_checks
from dscourse.exercises import find
from dscourse.grading.gradebook import Gradebook
from dscourse.grading.histogram import histogram
from dscourse.grading.page import link
from dscourse.grading.record import ExerciseRecord, Status, Student
from dscourse.grading.reports import class_report, feedback_pages
from tests.grading.classroom import SEED, classroom, graded

RECORDS = classroom()
BOOK = Gradebook(RECORDS)
REPORT = class_report(BOOK)
PAGES = feedback_pages(BOOK)
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;\u202e\x00"
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Reader(HTMLParser):
    """Collects the elements of a page and demands that they are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.words = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def page_of(name):
    return next(text for file, text in PAGES.items() if file.startswith(name))


# --- what the class report tells ---


def test_the_class_report_tells_the_conditions():
    words = " ".join(Reader(REPORT).words)
    assert str(SEED) in words
    assert "LSN" in words
    assert "numpy 2.4.6" in words
    assert "not isolated" not in words


@pytest.mark.parametrize("level", ["none", ""])
def test_a_grading_without_isolation_is_told_with_a_warning(level):
    report = class_report(Gradebook([*RECORDS, graded(Student("x"), level=level)]))
    assert "was not isolated" in report


def test_the_class_report_draws_the_points_of_the_graded_students_alone():
    points = [row.points for row in BOOK.rows if row.points is not None]
    assert histogram(points, BOOK.total).alt.replace("'", "&#x27;") in REPORT
    assert f"Points of {len(points)} students" in REPORT
    assert f"{len(Status) - 1} students who were not graded are not counted." in REPORT


def test_every_misconception_that_occurred_is_listed_once_with_its_students_and_a_link():
    causes = {(e.id, c.cause) for r in RECORDS for e in r.exercises for c in e.checks if c.cause}
    assert causes
    for name, cause in causes:
        rows = re.findall(
            rf'<tr><th scope="row">{cause.code}</th><td class="number">\d+</td><td>{name}</td>.*',
            REPORT,
        )
        assert len(rows) == 1
        assert f'href="{cause.link}"' in rows[0]


def test_every_submission_without_points_is_listed_with_its_status():
    section = REPORT.partition("<h2>Not graded</h2>")[2].partition("<h2>")[0]
    for status in Status:
        assert (f"<td>{status.value}</td>" in section) == (status is not Status.GRADED)


def test_the_slowest_come_first():
    section = REPORT.partition("<h2>Slowest</h2>")[2].partition("<h2>")[0]
    seconds = [float(found) for found in re.findall(r"([\d.]+) s<", section)]
    assert seconds == sorted(seconds, reverse=True)
    assert "Barbara Liskov" in section


def test_every_link_to_a_feedback_page_leads_to_one():
    linked = {a["href"] for tag, a in Reader(REPORT).elements if tag == "a" and "href" in a}
    assert {f"feedback/{name}" for name in PAGES} <= linked


def test_a_student_without_points_has_an_empty_cell_in_the_class_report():
    section = REPORT.partition("<h2>Students</h2>")[2]
    row = re.search(r"<tr>[^\n]*Case timeout[^\n]*</tr>", section)[0]
    assert row.endswith('<td class="number"></td></tr>')


# --- what a student may see ---


def test_a_student_reads_points_outcomes_causes_and_links():
    record = next(r for r in RECORDS if r.student.name == "Alan Turing")
    text = page_of("Alan-Turing")
    causes = [c.cause for e in record.exercises for c in e.checks if c.cause]
    assert causes
    for cause in causes:
        assert cause.note.replace("'", "&#x27;") in text
        assert f'href="{cause.link}"' in text
    assert f"{record.points} of {record.total} points" in text


def test_no_feedback_page_shows_a_hidden_input_a_wanted_value_the_seed_or_another_student():
    for record in RECORDS:
        text = page_of(re.sub(r"[^A-Za-z0-9]+", "-", record.student.name))
        assert str(SEED) not in text
        for other in RECORDS:
            if other.student != record.student:
                assert other.student.name not in text
        for check in (c for e in record.exercises for c in e.checks):
            assert not check.call or check.call not in text
            assert not check.problem or check.problem not in text


def test_an_error_cannot_carry_a_hidden_input_out_to_its_student():
    task = find("05-effective-kernel")

    def answer(*args, **kwargs):
        raise type(f"Seen{args[0]}", (Exception,), {})(f"hidden input: {args} {kwargs}")

    report = run_checks(task, answer, SEED)
    record = graded(Student("mallory"), exercises=(ExerciseRecord.of(task, report),))
    assert "hidden input" in record.exercises[0].checks[0].problem
    (text,) = feedback_pages(Gradebook([record])).values()
    assert "hidden input" not in text
    assert "Seen" not in text
    assert record.exercises[0].outcome is Outcome.ERROR


def test_no_feedback_page_shows_a_line_of_a_reference():
    for name in ("05-depthwise", "05-effective-kernel"):
        for line in find(name).solution_code.splitlines()[1:]:
            if len(line.strip()) > 12 and '"""' not in line:
                assert not any(line.strip() in text for text in PAGES.values())


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.GRADED])
def test_a_student_without_points_reads_why_and_no_zero(status):
    text = page_of(f"Case-{status.value}")
    assert "There is no total" in text
    assert "Cell 3 did not end." in text
    assert not re.search(r"\b0 of", text)


def test_an_exercise_that_was_not_attempted_is_told_once():
    text = page_of("Not-Started")
    assert text.count("Not attempted: the function is missing") == 2  # exercises


def test_a_cell_that_failed_is_told_as_what_costs_no_points():
    notes = ("The platform marks it as late.", "code cell 7: ValueError: not enough values.")
    (text,) = feedback_pages(Gradebook([graded(Student("ada"), notes=notes)])).values()
    before, found, after = text.partition("costs no points by itself")
    assert found
    assert "late" in before
    assert "code cell 7" in after


def test_only_who_has_a_check_line_is_told_to_run_it():
    line = "run the last line of the exercise"
    (text,) = feedback_pages(Gradebook([graded(Student("ada"))])).values()
    assert line in text
    own = replace(graded(Student("ada")).exercises[0], id="05-exam")
    (text,) = feedback_pages(Gradebook([graded(Student("ada"), exercises=(own,))])).values()
    assert line not in text
    assert "inputs of your own" in text
    for status in (Status.UNREADABLE, Status.NOT_SUBMITTED):
        assert line not in page_of(f"Case-{status.value}")
        assert "inputs of your own" not in page_of(f"Case-{status.value}")


# --- pages are safe and stand alone ---


def hostile():
    student = Student(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    record = graded(student, wrong=0, file=HOSTILE, notes=(HOSTILE,), versions={HOSTILE: HOSTILE})
    checks = tuple(
        replace(c, problem=HOSTILE, call=HOSTILE, title=HOSTILE) for c in record.exercises[0].checks
    )
    bad = replace(record.exercises[0], title=HOSTILE, checks=checks)
    failed = replace(record, status=Status.CRASHED, exercises=(), file="b.ipynb")
    return Gradebook([replace(record, exercises=(bad,)), failed])


def all_pages():
    book = hostile()
    return [REPORT, *PAGES.values(), class_report(book), *feedback_pages(book).values()]


def test_nothing_that_a_student_wrote_becomes_an_element():
    for text in all_pages():
        elements = Reader(text).elements
        assert not {"script", "img", "iframe", "object", "form"} & {tag for tag, _ in elements}
        assert not any(name.startswith("on") for _, attrs in elements for name in attrs)
        assert "\x00" not in text
        assert "\u202e" not in text


def test_a_page_asks_no_other_host_for_anything():
    for text in all_pages():
        for _, attrs in Reader(text).elements:
            assert not {"src", "srcset", "poster", "action"} & set(attrs)
        assert "@import" not in text
        assert "url(" not in text
        assert "default-src 'none'" in text


def test_pages_suit_phones_dark_mode_and_screen_readers():
    for text in all_pages():
        reader = Reader(text)
        tags = [tag for tag, _ in reader.elements]
        assert tags.count("h1") == tags.count("main") == 1
        assert ("html", {"lang": "en"}) in reader.elements
        assert 'name="viewport"' in text
        assert "prefers-color-scheme: dark" in text
        assert tags.count("caption") == tags.count("table")
        assert all("scope" in attrs for tag, attrs in reader.elements if tag == "th")


def test_a_link_with_another_scheme_stays_text():
    assert link("javascript:alert(1)", "x") == "x"
    assert link("data:text/html,x", "x") == "x"
    assert link("feedback/a.html", "x") == '<a href="feedback/a.html">x</a>'


# --- the drawing ---


@pytest.mark.parametrize("total", [1, 5, 11, 12, 30, 301])
def test_the_bars_hold_every_student_once(total):
    points = list(range(total + 1))
    counts = [int(n) for n in re.findall(r": (\d+) student", histogram(points, total).alt)]
    assert sum(counts) == len(points)
    assert len(counts) <= 12


@pytest.mark.parametrize(("points", "total"), [([], 5), ([0], 0)])
def test_nothing_to_draw_is_an_error(points, total):
    with pytest.raises(ValueError, match="`points` must hold"):
        histogram(points, total)
