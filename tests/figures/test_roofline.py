"""The roof breaks where memory and processor are equally slow, and points stand where they say."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from dscourse.figures.roofline import Work, roofline

POINTS = [Work("depthwise", 2, 10), Work("pointwise", 64, 50)]


def circles(svg: str) -> list[tuple[float, float]]:
    found = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)
    return [(float(x), float(y)) for x, y in found]


def roof(svg: str) -> list[list[float]]:
    """Return the two thick lines: x1, y1, x2, y2."""
    ends = re.findall(r'x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)"[^>]*width="3"', svg)
    assert len(ends) == 2
    return [[float(number) for number in line] for line in ends]


def test_it_is_well_formed_and_says_every_point_with_its_share_of_the_roof():
    drawing = roofline(100, 20, POINTS)
    ElementTree.fromstring(drawing.svg)
    assert drawing.alt == (
        "Roofline. The roof rises with the intensity up to 5 operations a byte, then it is flat "
        "at 100 billion operations a second. "
        "1, depthwise: 2 operations a byte, 10 billion a second, 25 % of the roof. "
        "2, pointwise: 64 operations a byte, 50 billion a second, 50 % of the roof."
    )


def test_work_at_the_limit_of_memory_stands_on_the_slope():
    drawing = roofline(100, 20, [Work("copy", 1, 20)])
    (x, y), _ = circles(drawing.svg)
    (x1, y1, x2, y2), _ = roof(drawing.svg)
    assert (y - y1) / (x - x1) == pytest.approx((y2 - y1) / (x2 - x1), rel=1e-2)
    assert "100 % of the roof" in drawing.alt


def test_work_at_the_peak_stands_on_the_flat_part_right_of_the_ridge():
    drawing = roofline(100, 20, [Work("matrix", 64, 100)])
    (x, y), _ = circles(drawing.svg)
    slope, flat = roof(drawing.svg)
    assert y == pytest.approx(flat[1], abs=0.1)
    assert x > flat[0] == slope[2]


def test_a_doubling_of_the_speed_is_as_far_everywhere():
    works = [Work(str(speed), 8, speed) for speed in (5, 10, 20, 40)]
    heights = [y for _, y in circles(roofline(100, 20, works).svg)][::2]
    steps = [a - b for a, b in pairwise(heights)]
    assert steps == pytest.approx([steps[0]] * 3, abs=0.2)
    assert steps[0] > 0


@pytest.mark.parametrize(
    ("peak", "bandwidth", "points"),
    [(100, 20, POINTS), (3000, 10, POINTS), (5, 30, [Work("slow", 0.05, 0.01)] * 6)],
    ids=["usual", "fast", "slow"],
)
def test_everything_fits_on_the_canvas(peak, bandwidth, points):
    svg = roofline(peak, bandwidth, points).svg
    width, height = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
    places = circles(svg) + [place for line in roof(svg) for place in (line[:2], line[2:])]
    assert all(0 <= x <= width and 0 <= y <= height for x, y in places)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 20, POINTS), "`peak` must be positive; got 0"),
        ((100, -1, POINTS), "`bandwidth` must be positive; got -1"),
        ((100, 20, [Work("a", 0, 1)]), "`intensity of a` must be positive; got 0"),
        ((100, 20, [Work("a", 1, float("nan"))]), "`gflops of a` must be positive; got nan"),
        ((100, 20, []), "`points` must hold at least one `Work`; got none"),
    ],
)
def test_what_has_no_place_on_a_logarithmic_axis_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        roofline(*arguments)
