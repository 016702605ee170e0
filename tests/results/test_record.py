"""Files of results: what is written is what is read, and each says how it was made."""

import json

import pytest

from dscourse.results import Record, load, save
from dscourse.results.record import FOLDER

ROWS = [{"arm": "none", "seed": 0, "accuracy": 0.5}, {"arm": "ReLU", "seed": 1, "accuracy": 0.25}]
FILES = sorted(path.stem for path in FOLDER.glob("*.json"))


def test_what_was_saved_is_loaded(tmp_path):
    record = Record.of_now("python -m somewhere", ROWS, ["numpy"])
    save(record, "ours", tmp_path)
    assert load("ours", tmp_path) == record


def test_each_row_is_one_line_of_the_file(tmp_path):
    path = save(Record("make it", ROWS), "ours", tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line.rstrip(",")) for line in lines if '"arm"' in line] == ROWS


def test_saving_again_replaces_the_file_and_leaves_nothing_else(tmp_path):
    for command in ("first", "second"):
        path = save(Record(command, ROWS), "ours", tmp_path)
    assert load("ours", tmp_path).command == "second"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_save_leaves_the_old_file_whole(tmp_path):
    save(Record("old", ROWS), "ours", tmp_path)
    with pytest.raises(TypeError):
        save(Record("new", [{"not plain": object()}]), "ours", tmp_path)
    assert load("ours", tmp_path).command == "old"


def test_an_unknown_name_is_refused_with_those_that_there_are(tmp_path):
    save(Record("make it", ROWS), "ours", tmp_path)
    with pytest.raises(ValueError, match=r"one of the results here \(ours\); got 'yours'"):
        load("yours", tmp_path)


def test_the_machine_is_told_without_its_name():
    import platform

    record = Record.of_now("make it", ROWS, ["numpy"])
    assert "cores" in record.machine
    assert platform.node() not in record.machine
    assert set(record.versions) == {"python", "numpy"}


@pytest.mark.parametrize("name", FILES)
def test_every_file_of_the_package_says_how_when_and_with_what_it_was_made(name):
    record = load(name)
    assert record.command
    assert record.date
    assert record.machine
    assert record.versions
    assert record.rows
