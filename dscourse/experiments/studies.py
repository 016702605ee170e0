"""The studies of the course: which arms, which rates are tried, which seeds count."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dscourse.experiments.arms import StagedArm, XceptionArm
from dscourse.experiments.training import Row, Setting, train

RATES = (0.003, 0.01, 0.03)
SETTING = Setting()
SEEDS = (0, 1, 2, 3, 4)
TUNING_SEEDS = (100, 101)  # never those that count: a rate that was lucky there gains nothing here
BUDGET = 50_000  # parameters of each arm of `compare`


@dataclass(frozen=True)
class Study:
    """A question, and the runs that answer it.

    Every arm is first trained with every rate on the tuning seeds and judged on the validation
    images. With its best rate it is then trained on the seeds that count and tested.

    Args:
        question: In one sentence.
        arms: The networks.
        rates: Adam's rates at the start, of which each arm gets its best.
        seeds: Of the runs that count.
        tuning_seeds: Of the runs that choose the rate.
        setting: What is the same for all arms.
        train: Makes a row: `train(arm, seed, rate, setting, test=…)`.
    """

    question: str
    arms: tuple[Any, ...]
    rates: tuple[float, ...] = RATES
    seeds: tuple[int, ...] = SEEDS
    tuning_seeds: tuple[int, ...] = TUNING_SEEDS
    setting: Any = SETTING
    train: Callable[..., Row] = train


STUDIES = {
    "order": Study(
        "Does a non-linearity between depthwise and pointwise convolution help?",
        (
            XceptionArm("none"),
            XceptionArm("ReLU", between="relu"),
            XceptionArm("ELU", between="elu"),
        ),
    ),
    "compare": Study(
        "At an equal number of parameters, which kind of convolution is the most accurate?",
        (
            StagedArm("plain", "plain", 12.7),
            StagedArm("Inception", "inception", 20.8),
            StagedArm("separable", "separable", 35.6),
        ),
    ),
    "residuals": Study(
        "Do shortcuts help, and does that depend on depth?",
        tuple(
            XceptionArm(name + depth, residuals=name == "with", middle_blocks=blocks)
            for depth, blocks in ((", 1 middle block", 1), (", 4 middle blocks", 4))
            for name in ("with", "without")
        ),
        # Without shortcuts 0.003 is the best of the three, so the grid goes on below it: a network
        # that is harder to train must not lose because its rate was never tried.
        rates=(0.001, *RATES),
    ),
}
