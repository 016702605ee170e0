"""The command lists the studies, trains what a folder lacks, and refuses what makes no sense."""

import pytest

from dscourse.experiments import __main__ as command
from dscourse.results import load
from tests.experiments.conftest import Trainer


@pytest.fixture
def trainer(study, monkeypatch):
    trainer = Trainer()
    monkeypatch.setitem(command._ALL, "order", study(trainer))
    monkeypatch.setattr(command, "_use_threads", lambda count: None)
    return trainer


def test_list_names_every_study_with_its_arms(capsys):
    assert command.main(["list"]) == 0
    said = capsys.readouterr().out
    for name, study in command._ALL.items():
        assert name in said
        assert all(arm.name in said for arm in study.arms)


def test_run_fills_a_new_folder_with_the_seeds_and_rates_asked_for(trainer, tmp_path, capsys):
    folder = tmp_path / "mine"
    asked = ["run", "order", "--seeds", "2", "--rates", "0.5", "--folder", str(folder)]
    assert command.main(asked) == 0
    assert {(row["seed"], row["rate"]) for row in load("order", folder).rows} == {
        (0, 0.5),
        (1, 0.5),
    }
    assert "written" in capsys.readouterr().out


def test_an_interrupted_run_says_how_to_go_on_and_keeps_what_it_has(trainer, tmp_path, capsys):
    trainer.stop_before = 3
    assert command.main(["run", "order", "--folder", str(tmp_path)]) == 130
    assert "The same command goes on" in capsys.readouterr().err
    assert len(load("order-tuning", tmp_path).rows) == 3


@pytest.mark.parametrize(
    "wrong", [["--seeds", "1"], ["--seeds", "200"], ["--rates", "3"], ["--rates", "fast"]]
)
def test_wrong_options_are_refused(wrong, capsys):
    with pytest.raises(SystemExit) as error:
        command.main(["run", "order", *wrong])
    assert error.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_help_shows_examples(capsys):
    with pytest.raises(SystemExit):
        command.main(["--help"])
    assert "python -m dscourse.experiments run order" in capsys.readouterr().out
