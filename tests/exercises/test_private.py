"""A folder of an instructor's exercises is loaded like the course's, or refused with a reason."""

import sys
from pathlib import Path

import pytest

from dscourse.checking import BOOK_URL, run_checks
from dscourse.exercises import all_exercises, private
from dscourse.exercises.private import PrivateExercisesError
from dscourse.exercises.selection import SelectionError, select

EXAMPLE = '''
"""An exam."""

from private_exercises.observers import rounded

from dscourse.checking import Exercise, call

halve = Exercise("{id}", "Halve", "Return half of `x`.", hints=["Divide."], how=rounded)


@halve.reference
def half(x):
    """Halve a number."""
    return x / 2


@halve.alternative
def other(x):
    return x * 0.5


@halve.check("a number", worth=2)
def _(rng):
    return call(float(rng.integers(1, 9)))


@halve.misconception("M-TWICE", "You doubled.", section="three-ways")
def _(x):
    return x * 2
'''
OBSERVERS = "def rounded(answer, x):\n    return round(answer(x), 6)\n"


def folder_with(path: Path, **files: str) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / f"{name}.py").write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def exam(tmp_path):
    return folder_with(
        tmp_path / "exam", ch05_separable=EXAMPLE.format(id="05-halve"), observers=OBSERVERS
    )


def test_private_exercises_are_added_to_the_courses(exam):
    chosen = select(exam)
    assert set(chosen) == {*all_exercises(), "05-halve"}
    assert list(chosen) == sorted(chosen, key=lambda name: name[:2])


def test_a_private_exercise_works_with_its_helper_module(exam):
    task = private.load(exam)["05-halve"]
    assert run_checks(task, task.solution, seed=5).passed
    assert run_checks(task, lambda x: x * 2).results[0].cause.code == "M-TWICE"
    assert "def half(x):" in task.solution_code
    assert "return TODO" in task.starter_code


def test_a_private_misconception_links_to_the_chapter_that_its_file_is_named_after(exam):
    wrong = private.load(exam)["05-halve"].misconceptions[0]
    assert wrong.link == f"{BOOK_URL}/notebooks/05-separable.html#three-ways"


def test_helpers_are_all_files_but_those_with_exercises(exam):
    assert private.helpers(exam) == {"private_exercises.observers": OBSERVERS}


def test_a_second_folder_takes_the_place_of_the_first(exam, tmp_path):
    other = folder_with(
        tmp_path / "other",
        ch06_order=EXAMPLE.format(id="06-halve").replace("rounded", "exact"),
        observers=OBSERVERS.replace("rounded", "exact"),
    )
    assert list(private.load(exam)) == ["05-halve"]
    assert list(private.load(other)) == ["06-halve"]
    assert "private_exercises.ch05_separable" not in sys.modules


def test_a_selection_takes_whole_words_of_ids(exam):
    chapter = {name for name in all_exercises() if name.startswith("05-")}
    assert set(select(only=["05"])) == chapter
    assert set(select(exam, ["05-halve", "06"])) == {"05-halve", *select(only=["06"])}
    with pytest.raises(SelectionError, match="no exercise begins with '05-dep'"):
        select(only=["05", "05-dep"])


def test_a_private_exercise_must_not_take_an_id_of_the_course(tmp_path):
    folder = folder_with(
        tmp_path, ch05_separable=EXAMPLE.format(id="05-depthwise"), observers=OBSERVERS
    )
    with pytest.raises(SelectionError, match="'05-depthwise' already"):
        select(folder)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "ch05_separable.py; there is none"),
        ({"ch05_separable": "x = 1"}, "must declare an Exercise"),
        ({"ch05_separable": "import no_such_thing"}, "ModuleNotFoundError"),
        ({"ch05_separable": "def f(:"}, "SyntaxError"),
        ({"ch05_separable": 'raise RuntimeError("no")'}, "RuntimeError: no"),
        (
            {"ch05_a": EXAMPLE.format(id="05-halve"), "ch05_b": EXAMPLE.format(id="05-halve")},
            "two private exercises have the id '05-halve'",
        ),
    ],
)
def test_a_folder_that_is_not_as_it_should_is_refused_with_the_reason(tmp_path, files, said):
    folder = folder_with(tmp_path, observers=OBSERVERS, **files)
    with pytest.raises(PrivateExercisesError, match=said):
        private.load(folder)


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(PrivateExercisesError, match="must be a folder"):
        private.load(tmp_path / "absent")
