"""The dial shows what was measured, and says so when the forms differ."""

from xml.etree import ElementTree

import numpy as np
import pytest

from dscourse.conv import block_diagonal_kernel
from dscourse.figures.towers import TowerSetting, proof_chain, tower_dial

CHANNELS = 12
ALLOWED = (1, 2, 3, 4, 6, 12)


def setting(towers: int, difference: float = 1e-7) -> TowerSetting:
    n = CHANNELS // towers
    kernel = block_diagonal_kernel(np.ones((3, 3, n, CHANNELS)), towers)
    differences = {"grouped": 0.0, "dense": difference}
    return TowerSetting(towers, 5 * CHANNELS + 9 * n * CHANNELS, kernel, differences)


@pytest.mark.parametrize("towers", ALLOWED)
def test_a_position_names_towers_weights_and_linked_channel_pairs(towers):
    n = CHANNELS // towers
    (step,) = tower_dial([setting(towers)]).steps
    drawn = "".join(step.canvas.parts)
    assert f"{towers} tower" in step.sentence
    assert f"{60 + 9 * n * CHANNELS:,} weights" in step.sentence
    assert f"{n * CHANNELS} of 144 channel pairs are not zero" in drawn
    assert drawn.count(">3x3<") == towers


def test_a_difference_of_rounding_is_called_equal_and_is_shown():
    (step,) = tower_dial([setting(3, 9e-7)]).steps
    assert step.sentence.endswith("equal in all forms.")
    assert "NOT" not in step.sentence
    assert "largest difference 9e-07" in "".join(step.canvas.parts)


def test_a_real_difference_is_called_unequal():
    (step,) = tower_dial([setting(3, 1e-3)]).steps
    drawn = "".join(step.canvas.parts)
    assert "NOT equal in all forms" in step.sentence
    assert "✗ is not dense" in drawn
    assert "✓ equals grouped" in drawn


def test_the_curve_falls_as_the_weights_do():
    steps = tower_dial([setting(towers) for towers in ALLOWED]).steps
    marks = ["".join(s.canvas.parts).split('width="14"')[0].rpartition('y="')[2] for s in steps]
    heights = [float(mark.partition('"')[0]) for mark in marks]
    assert heights == sorted(heights)  # the y axis of a picture points down
    assert len(set(heights)) == len(ALLOWED)


def test_the_dial_and_the_chain_are_well_formed_and_described():
    svg = tower_dial([setting(2), setting(12)])._svg()
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    chain = proof_chain()
    assert ElementTree.fromstring(chain.svg).tag.endswith("svg")
    assert all(f"Figure {number}," in chain.alt for number in (1, 2, 3, 4))
