"""Keras in the grader's own process: whether it is there, and loaded without TensorFlow's log."""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

_NEEDED = ("keras", "tensorflow")


class LibraryError(ValueError):
    """A library that the exercises need is not installed."""


def demand_libraries(engines: Iterable[str]) -> None:
    """Demand, without loading anything, that references can run here.

    Args:
        engines: "numpy" and "keras", those of the exercises.

    Raises:
        LibraryError: One is absent.

    >>> demand_libraries(["numpy"])
    """
    if "keras" not in engines:
        return
    for name in _NEEDED:
        if find_spec(name) is None:
            raise LibraryError(
                f'{name} is not installed, and exercises need it: pip install "dscourse[grading]".'
            )


def load_quietly(engines: Iterable[str]) -> None:
    """Load what references need; TensorFlow writes pages about the machine as it wakes up.

    Args:
        engines: "numpy" and "keras", those of the exercises.
    """
    if "keras" in engines and "keras" not in sys.modules:
        with _silent():
            import_module("keras").ops.zeros(1)  # the first operation finds the devices


@contextmanager
def _silent() -> Iterator[None]:
    """Keep what C++ writes, straight to file descriptor 2, off the terminal.

    An error's text is not lost: it is in the exception.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as bin_:
        os.dup2(bin_.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
