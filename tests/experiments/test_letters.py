"""The task that the command line of `dscourse.training` trains."""

import pytest

from dscourse.experiments.letters import task
from dscourse.experiments.training import Setting
from dscourse.training import find_task, train

pytestmark = pytest.mark.keras

TINY = Setting(train=104, batch=26, epochs=2)


def test_the_command_lines_example_names_a_task():
    assert find_task("dscourse.experiments.letters:task").examples == Setting().train


def test_a_few_steps_of_it_run(tmp_path):
    result = train(task(TINY), tmp_path)
    assert result.steps == TINY.epochs * TINY.train // TINY.batch == 8
    assert result.model.output_shape == (None, 26)
    assert 0 < result.loss < 10
