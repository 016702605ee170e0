"""A record keeps what was graded, survives JSON, and never turns "not graded" into 0."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dscourse.checking import Cause, Outcome, run_checks
from dscourse.exercises import find
from dscourse.grading.fields import RecordError
from dscourse.grading.gradescope import gradescope_results
from dscourse.grading.record import (
    CheckRecord,
    ExerciseRecord,
    Record,
    Status,
    Student,
    clean,
)
from dscourse.grading.record_json import from_json, to_json

CAUSE = Cause("M-FLIP", "You flipped the kernel.", "https://example.org/a.html#b")


def check(number=1, outcome=Outcome.PASSED, worth=2, **more):
    return CheckRecord(number, f"check {number}", worth, outcome, **more)


def exercise(*checks, outcome=Outcome.FAILED):
    return ExerciseRecord("05-depthwise", "Depthwise", outcome, checks)


def record(status=Status.GRADED, **more):
    wrong = check(2, Outcome.FAILED, 3, call="f(7)", problem="it should be 8.", cause=CAUSE)
    values = {
        "student": Student("ada", "Ada"),
        "file": "a.ipynb",
        "digest": "0" * 64,
        "seed": 11,
        "level": "LSN",
        "versions": {"python": "3.11"},
        "exercises": (exercise(check(1), wrong),),
        "notes": ("Two notebooks.",),
    }
    return Record(status=status, **(values | more))


def test_points_are_the_sum_of_the_passed_checks():
    assert (record().points, record().total) == (2, 5)


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.GRADED])
def test_what_was_not_graded_has_no_points_and_no_gradescope_score(status):
    content = json.loads(to_json(record(status)))
    assert record(status).points is None
    assert content["gradescope"] is None


def test_records_that_differ_in_measured_times_alone_are_equal():
    assert record(measured={"seconds": 1.0}) == record(measured={"seconds": 2.0})
    one, two = (json.loads(to_json(record(measured={"seconds": s}))) for s in (1.0, 2.0))
    assert one.pop("measured") != two.pop("measured")
    assert one == two


def test_a_record_survives_json():
    read = from_json(to_json(record(measured={"seconds": 1.5})))
    assert read == record()
    assert read.measured == {"seconds": 1.5}


@settings(deadline=None)
@given(st.text(), st.text(), st.lists(st.text()))
def test_any_text_survives_json(name, file, notes):
    made = record(file=file, notes=tuple(notes), student=Student(name, name))
    assert from_json(to_json(made).encode("ascii")) == made


def remove(path):
    def change(content):
        *above, last = path
        for step in above:
            content = content[step]
        del content[last]

    return change


def put(path, value):
    def change(content):
        *above, last = path
        for step in above:
            content = content[step]
        content[last] = value

    return change


FIRST = ("record", "exercises", 0, "checks", 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (put(["format"], 2), "format"),
        (remove(["record"]), "record"),
        (remove(["record", "student", "id"]), "id"),
        (put(["record", "status"], "fine"), "status"),
        (put(["record", "seed"], "7"), "seed"),
        (put(["record", "seed"], True), "seed"),
        (put(["record", "notes"], [1]), "notes"),
        (put(["record", "versions"], {"python": 3}), "versions"),
        (put(["record", "exercises"], {}), "exercises"),
        (put([*FIRST, "worth"], -1), "worth"),
        (put([*FIRST, "worth"], 1.5), "worth"),
        (put([*FIRST, "outcome"], "won"), "outcome"),
        (put([*FIRST, "cause"], {"code": "M-A"}), "note"),
        (put(["measured"], {"seconds": "fast"}), "measured"),
    ],
)
def test_a_damaged_record_is_refused_by_the_name_of_its_field(change, field):
    content = json.loads(to_json(record()))
    change(content)
    with pytest.raises(RecordError, match=f"`{field}"):
        from_json(json.dumps(content))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", b"\xff", "[" * 100_000])
def test_what_is_no_record_is_refused_without_another_error(text):
    with pytest.raises(RecordError):
        from_json(text)


def test_gradescope_gets_a_score_and_one_test_a_check():
    results = gradescope_results(record())
    assert results["score"] == 2
    assert [(t["score"], t["max_score"], t["status"]) for t in results["tests"]] == [
        (2, 2, "passed"),
        (0, 3, "failed"),
    ]
    assert results["score"] == sum(t["score"] for t in results["tests"])


def test_gradescope_shows_students_the_cause_but_no_hidden_input_or_wanted_value():
    shown = json.dumps(gradescope_results(record()))
    assert "You flipped the kernel." in shown
    assert "f(7)" not in shown
    assert "it should be 8" not in shown
    assert "seed" not in shown


def test_a_report_becomes_a_record_with_the_same_points():
    task = find("05-depthwise")
    wrong = task.misconceptions[0]
    report = run_checks(task, wrong.function, seed=3)
    made = ExerciseRecord.of(task, report)
    assert (made.points, made.total, made.outcome) == (report.points, report.total, report.outcome)
    assert wrong.code in {c.cause.code for c in made.checks if c.cause}


def test_a_students_endless_or_unprintable_error_message_is_tamed():
    def answer(*args, **kwargs):
        raise ValueError("\ud800\x00\x1b[31m" + "x" * 10**6)

    task = find("05-depthwise")
    made = ExerciseRecord.of(task, run_checks(task, answer, explain=False))
    assert max(len(c.problem) for c in made.checks) < 2100
    to_json(record(exercises=(made,))).encode("utf-8")
    assert not set("\ud800\x00\x1b") & set(made.checks[0].problem)


def test_text_that_turns_the_reading_direction_is_made_visible():
    assert "\u202e" not in clean("abc\u202egpj.exe")


def test_records_of_different_seeds_differ():
    assert record() != replace(record(), seed=12)
