"""Accuracy against cost: which networks no other beats at both."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dscourse.figures.axis import Axis
from dscourse.figures.drawing import PALETTE, Canvas, Drawing
from dscourse.statistics import Interval, mean_interval

_LEFT, _TOP, _WIDTH, _HEIGHT = 60, 34, 440, 220
_LINE = 24  # of the legend


@dataclass(frozen=True)
class Trained:
    """A network that was trained with several seeds: a point of the figure.

    Args:
        name: As it stands in the legend.
        cost: In the figure's unit.
        accuracies: One for each seed, at least two.
    """

    name: str
    cost: float
    accuracies: Sequence[float]


def frontier(points: Sequence[Trained], cost: str, unit: str = "test accuracy") -> Drawing:
    """Draw mean accuracies with their 95 % intervals over what the networks cost.

    A network is on the frontier if no other has a higher mean at no higher cost; a line leads from
    one of these to the next. It is a line through means, and says nothing of their intervals.

    Args:
        points: The networks.
        cost: What a network costs, with its unit, such as "million multiply-adds".
        unit: What is measured.

    Raises:
        ValueError: There is no network, or one with fewer than two seeds.

    >>> small, large = Trained("small", 2, [0.7, 0.8]), Trained("large", 5, [0.7, 0.6])
    >>> frontier([small, large], "M").alt.partition(". ")[2]
    '1, small: 2 M, 0.750 [0.115, 1.385], on the frontier. 2, large: 5 M, 0.650 [0.015, 1.285].'
    """
    if not points:
        raise ValueError("`points` must hold at least one network; got none.")
    found = [mean_interval(point.accuracies) for point in points]
    best = _frontier(points, found)
    bottom = _TOP + _HEIGHT
    across = Axis.around(0.0, max(p.cost for p in points) * 1.02, start=_LEFT, end=_LEFT + _WIDTH)
    ends = [end for interval in found for end in (interval.low, interval.high)]
    rise = Axis.around(min(ends), max(ends), start=bottom, end=_TOP)
    canvas = Canvas(_LEFT + _WIDTH + 30, bottom + 60 + _LINE * len(points))
    across.below(canvas, bottom, cost)
    rise.left(canvas, _LEFT)
    canvas.text(8, 12, unit, anchor="start")
    way = [(across(points[place].cost), rise(found[place].mean)) for place in best]
    for start, end in pairwise(way):
        canvas.line(*start, *end, width=1.5)
    for point, interval in zip(points, found, strict=True):  # below all markers
        _whisker(canvas, across(point.cost), rise(interval.low), rise(interval.high))
    told = []
    for place, (point, interval) in enumerate(zip(points, found, strict=True)):
        text = f"{point.name}: {point.cost:,.3g} {cost}, {interval}"
        _marker(canvas, across(point.cost), rise(interval.mean), place)
        below = bottom + 60 + (place + 0.5) * _LINE
        _marker(canvas, _LEFT, below, place)
        canvas.text(_LEFT + 18, below, text, anchor="start", size=12)
        told.append(f"{place + 1}, {text}{', on the frontier' if place in best else ''}.")
    return canvas.drawing(f"{unit} over {cost}. {' '.join(told)}")


def _frontier(points: Sequence[Trained], found: Sequence[Interval]) -> list[int]:
    """Return the places of the networks that no other beats, the cheapest first."""
    order = sorted(range(len(points)), key=lambda p: (points[p].cost, -found[p].mean))
    best: list[int] = []
    for place in order:
        if not best or found[place].mean > found[best[-1]].mean:
            best.append(place)
    return best


def _whisker(canvas: Canvas, x: float, low: float, high: float) -> None:
    canvas.line(x, low, x, high, width=1.5)
    for end in (low, high):
        canvas.line(x - 5, end, x + 5, end)


def _marker(canvas: Canvas, x: float, y: float, place: int) -> None:
    fill = PALETTE[place % len(PALETTE)]
    canvas.box(x - 9, y - 9, 18, 18, str(place + 1), fill=fill, opacity=0.9, size=12)
