"""Where the windows of a convolution land along one axis, with and without padding."""

from dataclasses import dataclass

from dscourse.conv import output_size, same_padding
from dscourse.figures.drawing import GREEN, ORANGE, PALETTE, Canvas, Drawing

_CELL = 36
_LEFT = 230


@dataclass(frozen=True)
class _Strip:
    name: str
    before: int
    after: int
    outputs: int


def padding_strips(size: int, k: int, stride: int) -> Drawing:
    """Draw one row of pixels with its zeros and windows: valid, same, and symmetric padding.

    Args:
        size: Pixels along the axis.
        k: Taps of the kernel.
        stride: Step between two windows.

    >>> padding_strips(6, 3, 2).alt.splitlines()[1]
    'same (TensorFlow, Keras): 0 zeros before, 1 after, windows start at 0, 2, 4.'
    """
    before, after = same_padding(size, k, stride)
    both = k // 2
    strips = [
        _Strip("valid", 0, 0, output_size(size, k, stride)),
        _Strip("same (TensorFlow, Keras)", before, after, -(-size // stride)),
        _Strip(f"{both} on both sides", both, both, output_size(size + 2 * both, k, stride)),
    ]
    tallest = max(strip.outputs for strip in strips)
    lane = _CELL + 14 * tallest + 34
    margin = max(both, before, after)
    canvas = Canvas(_LEFT + (size + 2 * margin) * _CELL + 10, lane * len(strips))
    for number, strip in enumerate(strips):
        _draw(canvas, strip, size, k, stride, (_LEFT + margin * _CELL, number * lane + 10))
    return canvas.drawing("\n".join(_told(strip, stride) for strip in strips))


def _draw(
    canvas: Canvas, strip: _Strip, size: int, k: int, stride: int, origin: tuple[int, int]
) -> None:
    left, top = origin
    canvas.text(0, top + _CELL / 2, strip.name, anchor="start", size=14)
    used = max((strip.outputs - 1) * stride + k, 0)  # cells from the first window to the last
    for cell in range(-strip.before, size + strip.after):
        zero = not 0 <= cell < size
        unseen = cell + strip.before >= used
        canvas.box(
            left + cell * _CELL,
            top,
            _CELL,
            _CELL,
            "0" if zero else f"x{cell}",
            fill=ORANGE if zero else "none",
            dashed=unseen,
        )
    for window in range(strip.outputs):
        start = left + (window * stride - strip.before) * _CELL
        y = top + _CELL + 8 + 14 * window
        fill = PALETTE[0] if window % 2 == 0 else GREEN
        canvas.box(start + 2, y, k * _CELL - 4, 9, fill=fill, opacity=0.8)


def _told(strip: _Strip, stride: int) -> str:
    starts = ", ".join(str(n * stride - strip.before) for n in range(strip.outputs))
    return (
        f"{strip.name}: {strip.before} zeros before, {strip.after} after, "
        f"windows start at {starts}."
    )
