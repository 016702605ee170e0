"""Networks on the two axes of cost, and which of them takes up an idea of which."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from dscourse.figures.drawing import PALETTE, Canvas, Drawing

_LEFT, _TOP, _WIDTH, _HEIGHT, _LINE = 70, 34, 430, 250, 24
_DIGITS = (1, 2, 5)


@dataclass(frozen=True)
class Relative:
    """A network of the family.

    Args:
        name: As it stands in the legend.
        year: Of its first publication.
        multiply_adds: In million, for one image.
        parameters: In million.
        after: Names of the networks whose ideas its paper says it takes up.
    """

    name: str
    year: int
    multiply_adds: float
    parameters: float
    after: tuple[str, ...] = ()


def family_tree(relatives: Sequence[Relative]) -> Drawing:
    """Draw networks by multiply-adds and parameters, both logarithmic, with arrows of descent.

    Args:
        relatives: The networks; those that others come after must be among them.

    Raises:
        ValueError: A network comes after one that is not there.

    >>> one, two = Relative("one", 2016, 4000, 20), Relative("two", 2017, 500, 4, ("one",))
    >>> family_tree([one, two]).alt.partition(". ")[2]
    '1, one, 2016: 4,000 and 20. 2, two, 2017: 500 and 4, after one.'
    """
    known = {relative.name: relative for relative in relatives}
    bottom = _TOP + _HEIGHT
    canvas = Canvas(_LEFT + _WIDTH + 40, bottom + 62 + _LINE * len(relatives))
    across = _Log([r.multiply_adds for r in relatives], _LEFT, _LEFT + _WIDTH)
    rise = _Log([r.parameters for r in relatives], bottom, _TOP)
    _axes(canvas, across, rise, bottom)
    for relative in relatives:
        for name in relative.after:
            if name not in known:
                raise ValueError(f"`after` must name a network of the figure; got {name!r}.")
            ends = [(across(r.multiply_adds), rise(r.parameters)) for r in (known[name], relative)]
            _arrow(canvas, *ends)
    told = []
    for place, relative in enumerate(relatives):
        x, y = across(relative.multiply_adds), rise(relative.parameters)
        _marker(canvas, x, y, place)
        below = bottom + 62 + (place + 0.5) * _LINE
        _marker(canvas, _LEFT, below, place)
        costs = f"{relative.multiply_adds:,.4g} and {relative.parameters:,.3g}"
        text = f"{relative.name}, {relative.year}: {costs}"
        canvas.text(_LEFT + 18, below, text, anchor="start", size=12)
        after = f", after {' and '.join(relative.after)}" if relative.after else ""
        told.append(f"{place + 1}, {text}{after}.")
    return canvas.drawing(f"million multiply-adds and million parameters. {' '.join(told)}")


class _Log:
    """A logarithmic axis from the round number below the least to that above the greatest."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        marks = [d * 10.0**power for power in range(-3, 7) for d in _DIGITS]
        first = max(n for n, mark in enumerate(marks) if mark <= min(values))
        last = min(n for n, mark in enumerate(marks) if mark >= max(values))
        self.marks = marks[first : max(last, first + 1) + 1]
        self.start, self.end = start, end

    def __call__(self, value: float) -> float:
        low, high = log10(self.marks[0]), log10(self.marks[-1])
        return self.start + (log10(value) - low) / (high - low) * (self.end - self.start)


def _axes(canvas: Canvas, across: _Log, rise: _Log, bottom: float) -> None:
    canvas.line(_LEFT, bottom, _LEFT + _WIDTH, bottom)
    canvas.line(_LEFT, bottom, _LEFT, _TOP)
    for mark in across.marks:
        canvas.line(across(mark), bottom, across(mark), bottom + 5)
        canvas.text(across(mark), bottom + 16, f"{mark:,g}", size=12)
    for mark in rise.marks:
        canvas.line(_LEFT - 5, rise(mark), _LEFT, rise(mark))
        canvas.text(_LEFT - 9, rise(mark), f"{mark:,g}", size=12, anchor="end")
    canvas.text(_LEFT + _WIDTH / 2, bottom + 38, "million multiply-adds")
    canvas.text(8, 12, "million parameters", anchor="start")


def _arrow(canvas: Canvas, start: tuple[float, float], end: tuple[float, float]) -> None:
    (x1, y1), (x2, y2) = start, end
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1e-9)
    ux, uy = 14 * (x2 - x1) / length, 14 * (y2 - y1) / length
    if length > 40:
        canvas.arrow(x1 + ux, y1 + uy, x2 - ux, y2 - uy)
    else:
        canvas.line(x1, y1, x2, y2)


def _marker(canvas: Canvas, x: float, y: float, place: int) -> None:
    fill = PALETTE[place % len(PALETTE)]
    canvas.box(x - 9, y - 9, 18, 18, str(place + 1), fill=fill, opacity=0.9, size=12)
