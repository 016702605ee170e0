"""What a learning rate does to two tasks at once: a line for each task, a point for each seed."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from dscourse.figures.axis import Axis
from dscourse.figures.drawing import PALETTE, Canvas, Drawing

_LEFT, _TOP, _WIDTH, _HEIGHT, _RADIUS = 60, 46, 420, 220, 4.5


def accuracy_by_rate(
    tasks: Mapping[str, Mapping[float, Sequence[float]]], unit: str = "accuracy"
) -> Drawing:
    """Draw the accuracy of each task over the rates that were tried.

    Rates stand at equal distances, as they were chosen: each is about three times the one before.

    Args:
        tasks: For each task and each rate a number for each seed; all tasks with the same rates.
        unit: What is measured.

    Raises:
        ValueError: There is no task, a rate without seeds, or tasks with different rates.

    >>> digits, letters = {0.001: [0.7], 0.01: [0.1]}, {0.001: [0.9], 0.01: [0.0]}
    >>> accuracy_by_rate({"digits": digits, "letters": letters}).alt
    'accuracy by rate. digits: 0.70 at 0.001, 0.10 at 0.01. letters: 0.90 at 0.001, 0.00 at 0.01.'
    """
    rates = sorted(next(iter(tasks.values()), {}))
    if not rates or any(sorted(task) != rates or not all(task.values()) for task in tasks.values()):
        raise ValueError("`tasks` must hold the same rates for every task, each with its seeds.")
    axis = Axis.around(0.0, 1.0, start=_TOP + _HEIGHT, end=_TOP)
    canvas = Canvas(_LEFT + _WIDTH + 30, _TOP + _HEIGHT + 56)
    axis.left(canvas, _LEFT)
    across = _rates(canvas, rates)
    legend = float(_LEFT)
    for place, (name, task) in enumerate(tasks.items()):
        colour = PALETTE[place % len(PALETTE)]
        canvas.line(legend, 16, legend + 24, 16, width=3.5, colour=colour)
        canvas.text(legend + 30, 16, name, anchor="start", size=12)
        legend += 62 + 7 * len(name)
        means = [(across[rate], axis(_mean(task[rate]))) for rate in rates]
        for start, end in pairwise(means):
            canvas.line(*start, *end, width=3.5, colour=colour)
        for rate in rates:
            for value in task[rate]:
                _point(canvas, across[rate], axis(value), colour)
    told = " ".join(f"{name}: {_told(task, rates)}." for name, task in tasks.items())
    return canvas.drawing(f"{unit} by rate. {told}", f"{unit}; a point for each seed")


def _rates(canvas: Canvas, rates: Sequence[float]) -> dict[float, float]:
    """Draw the axis of rates and return the pixel of each."""
    bottom = _TOP + _HEIGHT
    gap = (_WIDTH - 60) / max(1, len(rates) - 1)
    across = {rate: _LEFT + 30 + gap * place for place, rate in enumerate(rates)}
    canvas.line(_LEFT, bottom, _LEFT + _WIDTH, bottom)
    for rate, x in across.items():
        canvas.line(x, bottom, x, bottom + 5)
        canvas.text(x, bottom + 16, f"{rate:g}", size=12)
    canvas.text(_LEFT + _WIDTH / 2, bottom + 38, "learning rate")
    return across


def _point(canvas: Canvas, x: float, y: float, fill: str) -> None:
    canvas.box(x - _RADIUS, y - _RADIUS, 2 * _RADIUS, 2 * _RADIUS, fill=fill, opacity=0.6)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _told(task: Mapping[float, Sequence[float]], rates: Sequence[float]) -> str:
    return ", ".join(f"{_mean(task[rate]):.2f} at {rate:g}" for rate in rates)
