"""The picture of a batch has as many cells as the array has numbers."""

import pytest

from dscourse.figures import nhwc_axes


@pytest.mark.parametrize("shape", [(2, 4, 5, 3), (1, 3, 2, 1), (3, 2, 2, 6)])
def test_one_cell_for_each_number(shape):
    batch, height, width, channels = shape
    assert nhwc_axes(*shape).svg.count("<rect") == batch * height * width * channels


def test_every_axis_is_named_with_its_size():
    svg = nhwc_axes(2, 4, 5, 3).svg
    assert all(svg.count(f"{axis}<") == 2 for axis in ("H = 4", "W = 5", "C = 3"))
    assert "image 1" in svg
