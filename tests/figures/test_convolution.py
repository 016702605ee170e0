"""The pictures of a convolution show what the loops of the reference compute."""

import re

import numpy as np
import pytest

from dscourse.conv import reference
from dscourse.figures import convolution_steps, footprints, windows_as_rows
from dscourse.figures.drawing import BLUE


def texts(parts: list[str]) -> list[str]:
    """Return what is written in a part of a drawing, in order."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", "".join(parts).replace("−", "-"))


def small_integers(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).integers(-3, 4, size=shape).astype(float)


@pytest.fixture(
    params=[((4, 5, 2), (3, 3, 2)), ((3, 4, 1), (2, 2, 1)), ((4, 4, 3), (1, 3, 3))],
    ids=["two channels", "one channel", "a flat kernel"],
)
def pair(request) -> tuple[np.ndarray, np.ndarray]:
    x, kernel = request.param
    return small_integers(*x), small_integers(*kernel)


def test_each_step_ends_in_the_value_of_the_reference(pair):
    x, kernel = pair
    y = reference.conv2d(x[np.newaxis], kernel[..., np.newaxis])[0, :, :, 0]
    said = [step.sentence.replace("−", "-") for step in convolution_steps(x, kernel).steps]
    assert [float(s.rpartition("= ")[2].rstrip(".")) for s in said] == y.ravel().tolist()
    sums = [re.findall(r"(-?\d+) from channel", s) for s in said]
    assert [sum(map(float, channels)) for channels in sums] == y.ravel().tolist()


def test_the_products_that_a_step_draws_add_up_to_its_sums(pair):
    x, kernel = pair
    taps = kernel[:, :, 0].size
    for step in convolution_steps(x, kernel).steps:
        written = texts(step.canvas.parts)
        for channel in range(x.shape[2]):
            block = written[channel * (taps + 1) : (channel + 1) * (taps + 1)]
            assert block[-1] == f"sum {sum(map(float, block[:-1])):g}"
            assert f"{block[-1][4:]} from channel {channel}" in step.sentence.replace("−", "-")


def test_the_steps_fill_the_output_one_place_at_a_time(pair):
    x, kernel = pair
    steps = convolution_steps(x, kernel).steps
    products_and_sums = kernel.size + x.shape[2]
    outputs = [len(texts(step.canvas.parts)) - products_and_sums for step in steps]
    assert outputs == list(range(1, len(steps) + 1))


def test_a_zero_is_written_without_a_sign():
    steps = convolution_steps(np.zeros((2, 2, 1)), -np.ones((2, 2, 1)))
    assert texts(steps.steps[0].canvas.parts)[:4] == ["0"] * 4


def test_a_footprint_fills_the_places_that_are_looked_at():
    mask = np.zeros((5, 4, 3), bool)
    mask[1:4, 1:3, :2] = True
    drawn = footprints({"a layer": mask, "nothing": np.zeros_like(mask)})
    assert drawn.svg.count(f'fill="{BLUE}"') == mask.sum() == 12
    assert "a layer depends on 6 places in each of 2 of the 3 channels" in drawn.alt


def test_the_rows_times_the_filter_give_the_output_of_the_reference():
    x, kernel = small_integers(3, 4), small_integers(2, 2)
    y = reference.conv2d(x[np.newaxis, ..., np.newaxis], kernel[..., np.newaxis, np.newaxis])
    written = texts([windows_as_rows(x, kernel).svg])
    drawn = [float(t) for t in written if re.fullmatch(r"-?\d+", t)]
    assert drawn[-y.size :] == y.ravel().tolist()
    assert drawn[: x.size] == x.ravel().tolist()
