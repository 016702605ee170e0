"""The frontier leads through the networks that no other beats at both."""

import re
from xml.etree import ElementTree

import pytest

from dscourse.figures.frontier import Trained, frontier

CHEAP = Trained("cheap", 1.0, [0.60, 0.62])
BEATEN = Trained("beaten", 3.0, [0.58, 0.60])
MIDDLE = Trained("middle", 2.0, [0.70, 0.74])
DEAR = Trained("dear", 5.0, [0.80, 0.82])


def test_it_is_well_formed_and_says_every_network_with_its_interval():
    drawing = frontier([CHEAP, DEAR], "million multiply-adds")
    ElementTree.fromstring(drawing.svg)
    assert "1, cheap: 1 million multiply-adds, 0.610 [0.483, 0.737]" in drawing.alt


def test_a_network_that_is_dearer_and_no_better_is_not_on_the_frontier():
    alt = frontier([BEATEN, DEAR, CHEAP, MIDDLE], "M").alt
    on = re.findall(r"\d, (\w+):[^\]]*\], on the frontier", alt)
    assert on == ["dear", "cheap", "middle"]


def test_at_equal_cost_only_the_better_one_is_on_the_frontier():
    alt = frontier([CHEAP, Trained("rival", 1.0, [0.7, 0.7])], "M").alt
    assert re.findall(r"(\w+):[^\]]*\], on the frontier", alt) == ["rival"]


def test_a_point_stands_higher_where_its_mean_is_higher_and_further_right_where_it_costs_more():
    svg = frontier([CHEAP, DEAR], "M").svg
    boxes = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="18"', svg)
    (x1, y1), (x2, y2) = [tuple(map(float, box)) for box in boxes[::2]]
    assert x1 < x2
    assert y1 > y2


def test_no_network_is_refused():
    with pytest.raises(ValueError, match="at least one network"):
        frontier([], "M")
