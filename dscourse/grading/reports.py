"""The report for the class, and a feedback page for each student."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import mean, median

from dscourse.checking import Cause, Outcome
from dscourse.exercises import all_exercises
from dscourse.grading.feedback import SAID_OF_STATUS, advice
from dscourse.grading.gradebook import OF_A_CELL, Gradebook, Row
from dscourse.grading.histogram import histogram
from dscourse.grading.page import Cell, Html, block, html, link, page, table, wide
from dscourse.grading.record import CheckRecord, ExerciseRecord, Record, Student

_SLOWEST = 10
_OF_WHOM = (
    "Counts and means are of the students whose notebook with the exercise was graded. Those who "
    "handed in other notebooks are left out, although the exercise counts as 0 in their points."
)
_MARKS = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.ERROR: "!",
    Outcome.NOT_ATTEMPTED: "○",
}
_NOT_ISOLATED = (
    "Students' code was not isolated in at least one of these gradings. It could read the "
    "references and change what was graded: do not use these points as grades."
)


def class_report(book: Gradebook) -> str:
    """Write the page for the instructor: it shows the seed, and what the grading saw."""
    return page(
        f"Grading of {_count(len(book.rows), 'student')}",
        _conditions(book),
        *_distribution(book),
        *_exercises(book),
        *_misconceptions(book),
        *_failed(book),
        *_slow(book),
        *_grades(book),
    )


def feedback_pages(book: Gradebook) -> dict[str, str]:
    """Write the pages for the students, by file name; no hidden input or seed is in them."""
    return {_page_name(row.student): _feedback(row) for row in book.rows}


# --- the parts of the class report ---


def _conditions(book: Gradebook) -> Html:
    records = book.records
    counts = Counter(str(record.status) for record in records)
    versions = {f"{n} {v}" for r in records for n, v in r.versions.items()}
    levels = {record.level for record in records if record.graded}
    facts = {
        "Submissions": ", ".join(f"{n} {status}" for status, n in counts.most_common()),
        "Points": f"{book.total} in {_count(len(book.exercises), 'exercise')}",
        "Seed": ", ".join(sorted({str(record.seed) for record in records})),
        "Isolation": ", ".join(sorted(levels)) or "nothing was graded",
        "Versions": ", ".join(sorted(versions)) or "unknown",
    }
    listed = Html("".join(block("dt", name) + block("dd", said) for name, said in facts.items()))
    warning = block("p", _NOT_ISOLATED, kind="warn") if levels & {"none", ""} else Html("")
    return Html(warning + block("dl", listed))


def _distribution(book: Gradebook) -> Iterator[Html]:
    points = [row.points for row in book.rows if row.points is not None]
    yield block("h2", "Points")
    if not points or not book.total:
        yield block("p", "No student could be graded.")
        return
    yield wide("Distribution of the points", histogram(points, book.total)._repr_html_())
    without = len(book.rows) - len(points)
    who = "student who was not graded is" if without == 1 else "students who were not graded are"
    left_out = f" {without} {who} not counted." if without else ""
    said = f"Mean {mean(points):.1f}, median {median(points):.1f} of {book.total}.{left_out}"
    yield block("p", said)


def _exercises(book: Gradebook) -> Iterator[Html]:
    yield block("h2", "Exercises")
    rows: list[list[Cell]] = []
    for name, asked in book.exercises.items():
        found = [e for row in book.rows if (e := row.exercises.get(name))]
        outcomes = Counter(exercise.outcome for exercise in found)
        share = mean(e.points for e in found) / max(asked.total, 1) if found else None
        counted = [outcomes[outcome] for outcome in _MARKS]
        rows.append([name, asked.title, "" if share is None else f"{share:.0%}", *counted])
    if rows:
        head = ["Exercise", "Title", "Mean", *(outcome.value.capitalize() for outcome in _MARKS)]
        yield table("Students by outcome of each exercise", head, rows)
        yield block("p", _OF_WHOM, kind="faint")


def _misconceptions(book: Gradebook) -> Iterator[Html]:
    yield block("h2", "Misconceptions")
    students: dict[tuple[str, Cause], set[Student]] = defaultdict(set)
    for row in book.rows:
        for exercise, check in _checks(row.exercises):
            if check.cause:
                students[exercise.id, check.cause].add(row.student)
    if not students:
        yield block("p", "None was recognised.")
        return
    ranked = sorted(students.items(), key=lambda item: (-len(item[1]), item[0][0], item[0][1].code))
    rows: list[list[Cell]] = [
        [cause.code, len(who), name, cause.note, link(cause.link, "read again")]
        for (name, cause), who in ranked
    ]
    head = ["Code", "Students", "Exercise", "What went wrong", "In the course"]
    yield table("What wrong answers had in common", head, rows)


def _failed(book: Gradebook) -> Iterator[Html]:
    failed = [record for record in book.records if not record.graded]
    yield block("h2", "Not graded")
    if not failed:
        yield block("p", "Every submission was graded.")
        return
    yield block("p", "These have no points, which is not 0 points: each needs a look.")
    rows = [[r.student.label, r.file, r.status.value, " ".join(r.notes)] for r in failed]
    yield table("Submissions without points", ["Student", "File", "Status", "What is known"], rows)


def _slow(book: Gradebook) -> Iterator[Html]:
    timed = [record for record in book.records if "seconds" in record.measured]
    slowest = sorted(timed, key=lambda record: -record.measured["seconds"])[:_SLOWEST]
    if slowest:
        yield block("h2", "Slowest")
        rows: list[list[Cell]] = [
            [r.student.label, r.file, f"{r.measured['seconds']:.1f} s", r.status.value]
            for r in slowest
        ]
        yield table("Time of the slowest", ["Student", "File", "Time", "Status"], rows)


def _grades(book: Gradebook) -> Iterator[Html]:
    yield block("h2", "Students")
    rows: list[list[Cell]] = [
        [
            link(f"feedback/{_page_name(row.student)}", row.student.label),
            row.student.id,
            ", ".join(row.statuses),
            row.points,
        ]
        for row in book.rows
    ]
    yield table(f"Points out of {book.total}", ["Student", "Id", "Status", "Points"], rows)


# --- a student's page ---


def _feedback(row: Row) -> str:
    return page(
        f"Feedback for {row.student.label}",
        _headline(row),
        *(part for record in row.records for part in _submission(record)),
        *(part for exercise in row.exercises.values() for part in _exercise(exercise)),
        *_how_to_go_on(row),
    )


def _how_to_go_on(row: Row) -> Iterator[Html]:
    """Say what to try; an instructor's exercises have no check line in the notebook."""
    if not row.exercises:
        return
    own = row.exercises.keys() & all_exercises().keys()
    line = ", or run the last line of the exercise's cell in your notebook" if own else ""
    said = "The inputs of the checks are not shown. Try your function on inputs of your own"
    yield block("p", f"{said}{line}.", kind="faint")


