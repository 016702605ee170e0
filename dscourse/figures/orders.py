"""The two orders of a separable convolution: what differs, and why a stack hides it."""

from dscourse.figures.drawing import BLUE, GREEN, ORANGE, Canvas, Drawing

_POINTWISE, _DEPTHWISE, _RELU = ("1x1", BLUE), ("3x3 for\neach channel", ORANGE), ("ReLU", GREEN)


def two_differences() -> Drawing:
    """Draw the extreme Inception module above a separable convolution.

    >>> "no ReLU between" in two_differences().alt
    True
    """
    rows: dict[str, list[tuple[str, str] | None]] = {
        "extreme Inception": [_POINTWISE, _RELU, _DEPTHWISE, _RELU],
        "separable convolution": [_DEPTHWISE, None, _POINTWISE, _RELU],
    }
    canvas = Canvas(640, 214)
    for row, (title, steps) in enumerate(rows.items()):
        middle = 62 + row * 104
        canvas.text(8, middle - 40, title, anchor="start")
        canvas.arrow(8, middle, 50, middle)
        for column, step in enumerate(steps):
            left = 54 + column * 146
            if step:
                text, fill = step
                canvas.box(left, middle - 26, 100, 52, text, fill=fill, opacity=0.5)
            else:
                canvas.box(left, middle - 26, 100, 52, "nothing", dashed=True)
            canvas.arrow(left + 104, middle, left + 142, middle)
    return canvas.drawing(
        "Two rows of layers. Extreme Inception: 1x1, ReLU, 3x3 for each channel, ReLU. "
        "Separable convolution: 3x3 for each channel, then no ReLU between, then 1x1, ReLU. "
        "The order is turned round, and the first ReLU is missing."
    )


def regrouped_stack(blocks: int) -> Drawing:
    """Draw a stack of pointwise-first blocks, with brackets for both ways to group its layers.

    Args:
        blocks: How many pairs of a pointwise and a depthwise layer stand behind each other.

    >>> "D1 with P2" in regrouped_stack(3).alt
    True
    """
    layers = [f"{kind}{number}" for number in range(1, blocks + 1) for kind in "PD"]
    above = [layers[i : i + 2] for i in range(0, len(layers), 2)]
    below = [layers[:1], *[layers[i : i + 2] for i in range(1, len(layers) - 1, 2)], layers[-1:]]
    canvas = Canvas(2 * blocks * 92 + 48, 182)
    canvas.text(24, 14, f"pointwise first: {blocks} blocks", anchor="start")
    canvas.text(24, 168, f"depthwise first: {blocks - 1} blocks between two ends", anchor="start")
    for place, layer in enumerate(layers):
        fill = BLUE if layer.startswith("P") else ORANGE
        canvas.box(24 + place * 92, 68, 64, 46, layer, fill=fill, opacity=0.5, size=16)
        canvas.arrow(24 + place * 92 + 67, 91, 24 + place * 92 + 89, 91)
    canvas.arrow(2, 91, 21, 91)
    _brackets(canvas, [len(group) for group in above], edge=38, tip=50)
    _brackets(canvas, [len(group) for group in below], edge=144, tip=132)
    return canvas.drawing(
        f"The layers {', '.join(layers)} in a row. Brackets above them join {_pairs(above)}. "
        f"Brackets below join {_pairs(below)}. The layers and their order are the same."
    )


def _brackets(canvas: Canvas, sizes: list[int], *, edge: float, tip: float) -> None:
    """Draw one bracket for each group; `tip` is the side that points at the layers."""
    start = 0
    for size in sizes:
        left, right = 24 + start * 92, 24 + (start + size) * 92 - 28
        canvas.line(left, edge, right, edge, width=2)
        for side in (left, right):
            canvas.line(side, edge, side, tip, width=2)
        start += size


def _pairs(groups: list[list[str]]) -> str:
    return "; ".join(
        " with ".join(group) if len(group) > 1 else f"{group[0]} alone" for group in groups
    )
