"""What stands behind what in a block: the way through it, and the way around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dscourse.cost import LayerCost
from dscourse.figures.drawing import BLUE, GREEN, ORANGE, PURPLE, SKY, Canvas, Drawing

WIDTH = 176
_THROUGH, _AROUND = (62, 112), (0, 54)  # left edge and width of the boxes of each way
_GAP = 10
_COLUMNS = 3  # more would be too small on a phone


@dataclass(frozen=True)
class _Look:
    text: str
    height: int
    fill: str


_LOOKS = {
    "Activation": _Look("ReLU", 20, "none"),
    "Conv2D": _Look("3x3", 32, BLUE),
    "SeparableConv2D": _Look("separable 3x3", 32, ORANGE),
    "MaxPooling2D": _Look("max pool, half", 24, PURPLE),
    "Add": _Look("+", 22, "none"),
    "GlobalAveragePooling2D": _Look("average", 24, PURPLE),
    "Dense": _Look("dense, softmax", 32, GREEN),
}
_AROUND_LOOK = _Look("1x1", 32, SKY)


def draw_wiring(canvas: Canvas, left: float, top: float, rows: Sequence[LayerCost]) -> float:
    """Draw one block from above to below, and return where it ends.

    A BatchNorm stands in the box of the convolution before it. A way around without a box is the
    block's input itself.

    Args:
        canvas: What is drawn on; the block is `WIDTH` wide.
        left: Left edge of the block.
        top: Upper edge of the block.
        rows: Its layers, as `dscourse.xception.outline` lists them.
    """
    middle = left + _THROUGH[0] + _THROUGH[1] / 2
    y = top
    canvas.arrow(middle, y, middle, y + 2 * _GAP)
    fork, y = y + _GAP / 2, y + 2 * _GAP
    for row in _boxes(rows):
        look = _LOOKS[row.type]
        if row.type == "Add":
            _draw_around(canvas, left, fork, y + look.height / 2, rows)
        text = f"{look.text}\nBatchNorm" if _is_normalized(row, rows) else look.text
        size = 11 if "\n" in text else 12
        canvas.box(left + _THROUGH[0], y, _THROUGH[1], look.height, text, fill=look.fill, size=size)
        canvas.arrow(middle, y + look.height, middle, y + look.height + _GAP)
        y += look.height + _GAP
    return y


def height(rows: Sequence[LayerCost]) -> int:
    """Return how many pixels `draw_wiring` needs below `top`."""
    return 2 * _GAP + sum(_LOOKS[row.type].height + _GAP for row in _boxes(rows)) + 4


def described(rows: Sequence[LayerCost]) -> str:
    """Say in words what `draw_wiring` draws."""
    through = ", ".join(_LOOKS[row.type].text for row in _boxes(rows) if row.type != "Add")
    if not any(row.type == "Add" for row in rows):
        return f"{through}; nothing goes around"
    around = _AROUND_LOOK.text if _around(rows) else "the input itself"
    return f"{through}; {around} goes around and is added"


def block_wirings(blocks: Mapping[str, Sequence[LayerCost]]) -> Drawing:
    """Draw the wiring of several blocks, three in a row.

    Args:
        blocks: For each title the layers of a block, as `dscourse.xception.outline` lists them.

    >>> relu = LayerCost(name="block1_act", type="Activation", output_shape=(8, 8, 4))
    >>> block_wirings({"block 1": [relu]}).alt
    'Wiring of blocks. block 1: ReLU; nothing goes around.'
    """
    across, titled = WIDTH + 12, list(blocks.items())
    canvas = Canvas(_COLUMNS * across, 0)
    for start in range(0, len(titled), _COLUMNS):
        row = titled[start : start + _COLUMNS]
        for place, (title, rows) in enumerate(row):
            left = place * across
            canvas.text(left + _THROUGH[0] + _THROUGH[1] / 2, canvas.height + 12, title, size=14)
            draw_wiring(canvas, left, canvas.height + 22, rows)
        canvas.height += 38 + max(height(rows) for _, rows in row)
    told = " ".join(f"{title}: {described(rows)}." for title, rows in blocks.items())
    return canvas.drawing(f"Wiring of blocks. {told}")


def _around(rows: Sequence[LayerCost]) -> list[LayerCost]:
    return [row for row in rows if "_shortcut" in row.name]


def _boxes(rows: Sequence[LayerCost]) -> list[LayerCost]:
    around = _around(rows)
    return [row for row in rows if row.type != "BatchNormalization" and row not in around]


def _is_normalized(row: LayerCost, rows: Sequence[LayerCost]) -> bool:
    return any(other.name == f"{row.name}_bn" for other in rows)


def _draw_around(
    canvas: Canvas, left: float, fork: float, joins: float, rows: Sequence[LayerCost]
) -> None:
    x = left + _AROUND[0] + _AROUND[1] / 2
    canvas.line(left + _THROUGH[0] + _THROUGH[1] / 2, fork, x, fork)
    if _around(rows):
        top = (fork + joins - _AROUND_LOOK.height) / 2
        bottom = top + _AROUND_LOOK.height
        canvas.line(x, fork, x, top)
        text = f"{_AROUND_LOOK.text}\nBatchNorm"
        width, fill = _AROUND[1], _AROUND_LOOK.fill
        canvas.box(left + _AROUND[0], top, width, bottom - top, text, fill=fill, size=9.5)
        canvas.line(x, bottom, x, joins)
    else:
        canvas.line(x, fork, x, joins)
    canvas.arrow(x, joins, left + _THROUGH[0], joins)
