"""Observe what an answer does with memory: a view or a copy, little or much."""

import tracemalloc

import numpy as np


def windows_and_memory(answer, x, kernel_size, strides):
    """Observe the windows, and whether they are a view of `x` or a copy."""
    windows = answer(x, kernel_size, strides)
    is_array = isinstance(windows, np.ndarray)
    return {"windows": windows, "a view of x": is_array and np.may_share_memory(windows, x)}


def output_and_memory(answer, x, depthwise, pointwise, rows):
    """Observe the output, and whether the work needed far less memory than the whole map between.

    The limit is half of that map: room for blocks and for a second copy of the output, which is
    small in the checks, but not for the map.
    """
    output = answer(x, depthwise, pointwise, rows)  # not measured: a first run may import modules
    places = (x.shape[1] - depthwise.shape[0] + 1) * (x.shape[2] - depthwise.shape[1] + 1)
    whole = len(x) * places * depthwise.shape[2] * depthwise.shape[3] * x.itemsize
    # Now and then a table of Python's own grows while the answer runs: then measure once more.
    runs = (_peak_bytes(lambda: answer(x, depthwise, pointwise, rows)) for _ in range(2))
    little = any(peak < whole / 2 for peak in runs)
    return {"output": output, "far less memory than the whole map": little}


def _peak_bytes(work):
    """Return how much more memory than before was in use at the worst moment of some work."""
    running = tracemalloc.is_tracing()
    if not running:
        tracemalloc.start()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    try:
        work()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if not running:
            tracemalloc.stop()
    return peak - before
