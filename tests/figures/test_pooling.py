"""Every number of the map is there, and what the heads keep is its mean and its maximum."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from dscourse.figures.pooling import pooled_vectors

MAP = np.array([[[1.0, 0.0], [3.0, 0.2]], [[2.0, 0.6], [6.0, 0.8]]])


def test_it_is_well_formed_and_says_what_each_head_keeps():
    drawing = pooled_vectors(MAP)
    ElementTree.fromstring(drawing.svg)
    assert drawing.alt == (
        "A map of 2 x 2 places with 2 channels. Flattened, 8 numbers remain. "
        "Of channel 1 the mean is 3.0 and the maximum 6.0; "
        "of channel 2 the mean is 0.4 and the maximum 0.8."
    )


def test_every_place_is_written_in_the_map_and_every_channel_once_for_each_pool():
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", pooled_vectors(MAP).svg)
    numbers = [text for text in texts if re.fullmatch(r"\d+\.\d", text)]
    grid = ["1.0", "3.0", "2.0", "6.0"]
    assert numbers == [*grid, "3.0", "6.0", "0.0", "0.2", "0.6", "0.8", "0.4", "0.8"]
    assert [text for text in texts if "number" in text] == ["8 numbers", "2 numbers", "2 numbers"]


def test_a_flattened_channel_has_a_box_a_place_as_dark_as_in_the_map():
    boxes = re.findall(
        r'<rect [^>]*width="(\d+)"[^>]*fill-opacity="([^"]+)"', pooled_vectors(MAP).svg
    )
    in_map = [shade for width, shade in boxes if width == "36"]
    flattened = [shade for width, shade in boxes if width == "13"]
    assert flattened == in_map
    assert len(flattened) == MAP.size


@pytest.mark.parametrize("wrong", [MAP[0], -MAP], ids=["two axes", "below 0"])
def test_what_is_no_map_behind_a_relu_is_refused(wrong):
    with pytest.raises(
        ValueError, match="must be \\(height, width, channels\\) and nowhere below 0"
    ):
        pooled_vectors(wrong)
