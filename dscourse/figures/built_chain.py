"""What `keras.applications.Xception` built, as a chain of boxes from the input to the output."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dscourse.figures.drawing import BLUE, GREEN, ORANGE, PURPLE, SKY, Canvas

WIDTH, HEIGHT = 484, 184  # narrow, so that a phone shows it hardly smaller
_BOX, _PITCH, _TOP = (142, 70), (170, 104), 4
_POOLING = {"GlobalAveragePooling2D": "average", "GlobalMaxPooling2D": "maximum"}

Row = Mapping[str, Any]


def drawn(row: Row) -> str:
    """Return what a picture depends on, as one string.

    Args:
        row: A combination of arguments with its outcome.
    """
    built = [row[name] for name in ("input", "map", "tail", "output", "parameters")]
    return json.dumps(None if row["error"] else built)


def chain(row: Row) -> Canvas:
    """Draw what was built, box by box, or that nothing was.

    Args:
        row: A combination of arguments with its outcome.

    >>> len(chain({"error": "ValueError: no"}).parts)
    3
    """
    canvas = Canvas(WIDTH, HEIGHT)
    if row["error"]:
        canvas.box(92, 52, 300, 80, "ValueError\nno model is built", dashed=True, size=15)
        return canvas
    boxes = [*_body(row), *(_tail(row, layer) for layer in row["tail"])]
    for place, (text, fill) in enumerate(boxes):
        canvas.box(*_corner(place), *_BOX, text, fill=fill)
        _arrow(canvas, place)
    x, y = _corner(len(boxes))
    canvas.text(x + _BOX[0] / 2, y + _BOX[1] / 2, f"output {_sizes(row['output'])}")
    return canvas


def _corner(place: int) -> tuple[float, float]:
    """Return where a box stands: three in a row, and three back below them."""
    column = place if place < 3 else 5 - place
    return 1 + column * _PITCH[0], _TOP + (place // 3) * _PITCH[1]


def _arrow(canvas: Canvas, place: int) -> None:
    """Point from a box to the next place."""
    x, y = _corner(place)
    middle = y + _BOX[1] / 2
    if place == 2:
        canvas.arrow(x + _BOX[0] / 2, y + _BOX[1], x + _BOX[0] / 2, y + _PITCH[1])
    elif place < 2:
        canvas.arrow(x + _BOX[0], middle, x + _PITCH[0], middle)
    else:
        canvas.arrow(x, middle, x - _PITCH[0] + _BOX[0], middle)


def _body(row: Row) -> list[tuple[str, str]]:
    head = row["output"][0] * (row["map"][2] + 1) if _dense(row) else 0
    return [
        (f"input\n{_sizes(row['input'])}", PURPLE),
        (f"14 blocks\n{row['parameters'] - head:,}\nparameters", BLUE),
        (f"map\n{_sizes(row['map'])}", GREEN),
    ]


def _dense(row: Row) -> bool:
    return any(layer.startswith("Dense") for layer in row["tail"])


def _tail(row: Row, layer: str) -> tuple[str, str]:
    if layer in _POOLING:
        return f"{_POOLING[layer]}\nover places\n{row['map'][2]}", SKY
    activation = layer.partition(", ")[2].rstrip(")")
    parameters = row["output"][0] * (row["map"][2] + 1)
    return f"Dense, {activation}\n{parameters:,}\nparameters", ORANGE


def _sizes(sizes: Sequence[int | None]) -> str:
    return "×".join("?" if size is None else str(size) for size in sizes)
