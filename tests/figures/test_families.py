"""A network stands where its costs are, and an arrow leads from the one whose idea it takes up."""

import re
from xml.etree import ElementTree

import pytest

from dscourse.figures.families import Relative, family_tree

OLD = Relative("old", 2016, 4000, 20)
NEW = Relative("new", 2018, 400, 2, ("old",))
MIDDLE = Relative("middle", 2017, 1265, 6.3246)  # half way between the two, in logarithms


def markers(svg: str) -> list[tuple[float, float]]:
    boxes = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="18"', svg)
    return [(float(x), float(y)) for x, y in boxes[::2]]  # every other one is the legend's


def test_it_is_well_formed_and_says_every_network_with_its_costs():
    drawing = family_tree([OLD, NEW])
    ElementTree.fromstring(drawing.svg)
    assert "1, old, 2016: 4,000 and 20. 2, new, 2018: 400 and 2, after old." in drawing.alt


def test_equal_ratios_are_equal_distances():
    (x1, y1), (x2, y2), (x3, y3) = markers(family_tree([OLD, NEW, MIDDLE]).svg)
    assert x3 == pytest.approx((x1 + x2) / 2, abs=0.1)
    assert y3 == pytest.approx((y1 + y2) / 2, abs=0.1)
    assert x1 > x2
    assert y1 < y2


def test_only_who_comes_after_another_has_an_arrow():
    assert family_tree([OLD, NEW]).svg.count("<polygon") == 1
    assert family_tree([OLD, MIDDLE]).svg.count("<polygon") == 0


def test_a_network_that_is_not_there_has_no_descendants():
    with pytest.raises(ValueError, match="must name a network of the figure; got 'old'"):
        family_tree([NEW])
