"""Accuracy against the number of labels a class: a line for each arm, an interval at each."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from dscourse.figures.axis import Axis
from dscourse.figures.drawing import PALETTE, Canvas, Drawing
from dscourse.statistics import Interval, mean_interval

Measured = Mapping[int, Sequence[float]]  # for each number of labels, a number for each seed

_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 330, 14, 310
_NAMES, _LINE = 362, 22  # where the names stand, and how close two of them may be
_ASIDE = 15  # from arm to arm at one number of labels, or their intervals would hide each other
_DASHES = ("", "7 4", "2 3", "9 3 2 3", "4 2")  # so that arms are told apart in grey


def few_labels(arms: Mapping[str, Measured], unit: str, chance: float) -> Drawing:
    """Draw how well each arm does with few and with more labels.

    Args:
        arms: For each arm its measurements; all arms have the same numbers of labels, two or more.
        unit: What is measured, such as "test accuracy".
        chance: What guessing reaches; drawn as a thin line.

    Raises:
        ValueError: There is no arm, or the numbers of labels differ or are fewer than two.

    >>> few_labels({"a": {5: [0.5, 0.6], 20: [0.7, 0.9]}}, "accuracy", 0.1).alt
    'accuracy by labels a class; chance is 0.10. a: 0.550 with 5, 0.800 with 20.'
    """
    counts = sorted({count for measured in arms.values() for count in measured})
    if len(counts) < 2 or any(sorted(measured) != counts for measured in arms.values()):
        raise ValueError("`arms` must hold arms that all have the same two or more label numbers.")
    found = {name: [mean_interval(own[count]) for count in counts] for name, own in arms.items()}
    ends = [end for row in found.values() for i in row for end in (i.low, i.high)]
    rise = Axis.around(min(chance, *ends), max(ends), start=_BOTTOM, end=_TOP)
    canvas = Canvas(_NAMES + 10 + 8 * max(map(len, arms)), _BOTTOM + 52)
    rise.left(canvas, _LEFT)
    middles = _across(canvas, counts)
    canvas.line(_LEFT, rise(chance), _RIGHT, rise(chance), width=0.7)
    canvas.text((_LEFT + _RIGHT) / 2, rise(chance) + 10, "chance", size=12)
    heights = _apart([rise(row[-1].mean) for row in found.values()])
    for place, (name, row) in enumerate(found.items()):
        xs = [x + (place - (len(arms) - 1) / 2) * _ASIDE for x in middles]
        _arm(canvas, xs, row, rise, place)
        canvas.line(xs[-1] + 7, rise(row[-1].mean), _NAMES - 6, heights[place], width=0.7)
        canvas.text(_NAMES, heights[place], name, anchor="start")
    told = " ".join(_told(name, row, counts) for name, row in found.items())
    return canvas.drawing(
        f"{unit} by labels a class; chance is {chance:.2f}. {told}",
        f"{unit}; a bar is the 95 % interval of the mean over the seeds",
    )


def _across(canvas: Canvas, counts: Sequence[int]) -> list[float]:
    """Draw the axis of labels, in equal steps whatever the numbers, and return their pixels."""
    canvas.line(_LEFT, _BOTTOM, _RIGHT, _BOTTOM)
    room = (_RIGHT - _LEFT) / len(counts)
    xs = [_LEFT + room * (place + 0.5) for place in range(len(counts))]
    for x, count in zip(xs, counts, strict=True):
        canvas.text(x, _BOTTOM + 16, str(count), size=12)
    canvas.text((_LEFT + _RIGHT) / 2, _BOTTOM + 38, "labels a class")
    return xs


def _arm(
    canvas: Canvas, xs: Sequence[float], row: Sequence[Interval], rise: Axis, place: int
) -> None:
    colour, dash = PALETTE[place % len(PALETTE)], _DASHES[place % len(_DASHES)]
    path = " ".join(f"{x:.1f},{rise(i.mean):.1f}" for x, i in zip(xs, row, strict=True))
    canvas.parts.append(
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5" '
        f'stroke-dasharray="{dash or "none"}"/>'
    )
    for x, interval in zip(xs, row, strict=True):
        canvas.line(x, rise(interval.low), x, rise(interval.high), width=2)
        for end in (interval.low, interval.high):
            canvas.line(x - 4, rise(end), x + 4, rise(end), width=2)
        canvas.box(x - 5, rise(interval.mean) - 5, 10, 10, fill=colour, opacity=1)


def _apart(heights: Sequence[float]) -> list[float]:
    """Move names until none is closer to another than a line, and none is below the picture."""
    placed = list(heights)
    order = sorted(range(len(placed)), key=lambda n: placed[n])
    for above, below in pairwise(order):
        placed[below] = max(placed[below], placed[above] + _LINE)
    placed[order[-1]] = min(placed[order[-1]], float(_BOTTOM))
    for below, above in pairwise(reversed(order)):
        placed[above] = min(placed[above], placed[below] - _LINE)
    return placed


def _told(name: str, row: Sequence[Interval], counts: Sequence[int]) -> str:
    pairs = zip(row, counts, strict=True)
    return f"{name}: {', '.join(f'{i.mean:.3f} with {count}' for i, count in pairs)}."
