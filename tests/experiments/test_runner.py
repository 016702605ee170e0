"""A study trains each run once, keeps every finished one, and never tunes on the test images."""

from dataclasses import replace

import pytest

from dscourse.experiments import best_rate, run
from dscourse.results import load
from tests.experiments.conftest import TINY, Trainer

RUNS = 2 * 2 * 2 + 2 * 3  # arms x rates x tuning seeds, and arms x seeds


def silent(_line):
    return None


def test_each_arm_gets_its_own_best_rate_and_every_seed_that_counts(study, tmp_path):
    trainer = Trainer()
    run(study(trainer), "ours", tmp_path, silent)
    rows = load("ours", tmp_path).rows
    assert {(row["arm"], row["seed"], row["rate"]) for row in rows} == {
        *{("first", seed, 0.2) for seed in (0, 1, 2)},
        *{("second", seed, 0.1) for seed in (0, 1, 2)},
    }
    assert len(trainer.asked) == RUNS


def test_rates_are_chosen_without_the_test_images_and_without_the_seeds_that_count(study, tmp_path):
    trainer = Trainer()
    run(study(trainer), "ours", tmp_path, silent)
    tuning = [asked for asked in trainer.asked if not asked[3]]
    assert {seed for _, seed, _, _ in tuning} == {100, 101}
    assert {row["test_accuracy"] for row in load("ours-tuning", tmp_path).rows} == {None}
    assert {seed for _, seed, _, test in trainer.asked if test} == {0, 1, 2}


@pytest.mark.parametrize("stop_before", [1, 5, 8, 11])
def test_a_study_that_was_interrupted_goes_on_and_ends_in_the_same_files(
    study, tmp_path, stop_before
):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    run(study(Trainer()), "ours", whole, silent)
    first, second = Trainer(stop_before), Trainer()
    with pytest.raises(KeyboardInterrupt):
        run(study(first), "ours", parts, silent)
    run(study(second), "ours", parts, silent)
    for name in ("ours-tuning", "ours"):
        assert load(name, parts).rows == load(name, whole).rows
    assert len(first.asked) == stop_before
    assert len(second.asked) == RUNS - stop_before


def test_a_longer_plan_that_is_interrupted_loses_no_row(study, tmp_path):
    run(study(Trainer()), "ours", tmp_path, silent)
    with pytest.raises(KeyboardInterrupt):
        run(study(Trainer(stop_before=1), rates=(0.05, 0.1, 0.2)), "ours", tmp_path, silent)
    held = {(r["arm"], r["seed"], r["rate"]) for r in load("ours-tuning", tmp_path).rows}
    assert len(held) == 2 * 2 * 2 + 1


def test_a_network_that_another_study_has_trained_is_not_trained_again(study, tmp_path):
    run(study(Trainer()), "ours", tmp_path, silent)
    trainer = Trainer()
    ours = study(trainer)
    renamed = replace(ours, arms=(replace(ours.arms[0], name="another name"),))
    run(renamed, "other", tmp_path, silent)
    assert trainer.asked == []
    assert {row["arm"] for row in load("other", tmp_path).rows} == {"another name"}


def test_a_run_with_other_settings_is_another_run(study, tmp_path):
    run(study(Trainer()), "ours", tmp_path, silent)
    trainer = Trainer()
    longer = replace(TINY, epochs=3)
    run(replace(study(trainer), setting=longer), "ours", tmp_path, silent)
    assert len(trainer.asked) == RUNS


def test_a_run_that_was_only_tuned_is_trained_again_for_the_test_images(study, tmp_path):
    same = study(Trainer(), seeds=(100,), tuning_seeds=(100,))
    run(same, "ours", tmp_path, silent)
    assert all(row["test_accuracy"] is not None for row in load("ours", tmp_path).rows)


def test_the_command_that_a_file_notes_down_names_the_study(study, tmp_path):
    run(study(Trainer()), "ours", tmp_path, silent)
    assert load("ours", tmp_path).command == "python -m dscourse.experiments run ours"


def test_every_run_is_told_with_what_it_reached_and_the_time_left(study, tmp_path):
    said = []
    run(study(Trainer()), "ours", tmp_path, said.append)
    assert sum("min left" in line for line in said) == RUNS
    assert any("first does best with rate 0.2 (at the edge of the grid)" in line for line in said)


def test_the_best_rate_has_the_best_mean_and_not_the_best_run():
    rows = [
        {"arm": "a", "rate": rate, "validation_accuracy": [0.9, last]}
        for rate, last in [(0.1, 0.5), (0.1, 0.5), (0.2, 0.8), (0.2, 0.1)]
    ]
    assert best_rate(rows, "a") == 0.1


def test_the_best_rate_of_an_arm_without_rows_is_refused():
    with pytest.raises(ValueError, match="the arm of a row; got 'b'"):
        best_rate([], "b")
