"""Small colour images that are made, not downloaded: the letters A to Z in many fonts.

**Data card of `glyphs`.**
*What*: RGB images of one capital letter each, 26 classes in equal numbers. A font, a rotation of up
to 20 degrees, a size, a place, two colours and noise are drawn anew for every image.
*From what*: the outlines of fonts that come with matplotlib (DejaVu, STIX, Computer Modern; free
licences that allow pictures of letters). No person's data is in it.
*Splits*: train, validation and test have different **font families** and different random streams.
A network that only remembers outlines fails on the validation and test images. For fresh images in
known fonts, take the split "train" with another seed.
*For what*: to compare small networks in minutes, without network access. It says little about
photographs: the background is flat, nothing hides the letter, and every class has one shape a font.
*Repeatable*: equal arguments give equal bytes. The outlines are read without hinting and filled by
the code below, so matplotlib's rasterizer plays no part.
"""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Split = Literal["train", "validation", "test"]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FONTS: dict[Split, tuple[str, ...]] = {
    "train": (
        *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
        *("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic", "DejaVuSerif-BoldItalic"),
        *("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta"),
    ),
    "validation": ("DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSansMono-Oblique"),
    "test": ("cmr10", "cmss10", "cmtt10"),
}

_CAP = 0.62  # the height of an H, as a part of the image's
_FINE = 4  # sample lines for each pixel, in both directions
_BATCH = 512  # images drawn at once, which bounds the memory

Floats = NDArray[np.float64]
Images = NDArray[np.uint8]


def glyphs(
    count: int, split: Split = "train", *, size: int = 32, seed: int = 0
) -> tuple[Images, NDArray[np.int64]]:
    """Draw coloured letters in random order, each class as often as the others.

    Args:
        count: Number of images; classes differ by at most one where 26 does not divide it.
        split: "train", "validation" or "test"; no two splits share a font family.
        size: Height and width of an image in pixels, at least 8.
        seed: A non-negative integer; another seed gives other images.

    Returns:
        The images, uint8 (count, size, size, 3), and the labels, int64 (count,), where label 0 is
        the letter A.

    Raises:
        ValueError: An argument is out of its range.

    >>> images, labels = glyphs(52, "test", seed=1)
    >>> images.shape, images.dtype, np.bincount(labels).tolist() == [2] * 26
    ((52, 32, 32, 3), dtype('uint8'), True)
    """
    _require_integers(count=(count, 1), size=(size, 8), seed=(seed, 0))
    if split not in FONTS:
        raise ValueError(f"`split` must be one of {', '.join(FONTS)}; got {split!r}.")
    rng = np.random.default_rng([list(FONTS).index(split), seed])
    labels = rng.permutation(np.arange(count) % len(LETTERS))
    fonts = rng.integers(len(FONTS[split]), size=count)
    masks = _masks(FONTS[split], size)
    drawn = [
        _draw(masks[fonts[part], labels[part]], rng)
        for part in (slice(first, first + _BATCH) for first in range(0, count, _BATCH))
    ]
    return np.concatenate(drawn), labels


def _draw(masks: Floats, rng: np.random.Generator) -> Images:
    """Turn upright letters (batch, size, size) into noisy images in two random colours."""
    cover = _moved(masks, rng)[..., None]  # (batch, size, size, 1)
    batch = len(masks)
    dark = rng.uniform(0.0, 0.5, size=(batch, 1, 1, 3))
    light = rng.uniform(0.5, 1.0, size=(batch, 1, 1, 3))
    swap = rng.integers(2, size=(batch, 1, 1, 1)) == 1
    letter, ground = np.where(swap, dark, light), np.where(swap, light, dark)
    images = ground + cover * (letter - ground)
    images += rng.normal(scale=0.1, size=images.shape)
    pixels: Images = np.floor(np.clip(images, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    return pixels


def _moved(masks: Floats, rng: np.random.Generator) -> Floats:
    """Rotate, scale and shift every mask by a random amount."""
    batch, size = masks.shape[:2]
    angle = np.deg2rad(rng.uniform(-20.0, 20.0, size=(batch, 1, 1)))
    scale = rng.uniform(0.75, 1.1, size=(batch, 1, 1))
    shift_y, shift_x = rng.uniform(-0.1, 0.1, size=(2, batch, 1, 1)) * size
    middle = (size - 1) / 2
    rows, columns = np.ogrid[:size, :size]
    y, x = (rows - middle - shift_y) / scale, (columns - middle - shift_x) / scale
    turned_y = np.cos(angle) * y - np.sin(angle) * x + middle
    turned_x = np.sin(angle) * y + np.cos(angle) * x + middle
    return _sampled(masks, turned_y, turned_x)


def _sampled(masks: Floats, y: Floats, x: Floats) -> Floats:
    """Read masks between their pixels (bilinear); outside a mask there is nothing."""
    size = masks.shape[1]
    padded = np.pad(masks, ((0, 0), (1, 1), (1, 1)))
    y, x = np.clip(y + 1.0, 0.0, size), np.clip(x + 1.0, 0.0, size)
    top, left = y.astype(np.intp), x.astype(np.intp)
    down, right = y - top, x - left
    image = np.arange(len(masks))[:, None, None]
    upper = padded[image, top, left] * (1 - right) + padded[image, top, left + 1] * right
    lower = padded[image, top + 1, left] * (1 - right) + padded[image, top + 1, left + 1] * right
    sampled: Floats = upper * (1 - down) + lower * down
    return sampled


@cache
def _masks(fonts: tuple[str, ...], size: int) -> Floats:
    """Fill the outlines of all letters: the part of each pixel covered, (font, letter, y, x)."""
    return np.array([[_filled(_edges(f, c), size) for c in LETTERS] for f in fonts])


def _edges(font: str, letter: str) -> Floats:
    """Return the edges (edge, end, xy) of a letter's outline, centred, an H being 1 high."""
    from matplotlib import get_data_path
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    file = Path(get_data_path(), "fonts", "ttf", f"{font}.ttf")
    outline, reference = (
        TextPath((0, 0), text, size=100, prop=FontProperties(fname=file)) for text in (letter, "H")
    )
    contours: list[Any] = outline.to_polygons()
    edges = np.concatenate([np.stack([c[:-1], c[1:]], axis=1) for c in contours])
    middle = (edges.min(axis=(0, 1)) + edges.max(axis=(0, 1))) / 2
    centred: Floats = (edges - middle) / reference.get_extents().height
    return centred


def _filled(edges: Floats, size: int) -> Floats:
    """Fill an outline by its winding number: the sum of signed crossings left of a point."""
    fine = size * _FINE
    columns, rows = np.moveaxis(edges * [_CAP * fine, -_CAP * fine] + fine / 2, -1, 0)
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


def _require_integers(**given: tuple[int, int]) -> None:
    for name, (value, least) in given.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"`{name}` must be an integer of at least {least}; got {value!r}.")
