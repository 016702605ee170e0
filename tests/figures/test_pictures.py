"""Images stand in the page as they are, and a map darkens what it does not light."""

import io
import re
from base64 import b64decode
from xml.etree import ElementTree

import numpy as np

from dscourse.figures.pictures import Picture, picture_grid, spotlit

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)


def test_the_images_in_the_page_are_the_pixels_that_were_given():
    from matplotlib.image import imread

    drawing = picture_grid([[Picture(PIXELS, "one")], [Picture(255 - PIXELS, "two")]])
    ElementTree.fromstring(drawing.svg)
    files = [b64decode(text) for text in re.findall(r"base64,([^\"]+)", drawing.svg)]
    shown = [np.rint(255 * imread(io.BytesIO(file))[..., :3]) for file in files]
    assert (shown[0] == PIXELS).all()
    assert (shown[1] == 255 - PIXELS).all()


def test_the_figure_says_every_line_row_by_row():
    row = [Picture(PIXELS, "an image"), Picture(PIXELS, "asked for A")]
    assert picture_grid([row, row[:1]]).alt == "Row 1: an image; asked for A. Row 2: an image."


def test_the_brightest_part_stays_and_an_empty_map_leaves_all_dark():
    weights = np.zeros((5, 7))
    weights[2, 3] = 0.01
    lit = spotlit(PIXELS, weights)
    assert (lit[2, 3] == PIXELS[2, 3]).all()
    assert (spotlit(PIXELS, 0 * weights) == np.rint(PIXELS * 0.15)).all()
