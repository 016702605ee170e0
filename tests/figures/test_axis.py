"""Ticks are round, hold the data, and stand where their number is."""

import pytest

from dscourse.figures.axis import Axis


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.71, 0.88, ["0.70", "0.75", "0.80", "0.85", "0.90"]),
        (0.0, 1.0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (12_345, 47_000, ["10,000", "20,000", "30,000", "40,000", "50,000"]),
        (0.812, 0.8139, ["0.8120", "0.8125", "0.8130", "0.8135", "0.8140"]),
        (-0.31, 0.12, ["-0.4", "-0.3", "-0.2", "-0.1", "0.0", "0.1", "0.2"]),
    ],
)
def test_ticks_are_round_and_hold_the_data(low, high, ticks):
    axis = Axis.around(low, high, start=0, end=100)
    assert axis.ticks() == ticks
    assert axis.low <= low <= high <= axis.high


def test_one_number_alone_has_an_axis_too():
    axis = Axis.around(0.5, 0.5, start=0, end=100)
    assert axis.low < axis.high
    assert 0 <= axis(0.5) <= 100


def test_ends_stand_at_the_ends_and_the_middle_in_the_middle():
    axis = Axis.around(0.0, 1.0, start=200, end=100)
    assert [axis(0.0), axis(0.5), axis(1.0)] == [200, 150, 100]
