"""Who was trainable and who moved, block by block, in strips to compare."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from dscourse.figures.drawing import BLUE, ORANGE, Canvas, Drawing

_LEFT, _CELL, _GAP, _STRIP, _TOP = 170, 30, 6, 66, 26
_STATISTICS = 12  # height of the lane below a cell


class Counted(Protocol):
    """A block as `dscourse.transfer.Audit.rows` counts it."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def weights(self) -> int: ...  # noqa: D102
    @property
    def trainable(self) -> int: ...  # noqa: D102
    @property
    def moved(self) -> int: ...  # noqa: D102
    @property
    def stuck(self) -> int: ...  # noqa: D102
    @property
    def slipped(self) -> int: ...  # noqa: D102
    @property
    def batch_norms(self) -> int: ...  # noqa: D102
    @property
    def batch_norms_moved(self) -> int: ...  # noqa: D102
    @property
    def batch_norms_slipped(self) -> int: ...  # noqa: D102


def audit_strips(audits: Mapping[str, Sequence[Counted]]) -> Drawing:
    """Draw a strip for each audit, with a cell for each block.

    A cell's border is drawn through where its weights are trainable and dashed where they are
    frozen; it is filled by the part that moved. The lane below is filled by the part of the
    BatchNormalization layers whose statistics moved. A "!" marks what contradicts `trainable`.

    Args:
        audits: For each strip's name the rows of `dscourse.transfer.audit(model)`.

    >>> from types import SimpleNamespace
    >>> counts = ["weights", "trainable", "moved", "stuck", "slipped"]
    >>> norms = ["batch_norms", "batch_norms_moved", "batch_norms_slipped"]
    >>> head = SimpleNamespace(name="head", **dict.fromkeys([*counts, *norms], 0))
    >>> head.weights = head.trainable = head.moved = 2
    >>> audit_strips({"first phase": [head]}).alt
    'first phase: trainable head; moved head; statistics moved none.'
    """
    names = list(dict.fromkeys(row.name for rows in audits.values() for row in rows))
    canvas = Canvas(_LEFT + len(names) * (_CELL + _GAP) + 16, _TOP + len(audits) * _STRIP + 48)
    _titles(canvas, names)
    for place, (title, rows) in enumerate(audits.items()):
        top = _TOP + place * _STRIP
        canvas.text(4, top + _CELL / 2, title, anchor="start")
        for row in rows:
            _cell(canvas, _LEFT + names.index(row.name) * (_CELL + _GAP), top, row)
    _legend(canvas, _TOP + len(audits) * _STRIP + 12)
    return canvas.drawing(" ".join(_told(*audit) for audit in audits.items()))


def _titles(canvas: Canvas, names: Sequence[str]) -> None:
    """Write the numbers of blocks, after the word that they share."""
    if any(name.startswith("block") for name in names):
        canvas.text(_LEFT - 8, _TOP - 14, "block", size=11, anchor="end")
    for place, name in enumerate(names):
        short = name.removeprefix("block").lstrip("_")
        canvas.text(_LEFT + place * (_CELL + _GAP) + _CELL / 2, _TOP - 14, short, size=11)


def _cell(canvas: Canvas, left: float, top: float, row: Counted) -> None:
    if row.weights:
        height = _CELL * row.moved / row.weights
        if height:
            canvas.box(left, top + _CELL - height, _CELL, height, fill=ORANGE, opacity=0.8)
        canvas.box(left, top, _CELL, _CELL, dashed=not row.trainable)
    if row.batch_norms:
        width = _CELL * row.batch_norms_moved / row.batch_norms
        below = top + _CELL + 4
        if width:
            canvas.box(left, below, width, _STATISTICS, fill=BLUE, opacity=0.8)
        canvas.box(left, below, _CELL, _STATISTICS)
    if row.stuck or row.slipped or row.batch_norms_slipped:
        canvas.text(left + _CELL / 2, top + _CELL / 2, "!", size=20)


def _legend(canvas: Canvas, top: float) -> None:
    samples: list[tuple[str, Callable[[float, float], None]]] = [
        ("trainable", lambda x, y: canvas.box(x, y, 16, 16)),
        ("frozen", lambda x, y: canvas.box(x, y, 16, 16, dashed=True)),
        ("moved", lambda x, y: canvas.box(x, y, 16, 16, fill=ORANGE, opacity=0.8)),
        ("statistics moved", lambda x, y: canvas.box(x, y + 2, 16, 12, fill=BLUE, opacity=0.8)),
        ("against trainable", lambda x, y: canvas.text(x + 8, y + 8, "!", size=18)),
    ]
    x = 4.0
    for name, draw in samples:
        draw(x, top)
        canvas.text(x + 22, top + 8, name, size=12, anchor="start")
        x += 42 + 6.6 * len(name)
    canvas.width = max(canvas.width, round(x))


def _told(title: str, rows: Sequence[Counted]) -> str:
    def those(holds: Callable[[Counted], int]) -> str:
        return _runs([row.name if holds(row) else "" for row in rows]) or "none"

    wrong = those(lambda r: r.stuck + r.slipped + r.batch_norms_slipped)
    return (
        f"{title}: trainable {those(lambda r: r.trainable)}; moved {those(lambda r: r.moved)}; "
        f"statistics moved {those(lambda r: r.batch_norms_moved)}"
        f"{'' if wrong == 'none' else f'; against trainable {wrong}'}."
    )


def _runs(names: Sequence[str]) -> str:
    """List names; more than three without a gap are told by the first and the last."""
    runs = [list(run) for there, run in groupby(names, bool) if there]
    told = [f"{run[0]} to {run[-1]}" if len(run) > 3 else ", ".join(run) for run in runs]
    return ", ".join(told)
