"""Quantities as bars made of parts, to compare sums and what they consist of."""

from collections.abc import Mapping

from dscourse.figures.drawing import PALETTE, Canvas, Drawing

_ROW = 34
_BAR = 22
_LENGTH = 360


def stacked_bars(rows: Mapping[str, Mapping[str, float]], unit: str) -> Drawing:
    """Draw a bar for each row, made of its parts, with the sum at its end.

    Args:
        rows: For each bar's name its parts: a name and a quantity each.
        unit: What is counted, such as "million multiply-adds".

    >>> stacked_bars({"direct": {"5x5": 9.0}, "reduced": {"1x1": 1.0, "5x5": 2.5}}, "MACs").alt
    'MACs. direct: 9 (5x5 9); reduced: 3.5 (1x1 1, 5x5 2.5).'
    """
    names = list(dict.fromkeys(name for parts in rows.values() for name in parts))
    fills = dict(zip(names, PALETTE, strict=False))
    left = 14 + 8 * max(map(len, rows))
    canvas = Canvas(left + _LENGTH + 90, 44 + _ROW * len(rows))
    _legend(canvas, fills, left)
    scale = _LENGTH / max(sum(parts.values()) for parts in rows.values())
    for place, (name, parts) in enumerate(rows.items()):
        top = 40 + place * _ROW
        canvas.text(4, top + _BAR / 2, name, anchor="start")
        x = float(left)
        for part, amount in parts.items():
            canvas.box(x, top, amount * scale, _BAR, fill=fills[part], opacity=0.7)
            x += amount * scale
        canvas.text(x + 8, top + _BAR / 2, _number(sum(parts.values())), anchor="start")
    return canvas.drawing(f"{unit}. {'; '.join(_told(*row) for row in rows.items())}.", unit)


def _legend(canvas: Canvas, fills: Mapping[str, str], left: int) -> None:
    x = float(left)
    for name, fill in fills.items():
        canvas.box(x, 10, 14, 14, fill=fill, opacity=0.7)
        canvas.text(x + 20, 17, name, anchor="start", size=12)
        x += 40 + 7 * len(name)


def _told(name: str, parts: Mapping[str, float]) -> str:
    listed = ", ".join(f"{part} {_number(amount)}" for part, amount in parts.items())
    return f"{name}: {_number(sum(parts.values()))} ({listed})"


def _number(value: float) -> str:
    return f"{value:,.4g}" if value < 1000 else f"{value:,.0f}"
