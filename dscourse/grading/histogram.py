"""How the points of a class are distributed, as a drawing."""

from collections.abc import Sequence

from dscourse.figures.axis import Axis
from dscourse.figures.drawing import BLUE, Canvas, Drawing

_WIDTH = 560
_HEIGHT = 180
_LEFT = 46
_TOP = 26
_MOST_BARS = 12


def histogram(points: Sequence[int], total: int) -> Drawing:
    """Draw how many students have how many points.

    Args:
        points: Of each student.
        total: The points that can be earned.

    Raises:
        ValueError: There is nothing to draw.

    >>> histogram([0, 2, 2, 3], 3).alt
    'Points of 4 students, out of 3. 0: 1 student; 1: 0 students; 2: 2 students; 3: 1 student.'
    """
    if not points or total < 1:
        raise ValueError("`points` must hold one student, and `total` be 1 or more.")
    bins = _bins(total)
    counts = [sum(low <= p <= high for p in points) for low, high in bins]
    canvas = Canvas(_LEFT + _WIDTH + 20, _TOP + _HEIGHT + 62)
    bottom = _TOP + _HEIGHT
    axis = Axis.around(0, max(*counts, 4), start=bottom, end=_TOP)
    axis.left(canvas, _LEFT)
    canvas.text(_LEFT - 36, 10, "students", anchor="start", size=12)
    step = _WIDTH / len(bins)
    for place, ((low, high), count) in enumerate(zip(bins, counts, strict=True)):
        x = _LEFT + place * step
        if count:
            top = axis(count)
            canvas.box(x + 3, top, step - 6, bottom - top, fill=BLUE, opacity=0.7)
            canvas.text(x + step / 2, top - 9, str(count), size=12)
        canvas.text(x + step / 2, bottom + 16, _name(low, high), size=12)
    canvas.line(_LEFT, bottom, _LEFT + _WIDTH, bottom)
    canvas.text(_LEFT + _WIDTH / 2, bottom + 42, f"points, out of {total}")
    told = "; ".join(
        f"{_name(low, high)}: {count} {'student' if count == 1 else 'students'}"
        for (low, high), count in zip(bins, counts, strict=True)
    )
    return canvas.drawing(f"Points of {len(points)} students, out of {total}. {told}.")


def _bins(total: int) -> list[tuple[int, int]]:
    """Cut 0 to `total` into ranges of whole points, the first and the last point included."""
    width = -(-(total + 1) // _MOST_BARS)
    return [(low, min(low + width - 1, total)) for low in range(0, total + 1, width)]


def _name(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"
