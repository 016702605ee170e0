"""A line falls where efficiency does, and every doubling of workers takes the same way."""

import re
from xml.etree import ElementTree

import pytest

from dscourse.figures.scaling import scaling_curves

CURVES = {"slow": [(1, 1.0), (2, 0.5), (4, 0.25)], "fast": [(1, 1.0), (2, 0.9), (4, 0.8)]}


def markers(svg: str) -> list[tuple[float, float]]:
    boxes = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="14"', svg)
    return [(float(x), float(y)) for x, y in boxes]


def test_it_is_well_formed_and_says_where_every_line_begins_and_ends():
    drawing = scaling_curves(CURVES)
    ElementTree.fromstring(drawing.svg)
    assert "slow: 1.00 with 1, 0.25 with 4; fast: 1.00 with 1, 0.80 with 4." in drawing.alt


def test_a_doubling_is_always_as_far_and_a_lower_share_lower():
    one, two, four, _legend, *_ = markers(scaling_curves(CURVES).svg)
    assert two[0] - one[0] == pytest.approx(four[0] - two[0])
    assert four[1] - two[1] == pytest.approx((two[1] - one[1]) / 2)


def test_each_line_has_its_own_colour_and_number():
    svg = scaling_curves(CURVES).svg
    colours = set(re.findall(r'stroke="(#\w+)" stroke-width="2.5"', svg))
    assert len(colours) == 2
    assert re.findall(r'font-size="10"[^>]*>(\d)<', svg) == list("1111" + "2222")
