"""The grid shows the ranks of each order, and frames what has rank 1."""

from xml.etree import ElementTree

import numpy as np
import pytest

from dscourse.figures import kernel_ranks, rank_grids

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def both():
    rng = np.random.default_rng(1)
    pointwise, filters = rng.normal(size=(3, 4)), rng.normal(size=(3, 3, 4))
    return {
        "depthwise first": filters[:, :, :3, None] * pointwise,
        "pointwise first": filters[:, :, None] * pointwise,
    }


def test_each_order_leaves_rank_one_on_its_own_side(both):
    assert kernel_ranks(both["depthwise first"]) == ([1, 1, 1], [3, 3, 3, 3])
    assert kernel_ranks(both["pointwise first"]) == ([4, 4, 4], [1, 1, 1, 1])


def test_a_full_kernel_has_the_rank_of_its_shape():
    kernel = np.random.default_rng(2).normal(size=(2, 1, 3, 4))
    assert kernel_ranks(kernel) == ([2, 2, 2], [2, 2, 2, 2])


def test_the_picture_says_the_ranks(both):
    drawing = rank_grids(both)
    said = [t.text for t in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text")]
    assert [t for t in said if t.startswith("rank")] == [
        f"rank {rank}" for rank in [1, 1, 1, 3, 3, 3, 3, 4, 4, 4, 1, 1, 1, 1]
    ]
    assert "depthwise first: the slices of the input channels have rank 1, 1, 1" in drawing.alt
    assert "pointwise first: the slices of the input channels have rank 4, 4, 4" in drawing.alt


def frames(drawing):
    rects = ElementTree.fromstring(drawing.svg).iter(f"{SVG}rect")
    return [r for r in rects if r.get("stroke-dasharray")]


def test_frames_lie_around_what_has_rank_one(both):
    shapes = [float(f.get("width")) > float(f.get("height")) for f in frames(rank_grids(both))]
    assert shapes == [True] * 3 + [False] * 4  # rows in the first grid, columns in the second
    full = np.random.default_rng(3).normal(size=(3, 3, 3, 4))
    assert frames(rank_grids({"full": full})) == []


def test_a_negative_tap_carries_a_bar_so_that_grey_shows_it(both):
    drawing = rank_grids(both)
    bars = list(ElementTree.fromstring(drawing.svg).iter(f"{SVG}line"))
    assert len(bars) == sum(int((kernel < 0).sum()) for kernel in both.values())


def test_everything_stands_on_the_canvas(both):
    root = ElementTree.fromstring(rank_grids(both).svg)
    width, height = (float(v) for v in root.get("viewBox").split()[2:])
    for shape in root.iter(f"{SVG}rect"):
        assert float(shape.get("x")) + float(shape.get("width")) <= width
        assert float(shape.get("y")) + float(shape.get("height")) <= height


def test_a_kernel_of_zeros_can_be_drawn():
    assert "rank 0, 0" in rank_grids({"zeros": np.zeros((3, 3, 2, 2))}).alt
