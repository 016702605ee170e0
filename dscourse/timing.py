"""How long calls take, told by the runs that were disturbed least.

Other programs, a cold cache or a compiler only ever add time. So the shortest run says most about
the code itself, and the first run is kept apart: it pays for what is done once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

__all__ = ["Timing", "measure", "race"]

_ROUNDS = 3  # at least; the shortest of one or two runs is luck


@dataclass(frozen=True)
class Timing:
    """The seconds of each run of one call, in order; `first` is the warm-up, which does not count.

    >>> Timing(first=2.0, runs=(0.75, 0.5, 1.0)).best
    0.5
    """

    first: float
    runs: tuple[float, ...]

    @property
    def best(self) -> float:
        """The shortest run, in seconds."""
        return min(self.runs)

    @property
    def mean(self) -> float:
        """The mean of the runs in seconds, which grows with whatever else the machine does."""
        return sum(self.runs) / len(self.runs)


def measure(
    call: Callable[[], object], *, seconds: float = 0.2, clock: Callable[[], float] = perf_counter
) -> Timing:
    """Time one call: `race` with a single runner.

    Args:
        call: A function without arguments; what it returns is dropped.
        seconds: How long to go on; at least three runs are made.
        clock: Tells the time in seconds; `time.process_time` counts this process alone.

    Raises:
        ValueError: `seconds` is not positive.

    >>> measure(lambda: sum(range(100)), seconds=0.001).best > 0
    True
    """
    return race({"": call}, seconds=seconds, clock=clock)[""]


def race(
    calls: Mapping[str, Callable[[], object]],
    *,
    seconds: float = 1.0,
    clock: Callable[[], float] = perf_counter,
) -> dict[str, Timing]:
    """Time several calls in turn, round by round, so that a busy moment meets all of them.

    Args:
        calls: Functions without arguments, by name; what they return is dropped.
        seconds: How long to go on after the warm-up; at least three rounds are made.
        clock: Tells the time in seconds; `time.process_time` counts this process alone.

    Returns:
        The `Timing` of each, in the order of `calls`.

    Raises:
        ValueError: There are no calls, or `seconds` is not positive.

    >>> calls = {"short": lambda: sum(range(9)), "long": lambda: sum(range(9999))}
    >>> times = race(calls, seconds=0.01)
    >>> times["short"].best < times["long"].best
    True
    """
    if not calls:
        raise ValueError("`calls` must hold at least one function; got none.")
    if not seconds > 0:
        raise ValueError(f"`seconds` must be positive; got {seconds}.")
    first = {name: _run(call, clock) for name, call in calls.items()}
    runs: dict[str, list[float]] = {name: [] for name in calls}
    end = clock() + seconds
    rounds = 0
    while rounds < _ROUNDS or clock() < end:
        for name, call in calls.items():
            runs[name].append(_run(call, clock))
        rounds += 1
    return {name: Timing(first[name], tuple(runs[name])) for name in calls}


def _run(call: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    call()
    return clock() - start
