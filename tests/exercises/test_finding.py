"""Exercises are found by their files and named by their ids."""

import pytest

from dscourse import exercise, progress
from dscourse.exercises import all_exercises, chapters, exercises_in, find


def test_every_chapter_of_the_first_walk_has_exercises():
    assert list(chapters())[:6] == [
        "00-start-here",
        "01-two-jobs",
        "02-one-by-one",
        "03-inception",
        "04-towers",
        "05-separable",
    ]
    assert all(exercises_in(chapter) for chapter in chapters())


def test_an_exercise_stands_in_the_chapter_of_its_number():
    for chapter in chapters():
        assert {task.id[:2] for task in exercises_in(chapter)} == {chapter[:2]}


def test_an_id_is_found_and_an_unknown_one_is_answered_with_the_nearest():
    assert find("00-layout").id == "00-layout"
    with pytest.raises(ValueError, match=r"no exercise '00-layuot'\. Did you mean '00-layout'\?"):
        exercise("00-layuot")


def test_a_chapter_number_that_does_not_exist_is_answered_too():
    with pytest.raises(ValueError, match=r"there is no exercise '99-layout'\."):
        exercise("99-layout")


def test_progress_counts_points_chapter_by_chapter(monkeypatch, tmp_path):
    monkeypatch.setenv("DSCOURSE_HOME", str(tmp_path))
    task = find("00-layout")
    assert exercise("00-layout").check(task.solution).passed
    name, solved, count, points, total = progress().rows()[0]
    assert (name, solved, points) == ("00-start-here", 1, task.points)
    assert count == len(exercises_in(name))
    assert total == sum(e.points for e in exercises_in(name))
    assert f"1 of {count}" in repr(progress())
    assert f"<td>1 of {count}</td>" in progress()._repr_html_()


def test_progress_travels_by_export_and_restore(monkeypatch, tmp_path):
    monkeypatch.setenv("DSCOURSE_HOME", str(tmp_path / "binder"))
    exercise("00-layout").check(find("00-layout").solution)
    exported = progress().export(tmp_path / "mine.json")
    monkeypatch.setenv("DSCOURSE_HOME", str(tmp_path / "home"))
    assert progress().restore(exported) == f"1 exercises read from {exported}."
    assert progress().rows()[0][1] == 1


def test_the_points_of_an_exercise_are_the_sum_of_its_checks():
    for task in all_exercises().values():
        assert task.points == sum(check.worth for check in task.checks)
