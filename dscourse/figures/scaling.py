"""How much of their time several workers compute, by how many they are."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log2

from dscourse.figures.axis import Axis
from dscourse.figures.drawing import PALETTE, Canvas, Drawing

_LEFT, _TOP, _WIDTH, _HEIGHT, _LINE = 60, 34, 430, 200, 24

Curve = Sequence[tuple[int, float]]  # workers, and the share of time that they compute


def scaling_curves(curves: Mapping[str, Curve]) -> Drawing:
    """Draw a line for each setting: efficiency over the number of workers, which doubles.

    Args:
        curves: For each setting's name its pairs of workers and efficiency, from 0 to 1, in order.

    >>> scaling_curves({"slow wire": [(1, 1.0), (8, 0.4)], "fast wire": [(1, 1.0), (8, 0.9)]}).alt
    'efficiency by number of workers. slow wire: 1.00 with 1, 0.40 with 8; \
fast wire: 1.00 with 1, 0.90 with 8.'
    """
    bottom = _TOP + _HEIGHT
    canvas = Canvas(_LEFT + _WIDTH + 30, bottom + 56 + _LINE * len(curves))
    rise = Axis.around(0.0, 1.0, start=bottom, end=_TOP)
    rise.left(canvas, _LEFT)
    canvas.text(8, 12, "efficiency", anchor="start")
    most = max(workers for curve in curves.values() for workers, _ in curve)

    def across(workers: int) -> float:
        return _LEFT + 10 + (_WIDTH - 20) * log2(workers) / max(log2(most), 1.0)

    canvas.line(_LEFT, bottom, _LEFT + _WIDTH, bottom)
    for power in range(int(log2(most)) + 1):
        canvas.line(across(2**power), bottom, across(2**power), bottom + 5)
        canvas.text(across(2**power), bottom + 16, str(2**power), size=12)
    canvas.text(_LEFT + _WIDTH / 2, bottom + 38, "workers")
    for place, (name, curve) in enumerate(curves.items()):
        points = [(across(workers), rise(share)) for workers, share in curve]
        colour = PALETTE[place % len(PALETTE)]
        for start, end in pairwise(points):
            canvas.line(*start, *end, width=2.5, colour=colour)
        for x, y in points:
            _marker(canvas, x, y, place)
        below = bottom + 56 + (place + 0.5) * _LINE
        _marker(canvas, _LEFT, below, place)
        canvas.text(_LEFT + 16, below, name, anchor="start", size=12)
    told = "; ".join(_told(name, curve) for name, curve in curves.items())
    return canvas.drawing(f"efficiency by number of workers. {told}.")


def _marker(canvas: Canvas, x: float, y: float, place: int) -> None:
    fill = PALETTE[place % len(PALETTE)]
    canvas.box(x - 7, y - 7, 14, 14, str(place + 1), fill=fill, opacity=0.9, size=10)


def _told(name: str, curve: Curve) -> str:
    (first, before), (last, after) = curve[0], curve[-1]
    return f"{name}: {before:.2f} with {first}, {after:.2f} with {last}"
