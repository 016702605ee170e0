"""A time limit for code that may never return."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_REPEAT = 1.0  # seconds; a bare `except:` in the learner's loop can swallow the first alarm


class DeadlineExceededError(BaseException):
    """The code did not end in time (no `Exception`, so that `except Exception` lets it pass)."""


def deadlines_work() -> bool:
    """Tell whether this thread and platform can interrupt running code.

    POSIX timers serve the main thread alone; Windows and Pyodide have none.
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    return in_main_thread and hasattr(signal, "setitimer")


@contextmanager
def deadline(seconds: float | None) -> Iterator[None]:
    """Raise `DeadlineExceededError` in the body once `seconds` have passed.

    Where `deadlines_work()` is false, or with `None`, the body runs without a limit.

    Args:
        seconds: Wall-clock seconds, or None for no limit.

    Raises:
        DeadlineExceededError: The body ran too long.

    >>> with deadline(5.0):
    ...     print("in time")
    in time
    """
    if seconds is None or not deadlines_work():
        yield
        return

    def expire(signum: int, frame: FrameType | None) -> None:
        raise DeadlineExceededError

    handler_before = signal.signal(signal.SIGALRM, expire)
    timer_before = signal.setitimer(signal.ITIMER_REAL, seconds, _REPEAT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer_before)
        signal.signal(signal.SIGALRM, handler_before)
