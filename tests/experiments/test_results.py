"""The files of results answer their study: every arm with every seed, each at its own best rate."""

from dataclasses import asdict

import pytest

from dscourse.cost import layer_table
from dscourse.experiments import STUDIES, best_rate
from dscourse.experiments.arms import described
from dscourse.results import load

every_study = pytest.mark.parametrize("name", STUDIES)


@every_study
def test_every_arm_was_tested_with_every_seed_and_nothing_else_is_there(name):
    study, rows = STUDIES[name], load(name).rows
    wanted = [(arm.name, seed) for seed in study.seeds for arm in study.arms]
    assert [(row["arm"], row["seed"]) for row in rows] == wanted
    assert all(0 <= row["test_accuracy"] <= 1 for row in rows)


@every_study
def test_every_arm_was_tuned_with_every_rate_on_other_seeds_and_without_the_test_images(name):
    study, rows = STUDIES[name], load(f"{name}-tuning").rows
    assert {(row["arm"], row["seed"], row["rate"]) for row in rows} == {
        (arm.name, seed, rate)
        for arm in study.arms
        for seed in study.tuning_seeds
        for rate in study.rates
    }
    assert not set(study.seeds) & set(study.tuning_seeds)
    assert all(row["test_accuracy"] is None for row in rows)


@every_study
def test_every_arm_was_tested_at_the_rate_that_was_best_on_validation(name):
    tuned = load(f"{name}-tuning").rows
    for row in load(name).rows:
        assert row["rate"] == best_rate(tuned, row["arm"])


@every_study
def test_all_rows_were_made_with_the_study_s_networks_and_setting(name):
    study = STUDIES[name]
    networks = {arm.name: described(arm) for arm in study.arms}
    for row in [*load(name).rows, *load(f"{name}-tuning").rows]:
        assert row["network"] == networks[row["arm"]]
        assert row["setting"] == asdict(study.setting)
        assert len(row["validation_accuracy"]) == study.setting.epochs


@every_study
@pytest.mark.keras
def test_the_networks_still_cost_what_the_rows_say(name):
    rows = {row["arm"]: row for row in load(name).rows}
    for arm in STUDIES[name].arms:
        table = layer_table(arm.build(STUDIES[name].setting.size))
        row = rows[arm.name]
        assert sum(layer.parameters for layer in table) == row["parameters"]
        assert sum(layer.multiply_adds for layer in table) == row["multiply_adds"]
