"""A task says what is trained, and how many steps that takes."""

import dataclasses

import pytest

from dscourse.training import find_task
from tests.training import tiny

pytestmark = pytest.mark.keras


def test_an_epoch_has_whole_batches_only():
    assert tiny.task().steps_per_epoch == 260 // 32 == 8
    assert tiny.task(epochs=5).steps == 40


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "`epochs` must be at least 1; got 0"),
        ({"batch": -1}, "`batch` must be at least 1; got -1"),
        ({"batch": 261}, "`batch` must be at most `examples`, 260; got 261"),
    ],
)
def test_numbers_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(tiny.task(), **change)


def test_a_task_is_found_by_its_name():
    assert find_task("tests.training.tiny:task").examples == 260


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tests.training.tiny", "must be module:function"),
        ("tests.training.tiny:model", "gives Sequential"),
        ("tests.training.tiny:nothing", "has no attribute 'nothing'"),
        ("no_such_module:task", "No module named 'no_such_module'"),
    ],
)
def test_what_is_no_task_is_refused_with_the_reason(name, message):
    with pytest.raises(ValueError, match=message):
        find_task(name)
