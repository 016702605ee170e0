"""The weights are trained epoch by epoch, and an interruption changes nothing."""

import json
import re

import numpy as np
import pytest

pytestmark = pytest.mark.keras


@pytest.fixture
def tiny(monkeypatch):
    """Return the function that trains, made short: two epochs of two steps."""
    from dscourse.experiments import pretraining

    for name, value in {"EPOCHS": 2, "TESTED": 26, "KNOWN": 26}.items():
        monkeypatch.setattr(pretraining, name, value)
    return lambda folder: pretraining.make(folder, images=128, say=lambda line: None)


def test_an_interrupted_training_ends_in_the_same_weights_and_curve(tiny, tmp_path, monkeypatch):
    from dscourse import training

    whole, rows = tiny(tmp_path / "whole")
    assert [row["epoch"] for row in rows] == [1, 2]
    assert [row["test_accuracy"] is None for row in rows] == [True, False]
    assert all(0 <= row["validation_accuracy"] <= 1 for row in rows)

    train, begun = training.train, []

    def stop_at_the_second(*args, **kwargs):
        begun.append(args)
        if len(begun) == 2:
            raise KeyboardInterrupt
        return train(*args, **kwargs)

    monkeypatch.setattr(training, "train", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        tiny(tmp_path / "parts")
    assert len(json.loads((tmp_path / "parts" / "curve.json").read_text())) == 1
    parts, again = tiny(tmp_path / "parts")
    assert again == rows
    for ours, theirs in zip(parts.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_trained_architecture_is_the_one_that_the_package_loads(tiny):
    from dscourse.experiments import pretraining
    from dscourse.xception.mini import read_mini

    arrays = read_mini()
    assert {w.path: tuple(w.shape) for w in pretraining.task().model().weights} == {
        name: array.shape for name, array in arrays.items()
    }


def test_the_examples_of_the_training_command_name_this_task():
    from dscourse.experiments import pretraining
    from dscourse.training import __main__ as command
    from dscourse.training import find_task

    named = re.search(r"TASK=(\S+)", command._EXAMPLES)[1]
    assert find_task(named).examples == pretraining.IMAGES
