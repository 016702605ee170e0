"""House numbers: the digits of another street, where a reader of plain digits is not at home."""

import numpy as np
from numpy.typing import NDArray

from dscourse.data._arguments import Split, require_integers, require_split
from dscourse.data.digits import ORIGINALS, PART, choose, handwriting
from dscourse.data.drawing import Floats, Images, enlarged, moved, painted, sampled

_NEAREST, _FARTHEST = 0.55, 0.7  # of the image's width: from one digit's middle to the next
_TILT = 0.3  # how much a channel may differ between two ends of the wall
_FAINTEST, _BOLDEST = 0.35, 0.8  # contrast of a number with its wall


def house_numbers(
    split: Split = "train", *, n_per_class: int | None = None, size: int = 32, seed: int = 0
) -> tuple[Images, NDArray[np.int64]]:
    """Draw handwritten digits as house numbers; the label is the digit in the middle.

    What is new against `colour_digits`: a part of the digits to the left and to the right is seen
    too, the wall changes its colour from one end to the other, and a number is a lighter or darker
    shade of its wall and not a colour of its own. The handwriting and its splits are the same.

    Args:
        split: "train" (900 originals), "validation" (300) or "test" (597).
        n_per_class: Images of each digit, chosen by the seed; None takes all, 26 to 92 a class.
        size: Height and width of an image in pixels, at least 8.
        seed: A non-negative integer; another seed gives other originals and colours, and the same
            one equal bytes.

    Returns:
        The images, uint8 (count, size, size, 3), and the labels, int64 (count,), 0 to 9.

    Raises:
        ValueError: An argument is out of its range.
        ImportError: scikit-learn, which brings the originals, is not installed.

    >>> images, labels = house_numbers(n_per_class=5, seed=1)
    >>> images.shape, images.dtype, np.bincount(labels).tolist() == [5] * 10
    ((50, 32, 32, 3), dtype('uint8'), True)
    """
    require_integers(size=(size, 8), seed=(seed, 0))
    require_split(split, ORIGINALS)
    grids, digits = handwriting()
    rng = np.random.default_rng([list(ORIGINALS).index(split), seed, 1])  # not the other set's
    chosen = choose(split, n_per_class, rng)
    beside = rng.choice(np.array(ORIGINALS[split]), size=(2, len(chosen)))
    middle, left, right = (
        moved(enlarged(grids[which], size, PART), rng) for which in (chosen, *beside)
    )
    gaps = rng.uniform(_NEAREST * size, _FARTHEST * size, size=(2, len(chosen)))
    cover = np.maximum.reduce([middle, _pushed(left, -gaps[0]), _pushed(right, gaps[1])])
    return _painted(cover, rng), digits[chosen]


def _pushed(masks: Floats, columns: Floats) -> Floats:
    """Push every mask to the right by its own number of columns."""
    pixels = np.arange(masks.shape[1], dtype=float)
    return sampled(masks, pixels[None, :, None], pixels[None, None, :] - columns[:, None, None])


def _painted(cover: Floats, rng: np.random.Generator) -> Images:
    """Paint shapes on walls: each in a shade of its wall, dark on light or light on dark."""
    count, size = cover.shape[:2]
    wall = rng.uniform(0.0, 1.0, size=(count, 1, 1, 3))
    tilt = rng.uniform(-_TILT, _TILT, size=(count, 1, 1, 3))
    angle = rng.uniform(0.0, 2 * np.pi, size=(count, 1, 1, 1))
    rows, columns = np.ogrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    along = (np.sin(angle[..., 0]) * rows + np.cos(angle[..., 0]) * columns)[..., None]
    ground = np.clip(wall + tilt * along, 0.0, 1.0)
    shade = rng.uniform(_FAINTEST, _BOLDEST, size=(count, 1, 1, 1))
    light = ground.mean(axis=(1, 2, 3), keepdims=True) > 0.5
    number = np.clip(np.where(light, ground - shade, ground + shade), 0.0, 1.0)
    return painted(cover, number, ground, rng)
