"""The map has every chapter, leads from earlier to later ones, and is legible."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from dscourse.figures import course_map
from dscourse.figures.course_map import CHAPTERS

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
ARROWS = [(needed, number) for number, c in enumerate(CHAPTERS) for needed in c.needs]


def test_there_are_fifteen_chapters_and_a_capstone():
    assert len(CHAPTERS) == 15 + 1


def test_every_notebook_is_on_the_map():
    numbers = {int(path.stem[:2]) for path in NOTEBOOKS.glob("*.ipynb")}
    assert numbers <= set(range(len(CHAPTERS)))


@pytest.mark.parametrize(("needed", "number"), ARROWS)
def test_a_chapter_builds_on_earlier_ones_only(needed, number):
    assert needed < number


def test_only_the_first_chapter_builds_on_nothing():
    assert [n for n, chapter in enumerate(CHAPTERS) if not chapter.needs] == [0]


def test_no_two_chapters_share_a_place():
    places = [(chapter.column, chapter.row) for chapter in CHAPTERS]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize(("needed", "number"), ARROWS)
def test_no_arrow_runs_through_a_third_chapter(needed, number):
    start, end = (np.array([CHAPTERS[n].column, CHAPTERS[n].row]) for n in (needed, number))
    on_the_way = start + np.linspace(0, 1, 101)[:, np.newaxis] * (end - start)
    for other, chapter in enumerate(CHAPTERS):
        if other not in (needed, number):
            apart = np.abs(on_the_way - [chapter.column, chapter.row]).max(axis=1)
            assert apart.min() >= 0.5, CHAPTERS[other].title


def test_the_description_has_a_line_for_each_chapter_in_order():
    lines = course_map().alt.splitlines()
    assert [line.split(",")[0] for line in lines] == [f"Chapter {n}" for n in range(16)]
    assert all(a != b for a, b in pairwise(lines))
