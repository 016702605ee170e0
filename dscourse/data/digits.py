"""Handwritten digits in colour, the task to transfer to: real hands, and few of them."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dscourse.data._arguments import Split, require_integers, require_split
from dscourse.data.drawing import Floats, Images, draw, enlarged

# The file keeps one writer's digits together without naming the writer. So a split is a run of the
# file and not a shuffled part: a hand of the training images then does not return in the test.
ORIGINALS: dict[Split, range] = {
    "train": range(900),
    "validation": range(900, 1200),
    "test": range(1200, 1797),
}

PART = 0.7  # of the height: at the largest size and shift, an upright original still fits


def colour_digits(
    split: Split = "train", *, n_per_class: int | None = None, size: int = 32, seed: int = 0
) -> tuple[Images, NDArray[np.int64]]:
    """Colour handwritten digits in random order, as `glyphs` colours letters.

    The originals are scikit-learn's: real handwriting, 8 x 8 grey. Each is enlarged, and gets a
    rotation, a size, a place, two colours and noise of its own. No original is in two splits, with
    whatever seeds: a seed chooses within a split.

    Args:
        split: "train" (900 originals), "validation" (300) or "test" (597).
        n_per_class: Originals of each digit, chosen by the seed; with the same seed the fewer are
            among the more. None takes all, 26 to 92 a class.
        size: Height and width of an image in pixels, at least 8.
        seed: A non-negative integer; another seed gives other originals and colours, and the same
            one equal bytes.

    Returns:
        The images, uint8 (count, size, size, 3), and the labels, int64 (count,), 0 to 9.

    Raises:
        ValueError: An argument is out of its range.
        ImportError: scikit-learn, which brings the originals, is not installed.

    >>> images, labels = colour_digits(n_per_class=5, seed=1)
    >>> images.shape, images.dtype, np.bincount(labels).tolist() == [5] * 10
    ((50, 32, 32, 3), dtype('uint8'), True)
    """
    require_integers(size=(size, 8), seed=(seed, 0))
    require_split(split, ORIGINALS)
    grids, digits = handwriting()
    rng = np.random.default_rng([list(ORIGINALS).index(split), seed])
    chosen = choose(split, n_per_class, rng)
    shapes = enlarged(grids[chosen], size, PART)
    return draw(shapes, np.arange(len(chosen)), rng), digits[chosen]


def choose(split: Split, n_per_class: int | None, rng: np.random.Generator) -> NDArray[np.intp]:
    """Put the originals of a split in random order, and keep the first few of each digit.

    Args:
        split: "train", "validation" or "test".
        n_per_class: How many of each digit; None keeps all.
        rng: Where the order comes from.

    Returns:
        Indices of originals.

    Raises:
        ValueError: The split has fewer of some digit.
    """
    chosen = rng.permutation(np.array(ORIGINALS[split]))
    if n_per_class is None:
        return chosen
    require_integers(n_per_class=(n_per_class, 1))
    return _first_of_each(chosen, handwriting()[1][chosen], n_per_class)


def _first_of_each(
    items: NDArray[np.intp], labels: NDArray[np.int64], count: int
) -> NDArray[np.intp]:
    """Keep the first `count` items of every class, in their order."""
    fewest = int(np.bincount(labels).min())
    if count > fewest:
        raise ValueError(
            f"`n_per_class` must be at most {fewest}, since the split has no more of one digit; "
            f"got {count}."
        )
    place = (labels[:, None] == np.arange(10)).cumsum(axis=0)  # (item, class)
    kept: NDArray[np.intp] = items[place[np.arange(len(items)), labels] <= count]
    return kept


@cache
def handwriting() -> tuple[Floats, NDArray[np.int64]]:
    """Return the originals, (1797, 8, 8) with values from 0 to 1, and the digit of each."""
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError(
            "`colour_digits` needs scikit-learn, which brings the handwriting: run "
            "`pip install 'dscourse[keras]'`, or `pip install scikit-learn`."
        ) from error
    found = load_digits()
    images: Floats = np.asarray(found.images) / 16.0
    return images, np.asarray(found.target, dtype=np.int64)
