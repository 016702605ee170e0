"""A panel for each arm on one common axis; the mean is the mean."""

import re
from xml.etree import ElementTree

import pytest

from dscourse.figures.curves import learning_curves

ARMS = {
    "plain": {"training": [[0.2, 0.6, 0.8]], "validation": [[0.1, 0.4, 0.5], [0.3, 0.6, 0.7]]},
    "separable": {"training": [[0.3, 0.7, 0.9]], "validation": [[0.2, 0.5, 0.6]]},
}


def lines(svg: str, width: str) -> list[tuple[float, ...]]:
    """Return the ends of the lines of one width."""
    found = re.findall(
        rf'<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)" [^>]*width="{width}"', svg
    )
    return [tuple(map(float, ends)) for ends in found]


def test_it_is_well_formed_and_says_where_every_curve_leads():
    drawing = learning_curves(ARMS, "accuracy")
    ElementTree.fromstring(drawing.svg)
    assert "plain: training from 0.20 to 0.80 in 3 epochs (mean of 1 seeds); " in drawing.alt
    assert "validation from 0.20 to 0.60 in 3 epochs (mean of 2 seeds)." in drawing.alt


def test_each_seed_has_a_thin_line_and_each_kind_a_thick_one():
    svg = learning_curves(ARMS, "accuracy").svg
    assert len(lines(svg, "0.8")) == 5 * 2  # five curves of two pieces
    assert len(lines(svg, "3.5")) == 4 * 2 + 2  # four means, and the legend's two


def test_the_thick_line_is_the_mean_of_the_thin_ones():
    only = {"plain": {"validation": ARMS["plain"]["validation"]}}
    svg = learning_curves(only, "accuracy").svg
    thin, (_, *thick) = lines(svg, "0.8"), lines(svg, "3.5")
    heights = [ends[1::2] for ends in thin]
    for piece, ends in enumerate(thick):
        first, second = heights[piece], heights[piece + 2]
        assert ends[1::2] == pytest.approx(
            [(a + b) / 2 for a, b in zip(first, second, strict=True)], abs=0.01
        )


def test_all_panels_share_one_axis():
    arms = {name: {"validation": [[0.1, 0.5]]} for name in ("plain", "separable")}
    thick = lines(learning_curves(arms, "").svg, "3.5")[1:]
    assert thick[0][1::2] == thick[1][1::2]


@pytest.mark.parametrize("arms", [{}, {"a": {"training": [[0.1, 0.2], [0.1]]}}])
def test_curves_that_cannot_be_drawn_are_refused(arms):
    with pytest.raises(ValueError, match="the same number of epochs"):
        learning_curves(arms, "accuracy")
