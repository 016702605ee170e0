"""One sandbox for each engine, started when it is first needed, and anew when it has died."""

import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import get_args

from dscourse.grading.sandbox import Engine, Sandbox

Start = Callable[[Engine], Sandbox]


class Sandboxes:
    """The sandboxes of one process; any number of threads share them.

    Args:
        start: Starts the sandbox of an engine, "numpy" or "keras".
    """

    def __init__(self, start: Start) -> None:
        self._start = start
        self._running: dict[Engine, Sandbox] = {}
        self._locks = {engine: threading.Lock() for engine in get_args(Engine)}
        self._closed = False

    def of(self, engine: Engine, instead_of: Sandbox | None = None) -> Sandbox:
        """Return the sandbox of an engine.

        Args:
            engine: "numpy" or "keras".
            instead_of: One that failed. It is closed, unless another thread has done so, and a
                fresh one takes its place.

        Raises:
            SandboxError: It cannot be started.
        """
        with self._locks[engine]:
            if self._closed:
                raise RuntimeError("the sandboxes are closed.")
            found = self._running.get(engine)
            if found is not None and found is instead_of:
                del self._running[engine]
                found.close()
                found = None
            if found is None:
                found = self._running[engine] = self._start(engine)
            return found

    def close(self) -> None:
        """End all of them, and with them every process of a student."""
        self._closed = True
        for lock in self._locks.values():
            with lock:
                pass  # a start that is under way comes to its end
        running, self._running = self._running, {}
        for sandbox in running.values():
            sandbox.close()

    def __enter__(self) -> "Sandboxes":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def weakest(levels: Iterable[str]) -> str:
    """Return the weakest of some levels of isolation.

    >>> weakest(["LSN", "LS"])
    'LS'
    """
    order = ("none", "LS", "LSN")
    return min(levels, key=order.index, default="")
