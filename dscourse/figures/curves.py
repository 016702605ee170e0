"""Learning curves as small multiples: a panel for each arm, a thin line for each seed."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from dscourse.figures.axis import Axis
from dscourse.figures.drawing import PALETTE, Canvas, Drawing

Curves = Sequence[Sequence[float]]  # of each seed, a number an epoch

_WIDTH, _HEIGHT = 170, 180
_LEFT, _TOP, _GAP = 50, 64, 28


def learning_curves(arms: Mapping[str, Mapping[str, Curves]], unit: str) -> Drawing:
    """Draw a panel for each arm: thin lines for its seeds, a thick one for their mean.

    Args:
        arms: For each arm what was measured ("training", "validation"), and for each of these a
            curve for each seed, all with a number an epoch.
        unit: What is measured, such as "accuracy".

    Raises:
        ValueError: There is no arm, or curves of different length.

    >>> learning_curves({"plain": {"validation": [[0.2, 0.6], [0.4, 0.8]]}}, "accuracy").alt
    'accuracy by epoch. plain: validation from 0.30 to 0.70 in 2 epochs (mean of 2 seeds).'
    """
    curves = [curve for kinds in arms.values() for seeds in kinds.values() for curve in seeds]
    if not curves or len({len(curve) for curve in curves}) > 1:
        raise ValueError("`arms` must hold curves, all with the same number of epochs.")
    values = [value for curve in curves for value in curve]
    rise = Axis.around(min(values), max(values), start=_TOP + _HEIGHT, end=_TOP)
    kinds = list(dict.fromkeys(kind for measured in arms.values() for kind in measured))
    canvas = Canvas(_LEFT + len(arms) * (_WIDTH + _GAP), _TOP + _HEIGHT + 50)
    _legend(canvas, kinds)
    for place, (name, measured) in enumerate(arms.items()):
        left = _LEFT + place * (_WIDTH + _GAP)
        canvas.text(left + _WIDTH / 2, _TOP - 18, name)
        rise.left(canvas, left, written=place == 0)
        across = _epochs(canvas, left, len(curves[0]))
        for kind, seeds in measured.items():
            colour = PALETTE[kinds.index(kind) % len(PALETTE)]
            for curve in seeds:
                _line(canvas, across, rise, curve, colour, 0.8)
            _line(canvas, across, rise, _mean(seeds), colour, 3.5)
    told = " ".join(f"{name}: {_told(measured)}." for name, measured in arms.items())
    return canvas.drawing(f"{unit} by epoch. {told}", f"{unit} by epoch; thick: mean of the seeds")


def _legend(canvas: Canvas, kinds: Sequence[str]) -> None:
    x = float(_LEFT)
    for place, kind in enumerate(kinds):
        canvas.line(x, 14, x + 24, 14, width=3.5, colour=PALETTE[place % len(PALETTE)])
        canvas.text(x + 30, 14, kind, anchor="start", size=12)
        x += 56 + 7 * len(kind)


def _epochs(canvas: Canvas, left: float, count: int) -> list[float]:
    """Draw the axis of epochs and return the pixel of each."""
    bottom = _TOP + _HEIGHT
    across = [left + 12 + (_WIDTH - 24) * n / max(1, count - 1) for n in range(count)]
    canvas.line(left, bottom, left + _WIDTH, bottom)
    for number, x in enumerate(across, start=1):
        canvas.line(x, bottom, x, bottom + 5)
        canvas.text(x, bottom + 16, str(number), size=12)
    canvas.text(left + _WIDTH / 2, bottom + 36, "epoch", size=12)
    return across


def _line(
    canvas: Canvas,
    across: Sequence[float],
    rise: Axis,
    curve: Sequence[float],
    colour: str,
    width: float,
) -> None:
    points = [(x, rise(value)) for x, value in zip(across, curve, strict=True)]
    for start, end in pairwise(points):
        canvas.line(*start, *end, width=width, colour=colour)


def _mean(seeds: Curves) -> list[float]:
    return [sum(values) / len(seeds) for values in zip(*seeds, strict=True)]


def _told(measured: Mapping[str, Curves]) -> str:
    parts = []
    for kind, seeds in measured.items():
        mean = _mean(seeds)
        parts.append(
            f"{kind} from {mean[0]:.2f} to {mean[-1]:.2f} in {len(mean)} epochs "
            f"(mean of {len(seeds)} seeds)"
        )
    return "; ".join(parts)
