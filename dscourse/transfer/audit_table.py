"""An audit as a table, for a terminal and for a notebook."""

from collections.abc import Sequence
from html import escape

from dscourse.transfer.seen import Row

_HEADINGS = ("part", "trainable", "moved", "BatchNorm statistics moved")


def summary(total: Row) -> str:
    """Return one sentence with the sums.

    Args:
        total: All arrays as one row.
    """
    said = f"{total.moved} of {total.weights} weights moved, {total.trainable} are trainable."
    if total.batch_norms:
        layers = f"{total.batch_norms_moved} of {total.batch_norms} BatchNormalization layers"
        said += f" {layers} moved their statistics."
    return said


def text(rows: Sequence[Row], total: Row, warnings: Sequence[str]) -> str:
    """Return the table in plain letters, its sums, and the warnings.

    Args:
        rows: The lines of the table.
        total: All arrays as one row.
        warnings: Sentences to put below.
    """
    lines = [_HEADINGS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = [
        "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([*table, summary(total), *(f"Warning: {w}" for w in warnings)])


def html(rows: Sequence[Row], total: Row, warnings: Sequence[str]) -> str:
    """Return the same as a page shows it.

    Args:
        rows: The lines of the table.
        total: All arrays as one row.
        warnings: Sentences to put below.
    """
    head = "".join(f'<th scope="col">{heading}</th>' for heading in _HEADINGS)
    body = "".join(_line(row) for row in rows)
    said = "".join(f"<li><strong>Warning:</strong> {escape(w)}</li>" for w in warnings)
    return (
        f"<table><caption>{escape(summary(total))}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>" + (f"<ul>{said}</ul>" if said else "")
    )


def _line(row: Row) -> str:
    name, *counts = _cells(row)
    cells = "".join(f"<td>{cell}</td>" for cell in counts)
    return f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        _share(row.trainable, row.weights),
        _share(row.moved, row.weights, trap=row.stuck + row.slipped > 0),
        _share(row.batch_norms_moved, row.batch_norms, trap=row.batch_norms_slipped > 0),
    )


def _share(part: int, whole: int, *, trap: bool = False) -> str:
    return f"{part} of {whole}{' (!)' if trap else ''}" if whole else "-"
