"""Bars are as long as their sums, and their parts stand in one order."""

import re
from xml.etree import ElementTree

import pytest

from dscourse.figures.bars import stacked_bars

ROWS = {"direct": {"5x5": 8.0}, "reduced": {"1x1": 1.0, "5x5": 3.0}}


def widths(svg: str) -> list[float]:
    found = [float(w) for w in re.findall(r'<rect [^>]*width="([\d.]+)" height="22"', svg)]
    assert found
    return found


def test_it_is_well_formed_and_says_every_sum_with_its_parts():
    drawing = stacked_bars(ROWS, "million multiply-adds")
    ElementTree.fromstring(drawing.svg)
    said = "million multiply-adds. direct: 8 (5x5 8); reduced: 4 (1x1 1, 5x5 3)."
    assert (drawing.alt, drawing.caption) == (said, "million multiply-adds")


def test_the_parts_are_as_long_as_their_amounts():
    direct, one, five = widths(stacked_bars(ROWS, "").svg)
    assert one / direct == pytest.approx(1 / 8)
    assert five / direct == pytest.approx(3 / 8)


def test_a_part_has_one_colour_in_all_rows_and_in_the_legend():
    svg = stacked_bars(ROWS, "").svg
    fills = re.findall(r'<rect [^>]*fill="([^"]+)"', svg)
    legend, bars = fills[:2], fills[2:]
    assert bars == [legend[0], legend[1], legend[0]]


def test_thousands_are_written_in_full():
    assert "12,345" in stacked_bars({"a": {"b": 12345}}, "weights").svg
