"""A map with more channels has a longer bar, and every step is named."""

import re
from xml.etree import ElementTree

import pytest

from dscourse.figures.profiles import channel_profiles

BLOCKS = {
    "wide, narrow, wide": ([256, 64, 256], ["1x1", "1x1"]),
    "narrow, wide, narrow": ([24, 144, 24], ["1x1", "1x1"]),
}


def bars(svg: str) -> list[float]:
    return [float(width) for width in re.findall(r'<rect [^>]*? width="([\d.]+)"', svg)]


def test_it_is_well_formed_and_says_every_map_and_step():
    drawing = channel_profiles(BLOCKS)
    ElementTree.fromstring(drawing.svg)
    assert "wide, narrow, wide: 256, 1x1, 64, 1x1, 256." in drawing.alt


def test_a_bar_is_as_long_as_its_map_is_wide():
    one, two, three, *inverted = bars(channel_profiles(BLOCKS).svg)
    assert one == three == pytest.approx(4 * two)
    assert inverted[1] > inverted[0] == inverted[2]


def test_a_block_with_too_few_steps_is_refused():
    with pytest.raises(ValueError, match="'odd' has 3 maps and 1 steps"):
        channel_profiles({"odd": ([1, 2, 1], ["1x1"])})
