"""Run every check of the course, one step after another: `python -m tests`.

A failed step does not stop the later ones, so one run shows all that is wrong.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]

STEPS = {
    "lint": ["ruff check .", "ruff format --check ."],
    "types": ["mypy"],
    "unit": ["pytest tests -n 2 -m 'not book and not weekly' --ignore=tests/test_notebooks.py"],
    "doctests": ["pytest dscourse --doctest-modules -n 2"],
    # A notebook's cells share one kernel: they must stay together on one worker.
    "notebooks": ["pytest notebooks --nbval --nbval-current-env -n 2 --dist loadfile"],
    "solved": ["pytest tests/test_notebooks.py -n 2"],
    "book": ["jupyter-book build . -W -n --keep-going"],
    "browser": ["python -m tests.browser", "pytest tests -m book"],
}

# Tools are called by name, and the ones beside this Python are meant. MPLBACKEND is not set on
# purpose: kernels inherit it, and notebooks would lose their figures.
PROGRESS = tempfile.TemporaryDirectory(prefix="dscourse-tests-")
ENVIRONMENT = os.environ | {
    # Attempts of tests and notebooks must not be noted as the progress of whoever runs them.
    "DSCOURSE_HOME": PROGRESS.name,
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}


def succeeds(command: str) -> bool:
    """Run one command line in the repository's root; its output streams through."""
    print(f"\n$ {command}", flush=True)
    name, *arguments = shlex.split(command)
    program = shutil.which(name, path=ENVIRONMENT["PATH"])
    if program is None:
        print(f'`{name}` is missing: pip install -c constraints.txt -e ".[test]"')
        return False
    return subprocess.run([program, *arguments], cwd=ROOT, env=ENVIRONMENT).returncode == 0


def run(step: str) -> tuple[str, bool, float]:
    """Run all commands of a step; return its name, whether all succeeded, and the seconds."""
    start = time.perf_counter()
    results = [succeeds(command) for command in STEPS[step]]
    return step, all(results), time.perf_counter() - start


def report(results: list[tuple[str, bool, float]]) -> str:
    """Tabulate the steps; the last line counts them."""
    lines = [f"{name:<12}{'passed' if ok else 'FAILED'}{s:>8.1f} s" for name, ok, s in results]
    passed = sum(ok for _, ok, _ in results)
    return "\n".join([*lines, f"{passed} passed, {len(results) - passed} failed"])


def main(arguments: list[str] | None = None) -> int:
    """Run the steps that were asked for and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=STEPS, default=STEPS, metavar="NAME",
                        help=f"run these steps alone; the steps: {', '.join(STEPS)}")  # fmt: skip
    results = [run(step) for step in parser.parse_args(arguments).only]
    print(f"\n{report(results)}", flush=True)
    return 0 if all(ok for _, ok, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
