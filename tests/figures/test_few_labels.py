"""A line an arm through its means, a bar for each interval, and names that never overlap."""

import re
from xml.etree import ElementTree

import pytest

from dscourse.figures.few_labels import few_labels
from dscourse.statistics import mean_interval

ARMS = {
    "scratch": {5: [0.10, 0.14], 20: [0.70, 0.74]},
    "frozen": {5: [0.55, 0.59], 20: [0.71, 0.73]},
    "random": {5: [0.10, 0.12], 20: [0.11, 0.13]},
}


def ticks(svg: str) -> dict[float, float]:
    """Return the height of every number on the vertical axis."""
    found = re.findall(r'<text x="47" y="([\d.]+)"[^>]*>([\d.]+)<', svg)
    return {float(text): float(y) for y, text in found}


def test_it_is_well_formed_and_says_every_mean():
    drawing = few_labels(ARMS, "test accuracy", 0.1)
    ElementTree.fromstring(drawing.svg)
    assert drawing.alt.startswith("test accuracy by labels a class; chance is 0.10. ")
    assert "frozen: 0.570 with 5, 0.720 with 20." in drawing.alt


def test_lines_lead_through_the_means_and_bars_from_end_to_end():
    svg = few_labels(ARMS, "", 0.1).svg
    heights = ticks(svg)
    (low, a), (high, b) = min(heights.items()), max(heights.items())

    def read(y: str) -> float:
        return low + (float(y) - a) / (b - a) * (high - low)

    lines = re.findall(r'<polyline points="[\d.]+,([\d.]+) [\d.]+,([\d.]+)"', svg)
    want = [[mean_interval(own[n]).mean for n in (5, 20)] for own in ARMS.values()]
    assert [[read(y) for y in line] for line in lines] == [
        pytest.approx(w, abs=0.001) for w in want
    ]
    bars = re.findall(r'<line x1="([\d.]+)" y1="([\d.]+)" x2="\1" y2="([\d.]+)" [^>]*"2"', svg)
    ends = [(i.low, i.high) for own in ARMS.values() for i in map(mean_interval, own.values())]
    got = [(read(y1), read(y2)) for _, y1, y2 in bars]
    assert got == [pytest.approx(pair, abs=0.001) for pair in ends]


def test_names_of_arms_that_end_together_stand_apart():
    svg = few_labels(ARMS, "", 0.1).svg
    heights = [float(y) for y in re.findall(r'<text x="362" y="([\d.]+)"', svg)]
    assert len(heights) == 3
    assert min(abs(p - q) for p in heights for q in heights if p is not q) >= 22


def test_arms_differ_in_more_than_colour():
    dashes = re.findall(r'stroke-dasharray="([^"]+)"', few_labels(ARMS, "", 0.1).svg)
    assert len(set(dashes)) == len(ARMS)


@pytest.mark.parametrize(
    "arms", [{}, {"a": {5: [0.1, 0.2]}}, {"a": ARMS["frozen"], "b": {5: [0.1, 0.2]}}]
)
def test_arms_that_make_no_line_are_refused(arms):
    with pytest.raises(ValueError, match="the same two or more label numbers"):
        few_labels(arms, "accuracy", 0.1)