def _headline(row: Row) -> Html:
    if row.points is None:
        return block("p", "There is no total, because not everything could be graded.", kind="warn")
    earned = block("strong", f"{row.points} of {_count(row.total, 'point')}")
    return block("p", earned, f"; {row.absence}" if row.absence else "")


def _submission(record: Record) -> Iterator[Html]:
    if not record.graded:
        yield block("p", SAID_OF_STATUS[record.status], kind="warn")
    known = f"{record.file} (SHA-256 {record.digest[:16]}…)" if record.digest else record.file
    if known:
        yield block("p", "File: ", known, kind="faint")
    told = [note for note in record.notes if not note.startswith(OF_A_CELL)]
    of_cells = [note for note in record.notes if note.startswith(OF_A_CELL)]
    if told:
        yield _list(told)
    if of_cells:
        yield block("p", _CELLS, kind="faint")
        yield _list(of_cells)


_CELLS = (
    "While your notebook ran, these cells did not come to their end. That costs no points by "
    "itself; cells with figures or check lines can do nothing during the grading."
)


def _list(notes: Sequence[str]) -> Html:
    return block("ul", *(block("li", note) for note in notes))


def _exercise(exercise: ExerciseRecord) -> Iterator[Html]:
    yield block("h2", exercise.title)
    earned = f"{exercise.points} of {_count(exercise.total, 'point')}"
    yield block("p", block("code", exercise.id), f": {exercise.outcome.value}, {earned}")
    if exercise.outcome is Outcome.NOT_ATTEMPTED:  # once, instead of once a check
        yield block("p", *advice(exercise.checks[0]))
        return
    yield block("ul", *(block("li", _check(check)) for check in exercise.checks), kind="checks")


def _check(check: CheckRecord) -> Html:
    mark = Html(f'<span aria-hidden="true">{_MARKS[check.outcome]}</span> ')
    worth = f" ({check.points} of {_count(check.worth, 'point')})"
    said = Html("<br>").join(_linked(sentence) for sentence in advice(check))
    return Html(mark + block("em", check.title) + html(worth) + "<br>" + said)


def _linked(sentence: str) -> Html:
    before, found, rest = sentence.partition("https://")
    return Html(html(before) + link(found + rest, found + rest)) if found else html(sentence)


def _checks(
    exercises: Mapping[str, ExerciseRecord],
) -> Iterator[tuple[ExerciseRecord, CheckRecord]]:
    return ((exercise, check) for exercise in exercises.values() for check in exercise.checks)


def _page_name(student: Student) -> str:
    who = re.sub(r"[^A-Za-z0-9]+", "-", student.label).strip("-")[:40] or "student"
    identity = f"{student.platform}\0{student.id}".encode(errors="replace")
    return f"{who}-{hashlib.sha256(identity).hexdigest()[:12]}.html"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
