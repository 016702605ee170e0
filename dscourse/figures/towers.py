"""Towers, from one to one per channel: the chain of the Xception paper, and a dial through it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dscourse.figures.drawing import BLUE, GREEN, ORANGE, PALETTE, SKY, Canvas, Drawing
from dscourse.figures.steps import Step, Steps

_TOWERS_LEFT, _TOWERS_WIDTH = 10, 420
_MATRIX_LEFT, _MATRIX_TOP, _MATRIX_WIDTH = 490, 46, 216
_CURVE_LEFT, _CURVE_WIDTH, _CURVE_TOP, _CURVE_HEIGHT = 66, 364, 312, 130
_EQUAL = 1e-5  # of the output's size: above the rounding of float32, below any real difference


@dataclass(frozen=True)
class TowerSetting:
    """One position of the dial, with everything measured for it.

    Args:
        towers: Number of towers G.
        weights: Weights of the 1x1 and of all 3x3s.
        kernel: The 3x3s as one dense kernel (kh, kw, channels, channels).
        differences: For each other form its name and its largest difference from the towers.
    """

    towers: int
    weights: int
    kernel: npt.NDArray[np.floating]
    differences: Mapping[str, float]


def tower_dial(settings: Sequence[TowerSetting]) -> Steps:
    """Turn from one tower to one per channel: the module, its dense kernel, its cost, its equals.

    Args:
        settings: The positions, in the order of their towers, all with the same channels.

    Returns:
        A picture with a slider over the positions.

    Source: Chollet, "Xception", arXiv:1610.02357, section 1.2 (the spectrum of segments).

    >>> one = TowerSetting(1, 60, np.ones((3, 3, 2, 2)), {"one 1x1 + grouped": 0.0})
    >>> two = TowerSetting(2, 42, np.eye(2) * np.ones((3, 3, 1, 1)), {"one 1x1 + grouped": 0.0})
    >>> tower_dial([one, two])
    Steps of 'Number of towers G', from '1 tower of 2 channels, 60 weights: equal in all forms.'
    """
    background = Canvas(720, 480)
    _curve(background, settings)
    return Steps(background, [_step(s, settings) for s in settings], "Number of towers G")


def _step(setting: TowerSetting, settings: Sequence[TowerSetting]) -> Step:
    canvas = Canvas(720, 480)
    _module(canvas, setting.towers, setting.kernel.shape[2])
    filled = _matrix(canvas, setting.kernel)
    channels = setting.kernel.shape[2]
    canvas.text(
        _MATRIX_LEFT + _MATRIX_WIDTH / 2,
        _MATRIX_TOP + _MATRIX_WIDTH + 16,
        f"{filled} of {channels**2} channel pairs are not zero",
        size=12,
    )
    x, y = _point(setting, settings)
    canvas.box(x - 7, y - 7, 14, 14, fill=ORANGE, opacity=1)
    canvas.text(x + 12, y - 12, f"{setting.weights:,} weights", anchor="start")
    equal = _badges(canvas, setting.differences)
    noun = "tower" if setting.towers == 1 else "towers"
    each = channels // setting.towers
    of = "1 channel" if each == 1 else f"{each} channels"
    verdict = "equal in all forms" if equal else "NOT equal in all forms"
    return Step(f"{setting.towers} {noun} of {of}, {setting.weights:,} weights: {verdict}.", canvas)


def _module(canvas: Canvas, towers: int, channels: int) -> None:
    pitch, segment = _TOWERS_WIDTH / channels, _TOWERS_WIDTH / towers
    canvas.text(_TOWERS_LEFT, 12, f"G = {towers}", size=16, anchor="start")
    canvas.box(_TOWERS_LEFT, 30, _TOWERS_WIDTH, 30, "1x1: mixes all channels", fill=SKY)
    for channel in range(channels):
        left = _TOWERS_LEFT + channel * pitch
        fill = PALETTE[channel * towers // channels % len(PALETTE)]
        canvas.arrow(left + pitch / 2, 60, left + pitch / 2, 80)
        canvas.box(left + 4, 82, pitch - 8, 24, str(channel), fill=fill, opacity=0.7, size=11)
        canvas.arrow(left + pitch / 2, 106, left + pitch / 2, 126)
        canvas.arrow(left + pitch / 2, 176, left + pitch / 2, 196)
    for tower in range(towers):
        fill = PALETTE[tower % len(PALETTE)]
        left = _TOWERS_LEFT + tower * segment
        canvas.box(left + 3, 128, segment - 6, 48, "3x3", fill=fill, size=12)
    canvas.box(_TOWERS_LEFT, 198, _TOWERS_WIDTH, 26, "concatenate")


def _matrix(canvas: Canvas, kernel: npt.NDArray[np.floating]) -> int:
    """Draw how strongly each channel pair is linked, and return how many pairs are."""
    strength = np.sqrt(np.sum(np.square(kernel), axis=(0, 1)))  # (channels in, channels out)
    cell = _MATRIX_WIDTH / len(strength)
    canvas.text(_MATRIX_LEFT, 12, "the 3x3s as one dense kernel", anchor="start")
    canvas.text(_MATRIX_LEFT + _MATRIX_WIDTH / 2, 32, "channel out →", size=12)
    canvas.text(_MATRIX_LEFT - 8, _MATRIX_TOP + 8, "in ↓", size=12, anchor="end")
    canvas.box(_MATRIX_LEFT, _MATRIX_TOP, _MATRIX_WIDTH, _MATRIX_WIDTH)
    for (row, column), value in np.ndenumerate(strength):
        if value:
            left, top = _MATRIX_LEFT + column * cell, _MATRIX_TOP + row * cell
            opacity = 0.25 + 0.65 * float(value / strength.max())
            canvas.box(left + 1, top + 1, cell - 2, cell - 2, fill=BLUE, opacity=opacity)
    return int(np.count_nonzero(strength))


def _curve(canvas: Canvas, settings: Sequence[TowerSetting]) -> None:
    bottom = _CURVE_TOP + _CURVE_HEIGHT
    canvas.text(_CURVE_LEFT, _CURVE_TOP - 26, "weights of the module", anchor="start")
    canvas.line(_CURVE_LEFT, bottom, _CURVE_LEFT + _CURVE_WIDTH, bottom)
    canvas.line(_CURVE_LEFT, bottom, _CURVE_LEFT, _CURVE_TOP - 10)
    canvas.text(_CURVE_LEFT - 8, bottom, "0", size=12, anchor="end")
    most = max(s.weights for s in settings)
    canvas.text(_CURVE_LEFT - 8, _CURVE_TOP, f"{most:,}", size=12, anchor="end")
    canvas.text(_CURVE_LEFT - 26, bottom + 16, "G", size=12)
    points = [_point(setting, settings) for setting in settings]
    for (x1, y1), (x2, y2) in pairwise(points):
        canvas.line(x1, y1, x2, y2, colour=ORANGE)
    for (x, y), setting in zip(points, settings, strict=True):
        canvas.box(x - 4, y - 4, 8, 8, fill=ORANGE, opacity=0.5)
        canvas.text(x, bottom + 16, str(setting.towers), size=12)


def _point(setting: TowerSetting, settings: Sequence[TowerSetting]) -> tuple[float, float]:
    first, last = settings[0].towers, settings[-1].towers
    across = (setting.towers - first) / max(last - first, 1)
    up = setting.weights / max(s.weights for s in settings)
    return _CURVE_LEFT + 14 + across * (_CURVE_WIDTH - 110), _CURVE_TOP + (1 - up) * _CURVE_HEIGHT


def _badges(canvas: Canvas, differences: Mapping[str, float]) -> bool:
    """Draw a badge for each other form, and return whether all are equal."""
    for row, (form, difference) in enumerate(differences.items()):
        equal = difference <= _EQUAL
        said = f"{'✓ equals' if equal else '✗ is not'} {form}\nlargest difference {difference:.1g}"
        fill = GREEN if equal else ORANGE
        top = _CURVE_TOP - 6 + row * 56
        canvas.box(450, top, 262, 46, said, fill=fill, dashed=not equal)
    return max(differences.values()) <= _EQUAL


_PANEL, _GAP = 152, 66
_PANELS: Mapping[str, tuple[Sequence[str], ...]] = {
    # Each column is a tower from the input (below) to the concatenation (above).
    "an Inception module": (("1x1",), ("pool", "1x1"), ("1x1", "3x3"), ("1x1", "3x3", "3x3")),
    "simplified: 3 towers": (("1x1", "3x3"),) * 3,
    "one 1x1, 3 segments": (("", "3x3"),) * 3,
    "extreme: 6 segments": (("", "3x3"),) * 6,
}


def proof_chain() -> Drawing:
    """Draw the four modules of the argument, from Inception to its extreme form.

    Source: Chollet, "Xception", arXiv:1610.02357, figures 1 to 4.

    >>> proof_chain().alt.startswith("Four modules")
    True
    """
    canvas = Canvas(3 * (_PANEL + _GAP) + _PANEL + 4, 256)
    relations = ("simplify", "=", "more\nsegments")
    for place, (title, columns) in enumerate(_PANELS.items()):
        left = 2 + place * (_PANEL + _GAP)
        _panel(canvas, left, columns)
        canvas.text(left + _PANEL / 2, 222, f"figure {place + 1}", size=12)
        canvas.text(left + _PANEL / 2, 242, title, size=14)
        if place:
            canvas.arrow(left - _GAP + 6, 110, left - 6, 110)
            for row, line in enumerate(reversed(relations[place - 1].split("\n"))):
                canvas.text(left - _GAP / 2, 96 - 14 * row, line, size=11)
    return canvas.drawing(
        "Four modules, each with its input below and a concatenation above. "
        "Figure 1, an Inception module: a 1x1; a pool, then 1x1; a 1x1, then 3x3; a 1x1, then "
        "two 3x3s. Figure 2, simplified: three towers of 1x1, then 3x3. Figure 3, equal to it: "
        "one wide 1x1 whose channels are cut into three segments with a 3x3 each. "
        "Figure 4, extreme: one wide 1x1 with a 3x3 for every channel."
    )


def _panel(canvas: Canvas, left: float, columns: Sequence[Sequence[str]]) -> None:
    width, shared = _PANEL / len(columns), not columns[0][0]
    canvas.box(left, 8, _PANEL, 24, "concatenate", size=11)
    canvas.box(left, 184, _PANEL, 22, "input", size=11)
    if shared:
        canvas.box(left, 136, _PANEL, 28, "1x1", fill=SKY)
        canvas.arrow(left + _PANEL / 2, 184, left + _PANEL / 2, 166)
    for number, tower in enumerate(columns):
        x = left + number * width
        middle, below = x + width / 2, 184
        for level, name in enumerate(tower):
            top = 136 - level * 44
            if name:
                fill = SKY if name == "1x1" else PALETTE[number % len(PALETTE)]
                canvas.box(x + 2, top, width - 4, 28, name, fill=fill, size=11)
                canvas.arrow(middle, below, middle, top + 30)
            below = top
        canvas.arrow(middle, below, middle, 34)
