"""The files of results on transfer are whole, and made as their study says."""

from dataclasses import asdict

import pytest

from dscourse.experiments import best_rate
from dscourse.experiments.arms import described
from dscourse.experiments.transfer import TRANSFER_STUDIES
from dscourse.results import load

every_study = pytest.mark.parametrize("name", TRANSFER_STUDIES)


@every_study
def test_every_arm_was_tested_with_every_seed_at_the_rate_that_was_best_on_validation(name):
    study, tuned = TRANSFER_STUDIES[name], load(f"{name}-tuning").rows
    assert [(row["arm"], row["seed"], row["rate"]) for row in load(name).rows] == [
        (arm.name, seed, best_rate(tuned, arm.name)) for seed in study.seeds for arm in study.arms
    ]


@every_study
def test_every_arm_was_tuned_with_every_rate_on_another_seed_and_without_the_test_images(name):
    study, tuned = TRANSFER_STUDIES[name], load(f"{name}-tuning").rows
    assert [(row["arm"], row["seed"], row["rate"], row["test_accuracy"]) for row in tuned] == [
        (arm.name, seed, rate, None)
        for seed in study.tuning_seeds
        for rate in study.rates
        for arm in study.arms
    ]
    assert not set(study.seeds) & set(study.tuning_seeds)


@every_study
def test_all_rows_were_made_with_the_study_s_arms_and_setting(name):
    study = TRANSFER_STUDIES[name]
    arms = {arm.name: described(arm) for arm in study.arms}
    for row in [*load(name).rows, *load(f"{name}-tuning").rows]:
        assert row["network"] == arms[row["arm"]]
        assert row["setting"] == asdict(study.setting)


@every_study
def test_what_was_to_be_frozen_was_frozen(name):
    before = load("few-labels").rows
    known = {row["letters_accuracy"] for row in before if row["network"]["weights"] == "mini"}
    assert len(known) == 1  # a head changes nothing below it, whatever the seed
    for row in load(name).rows:
        assert row["statistics_moved"] == (22 if row["network"]["learns"] == "all" else 0)
