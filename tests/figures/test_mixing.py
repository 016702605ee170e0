"""The heat map of a 1x1 convolution shows every weight, and what becomes of a pixel."""

import re
from xml.etree import ElementTree

import numpy as np

from dscourse.figures.drawing import BLUE, ORANGE
from dscourse.figures.mixing import mixing_matrix

MATRIX = np.array([[1.0, 0.0], [1.0, 2.0], [1.0, -0.5]])
NAMES = ["red", "green", "blue"], ["sum", "other"]


def texts(drawing) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawing.svg)


def test_it_is_well_formed_and_says_each_output_channel_as_a_sum():
    drawing = mixing_matrix(MATRIX, *NAMES)
    ElementTree.fromstring(drawing.svg)
    assert drawing.alt == (
        "A matrix of 3 by 2 weights. sum = 1·red + 1·green + 1·blue; other = 2·green + −0.5·blue."
    )


def test_every_weight_and_every_name_is_written():
    assert sorted(texts(mixing_matrix(MATRIX, *NAMES))) == sorted(
        ["red", "green", "blue", "sum", "other", "1", "1", "1", "0", "2", "−0.5"]
    )


def test_a_pixel_is_shown_with_what_it_becomes():
    drawing = mixing_matrix(MATRIX, *NAMES, pixel=np.array([2.0, 3.0, 4.0]))
    assert drawing.alt.endswith("The pixel (2, 3, 4) becomes (9, 4).")
    assert texts(drawing)[-2:] == ["9", "4"]


def test_a_larger_weight_is_filled_more_and_zero_is_not_filled():
    opacities = re.findall(r'fill-opacity="([^"]+)"', mixing_matrix(MATRIX, *NAMES).svg)
    assert [float(o) for o in opacities] == [0.325, 0, 0.325, 0.65, 0.325, 0.1625]


def test_sign_is_told_by_colour_and_by_the_minus():
    fills = re.findall(r'fill="(#[^"]+)"', mixing_matrix(MATRIX, *NAMES).svg)
    assert fills == [BLUE] * 5 + [ORANGE]


def test_a_matrix_of_zeros_can_be_drawn():
    drawing = mixing_matrix(np.zeros((1, 1)), ["a"], ["b"])
    assert drawing.alt == "A matrix of 1 by 1 weights. b = 0."
