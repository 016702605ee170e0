"""The benchmark of grading compares like with like, and its stored results keep the promises."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.grading import meter, nbgrader, ours, soak
from benchmarks.grading.__main__ import added, main
from benchmarks.grading.answers import POINTS, hand_ins
from benchmarks.grading.compare import TOOLS, demand_scores
from benchmarks.grading.corpus import CORPORA
from benchmarks.grading.table import tables
from dscourse.checking import run_checks
from dscourse.exercises import private
from dscourse.results import Record, load

FOLDER = Path(soak.__file__).parent
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture(scope="module")
def record():
    return load("bench-grading")


def namespace(*sources):
    """Run trusted sources, as notebooks do: one that is no Python defines nothing."""
    names = {"np": np}
    for source in sources:
        try:
            exec(source, names)
        except SyntaxError:
            continue
    return names


def passes(test, names):
    try:
        exec(test, dict(names))
    except (AssertionError, NameError, NotImplementedError):
        return False
    return True


@pytest.mark.parametrize("hand_in", hand_ins(), ids=lambda h: h.student)
def test_each_hand_in_earns_the_same_by_the_tests_of_every_grader(hand_in):
    names = namespace(hand_in.scale, hand_in.weights)
    assert sum(passes(test, names) for test in nbgrader.TESTS.values()) == hand_in.points
    tasks = private.load(ours.SMALL).values()
    here = [run_checks(t, names[t.name], 1).points for t in tasks if t.name in names]
    assert sum(here) == hand_in.points


def test_the_hand_ins_differ_and_few_of_them_are_mixed_already():
    assert len({(h.scale, h.weights) for h in hand_ins()}) == len(hand_ins()) == 30
    assert {h.points for h in hand_ins(6)} >= {0, POINTS}


def test_a_grader_that_gives_another_score_ends_the_comparison():
    class_ = hand_ins(2)
    right = {h.student: float(h.points) for h in class_}
    demand_scores("nbgrader", class_, right)
    for wrong in (right | {"s01": 4.0}, {"s00": right["s00"]}, right | {"s77": 0.0}):
        with pytest.raises(AssertionError, match="nbgrader must give"):
            demand_scores("nbgrader", class_, wrong)


_BURNS = "import time; b = bytearray(60 << 20)\nwhile time.process_time() < .5: pass"


@linux
def test_what_a_command_used_counts_the_processes_below_it(tmp_path):
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_BURNS!r}])"
    used = meter.run([sys.executable, "-c", code], tmp_path, tmp_path / "log")
    assert used.cpu_seconds > 0.5
    assert used.peak_mb > 60
    assert used.seconds > 0.5


def test_a_command_that_fails_is_told_with_its_last_words(tmp_path):
    command = [sys.executable, "-c", "raise SystemExit('no such course')"]
    with pytest.raises(meter.CommandError, match="no such course"):
        meter.run(command, tmp_path, tmp_path / "log")
    with pytest.raises(meter.CommandError, match="no such course"):
        meter.call(command, tmp_path)


@linux
def test_a_soak_grades_all_and_leaves_nothing():
    row, looks = soak.soak(CORPORA["small"](), count=20, jobs=2)
    assert row["outcomes"] == {"graded, 0 points": 13, "graded, 4 points": 7}
    assert (row["processes_left"], row["files_left"]) == (0, 0)
    assert row["cpu_ms"] == pytest.approx(row["cpu_ms_grader"] + row["cpu_ms_sandbox"], abs=0.11)
    assert row["cpu_ms_sandbox"] > 1
    assert [look["done"] for look in looks] == [10, 20]


@linux
def test_an_interrupt_keeps_what_was_measured(monkeypatch):
    def stop(submissions, results, submit, *, jobs):
        submit(submissions[0]).result()
        raise KeyboardInterrupt

    monkeypatch.setattr(soak.batch, "run", stop)
    row, _ = soak.soak(CORPORA["small"](), count=6, jobs=1)
    assert (row["submissions"], row["outcomes"]) == (1, {"graded, 4 points": 1})


def test_a_run_replaces_the_rows_of_its_subject_alone():
    def row(tool, seconds):
        return {"kind": "compare", "tool": tool, "seconds": seconds}

    old = Record("a", [row("nbgrader", 1), {"kind": "soak", "corpus": "small"}])
    new = added(old, Record("b", [row("nbgrader", 2)]))
    assert new.rows == [old.rows[1], row("nbgrader", 2)]
    assert new.command == "a && b"
    assert added(new, replace(new, command="b")).command == "a && b"


def test_the_stored_comparison_has_every_grader_and_ours_takes_a_fifth_at_most(record):
    each = {
        row["tool"]: row["cpu_seconds"] / row["submissions"]
        for row in record.rows
        if row["kind"] == "compare"
    }
    assert each.keys() == {tool.name for tool in TOOLS}
    assert all(each["dscourse"] < each[other] / 5 for other in each.keys() - {"dscourse"})


def test_the_stored_soak_was_long_flat_and_left_nothing(record):
    [row] = [r for r in record.rows if (r["kind"], r.get("corpus")) == ("soak", "small")]
    assert row["submissions"] >= 2000
    assert row["level"] == "LSN"
    assert (row["processes_left"], row["files_left"]) == (0, 0)
    assert row["cpu_ms"] <= 60
    assert row["rate_of_two_processors"] >= 30
    looks = [r for r in record.rows if (r["kind"], r.get("corpus")) == ("memory", "small")]
    for key in ("grader_mb", "zygote_mb"):
        first, last = soak.quarters(looks, key)
        assert last < 1.05 * first


def test_each_key_of_the_results_is_explained(record):
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`.+?`) \|", readme, re.MULTILINE)
    explained = {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}
    assert {key for row in record.rows for key in row} == explained


def test_the_stored_results_become_tables(record, capsys):
    assert main(["table"]) == 0
    text = capsys.readouterr().out
    assert text.strip() == tables(record)
    assert "| nbgrader 0.9" in text
    assert "| small | 3 | 2 | LSN | 2000 |" in text
