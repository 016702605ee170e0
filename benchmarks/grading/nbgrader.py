"""The two exercises for nbgrader: locked test cells, one point each."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.grading import meter, notebooks
from benchmarks.grading.answers import HandIn
from benchmarks.grading.answers import hand_ins as all_hand_ins
from benchmarks.grading.notebooks import Cell, code

_CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "bench"\n'
_ASSIGNMENT = "small"
TESTS = {
    "scale_1": "x, f = np.random.normal(size=(1, 2, 3, 4)), np.random.normal(size=4)\n"
    "np.testing.assert_allclose(scale(x, f), x * f)",
    "scale_2": "x, f = np.random.normal(size=(2, 3, 4, 5)), np.random.normal(size=5)\n"
    "np.testing.assert_allclose(scale(x, f), x * f)",
    "weights_1": "assert weights(3, 4, 8) == 68",
    "weights_2": "assert weights(5, 6, 2) == 162",
}


def lay_out(folder: Path, hand_ins: Sequence[HandIn]) -> None:
    """Write the course with its one assignment, and what each student hands in."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbgrader_config.py").write_text(_CONFIG, encoding="utf-8")
    name = f"{_ASSIGNMENT}.ipynb"
    notebooks.write(folder / "source" / _ASSIGNMENT / name, _cells(all_hand_ins(1)[0]))
    for hand_in in hand_ins:
        path = folder / "submitted" / hand_in.student / _ASSIGNMENT / name
        notebooks.write(path, _cells(hand_in))


def prepare(folder: Path, environment: Path) -> None:
    """Let nbgrader note down the assignment, which is not measured."""
    _nbgrader(folder, environment, "generate_assignment", _ASSIGNMENT)


def command(environment: Path) -> list[str]:
    """Return the command that grades them all."""
    return [str(environment / "bin" / "nbgrader"), "autograde", _ASSIGNMENT]


def scores(folder: Path, environment: Path) -> Mapping[str, float]:
    """Read each student's points from what nbgrader exports."""
    _nbgrader(folder, environment, "export", "--to", "grades.csv")
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def _nbgrader(folder: Path, environment: Path, *words: str) -> None:
    meter.call([str(environment / "bin" / "nbgrader"), *words], folder)


def _cells(hand_in: HandIn) -> list[Cell]:
    sources = {"scale": hand_in.scale, "weights": hand_in.weights}
    cells = [code(notebooks.TOP)]
    for name, source in sources.items():
        cells.append(code(source, nbgrader=_kind(name, solution=True)))
        own = [test for test in TESTS if test.startswith(name)]
        cells += [code(TESTS[test], nbgrader=_kind(test, solution=False)) for test in own]
    return cells


def _kind(name: str, *, solution: bool) -> Mapping[str, object]:
    graded: Mapping[str, object] = {} if solution else {"points": 1}
    return {
        "schema_version": 3,
        "grade_id": name,
        "grade": not solution,
        "locked": not solution,
        "solution": solution,
        "task": False,
        **graded,
    }
