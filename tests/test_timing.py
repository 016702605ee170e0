"""The shortest run counts, the first does not, and runners take turns."""

import pytest

from dscourse.timing import Timing, measure, race


class Clock:
    """A clock that only work moves on."""

    def __init__(self):
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def work(self, *durations: float, log: list | None = None, name: str = ""):
        """Make a call that takes the given seconds, one after the other; the last for ever."""
        left = list(durations)

        def call():
            self.now += left.pop(0) if len(left) > 1 else left[0]
            if log is not None:
                log.append(name)

        return call


def test_the_best_is_the_shortest_run_and_the_mean_counts_all():
    timing = Timing(first=9.0, runs=(3.0, 1.0, 5.0))
    assert (timing.best, timing.mean) == (1.0, 3.0)


def test_the_first_run_is_kept_apart_even_where_it_is_the_shortest():
    clock = Clock()
    timing = measure(clock.work(0.5, 2.0), seconds=5.0, clock=clock)
    assert (timing.first, timing.best) == (0.5, 2.0)


def test_it_runs_until_the_seconds_are_over():
    clock = Clock()
    assert len(measure(clock.work(1.0), seconds=10.0, clock=clock).runs) == 10


def test_a_slow_call_is_run_three_times_all_the_same():
    clock = Clock()
    assert measure(clock.work(60.0), seconds=1.0, clock=clock).runs == (60.0, 60.0, 60.0)


def test_runners_take_turns_so_that_a_busy_moment_meets_all():
    clock, log = Clock(), []
    calls = {name: clock.work(1.0, log=log, name=name) for name in ("a", "b")}
    times = race(calls, seconds=1.0, clock=clock)
    assert log == ["a", "b"] * 4
    assert list(times) == ["a", "b"]


def test_each_runner_has_its_own_times():
    clock = Clock()
    times = race({"a": clock.work(1.0), "b": clock.work(4.0)}, seconds=1.0, clock=clock)
    assert (times["a"].best, times["b"].best) == (1.0, 4.0)


def test_no_calls_are_refused():
    with pytest.raises(ValueError, match=r"`calls` must hold at least one function; got none\."):
        race({})


@pytest.mark.parametrize("seconds", [0, -1.0, float("nan")])
def test_a_time_that_is_not_positive_is_refused(seconds):
    with pytest.raises(ValueError, match="`seconds` must be positive; got"):
        measure(lambda: None, seconds=seconds)
