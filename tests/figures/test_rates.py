"""Every rate has its place, every seed its point, and the line leads through the means."""

import re
from xml.etree import ElementTree

import pytest

from dscourse.figures.rates import accuracy_by_rate

DIGITS = {0.001: [0.7, 0.8], 0.0003: [0.6, 0.7], 0.01: [0.1, 0.2]}
LETTERS = {0.0003: [0.9], 0.001: [0.8], 0.01: [0.0]}


def lines(svg: str, width: str) -> list[tuple[float, ...]]:
    """Return the ends of the lines of one width."""
    found = re.findall(
        rf'<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)" [^>]*width="{width}"', svg
    )
    return [tuple(map(float, ends)) for ends in found]


def test_it_is_well_formed_and_tells_the_mean_at_every_rate_in_order():
    drawing = accuracy_by_rate({"digits": DIGITS, "letters": LETTERS}, "validation accuracy")
    ElementTree.fromstring(drawing.svg)
    assert drawing.alt == (
        "validation accuracy by rate. digits: 0.65 at 0.0003, 0.75 at 0.001, 0.15 at 0.01. "
        "letters: 0.90 at 0.0003, 0.80 at 0.001, 0.00 at 0.01."
    )


def test_each_seed_has_a_point_and_each_task_a_line_through_its_means():
    svg = accuracy_by_rate({"digits": DIGITS, "letters": LETTERS}).svg
    assert svg.count("<rect") == 6 + 3
    assert len(lines(svg, "3.5")) == 2 * 2 + 2  # two pieces a task, and the legend's two


def test_a_line_leads_through_the_mean_of_its_points():
    svg = accuracy_by_rate({"digits": DIGITS}).svg
    middles = [float(y) + 4.5 for y in re.findall(r'<rect x="[\d.]+" y="([\d.]+)"', svg)]
    ends = [start[1] for start in lines(svg, "3.5")[1:]]
    assert ends == pytest.approx([sum(middles[n : n + 2]) / 2 for n in (0, 2)], abs=0.01)


@pytest.mark.parametrize(
    "tasks",
    [{}, {"a": {}}, {"a": {0.1: [0.5]}, "b": {0.2: [0.5]}}, {"a": {0.1: []}}],
    ids=["no task", "no rate", "other rates", "no seed"],
)
def test_what_cannot_be_drawn_is_refused(tasks):
    with pytest.raises(ValueError, match="the same rates for every task, each with its seeds"):
        accuracy_by_rate(tasks)
