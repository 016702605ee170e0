"""A study so small that its runs take seconds, and a trainer that takes none."""

import pytest

from dscourse.experiments import Setting, Study, XceptionArm
from dscourse.experiments.training import conditions

TINY = Setting(train=52, validation=26, test=26, epochs=2, batch=26)
ARM = XceptionArm("tiny", width=0.02, middle_blocks=0)


class Trainer:
    """Makes rows without training, notes what was asked for, and stops where it is told to."""

    def __init__(self, stop_before: int | None = None) -> None:
        self.asked: list[tuple[str, int, float, bool]] = []
        self.stop_before = stop_before

    def __call__(self, arm, seed, rate, setting, *, test):
        if len(self.asked) == self.stop_before:
            raise KeyboardInterrupt
        self.asked.append((arm.name, seed, rate, test))
        reached = rate if arm.name == "first" else -rate  # so each arm has a best rate of its own
        return {
            **conditions(arm, seed, rate, setting),
            "validation_accuracy": [0.0, reached],
            "test_accuracy": reached + seed if test else None,
        }


@pytest.fixture
def study():
    def make(trainer, **changes):
        arms = (ARM.__class__("first"), ARM.__class__("second", middle_blocks=2))
        fields = {"rates": (0.1, 0.2), "seeds": (0, 1, 2), "tuning_seeds": (100, 101)}
        return Study("Which?", arms, setting=TINY, train=trainer, **fields | changes)

    return make
