"""The arithmetic of several workers, at its limits and against a ring that really runs."""

import numpy as np
import pytest

from dscourse.training.scaling import Worker, all_reduce_bytes, step_time

pytestmark = pytest.mark.keras

XCEPTION = 22_855_952  # trainable parameters
FAST = Worker(multiply_adds_per_second=1e12, bytes_per_second=1e9, latency=1e-4)


def ring(gradients: np.ndarray) -> tuple[np.ndarray, int]:
    """Sum the rows as a ring of workers does; also return the values that one worker sends."""
    workers = len(gradients)
    parts = [np.array_split(row.copy(), workers) for row in gradients]
    sent = 0
    for step in range(2 * (workers - 1)):
        moved = [(n - step) % workers for n in range(workers)]
        messages = [parts[n][moved[n]].copy() for n in range(workers)]
        sent += messages[0].size
        for n, message in enumerate(messages):
            place = parts[(n + 1) % workers][moved[n]]
            place[:] = place + message if step < workers - 1 else message
    return np.array([np.concatenate(p) for p in parts]), sent


@pytest.mark.parametrize("workers", [2, 3, 5])
def test_a_ring_sums_and_sends_what_the_formula_says(workers):
    gradients = np.random.default_rng(0).normal(size=(workers, 60))
    summed, sent = ring(gradients)
    assert np.allclose(summed, gradients.sum(axis=0))
    assert sent == all_reduce_bytes(60, workers, bytes_per_value=1)


def test_the_traffic_of_a_worker_never_exceeds_twice_the_gradient():
    gradient = 4 * XCEPTION
    assert all_reduce_bytes(XCEPTION, 1) == 0
    assert all_reduce_bytes(XCEPTION, 2) == gradient
    assert 1.96 * gradient < all_reduce_bytes(XCEPTION, 60) < 2 * gradient


def test_one_worker_loses_nothing_to_talking():
    alone = step_time(XCEPTION, 8_357_403_496, 32, FAST, workers=1)
    assert alone.communication == 0
    assert alone.efficiency == 1


def test_a_larger_share_of_the_batch_hides_the_wire():
    few, many = (step_time(XCEPTION, 8_357_403_496, n, FAST, workers=60) for n in (8, 64))
    assert few.communication == many.communication
    assert few.efficiency < many.efficiency < 1


def test_throughput_is_the_batch_over_the_time():
    step = step_time(XCEPTION, 8_357_403_496, 32, FAST, workers=4)
    assert step.images == 128
    assert step.images_per_second == pytest.approx(128 / (step.compute + step.communication))
