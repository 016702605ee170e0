"""The two exercises for `dscourse grade`: private ones, as an instructor declares them."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.grading import notebooks
from benchmarks.grading.answers import HandIn
from dscourse.grading.record_json import from_json

SMALL = Path(__file__).parent / "small"


def lay_out(folder: Path, hand_ins: Sequence[HandIn]) -> None:
    """Write a notebook for each student."""
    for hand_in in hand_ins:
        sources = (notebooks.TOP, hand_in.scale, hand_in.weights)
        path = folder / "hand-ins" / f"{hand_in.student}.ipynb"
        notebooks.write(path, [notebooks.code(source) for source in sources])


def command(environment: Path) -> list[str]:
    """Return the command that grades them all; it needs no environment but our own."""
    return [
        *(sys.executable, "-m", "dscourse", "grade", "hand-ins", "-o", "results"),
        *("--exercises", str(SMALL), "--only", "05-scale", "05-weights"),
        *("--seed", "1", "--jobs", "1"),
    ]


def scores(folder: Path, environment: Path) -> Mapping[str, float]:
    """Read each student's points."""
    paths = (folder / "results" / "records").glob("*.json")
    records = [from_json(path.read_bytes()) for path in paths]
    return {record.student.id: float(record.points or 0) for record in records}


def prepare(folder: Path, environment: Path) -> None:
    """Do nothing: there is nothing to put together."""
