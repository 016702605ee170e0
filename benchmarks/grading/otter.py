"""The two exercises for otter-grader: a test file each point, graded in one process.

`otter run`, which its users call, grades one file and starts anew for each. Its Python interface
grades all of them in one process and is faster, so that is what is measured.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.grading import meter, notebooks
from benchmarks.grading.answers import HandIn
from benchmarks.grading.nbgrader import TESTS

_TEST = """OK_FORMAT = True

test = {{
    "name": {name!r},
    "points": 1,
    "suites": [
        {{
            "cases": [{{"code": {code!r}, "hidden": False, "locked": False}}],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        }}
    ],
}}
"""
_DRIVER = """import json, pathlib
from otter.api import grade_submission

found = {}
for path in sorted(pathlib.Path("hand-ins").glob("*.ipynb")):
    found[path.stem] = grade_submission(str(path), "autograder.zip", quiet=True).total
pathlib.Path("scores.json").write_text(json.dumps(found))
"""


def lay_out(folder: Path, hand_ins: Sequence[HandIn]) -> None:
    """Write the test files, a notebook for each student, and the loop over them."""
    (folder / "tests").mkdir(parents=True, exist_ok=True)
    for name, source in TESTS.items():
        lines = "".join(f">>> {line}\n" for line in source.splitlines())
        text = _TEST.format(name=name, code=lines)
        (folder / "tests" / f"{name}.py").write_text(text, encoding="utf-8")
    (folder / "driver.py").write_text(_DRIVER, encoding="utf-8")
    for hand_in in hand_ins:
        sources = (notebooks.TOP, hand_in.scale, hand_in.weights)
        path = folder / "hand-ins" / f"{hand_in.student}.ipynb"
        notebooks.write(path, [notebooks.code(source) for source in sources])


def prepare(folder: Path, environment: Path) -> None:
    """Let otter put its autograder together, which is not measured."""
    otter = str(environment / "bin" / "otter")
    command = [otter, "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"]
    meter.call(command, folder)


def command(environment: Path) -> list[str]:
    """Return the command that grades them all."""
    return [str(environment / "bin" / "python"), "driver.py"]


def scores(folder: Path, environment: Path) -> Mapping[str, float]:
    """Read each student's points."""
    found: Mapping[str, float] = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    return found
