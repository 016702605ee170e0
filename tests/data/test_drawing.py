"""Shapes become pictures without losing their place, their order or their contrast."""

import numpy as np
import pytest

from dscourse.data.drawing import draw, enlarged, sampled


def drawn(masks, chosen, seed=0):
    return draw(masks, np.asarray(chosen), np.random.default_rng(seed))


def half(size=32):
    """Return a shape that covers the left half."""
    return np.tile(np.arange(size) < size / 2, (size, 1)).astype(float)


def test_each_picture_shows_the_mask_that_was_chosen():
    # An empty mask leaves one colour and noise; the left half covered leaves two colours.
    pictures = drawn(np.stack([np.zeros((32, 32)), half()]), [1, 0, 1, 0, 1, 0])
    spread = pictures.astype(float).mean(axis=(1, 3)).std(axis=1)
    assert spread[::2].min() > 3 * spread[1::2].max()


def test_shapes_are_light_on_dark_and_dark_on_light():
    pictures = drawn(half()[None], [0] * 100).astype(float)
    lighter = pictures[:, :, :12].mean(axis=(1, 2, 3)) > pictures[:, :, -12:].mean(axis=(1, 2, 3))
    assert 30 < lighter.sum() < 70


def test_one_mask_is_never_drawn_the_same_way_twice():
    pictures = drawn(half()[None], [0] * 50)
    assert len(np.unique(pictures.reshape(50, -1), axis=0)) == 50


@pytest.mark.parametrize(
    ("y", "x", "wanted"),
    [(0, 0, 1.0), (0, 1, 2.0), (1, 0, 3.0), (0.5, 0.5, 2.5), (0, 0.25, 1.25), (-0.5, 0, 0.5)],
)
def test_a_mask_is_read_between_its_pixels(y, x, wanted):
    mask = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    place = (np.full((1, 1, 1), float(v)) for v in (y, x))
    assert sampled(mask, *place).item() == wanted


@pytest.mark.parametrize(("y", "x"), [(-1, 0), (0, -1), (2, 0), (0, 2), (99, 99)])
def test_outside_a_mask_there_is_nothing(y, x):
    assert sampled(np.ones((1, 2, 2)), *(np.full((1, 1, 1), float(v)) for v in (y, x))).item() == 0


@pytest.mark.parametrize(("size", "part"), [(32, 1.0), (32, 0.5), (48, 0.7), (31, 0.8)])
def test_enlarging_keeps_the_amount_of_ink_and_its_middle(size, part):
    grid = np.zeros((1, 8, 8))
    grid[0, 2:5, 3:7] = [[1, 0.5, 0, 0], [0, 1, 0.25, 0], [0, 0, 1, 1]]
    large = enlarged(grid, size, part)[0]
    assert large.sum() / size**2 == pytest.approx(grid.sum() / 64 * part**2, rel=0.02)

    def middle(ink):
        height = len(ink)
        places = (np.arange(height) + 0.5) / height - 0.5
        return np.array([places @ ink.sum(axis=1), places @ ink.sum(axis=0)]) / ink.sum()

    np.testing.assert_allclose(middle(large), middle(grid[0]) * part, atol=0.004)
