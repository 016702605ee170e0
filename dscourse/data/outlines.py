"""Letters as shapes: the outlines of fonts, filled by our own code.

The outlines are read without hinting and matplotlib's rasterizer plays no part, so that the shapes
are the same on every platform.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from dscourse.data.drawing import Floats

CAP = 0.62  # the height of an H, as a part of the image's
_FINE = 4  # sample lines for each pixel, in both directions


@cache
def masks(fonts: tuple[str, ...], letters: str, size: int) -> Floats:
    """Fill outlines: the part of each pixel that is covered, (font, letter, size, size).

    >>> masks(("DejaVuSans",), "IO", 16).shape
    (1, 2, 16, 16)
    """
    return np.array([[filled(edges(font, letter), size) for letter in letters] for font in fonts])


def edges(font: str, letter: str) -> Floats:
    """Return the edges (edge, end, xy) of a letter's outline, centred, an H being 1 high.

    >>> edges("DejaVuSans", "I").shape  # a rectangle has four
    (4, 2, 2)
    """
    from matplotlib import get_data_path
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    file = Path(get_data_path(), "fonts", "ttf", f"{font}.ttf")
    outline, reference = (
        TextPath((0, 0), text, size=100, prop=FontProperties(fname=file)) for text in (letter, "H")
    )
    contours: list[Any] = outline.to_polygons()
    found = np.concatenate([np.stack([c[:-1], c[1:]], axis=1) for c in contours])
    middle = (found.min(axis=(0, 1)) + found.max(axis=(0, 1))) / 2
    centred: Floats = (found - middle) / reference.get_extents().height
    return centred


def filled(outline: Floats, size: int) -> Floats:
    """Fill an outline by its winding number: the sum of signed crossings left of a point.

    Args:
        outline: Edges (edge, end, xy), as of `edges`.
        size: Height and width of the picture in pixels.

    Returns:
        The part of each pixel that is covered, (size, size).

    >>> filled(edges("DejaVuSans", "I"), 8)[4].tolist()
    [0.0, 0.0, 0.0, 0.25, 0.25, 0.0, 0.0, 0.0]
    """
    fine = size * _FINE
    columns, rows = np.moveaxis(outline * [CAP * fine, -CAP * fine] + fine / 2, -1, 0)
    (x0, x1), (y0, y1) = columns.T, rows.T
    line = np.arange(fine)[:, None] + 0.5  # the sample lines run through the middles of fine rows
    crossing = (y0 <= line) != (y1 <= line)  # (fine, edge)
    row, edge = np.nonzero(crossing)
    along = (line[row, 0] - y0[edge]) / (y1[edge] - y0[edge])
    column = np.ceil(x0[edge] + along * (x1[edge] - x0[edge]) - 0.5).astype(int)
    winding = np.zeros((fine, fine + 1))
    np.add.at(winding, (row, np.clip(column, 0, fine)), np.sign(y1 - y0)[edge])
    inside = np.cumsum(winding, axis=1)[:, :fine] != 0
    cover: Floats = inside.reshape(size, _FINE, size, _FINE).mean(axis=(1, 3))
    return cover
