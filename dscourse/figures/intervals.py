"""Accuracies over seeds: every seed as a point, their mean, and how well the mean is known."""

from collections.abc import Mapping, Sequence

from dscourse.figures.axis import Axis
from dscourse.figures.drawing import PALETTE, Canvas, Drawing
from dscourse.statistics import Interval, mean_interval

_ROW = 44
_TOP = 14
_LENGTH = 400
_RADIUS = 4.5


def seed_intervals(rows: Mapping[str, Sequence[float]], unit: str) -> Drawing:
    """Draw a row for each arm: a point for each seed, above it the mean with its 95 % interval.

    Args:
        rows: For each arm's name a number for each seed; at least two seeds.
        unit: What is measured, such as "test accuracy".

    Raises:
        ValueError: There is no arm, or one with fewer than two seeds.

    >>> seed_intervals({"none": [0.80, 0.84, 0.82], "ReLU": [0.70, 0.76, 0.73]}, "accuracy").alt
    'accuracy. none: mean 0.820, 95 % interval 0.770 to 0.870, 3 seeds from 0.800 to 0.840; \
ReLU: mean 0.730, 95 % interval 0.655 to 0.805, 3 seeds from 0.700 to 0.760.'
    """
    if not rows:
        raise ValueError("`rows` must hold at least one arm; got none.")
    found = {name: mean_interval(values) for name, values in rows.items()}
    ends = [end for name, i in found.items() for end in (i.low, i.high, *rows[name])]
    left = 20 + 8 * max(map(len, rows))
    axis = Axis.around(min(ends), max(ends), start=left, end=left + _LENGTH)
    bottom = _TOP + _ROW * len(rows)
    canvas = Canvas(left + _LENGTH + 30, bottom + 52)
    axis.below(canvas, bottom, unit)
    for place, (name, values) in enumerate(rows.items()):
        middle = _TOP + (place + 0.5) * _ROW
        canvas.text(left - 12, middle, name, anchor="end")
        _interval(canvas, axis, found[name], middle - 8)
        for value in values:
            _point(canvas, axis(value), middle + 9, PALETTE[place % len(PALETTE)])
    told = "; ".join(_told(name, found[name], values) for name, values in rows.items())
    return canvas.drawing(f"{unit}. {told}.")


def _interval(canvas: Canvas, axis: "Axis", interval: Interval, y: float) -> None:
    low, high, mean = axis(interval.low), axis(interval.high), axis(interval.mean)
    canvas.line(low, y, high, y, width=2)
    for end in (low, high):
        canvas.line(end, y - 5, end, y + 5, width=2)
    canvas.line(mean, y - 8, mean, y + 8, width=4)


def _point(canvas: Canvas, x: float, y: float, fill: str) -> None:
    canvas.box(x - _RADIUS, y - _RADIUS, 2 * _RADIUS, 2 * _RADIUS, fill=fill, opacity=0.6)


def _told(name: str, interval: Interval, values: Sequence[float]) -> str:
    return (
        f"{name}: mean {interval.mean:.3f}, 95 % interval {interval.low:.3f} to "
        f"{interval.high:.3f}, {len(values)} seeds from {min(values):.3f} to {max(values):.3f}"
    )
