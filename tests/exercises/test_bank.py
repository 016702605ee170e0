"""The misconception bank that the book shows."""

import pytest

from dscourse.exercises import all_exercises
from dscourse.exercises.bank import misconception_table


@pytest.fixture(scope="module")
def table():
    return misconception_table()


def test_every_misconception_of_the_course_is_in_the_table_and_fails_a_check(table):
    rows = table.rows
    wanted = [m.code for task in all_exercises().values() for m in task.misconceptions]
    assert [row.misconception.code for row in rows] == wanted
    assert all(1 <= row.failed <= len(row.exercise.checks) for row in rows)


def test_the_table_links_into_the_book_and_not_to_a_host(table):
    html = table._repr_html_()
    assert 'href="../notebooks/00-start-here.html#' in html
    assert "https://" not in html
