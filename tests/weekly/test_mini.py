"""The shipped weights can be made again: another training of the same task ends in the same band.

It runs weekly, because it trains for minutes: `pytest tests/weekly/test_mini.py -m weekly`.
"""

import pytest

pytestmark = [pytest.mark.keras, pytest.mark.weekly, pytest.mark.timeout(3000)]


def test_training_anew_reaches_what_the_shipped_weights_reach(tmp_path):
    from dscourse.experiments.pretraining import make
    from dscourse.results import load

    _, rows = make(tmp_path)
    shipped = load("mini").rows
    assert [row["epoch"] for row in rows] == [row["epoch"] for row in shipped]
    # Seeds and machines move these: the last two epochs of the shipped run differ by 0.01.
    assert rows[-1]["known_fonts"] > 0.99
    assert rows[-1]["validation_accuracy"] == pytest.approx(
        shipped[-1]["validation_accuracy"], abs=0.04
    )
    assert rows[-1]["test_accuracy"] == pytest.approx(shipped[-1]["test_accuracy"], abs=0.03)
