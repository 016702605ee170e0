"""The NumPy half of the course imports nothing that is large, so it runs in a browser."""

import pkgutil
import subprocess
import sys

import pytest

import dscourse

HEAVY = {"keras", "tensorflow", "matplotlib", "numba", "sklearn"}

# Row 3 of the architecture is built on Keras and matplotlib; `__main__` would run the command.
ROW_3 = {"inception", "xception", "transfer", "training", "figures"}
LIGHT = sorted({m.name for m in pkgutil.iter_modules(dscourse.__path__)} - ROW_3 - {"__main__"})

STATEMENTS = {
    "the package": "import dscourse",
    **{part: f"import dscourse.{part}" for part in LIGHT},
    "every exercise": "from dscourse.exercises import all_exercises; all_exercises()",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_loads_nothing_heavy(statement):
    command = [sys.executable, "-c", f"import sys; {statement}; print(*sys.modules)"]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "dscourse" in loaded
    assert HEAVY & set(loaded) == set()
