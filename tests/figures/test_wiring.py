"""A drawing of a block shows the way through it and the way around it."""

from xml.etree import ElementTree

import pytest

from dscourse.cost import LayerCost
from dscourse.figures.wiring import block_wirings, described, height


def row(name, kind):
    return LayerCost(name=name, type=kind, output_shape=(8, 8, 4))


THROUGH = [
    row("block2_sepconv1", "SeparableConv2D"),
    row("block2_sepconv1_bn", "BatchNormalization"),
    row("block2_pool", "MaxPooling2D"),
]
AROUND = [row("block2_shortcut", "Conv2D"), row("block2_shortcut_bn", "BatchNormalization")]
SUM = [row("block2_add", "Add")]


def test_it_is_well_formed_and_says_what_it_shows():
    drawing = block_wirings({"block 2": THROUGH + AROUND + SUM})
    ElementTree.fromstring(drawing.svg)
    assert drawing.alt == (
        "Wiring of blocks. block 2: separable 3x3, max pool, half; 1x1 goes around and is added."
    )
    assert drawing.svg.count("BatchNorm") == 2  # each in the box of its convolution


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (THROUGH, "nothing goes around"),
        (THROUGH + SUM, "the input itself goes around and is added"),
        (THROUGH + AROUND + SUM, "1x1 goes around and is added"),
    ],
)
def test_the_way_around_is_told(rows, words):
    assert described(rows).endswith(words)


def test_every_part_lies_within_the_picture():
    drawing = block_wirings({f"block {n}": THROUGH + AROUND + SUM for n in range(5)})
    root = ElementTree.fromstring(drawing.svg)
    width, bottom = map(float, root.get("viewBox").split()[2:])
    for box in root.iter("{http://www.w3.org/2000/svg}rect"):
        x, y, w, h = (float(box.get(key)) for key in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= bottom


def test_a_block_with_more_layers_is_higher():
    assert height(THROUGH) < height(THROUGH + SUM)


@pytest.mark.keras
def test_xception_has_five_kinds_of_blocks_and_a_head():
    from dscourse.xception import blocks, outline

    kinds = {}
    for name, rows in outline(blocks()).items():
        kinds.setdefault(described(rows), []).append(name)
    assert [len(names) for names in kinds.values()] == [1, 1, 3, 8, 1, 1]
