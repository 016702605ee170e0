"""Measure the engines of one case, one call of each after another, in a new order every round.

A shared machine only ever slows a call down, and it slows all engines of a round alike: so the
least time of each is compared. At one thread that is the time of the processor, which other
programs hardly touch; with more threads it can only be the time of the clock.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.case import Case
from benchmarks.engines import Engine

TOLERANCE = 1e-4  # of the answer's root mean square; float32 needs a fifth of it
LEAST_ROUNDS, MOST_ROUNDS = 3, 100

Row = dict[str, Any]


@dataclass
class Timing:
    """The calls of one engine so far."""

    engine: Engine
    call: Callable[[], Any]
    error: float
    wall: float = float("inf")
    cpu: float = float("inf")
    rounds: int = 0
    spent: float = 0.0

    def once(self) -> None:
        """Call and note the time."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.call()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        self.wall, self.cpu = min(self.wall, wall), min(self.cpu, cpu)
        self.rounds, self.spent = self.rounds + 1, self.spent + cpu

    def wants_more(self, seconds: float) -> bool:
        """Tell whether another round is affordable."""
        return self.rounds < LEAST_ROUNDS or (self.spent < seconds and self.rounds < MOST_ROUNDS)


def measure(case: Case, engines: list[Engine], seconds: float) -> Iterator[Row]:
    """Yield a row for each engine that can do the case.

    Args:
        case: What to compute.
        engines: Those whose modules are installed.
        seconds: Processor time that each engine may take, all rounds together.

    Raises:
        ArithmeticError: An engine is wrong; nothing is worth measuring then.
    """
    timings = [_prepare(engine, case) for engine in engines]
    active = list(timings)
    while active:
        random.shuffle(active)
        for timing in active:
            timing.once()
        active = [timing for timing in active if timing.wants_more(seconds)]
    for timing in timings:
        yield _row(case, timing)


def _prepare(engine: Engine, case: Case) -> Timing:
    call, read = engine.prepare(case)
    error = case.error(read(call()))  # the first call compiles, allocates and warms up
    if not error < TOLERANCE:
        raise ArithmeticError(f"{engine.name} is wrong by {error:.1e} of {case}.")
    return Timing(engine, call, error)


def _row(case: Case, timing: Timing) -> Row:
    layer = case.layer
    return {
        "task": case.task,
        "engine": timing.engine.name,
        "threads": case.threads,
        "batch": case.batch,
        "layer": layer.name,
        "size": layer.size,
        "c_in": layer.c_in,
        "c_out": layer.c_out,
        "count": layer.count,
        "multiply_adds": case.batch * layer.multiply_adds(case.task),
        "seconds": _rounded(timing.cpu if case.threads == 1 else timing.wall),
        "wall_seconds": _rounded(timing.wall),
        "cpu_seconds": _rounded(timing.cpu),
        "rounds": timing.rounds,
        "error": _rounded(timing.error),
    }


def _rounded(number: float) -> float:
    return float(f"{number:.4g}")
