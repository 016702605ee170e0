"""Run the plan: a process for each number of threads, its rows collected as they come."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import packages_distributions
from itertools import groupby, product
from typing import Any

from benchmarks.engines import ENGINES
from benchmarks.measure import Row
from dscourse.results import Record

Cell = dict[str, Any]

# NumPy gives big arrays back to the system and pays for new pages in the next call; TensorFlow
# keeps its memory. With these settings of Linux's `malloc` all engines keep theirs.
KEEP_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**34)}

THREAD_VARIABLES = [f"{name}_NUM_THREADS" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")]


def installed(names: Sequence[str] | None = None) -> list[str]:
    """List the engines that can run here, and print which are skipped."""
    wanted = [e for e in ENGINES if names is None or e.name in names]
    lacking = {e.name: e.missing for e in wanted if e.missing}
    for name, modules in lacking.items():
        print(f"skipped: {name} (not installed: {', '.join(modules)})")
    return list(dict.fromkeys(e.name for e in wanted if not e.missing))


def cells(
    tasks: Sequence[str],
    threads: Sequence[int],
    batches: Sequence[int],
    layers: Sequence[str],
) -> list[Cell]:
    """List what to measure: the tiny layer of the slowest rung first, then every layer.

    The ordinary convolution is measured with the fewest threads and images alone: it is slow, and
    more of it says the same.
    """
    least = (min(threads), min(batches))
    tiny = {"task": "separable", "threads": least[0], "batch": 1, "layer": "tiny"}
    return [tiny] + [
        {"task": task, "threads": number, "batch": batch, "layer": layer}
        for number, task, batch, layer in product(threads, tasks, batches, layers)
        if task == "separable" or (number, batch) == least
    ]


def run(plan: dict[str, Any], cells: Sequence[Cell]) -> tuple[list[Row], bool]:
    """Measure; return the rows, and whether all of the plan was done.

    Ctrl-C ends the measuring and keeps the rows so far.
    """
    rows: list[Row] = []
    clock = Clock(len(cells))
    try:
        for threads, same in groupby(cells, key=lambda cell: cell["threads"]):
            for line in _worker(plan | {"threads": threads, "cells": list(same)}):
                if "done" in line:
                    clock.tick(line["done"])
                else:
                    rows.append(line)
    except KeyboardInterrupt:
        print("\nstopped: the rows so far are kept")
        return rows, False
    return rows, True


def added(old: Record, new: Record) -> Record:
    """Put a run's rows into an older file, in place of the rows that measured the same."""

    def what(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row.get(key) for key in ("task", "engine", "threads", "batch", "layer"))

    fresh = {what(row) for row in new.rows}
    rows = [row for row in old.rows if what(row) not in fresh] + list(new.rows)
    versions = {**old.versions, **new.versions}
    return replace(new, command=f"{old.command} && {new.command}", rows=rows, versions=versions)


class Clock:
    """Tells how much is done and how long the rest takes, if the cells are alike."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.start = total, 0, time.monotonic()

    def tick(self, cell: Cell) -> None:
        """Count one cell and print it."""
        self.done += 1
        left = (time.monotonic() - self.start) / self.done * (self.total - self.done)
        print(
            f"{self.done:>3} of {self.total}: {cell['task']} {cell['layer']}, batch "
            f"{cell['batch']}, threads {cell['threads']}; about {left / 60:.0f} min left",
            flush=True,
        )


def record(rows: Sequence[Row], names: Sequence[str], command: str) -> Record:
    """Wrap rows with the versions of all that was compared."""
    modules = {m.split(".")[0] for e in ENGINES if e.name in names for m in e.needs}
    of_module = packages_distributions()
    packages = {of_module[m][0] for m in modules | {"numpy"} if m in of_module} - {"dscourse"}
    return Record.of_now(command, rows, sorted(packages))


def _worker(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    settings = dict.fromkeys(THREAD_VARIABLES, str(plan["threads"])) | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    settings |= KEEP_MEMORY
    # `make` turns oneDNN off for stable digits in the book; here TensorFlow runs as it comes.
    environment = {k: v for k, v in os.environ.items() if k != "TF_ENABLE_ONEDNN_OPTS"} | settings
    command = [sys.executable, "-m", "benchmarks.worker", json.dumps(plan)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None  # noqa: S101 -- it is a pipe
        for line in process.stdout:
            if line.startswith("{"):
                yield json.loads(line)
    if process.returncode:
        raise RuntimeError(f"the worker ended with code {process.returncode}; see its lines above")
