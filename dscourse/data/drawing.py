"""From shapes to pictures: every image gets a place, a slant, a size, two colours and noise."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Images = NDArray[np.uint8]

BATCH = 512  # images drawn at once, which bounds the memory


def draw(masks: Floats, chosen: NDArray[np.intp], rng: np.random.Generator) -> Images:
    """Draw one picture of each chosen mask.

    Args:
        masks: Upright shapes (mask, size, size): the part of each pixel that the shape covers.
        chosen: The mask of each picture, as indices (picture,).
        rng: Where all that is random comes from.

    Returns:
        Pictures, uint8 (picture, size, size, 3).

    >>> draw(np.ones((1, 8, 8)), np.array([0, 0]), np.random.default_rng(0)).shape
    (2, 8, 8, 3)
    """
    parts = (chosen[first : first + BATCH] for first in range(0, len(chosen), BATCH))
    return np.concatenate([_coloured(moved(masks[part], rng), rng) for part in parts])


def enlarged(grids: Floats, size: int, part: float) -> Floats:
    """Enlarge small pictures smoothly and centre them, with nothing around them.

    Args:
        grids: Pictures (picture, height, height).
        size: Height and width of the result in pixels.
        part: The part of the result's height that a picture takes up.

    Returns:
        Pictures (picture, size, size).

    >>> enlarged(np.ones((1, 2, 2)), 8, 0.5)[0, 4].round(1).tolist()
    [0.0, 0.2, 0.8, 1.0, 1.0, 0.8, 0.2, 0.0]
    """
    height = grids.shape[1]
    pixels = np.arange(size) + 0.5  # a pixel stands for its middle
    steps = (pixels - size / 2) * height / (part * size) + height / 2 - 0.5
    return sampled(grids, steps[None, :, None], steps[None, None, :])


def sampled(masks: Floats, y: Floats, x: Floats) -> Floats:
    """Read masks between their pixels (bilinear); outside a mask there is nothing.

    Args:
        masks: Shapes (mask, size, size).
        y: Rows to read, of a shape that broadcasts to (mask, height, width).
        x: Columns to read, likewise.

    >>> sampled(np.array([[[0.0, 1.0], [0.0, 1.0]]]), np.array([[[0.5]]]), np.array([[[0.25]]]))
    array([[[0.25]]])
    """
    beyond = masks.shape[1] + 1  # the first row and column of nothing after a mask
    padded = np.pad(masks, ((0, 0), (1, 2), (1, 2)))
    y, x = np.clip(y + 1.0, 0.0, beyond), np.clip(x + 1.0, 0.0, beyond)
    top, left = y.astype(np.intp), x.astype(np.intp)
    down, right = y - top, x - left
    mask = np.arange(len(masks))[:, None, None]
    upper = padded[mask, top, left] * (1 - right) + padded[mask, top, left + 1] * right
    lower = padded[mask, top + 1, left] * (1 - right) + padded[mask, top + 1, left + 1] * right
    between: Floats = upper * (1 - down) + lower * down
    return between


def _coloured(cover: Floats, rng: np.random.Generator) -> Images:
    """Turn shapes into noisy images in two random colours, one of them dark and one light."""
    batch = len(cover)
    dark = rng.uniform(0.0, 0.5, size=(batch, 1, 1, 3))
    light = rng.uniform(0.5, 1.0, size=(batch, 1, 1, 3))
    swap = rng.integers(2, size=(batch, 1, 1, 1)) == 1
    return painted(cover, np.where(swap, dark, light), np.where(swap, light, dark), rng)


def painted(cover: Floats, shape: Floats, ground: Floats, rng: np.random.Generator) -> Images:
    """Paint shapes on grounds, with noise, and round to pixels.

    Args:
        cover: The part of each pixel that a shape covers (picture, height, width).
        shape: The colours of the shapes, from 0 to 1; broadcast to (picture, height, width, 3).
        ground: The colours behind them, likewise.
        rng: Where the noise comes from.
    """
    images = ground + cover[..., None] * (shape - ground)
    images += rng.normal(scale=0.1, size=images.shape)
    pixels: Images = np.floor(np.clip(images, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    return pixels


def moved(masks: Floats, rng: np.random.Generator) -> Floats:
    """Rotate, scale and shift every mask by a random amount.

    Args:
        masks: Upright shapes (mask, size, size).
        rng: Where all that is random comes from.
    """
    batch, size = masks.shape[:2]
    angle = np.deg2rad(rng.uniform(-20.0, 20.0, size=(batch, 1, 1)))
    scale = rng.uniform(0.75, 1.1, size=(batch, 1, 1))
    shift_y, shift_x = rng.uniform(-0.1, 0.1, size=(2, batch, 1, 1)) * size
    middle = (size - 1) / 2
    rows, columns = np.ogrid[:size, :size]
    y, x = (rows - middle - shift_y) / scale, (columns - middle - shift_x) / scale
    turned_y = np.cos(angle) * y - np.sin(angle) * x + middle
    turned_x = np.sin(angle) * y + np.cos(angle) * x + middle
    return sampled(masks, turned_y, turned_x)
