"""How far a learner has come, chapter by chapter."""

from html import escape
from pathlib import Path

from dscourse.checking import Progress, Standing
from dscourse.exercises import chapters, exercises_in


class Overview:
    """What `progress()` shows: points a chapter; it can be exported and restored.

    Args:
        progress: The learner's standings.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def rows(self) -> list[tuple[str, int, int, int, int]]:
        """Return for each chapter: name, solved, exercises, points earned, points in all."""
        standings = self._progress.standings()
        return [_row(chapter, standings) for chapter in chapters()]

    def export(self, path: str | Path = "progress-export.json") -> Path:
        """Write your progress to a file; on Binder, download it before you leave."""
        return self._progress.export(path)

    def restore(self, path: str | Path = "progress-export.json") -> str:
        """Take over an exported file; what you have solved since is kept."""
        return f"{self._progress.restore(path)} exercises read from {path}."

    def __repr__(self) -> str:
        lines = [f"{'chapter':<20}{'solved':>10}{'points':>12}"]
        for name, solved, count, points, total in self.rows():
            lines.append(f"{name:<20}{f'{solved} of {count}':>10}{f'{points} of {total}':>12}")
        return "\n".join([*lines, f"kept in {self._progress.path}"])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{h}</th>' for h in ("Chapter", "Solved", "Points"))
        body = "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{solved} of {count}</td>'
            f"<td>{points} of {total}</td></tr>"
            for name, solved, count, points, total in self.rows()
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def progress() -> Overview:
    """Show how far you have come; `.export(path)` and `.restore(path)` carry it elsewhere."""
    return Overview(Progress())


def _row(chapter: str, standings: dict[str, Standing]) -> tuple[str, int, int, int, int]:
    own = exercises_in(chapter)
    found = [standings.get(e.id, Standing()) for e in own]
    points = sum(standing.points for standing in found)
    solved = sum(standing.passed for standing in found)
    return chapter, solved, len(own), points, sum(e.points for e in own)
