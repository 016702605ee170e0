"""The results as Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.grading.soak import quarters
from dscourse.results import Record

Row = Mapping[str, Any]
_COMPARED = ("grader", "hand-ins", "a second", "CPU s each", "peak MB", "seconds", "load")
_SOAKED = (
    *("class", "code cells", "exercises", "level", "submissions", "a second", "load"),
    *("CPU ms each", "of it the grader", "a second on two free processors"),
    *("grader MB, first and last quarter", "zygote MB", "processes left", "files left"),
)


def tables(record: Record) -> str:
    """Tabulate what was compared, and what was graded for long."""
    about = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    parts = [f"{record.machine}; {record.date}; {about}"]
    rows = list(record.rows)
    if compared := [_compared(row) for row in rows if row["kind"] == "compare"]:
        parts += ["## The same hand-ins through each grader", _markdown(_COMPARED, compared)]
    if soaked := [_soaked(row, rows) for row in rows if row["kind"] == "soak"]:
        parts += ["## Many submissions", _markdown(_SOAKED, soaked)]
    return "\n\n".join(parts)


def _compared(row: Row) -> Sequence[str]:
    count = row["submissions"]
    return (
        f"{row['tool']} {row['version']}",
        f"{count}",
        f"{count / row['seconds']:.2f}",
        f"{row['cpu_seconds'] / count:.2f}",
        f"{row['peak_mb']:.0f}",
        f"{row['seconds']:.0f}",
        f"{row['load']}",
    )


def _soaked(row: Row, rows: Sequence[Row]) -> Sequence[str]:
    looks = [r for r in rows if r["kind"] == "memory" and r["corpus"] == row["corpus"]]
    first = ("corpus", "cells", "exercises", "level", "submissions", "rate", "load", "cpu_ms")
    held = [
        " to ".join(f"{value:.1f}" for value in quarters(looks, key)) if looks else ""
        for key in ("grader_mb", "zygote_mb")
    ]
    more = [*held, row["processes_left"], row["files_left"]]
    values = [*(row[key] for key in first), row["cpu_ms_grader"], row["rate_of_two_processors"]]
    return [str(value) for value in (*values, *more)]


def _markdown(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
