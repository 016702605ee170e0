"""A horizontal or vertical axis with round numbers, shared by the figures of measurements."""

from dataclasses import dataclass
from math import ceil, floor, log10

from dscourse.figures.drawing import Canvas

_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True)
class Axis:
    """Places numbers on a line of pixels.

    Args:
        low: The number at its start.
        high: The number at its end; not `low`.
        start: The pixel of `low`.
        end: The pixel of `high`; smaller than `start` on an axis that rises.
        step: From one tick to the next.
    """

    low: float
    high: float
    start: float
    end: float
    step: float

    @classmethod
    def around(cls, low: float, high: float, *, start: float, end: float) -> "Axis":
        """Return an axis that holds the numbers between two, with at most seven ticks.

        >>> axis = Axis.around(0.71, 0.88, start=0, end=100)
        >>> axis.low, axis.high, axis.ticks()
        (0.7, 0.9, ['0.70', '0.75', '0.80', '0.85', '0.90'])
        """
        spread = (high - low) or abs(high) or 1.0
        least = spread / 5
        unit = 10.0 ** floor(log10(least))
        step = next(unit * s for s in _STEPS if unit * s >= least * (1 - 1e-9))
        first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
        digits = max(0, -floor(log10(step)))
        low, high = round(first * step, digits), round(max(last, first + 1) * step, digits)
        return cls(low, high, start, end, step)

    def __call__(self, value: float) -> float:
        """Return the pixel of a number."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def values(self) -> list[float]:
        """Return the numbers at the ticks."""
        count = round((self.high - self.low) / self.step)
        return [self.low + place * self.step for place in range(count + 1)]

    def ticks(self) -> list[str]:
        """Return the numbers at the ticks as they are written."""
        digits = max(0, -floor(log10(self.step) + 1e-9))
        return [f"{value:,.{digits}f}" for value in self.values()]

    def below(self, canvas: Canvas, y: float, title: str = "") -> None:
        """Draw the axis as a horizontal line at `y`, its numbers and its title below."""
        canvas.line(self.start, y, self.end, y)
        for value, text in zip(self.values(), self.ticks(), strict=True):
            canvas.line(self(value), y, self(value), y + 5)
            canvas.text(self(value), y + 16, text, size=12)
        canvas.text((self.start + self.end) / 2, y + 38, title)

    def left(self, canvas: Canvas, x: float, *, written: bool = True) -> None:
        """Draw the axis as a vertical line at `x`, its numbers to the left unless not `written`."""
        canvas.line(x, self.start, x, self.end)
        for value, text in zip(self.values(), self.ticks(), strict=True):
            canvas.line(x - 5, self(value), x, self(value))
            if written:
                canvas.text(x - 9, self(value), text, size=12, anchor="end")
