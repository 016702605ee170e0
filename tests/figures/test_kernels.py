"""The microscope shows the numbers of the kernels and the rank of each input channel."""

from xml.etree import ElementTree

import numpy as np
import pytest

from dscourse.figures.kernels import kernel_microscope, separable_flow


def kernels(multiplier: int):
    rng = np.random.default_rng(multiplier)
    depthwise = rng.integers(-3, 4, size=(3, 3, 2, multiplier)).astype(float)
    return depthwise, rng.integers(-3, 4, size=(2 * multiplier, 4)).astype(float)


@pytest.mark.parametrize("multiplier", [1, 2, 3])
def test_the_rank_is_the_depth_multiplier(multiplier):
    for channel, step in enumerate(kernel_microscope(*kernels(multiplier)).steps):
        assert step.sentence == (
            f"Input channel {channel}: its 4 slices form a 9 x 4 matrix of rank {multiplier}."
        )
        assert f">rank {multiplier}<" in "".join(step.canvas.parts)


def test_the_rank_counts_what_is_there_and_not_what_could_be():
    depthwise, pointwise = kernels(2)
    depthwise[:, :, 0, 1] = 2 * depthwise[:, :, 0, 0]  # two filters, one of them of no use
    first, second = kernel_microscope(depthwise, pointwise).steps
    assert first.sentence.endswith("rank 1.")
    assert second.sentence.endswith("rank 2.")


def test_the_dense_slices_hold_the_products():
    depthwise, pointwise = np.full((1, 1, 1, 1), 3.0), np.array([[7.0, -5.0]])
    (step,) = kernel_microscope(depthwise, pointwise).steps
    drawn = "".join(step.canvas.parts)
    assert all(f">{value}<" in drawn for value in ("3", "7", "−5", "21", "−15"))


@pytest.mark.parametrize("multiplier", [1, 2])
def test_every_slice_fits_on_the_canvas(multiplier):
    picture = kernel_microscope(*kernels(multiplier))
    for step in picture.steps:
        for shape in ElementTree.fromstring(f"<g>{''.join(step.canvas.parts)}</g>").iter("rect"):
            right = float(shape.get("x")) + float(shape.get("width"))
            bottom = float(shape.get("y")) + float(shape.get("height"))
            assert right <= picture.background.width
            assert bottom <= picture.background.height


def test_the_flow_is_well_formed_and_described():
    flow = separable_flow()
    assert ElementTree.fromstring(flow.svg).tag.endswith("svg")
    assert "one for each channel" in flow.alt
