"""The rows of layers say which come first; the brackets join what the sentences say."""

import re
from xml.etree import ElementTree

import pytest

from dscourse.figures import regrouped_stack, two_differences

SVG = "{http://www.w3.org/2000/svg}"


def texts(drawing):
    return [t.text for t in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text")]


def test_inception_has_two_relus_and_a_separable_convolution_one():
    said = texts(two_differences())
    assert said.count("ReLU") == 3
    assert said.count("nothing") == 1
    inception, separable = said[: said.index("separable convolution")], said
    assert inception.index("1x1") < inception.index("3x3 for")
    start = separable.index("separable convolution")
    assert separable.index("3x3 for", start) < separable.index("1x1", start)
    assert "no ReLU between" in two_differences().alt


@pytest.mark.parametrize("blocks", [1, 2, 3, 4])
def test_brackets_below_join_each_depthwise_with_the_next_pointwise(blocks):
    alt = regrouped_stack(blocks).alt
    pairs = [f"D{n} with P{n + 1}" for n in range(1, blocks)]
    assert "; ".join(["P1 alone", *pairs, f"D{blocks} alone"]) in alt
    assert "; ".join(f"P{n} with D{n}" for n in range(1, blocks + 1)) in alt


@pytest.mark.parametrize("blocks", [1, 3])
def test_a_bracket_spans_exactly_the_layers_that_it_joins(blocks):
    root = ElementTree.fromstring(regrouped_stack(blocks).svg)
    boxes = [(float(r.get("x")), float(r.get("width"))) for r in root.iter(f"{SVG}rect")]
    lines = [(float(n.get("x1")), float(n.get("x2")), n.get("y1")) for n in root.iter(f"{SVG}line")]
    spans = {y: [(a, b) for a, b, at in lines if at == y and a < b] for y in ("38", "144")}
    left, right = [x for x, _ in boxes], [x + w for x, w in boxes]
    assert spans["38"] == list(zip(left[::2], right[1::2], strict=True))
    assert spans["144"] == list(
        zip([left[0], *left[1::2]], [right[0], *right[2::2], right[-1]], strict=True)
    )


def test_the_stack_counts_its_blocks():
    said = " ".join(texts(regrouped_stack(4)))
    assert re.search(r"pointwise first: 4 blocks", said)
    assert re.search(r"depthwise first: 3 blocks between two ends", said)


def test_everything_stands_on_the_canvas():
    for drawing in (two_differences(), regrouped_stack(3)):
        root = ElementTree.fromstring(drawing.svg)
        width, height = (float(v) for v in root.get("viewBox").split()[2:])
        for shape in root.iter(f"{SVG}rect"):
            assert float(shape.get("x")) + float(shape.get("width")) <= width
            assert float(shape.get("y")) + float(shape.get("height")) <= height
        for line in root.iter(f"{SVG}line"):
            assert max(float(line.get("x1")), float(line.get("x2"))) <= width
