"""Drawings follow the page's colours, carry their description and leak nothing into the page."""

import re
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from dscourse.figures import Canvas, Drawing, from_matplotlib


def plotted() -> Drawing:
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], label="a < b")
    axes.legend()
    axes.set_xlabel("groups")
    return from_matplotlib(figure, "A line.", "A caption.")


def boxes() -> Drawing:
    canvas = Canvas(200, 80)
    canvas.box(10, 10, 80, 40, "1x1\na < b", fill="#3f7fbf", dashed=True)
    canvas.arrow(90, 30, 120, 30)
    return canvas.drawing('Two "boxes" & an arrow.')


every_kind = pytest.mark.parametrize("draw", [plotted, boxes])


@every_kind
def test_a_drawing_is_well_formed_svg(draw):
    root = ElementTree.fromstring(draw().svg)
    assert root.tag.endswith("svg")


@every_kind
def test_a_drawing_has_its_alternative_text(draw):
    html = draw()._repr_html_()
    assert 'role="img" aria-label="' in html
    assert '""' not in html


@every_kind
def test_a_drawing_uses_no_black_and_no_white(draw):
    svg = draw().svg
    assert "currentColor" in svg
    assert not re.search(r"#000\b|#000000|#fff\b|#ffffff|black|white", svg, re.IGNORECASE)


@every_kind
def test_a_drawing_brings_no_style_sheet_and_no_group_names_into_the_page(draw):
    assert "<style" not in draw().svg
    assert not re.search(r'<g [^>]*id="', draw().svg)


@every_kind
def test_a_drawing_shrinks_to_the_page(draw):
    opening = draw().svg.partition(">")[0]
    assert "width: 100%" in opening
    assert not re.search(r' height="', opening)


def test_equal_figures_give_equal_bytes():
    assert plotted().svg == plotted().svg


def test_a_caption_stands_below_the_picture():
    assert "<figcaption>A caption.</figcaption>" in plotted()._repr_html_()


def test_letters_and_descriptions_are_escaped():
    html = boxes()._repr_html_()
    assert "a &lt; b" in html
    assert "Two &quot;boxes&quot; &amp; an arrow." in html
