"""Printed capital letters, the task to learn from: any number of them, none downloaded."""

import numpy as np
from numpy.typing import NDArray

from dscourse.data._arguments import Split, require_integers, require_split
from dscourse.data.drawing import Images, draw
from dscourse.data.outlines import masks

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


def glyphs(
    count: int, split: Split = "train", *, size: int = 32, seed: int = 0
) -> tuple[Images, NDArray[np.int64]]:
    """Draw coloured letters in random order, each class as often as the others.

    A font, a rotation of up to 20 degrees, a size, a place, two colours and noise are drawn anew
    for every image. No two splits share a font family, so a network that only remembers outlines
    fails on validation and test images. For fresh images in known fonts, take another seed.

    Args:
        count: Number of images; classes differ by at most one where 26 does not divide it.
        split: "train", "validation" or "test".
        size: Height and width of an image in pixels, at least 8.
        seed: A non-negative integer; another seed gives other images, and the same one equal bytes.

    Returns:
        The images, uint8 (count, size, size, 3), and the labels, int64 (count,), where label 0 is
        the letter A.

    Raises:
        ValueError: An argument is out of its range.

    >>> images, labels = glyphs(52, "test", seed=1)
    >>> images.shape, images.dtype, np.bincount(labels).tolist() == [2] * 26
    ((52, 32, 32, 3), dtype('uint8'), True)
    """
    require_integers(count=(count, 1), size=(size, 8), seed=(seed, 0))
    require_split(split, FONTS)
    rng = np.random.default_rng([list(FONTS).index(split), seed])
    labels = rng.permutation(np.arange(count) % len(LETTERS))
    fonts = rng.integers(len(FONTS[split]), size=count)
    shapes = masks(FONTS[split], LETTERS, size).reshape(-1, size, size)  # font by font
    return draw(shapes, fonts * len(LETTERS) + labels, rng), labels
