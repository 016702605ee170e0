"""Workers share every batch, each its own part."""

import numpy as np
import pytest

from dscourse.training import ALONE, Workers

pytestmark = pytest.mark.keras

THREE = ("a:1", "b:1", "c:1")


def test_the_parts_of_all_workers_are_the_batch():
    parts = [Workers(THREE, n).share(np.arange(12)) for n in range(3)]
    assert np.array_equal(np.concatenate(parts), np.arange(12))
    assert [len(part) for part in parts] == [4, 4, 4]


def test_one_process_has_the_whole_batch():
    assert np.array_equal(ALONE.share(np.arange(5)), np.arange(5))


def test_worker_0_is_the_chief():
    assert [Workers(THREE, n).is_chief for n in range(3)] == [True, False, False]


def test_a_batch_that_does_not_divide_is_refused():
    with pytest.raises(ValueError, match="multiple of the 3 workers; got 32"):
        Workers(THREE).share(np.arange(32))


@pytest.mark.parametrize("index", [-1, 3])
def test_an_index_without_an_address_is_refused(index):
    with pytest.raises(ValueError, match=f"from 0 to 2 with 3 worker.*got {index}"):
        Workers(THREE, index)
