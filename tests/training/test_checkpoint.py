"""A checkpoint is whole or the old one, and never that of something else."""

import keras
import numpy as np
import pytest

from dscourse.training import checkpoint

pytestmark = pytest.mark.keras


def variables(*shapes):
    return [keras.Variable(np.full(shape, n + 1.0)) for n, shape in enumerate(shapes)]


def test_without_a_file_no_step_is_done(tmp_path):
    assert checkpoint.restore(tmp_path, variables((2, 3))) == 0


def test_what_was_saved_is_restored(tmp_path):
    checkpoint.save(tmp_path, variables((2, 3), (4,)), step=12)
    fresh = [keras.Variable(np.zeros((2, 3))), keras.Variable(np.zeros(4))]
    assert checkpoint.restore(tmp_path, fresh) == 12
    assert [float(keras.ops.sum(v)) for v in fresh] == [6.0, 8.0]


def test_saving_leaves_one_file(tmp_path):
    for step in (1, 2):
        checkpoint.save(tmp_path, variables((2,)), step)
    assert [path.name for path in tmp_path.iterdir()] == [checkpoint.NAME]


def test_a_damaged_file_is_refused_with_the_way_out(tmp_path):
    path = checkpoint.save(tmp_path, variables((200,)), step=1)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(ValueError, match=r"is damaged .*; delete it to begin anew"):
        checkpoint.restore(tmp_path, variables((200,)))


@pytest.mark.parametrize("shapes", [[(3,)], [(2,), (2,)], []], ids=["shape", "more", "fewer"])
def test_the_file_of_another_model_is_refused_and_nothing_is_changed(tmp_path, shapes):
    checkpoint.save(tmp_path, variables((2,)), step=1)
    own = [keras.Variable(np.zeros(shape)) for shape in shapes]
    with pytest.raises(ValueError, match="holds another model or optimizer"):
        checkpoint.restore(tmp_path, own)
    assert all(float(keras.ops.sum(v)) == 0 for v in own)
