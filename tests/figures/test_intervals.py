"""A row is an arm: as many points as seeds, the mean between the ends, all on one axis."""

import re
from xml.etree import ElementTree

import pytest

from dscourse.figures.intervals import seed_intervals
from dscourse.statistics import mean_interval

ROWS = {"none": [0.80, 0.84, 0.82], "ReLU": [0.70, 0.76, 0.73, 0.75]}


def points(svg: str) -> list[float]:
    """Return the middles of the points, from left to right of each row."""
    return [float(x) + 4.5 for x in re.findall(r'<rect x="([\d.]+)"', svg)]


def places(svg: str) -> dict[str, float]:
    """Return the pixel of every number that is written below the axis."""
    return {
        text: float(x)
        for x, text in re.findall(r'<text x="([\d.]+)"[^>]*font-size="12"[^>]*>([\d.]+)<', svg)
    }


def test_it_is_well_formed_and_says_every_mean_with_its_interval():
    drawing = seed_intervals(ROWS, "test accuracy")
    ElementTree.fromstring(drawing.svg)
    assert drawing.alt.startswith("test accuracy. none: mean 0.820, 95 % interval 0.770 to 0.870")
    assert "4 seeds from 0.700 to 0.760" in drawing.alt


def test_every_seed_has_a_point_where_the_axis_has_its_number():
    svg = seed_intervals(ROWS, "").svg
    ticks = places(svg)
    (low, a), (high, b) = min(ticks.items()), max(ticks.items())
    read = [float(low) + (x - a) / (b - a) * (float(high) - float(low)) for x in points(svg)]
    assert read == pytest.approx([*ROWS["none"], *ROWS["ReLU"]], abs=0.001)


def test_the_interval_is_drawn_from_its_low_end_to_its_high_end():
    svg = seed_intervals(ROWS, "").svg
    ticks = places(svg)
    (low, a), (high, b) = min(ticks.items()), max(ticks.items())
    scale = (b - a) / (float(high) - float(low))
    lines = re.findall(
        r'<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="\2" [^>]*width="2"', svg
    )
    lengths = [float(x2) - float(x1) for x1, _, x2 in lines]
    wanted = [(i.high - i.low) * scale for i in map(mean_interval, ROWS.values())]
    assert lengths == pytest.approx(wanted, abs=0.1)


@pytest.mark.parametrize(
    ("rows", "message"), [({}, "at least one arm"), ({"a": [0.5]}, "at least two seeds")]
)
def test_rows_without_an_interval_are_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        seed_intervals(rows, "accuracy")
