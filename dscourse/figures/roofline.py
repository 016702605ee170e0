"""The roofline: how fast a machine can be at all, and how fast pieces of work are on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log2, log10

from dscourse.figures.drawing import PALETTE, Canvas, Drawing

_LEFT, _TOP, _WIDTH, _HEIGHT = 70, 30, 520, 260
_LINE = 24  # of the legend


@dataclass(frozen=True)
class Work:
    """A piece of work that was timed: a point under the roof.

    Args:
        name: What it is.
        intensity: Operations for each byte moved.
        gflops: Billions of operations a second that were reached.
    """

    name: str
    intensity: float
    gflops: float


def roofline(peak: float, bandwidth: float, points: Sequence[Work]) -> Drawing:
    """Draw the most that a machine can do at each arithmetic intensity, and work below it.

    No work is faster than the processor's peak, nor than memory brings its bytes: the roof is the
    smaller of `peak` and `intensity * bandwidth`. Both axes are logarithmic.

    Args:
        peak: Billions of operations a second.
        bandwidth: Billions of bytes a second.
        points: What was timed.

    Raises:
        ValueError: There are no points, or a quantity is not positive.

    Source: Williams, Waterman and Patterson, "Roofline", Communications of the ACM 52(4), 2009.

    >>> print(roofline(100, 20, [Work("copy", 0.5, 8)]).alt)
    Roofline. The roof rises with the intensity up to 5 operations a byte, then it is flat at 100 \
billion operations a second. 1, copy: 0.5 operations a byte, 8 billion a second, 80 % of the roof.
    """
    _require_positive(peak, bandwidth, points)
    plot = _Plot.around(peak, bandwidth, points)
    canvas = Canvas(_LEFT + _WIDTH + 20, _TOP + _HEIGHT + 62 + _LINE * len(points))
    plot.axes(canvas)
    plot.roof(canvas)
    told = []
    for number, work in enumerate(points, start=1):
        share = work.gflops / min(peak, work.intensity * bandwidth)
        text = (
            f"{work.name}: {work.intensity:.3g} operations a byte, {work.gflops:.3g} billion a "
            f"second, {share:.0%}".replace("%", " %")
            + " of the roof"
        )
        fill = PALETTE[(number - 1) % len(PALETTE)]
        _marker(canvas, plot.x(work.intensity), plot.y(work.gflops), number, fill)
        below = _TOP + _HEIGHT + 62 + (number - 0.5) * _LINE
        _marker(canvas, _LEFT, below, number, fill)
        canvas.text(_LEFT + 18, below, text, anchor="start")
        told.append(f"{number}, {text}.")
    return canvas.drawing(
        f"Roofline. The roof rises with the intensity up to {peak / bandwidth:.3g} operations a "
        f"byte, then it is flat at {peak:.3g} billion operations a second. {' '.join(told)}"
    )


@dataclass(frozen=True)
class _Plot:
    """Where quantities stand on the two logarithmic axes."""

    peak: float
    bandwidth: float
    doublings: tuple[int, int]  # of the intensity, from the left edge to the right
    decades: tuple[float, float]  # of the speed, from the bottom to the top

    @classmethod
    def around(cls, peak: float, bandwidth: float, points: Sequence[Work]) -> "_Plot":
        ridge = peak / bandwidth
        at = [log2(work.intensity) for work in points]
        left = min(floor(min(at)) - 1, floor(log2(ridge)) - 2)
        right = max(ceil(max(at)) + 1, ceil(log2(ridge)) + 2)
        speeds = [work.gflops for work in points]
        lowest = log10(min([*speeds, bandwidth * 2**left])) - 0.1
        return cls(peak, bandwidth, (left, right), (lowest, log10(max([*speeds, peak])) + 0.2))

    def x(self, intensity: float) -> float:
        left, right = self.doublings
        return _LEFT + _WIDTH * (log2(intensity) - left) / (right - left)

    def y(self, gflops: float) -> float:
        low, high = self.decades
        return _TOP + _HEIGHT * (high - log10(gflops)) / (high - low)

    def axes(self, canvas: Canvas) -> None:
        bottom = _TOP + _HEIGHT
        canvas.line(_LEFT, bottom, _LEFT + _WIDTH, bottom)
        canvas.line(_LEFT, _TOP, _LEFT, bottom)
        for doubling in range(self.doublings[0], self.doublings[1] + 1):
            x = self.x(2.0**doubling)
            canvas.line(x, bottom, x, bottom + 5)
            name = f"1/{2**-doubling}" if doubling < 0 else str(2**doubling)
            canvas.text(x, bottom + 16, name, size=12)
        for decade in range(ceil(self.decades[0]), floor(self.decades[1]) + 1):
            y = self.y(10.0**decade)
            canvas.line(_LEFT - 5, y, _LEFT, y)
            canvas.text(_LEFT - 10, y, f"{10.0**decade:g}", size=12, anchor="end")
        canvas.text(_LEFT + _WIDTH / 2, bottom + 38, "operations for each byte moved")
        canvas.text(8, 12, "billion operations a second", anchor="start")

    def roof(self, canvas: Canvas) -> None:
        ridge = self.peak / self.bandwidth
        foot = 2.0 ** self.doublings[0]
        corner = self.x(ridge), self.y(self.peak)
        canvas.line(self.x(foot), self.y(foot * self.bandwidth), *corner, width=3)
        canvas.line(*corner, _LEFT + _WIDTH, corner[1], width=3)
        canvas.text(_LEFT + _WIDTH, corner[1] - 12, f"peak {self.peak:.3g}", anchor="end")
        middle = 2 ** ((self.doublings[0] + log2(ridge)) / 2)
        beside = self.x(middle) + 14, self.y(middle * self.bandwidth) + 6
        canvas.text(*beside, f"memory {self.bandwidth:.3g} GB/s", anchor="start")


def _marker(canvas: Canvas, x: float, y: float, number: int, fill: str) -> None:
    canvas.parts.append(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="10" fill="{fill}" fill-opacity="0.7" '
        'stroke="currentColor"/>'
    )
    canvas.text(x, y, str(number), size=12)


def _require_positive(peak: float, bandwidth: float, points: Sequence[Work]) -> None:
    if not points:
        raise ValueError("`points` must hold at least one `Work`; got none.")
    for name, value in [("peak", peak), ("bandwidth", bandwidth)] + [
        (f"{part} of {work.name}", getattr(work, part))
        for work in points
        for part in ("intensity", "gflops")
    ]:
        if not value > 0:
            raise ValueError(f"`{name}` must be positive; got {value}.")
