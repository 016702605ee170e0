"""Run a study: choose each arm's rate, train with the seeds that count, save after every run.

The files of results are the memory: a run that one of them holds is not repeated, so a study that
was interrupted goes on where it stopped, and a network that two studies share is trained once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from dscourse.experiments.progress import Progress
from dscourse.experiments.studies import Study
from dscourse.experiments.training import Row, conditions
from dscourse.results import Record, load, save
from dscourse.results.record import FOLDER

SAME = ("seed", "rate", "network", "setting")  # two rows that agree in these are the same run

Run = tuple[Any, int, float]  # arm, seed, rate


def run(
    study: Study, name: str, folder: Path | None = None, say: Callable[[str], None] = print
) -> Path:
    """Run what is missing of a study and return the path of its results.

    Writes `name-tuning.json` and `name.json`, each anew after every run.

    Args:
        study: The arms, rates and seeds.
        name: Of the files, and of the study in the command that they note down.
        folder: Where they lie; by default in the package.
        say: Is called with a line about every run.
    """
    folder = folder or FOLDER
    tuning = [(a, s, r) for s in study.tuning_seeds for r in study.rates for a in study.arms]
    progress = Progress(len(tuning) + len(study.arms) * len(study.seeds), say)
    runner = _Runner(study, name, folder, progress)
    tuned = runner.fill(f"{name}-tuning", tuning, test=False)
    rates = {arm.name: best_rate(tuned, arm.name) for arm in study.arms}
    for arm, rate in rates.items():
        edge = " (at the edge of the grid)" if rate in (min(study.rates), max(study.rates)) else ""
        say(f"{name}: {arm} does best with rate {rate:g}{edge}")
    runner.fill(name, [(a, s, rates[a.name]) for s in study.seeds for a in study.arms], test=True)
    return folder / f"{name}.json"


def best_rate(rows: Sequence[Row], arm: str) -> float:
    """Return the rate with the highest mean validation accuracy after the last epoch.

    Args:
        rows: Runs of the tuning seeds.
        arm: The name of the arm.

    Raises:
        ValueError: No row is of that arm.

    >>> rows = [{"arm": "a", "rate": r, "validation_accuracy": [r / 2]} for r in (0.1, 0.3)]
    >>> best_rate(rows, "a")
    0.3
    """
    reached: dict[float, list[float]] = {}
    for row in rows:
        if row["arm"] == arm:
            reached.setdefault(row["rate"], []).append(row["validation_accuracy"][-1])
    if not reached:
        raise ValueError(f"`arm` must be the arm of a row; got {arm!r}.")
    return max(reached, key=lambda rate: sum(reached[rate]) / len(reached[rate]))


def packages() -> tuple[str, ...]:
    """Name the installed packages that the numbers depend on: TensorFlow has two names.

    >>> packages()[:3]
    ('keras', 'matplotlib', 'numpy')
    """
    installed = {name for name in ("tensorflow-cpu", "tensorflow") if _is_installed(name)}
    return "keras", "matplotlib", "numpy", *sorted(installed)


def _is_installed(package: str) -> bool:
    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


@dataclass(frozen=True)
class _Runner:
    """Fills files of results with the rows that they lack."""

    study: Study
    name: str
    folder: Path
    progress: Progress

    def fill(self, file: str, plan: Sequence[Run], *, test: bool) -> list[Row]:
        """Return a row for each run of the plan, in its order, training those that are missing."""
        rows = [self._found(conditions(*run, self.study.setting), test) for run in plan]
        self.progress.skip(len(plan) - rows.count(None))
        for place, (arm, seed, rate) in enumerate(plan):
            if rows[place] is None:
                self.progress.begin(f"{file}: {arm.name}, seed {seed}, rate {rate:g}")
                rows[place] = row = self.study.train(arm, seed, rate, self.study.setting, test=test)
                self._save(file, rows)
                self.progress.end(row["test_accuracy"] or row["validation_accuracy"][-1])
        self._save(file, rows)
        return [row for row in rows if row is not None]

    def _found(self, wanted: Row, test: bool) -> Row | None:
        """Look the run up in all files of results; the name of the arm does not matter."""
        for path in sorted(self.folder.glob("*.json")):
            for row in load(path.stem, self.folder).rows:
                same = all(row.get(key) == wanted[key] for key in SAME)
                if same and (row["test_accuracy"] is not None) == test:
                    return {**row, **wanted}
        return None

    def _save(self, file: str, rows: Sequence[Row | None]) -> None:
        command = f"python -m dscourse.experiments run {self.name}"
        done = [row for row in rows if row is not None]
        save(Record.of_now(command, done, packages()), file, self.folder)
