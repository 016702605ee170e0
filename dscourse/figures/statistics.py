"""A moving mean that runs after the means of the batches, for a momentum of one's choice."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dscourse.figures.drawing import BLUE, ORANGE, Canvas
from dscourse.figures.steps import Step, Steps

_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 600, 20, 250

Values = npt.NDArray[np.floating]


def moving_means(batches: Values, momentum: float) -> Values:
    """Return the moving mean at the start, 0, and after each batch.

    Args:
        batches: The mean (n,) of each batch.
        momentum: The share of the old value that each step keeps.

    Returns:
        Values (n + 1,).

    >>> moving_means(np.array([1.0, 1.0]), 0.5).tolist()
    [0.0, 0.5, 0.75]
    """
    values = [0.0]
    for mean in batches:
        values.append(momentum * values[-1] + (1 - momentum) * float(mean))
    return np.array(values)


def statistic_tracker(batches: Values, momenta: Sequence[float]) -> Steps:
    """Show how a moving mean follows the batches' means, with a slider over the momentum.

    Args:
        batches: The mean (n,) of each batch; they sway around a value above 0.
        momenta: From 0 to below 1.

    >>> statistic_tracker(np.full(20, 2.0), [0.9])
    Steps of 'Momentum', from 'Momentum 0.9: half-way after 7 steps, 88 % of the way after 20.'
    """
    scale = _Scale(len(batches), float(batches.max()))
    background = scale.canvas()
    _axes(background, scale, float(batches.mean()))
    for step, mean in enumerate(batches, start=1):
        x, y = scale.place(step, float(mean))
        background.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{ORANGE}" fill-opacity="0.75"/>'
        )
    return Steps(background, [_step(batches, m, scale) for m in momenta], "Momentum")


class _Scale:
    """Where a step and a value stand on the canvas."""

    def __init__(self, steps: int, highest: float) -> None:
        self.steps, self.highest = steps, 1.05 * highest

    def canvas(self) -> Canvas:
        return Canvas(_RIGHT + 20, _BOTTOM + 44)

    def place(self, step: float, value: float) -> tuple[float, float]:
        x = _LEFT + (_RIGHT - _LEFT) * step / self.steps
        return x, _BOTTOM - (_BOTTOM - _TOP) * value / self.highest


def _axes(canvas: Canvas, scale: _Scale, target: float) -> None:
    canvas.line(_LEFT, _BOTTOM, _RIGHT, _BOTTOM, width=1)
    canvas.line(_LEFT, _TOP, _LEFT, _BOTTOM, width=1)
    for value in (0.0, target):
        _, y = scale.place(0, value)
        canvas.text(_LEFT - 8, y, f"{value:.1f}", anchor="end", size=12)
        canvas.line(_LEFT, y, _RIGHT, y, width=0.6)
    for step in np.linspace(0, scale.steps, 5).round().astype(int):
        x, _ = scale.place(int(step), 0)
        canvas.text(x, _BOTTOM + 16, str(step), size=12)
    canvas.text((_LEFT + _RIGHT) / 2, _BOTTOM + 36, "steps of training", size=12)


def _step(batches: Values, momentum: float, scale: _Scale) -> Step:
    values = moving_means(batches, momentum)
    canvas = scale.canvas()
    points = " ".join("{:.1f},{:.1f}".format(*scale.place(n, v)) for n, v in enumerate(values))
    canvas.parts.append(
        f'<polyline points="{points}" fill="none" stroke="{BLUE}" stroke-width="3"/>'
    )
    target = float(batches.mean())
    reached = np.flatnonzero(values >= target / 2)
    half = f"half-way after {reached[0]} steps" if reached.size else "never half-way"
    way = values[-1] / target
    return Step(
        f"Momentum {momentum:g}: {half}, {100 * way:.0f} % of the way after {len(batches)}.",
        canvas,
    )
