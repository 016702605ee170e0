"""How far a training has come, in lines of text."""

import time
from collections.abc import Callable

from dscourse.training.task import Task


class Meter:
    """Counts steps, measures throughput, and tells about it once a second.

    Args:
        task: What is trained.
        first: Steps done before this run.
        tell: Gets each line; None for silence.
    """

    def __init__(self, task: Task, first: int, tell: Callable[[str], None] | None) -> None:
        self._task = task
        self._done = self._first = first
        self._tell = tell
        self._told = 0.0
        self._start = 0.0
        if tell and first:
            tell(f"going on after step {first} of {task.steps}")

    def count(self, done: int, loss: float) -> None:
        """Note that `done` steps are done, the last one with this loss."""
        now = time.monotonic()
        self._done = done
        if done == self._first + 1:
            self._start = now  # the first step compiles and is not counted
        if self._tell and (now - self._told >= 1 or done == self._task.steps):
            self._told = now
            self._tell(self._line(loss))

    @property
    def examples_per_second(self) -> float:
        """Throughput over all workers; 0.0 before the second step."""
        seconds = time.monotonic() - self._start
        counted = self._done - self._first - 1
        return counted * self._task.batch / seconds if counted > 0 and seconds > 0 else 0.0

    def _line(self, loss: float) -> str:
        task, speed = self._task, self.examples_per_second
        epoch = (self._done - 1) // task.steps_per_epoch + 1
        left = (task.steps - self._done) * task.batch / speed if speed else float("nan")
        return (
            f"epoch {epoch}/{task.epochs}  step {self._done}/{task.steps}  loss {loss:.4f}  "
            f"{speed:,.0f} examples/s  {left:.0f} s left"
        )
