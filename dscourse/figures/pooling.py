"""What three heads read of one map of features: every number, or one a channel."""

from typing import Any

import numpy as np
import numpy.typing as npt

from dscourse.figures.drawing import BLUE, GREEN, ORANGE, Canvas, Drawing

Map = npt.NDArray[np.floating[Any]]

_CELL, _SMALL = 36, 13  # of a place in the map, and in the flattened row
_LEFT, _TOP, _GAP = 4, 44, 18
_ARROW, _BOX = 46, 58


def pooled_vectors(feature_map: Map) -> Drawing:
    """Draw the channels of a map, and beside each what flattening and pooling keep of it.

    Args:
        feature_map: (height, width, channels), a few of each; nothing below 0, as behind a ReLU.

    Raises:
        ValueError: The map has not three axes, or holds something below 0.

    >>> pooled_vectors(np.array([[[1.0], [3.0]]])).alt[:66]
    'A map of 1 x 2 places with 1 channel. Flattened, 2 numbers remain.'
    """
    if feature_map.ndim != 3 or feature_map.min() < 0:
        raise ValueError(
            "`feature_map` must be (height, width, channels) and nowhere below 0; got shape "
            f"{feature_map.shape} with the least value {feature_map.min():g}."
        )
    height, width, channels = feature_map.shape
    flat = _LEFT + width * _CELL + _ARROW
    avg = flat + height * width * _SMALL + _ARROW
    highest = avg + _BOX + 22
    bottom = _TOP + channels * (height * _CELL + _GAP)
    canvas = Canvas(highest + _BOX + _LEFT, bottom + 30)
    canvas.text(_LEFT + width * _CELL / 2, 18, "map")
    for name, middle, kept in (
        ("flatten", flat + height * width * _SMALL / 2, height * width),
        ("avg", avg + _BOX / 2, 1),
        ("max", highest + _BOX / 2, 1),
    ):
        canvas.text(middle, 18, name)
        canvas.text(middle, bottom + 8, _counted(kept * channels, "number"), size=12)
    peak = float(feature_map.max()) or 1.0
    for number in range(channels):
        top = _TOP + number * (height * _CELL + _GAP)
        shades = _Channel(canvas, feature_map[..., number], peak, top)
        shades.grid()
        shades.flattened(flat)
        shades.pooled(avg, float(feature_map[..., number].mean()), GREEN)
        shades.pooled(highest, float(feature_map[..., number].max()), ORANGE)
        for x in (flat, avg):
            canvas.arrow(x - _ARROW + 8, shades.middle, x - 8, shades.middle)
    return canvas.drawing(_told(feature_map))


class _Channel:
    """One channel of the map, drawn in several ways at one height."""

    def __init__(self, canvas: Canvas, values: Map, peak: float, top: float) -> None:
        self.canvas, self.values, self.peak, self.top = canvas, values, peak, top
        self.middle = top + len(values) * _CELL / 2

    def grid(self) -> None:
        for (row, column), value in np.ndenumerate(self.values):
            x, y = _LEFT + column * _CELL, self.top + row * _CELL
            self._box(x, y, _CELL, _CELL, float(value), BLUE, written=True)

    def flattened(self, x: float) -> None:
        for place, value in enumerate(self.values.ravel()):
            self._box(x + place * _SMALL, self.middle - 13, _SMALL, 26, float(value), BLUE)

    def pooled(self, x: float, value: float, fill: str) -> None:
        self._box(x, self.middle - 15, _BOX, 30, value, fill, written=True)

    def _box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        value: float,
        fill: str,
        *,
        written: bool = False,
    ) -> None:
        shade, text = round(0.65 * value / self.peak, 3), f"{value:.1f}" if written else ""
        self.canvas.box(x, y, width, height, text, fill=fill, opacity=shade, size=12)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _told(feature_map: Map) -> str:
    height, width, channels = feature_map.shape
    of_each = "; of ".join(
        f"channel {number} the mean is {values.mean():.1f} and the maximum {values.max():.1f}"
        for number, values in enumerate(np.moveaxis(feature_map, -1, 0), start=1)
    )
    return (
        f"A map of {height} x {width} places with {_counted(channels, 'channel')}. Flattened, "
        f"{_counted(feature_map.size, 'number')} remain. Of {of_each}."
    )
