"""What a learner has solved so far, kept in one small JSON file.

Every change is written to a new file that then replaces the old one, so a crash or Ctrl-C leaves
either the old state or the new one, never half a file.
"""

import json
import os
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from dscourse.checking.report import Outcome, Report

_FORMAT = 1


@dataclass(frozen=True)
class Standing:
    """The best result on one exercise, and how it was reached."""

    points: int = 0
    total: int = 0
    attempts: int = 0
    hints: int = 0

    @property
    def passed(self) -> bool:
        """True when all points were earned."""
        return self.attempts > 0 and self.points == self.total


class Progress:
    """The standings of all exercises, on disk.

    Args:
        path: The file; by default `$DSCOURSE_HOME/progress.json`, or the same name in the
            platform's folder for user data.

    >>> import tempfile, pathlib
    >>> notes = Progress(pathlib.Path(tempfile.mkdtemp()) / "progress.json")
    >>> notes.count_hint("05-depthwise"), notes.of("05-depthwise").hints
    (1, 1)
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_path()

    def standings(self) -> dict[str, Standing]:
        """Read all standings; a damaged file is set aside with a warning, not lost."""
        if not self.path.exists():
            return {}
        try:
            return _read(self.path)
        except (ValueError, TypeError, KeyError) as error:
            aside = _free_name(self.path)
            self.path.rename(aside)
            warnings.warn(
                f"Your progress file could not be read ({error}). It was kept as {aside}; "
                "progress starts anew. To bring back an export: progress().restore(FILE).",
                stacklevel=2,
            )
            return {}

    def of(self, exercise_id: str) -> Standing:
        """Return the standing of one exercise."""
        return self.standings().get(exercise_id, Standing())

    def record(self, report: Report) -> None:
        """Note an attempt; a cell that was not attempted leaves no trace.

        Raises:
            OSError: The file cannot be written.
        """
        if report.outcome is Outcome.NOT_ATTEMPTED:
            return
        old = self.of(report.exercise_id)
        # More points than before, or a changed total: an exercise may be revised between releases.
        better = report.points > old.points or report.total != old.total
        points = report.points if better else old.points
        new = Standing(points, report.total, old.attempts + 1, old.hints)
        self._put({report.exercise_id: new})

    def count_hint(self, exercise_id: str) -> int:
        """Note that one more hint was read, and return which one that is, from 1."""
        old = self.of(exercise_id)
        new = Standing(old.points, old.total, old.attempts, old.hints + 1)
        self._put({exercise_id: new})
        return new.hints

    def export(self, path: str | Path) -> Path:
        """Write all standings to a file of your choice, to download it from Binder, say."""
        target = Path(path)
        _write(target, self.standings())
        return target

    def restore(self, path: str | Path) -> int:
        """Take over an exported file; of two standings the one with more points is kept.

        Returns:
            The number of exercises in that file.

        Raises:
            ValueError: The file is not an export.
        """
        try:
            found = _read(Path(path))
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"{path} is not an export of progress() ({error}).") from error
        now = self.standings()
        self._put({k: max(v, now.get(k, Standing()), key=_merit) for k, v in found.items()})
        return len(found)

    def _put(self, changed: Mapping[str, Standing]) -> None:
        _write(self.path, {**self.standings(), **changed})


def default_path() -> Path:
    """Return where progress is kept: `$DSCOURSE_HOME`, or the platform's folder for user data."""
    home = os.environ.get("DSCOURSE_HOME")
    return (Path(home) if home else user_data_path("dscourse", appauthor=False)) / "progress.json"


def _merit(standing: Standing) -> tuple[int, int]:
    return standing.points, standing.attempts


def _read(path: Path) -> dict[str, Standing]:
    content: Any = json.loads(path.read_text(encoding="utf-8"))
    if content["format"] != _FORMAT:
        raise ValueError(f"format {content['format']!r} instead of {_FORMAT}")
    return {str(key): Standing(**value) for key, value in content["exercises"].items()}


def _write(path: Path, standings: Mapping[str, Standing]) -> None:
    content = {"format": _FORMAT, "exercises": {k: asdict(v) for k, v in standings.items()}}
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1, sort_keys=True)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _free_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_suffix(f".damaged-{number}.json")).exists():
        number += 1
    return aside
