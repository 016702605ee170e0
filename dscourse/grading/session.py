"""One submission in its child: run its notebook once, then ask its functions."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import numpy as np

from dscourse.checking import Call, Raised, TimedOut
from dscourse.checking.observe import Observation, Observer
from dscourse.grading.child import Child, Ending, SandboxError
from dscourse.grading.inside.frames import Frame, FrameError
from dscourse.grading.inside.limits import MEGABYTE, Limits
from dscourse.grading.inside.observation import unpack_observation
from dscourse.grading.inside.oddities import worded
from dscourse.grading.inside.values import Packer

Status = Literal["ran", "timeout", "memory", "crashed", "unreadable"]
_GRACE = 3.0  # seconds between the child's own deadline and its death
_RERUNS = 2
_MOST_NOTES = 10


class ChildDiedError(Exception):
    """The student's process ended while a function of its was called."""


class Session:
    """A submission whose notebook has run; a context manager.

    Args:
        fork: Makes a new child.
        notebook: The bytes of the file, which only the child reads.
        limits: Its bounds.

    Attributes:
        status: "ran", or why there is nothing to ask.
        notes: What was odd, a sentence each, for the student.
        names: What the student defined that can be called.
        alive: Whether functions can be asked still.
        endings: How the children of this submission ended; complete once it is closed.

    Raises:
        SandboxError: No fork could be had.
    """

    def __init__(self, fork: Callable[[], Child], notebook: bytes, limits: Limits) -> None:
        self.status: Status = "crashed"
        self.notes: list[str] = []
        self.names: list[str] = []
        self.endings: list[Ending] = []
        self._fork = fork
        self._limits = limits
        self._child: Child | None = None
        self._asked = 0
        if len(notebook) > limits.notebook_bytes:
            self.status = "unreadable"
            self.notes = [f"the file is larger than {limits.notebook_bytes // MEGABYTE} MB."]
            return
        self._run(notebook)
        self._until = time.monotonic() + limits.session_seconds

    @property
    def alive(self) -> bool:
        """Whether functions can be asked still."""
        return self._child is not None

    def observe(self, name: str, how: Observer, asked: Call, seconds: float) -> Observation:
        """Call a function of the student's and note what it did; see `checking.observe`.

        A call that ends the child, or breaks the wire, ends the session: see `alive`, `status`.

        Args:
            name: Of the function.
            how: The observer: a function of a module that the sandbox knows, or a `partial` of one.
            asked: The arguments, plain values.
            seconds: The deadline of the call.

        Raises:
            SandboxError: An observer or argument cannot be sent, or the zygote is gone.
        """
        if name not in self.names:
            return Raised(NameError, f"there is no function `{name}` in the notebook.")
        if self._child is None:
            return Raised(ChildDiedError, "the notebook's process had ended before this call.")
        self._asked += 1
        left = self._until - time.monotonic()
        if left <= 0:
            self._end("timeout")
            return TimedOut(seconds)
        asking = question(self._asked, name, how, asked, seconds)
        try:
            self._child.send(asking, min(left, seconds) + _GRACE)
            return self._answer(self._child.receive(min(left, seconds) + _GRACE))
        except TimeoutError:
            self._end("timeout")
            return TimedOut(seconds)
        except (FrameError, OSError) as error:
            return self._died(error)

    def close(self) -> None:
        """End the child, if it lives still."""
        if self._child is not None:
            child, self._child = self._child, None
            self.endings.append(child.end())

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _run(self, notebook: bytes) -> None:
        """Run the notebook; without the cell that ends its process, if one does."""
        skip: list[int] = []
        for _ in range(_RERUNS + 1):
            cell, problem = self._attempt(notebook, skip)
            if not problem:
                return
            if cell is None or cell in skip:
                self.notes.append(f"{problem}.")
                return
            self.notes.append(f"code cell {cell + 1} {problem}; the notebook was run without it.")
            skip.append(cell)

    def _attempt(self, notebook: bytes, skip: list[int]) -> tuple[int | None, str]:
        """Return the cell that was the last to begin, and what ended the process, if anything."""
        cell: int | None = None
        limits = self._limits
        cell_patience = 2 * limits.cell_seconds + _GRACE
        until = time.monotonic() + limits.notebook_seconds + cell_patience
        self._child = child = self._fork()
        raw = np.frombuffer(notebook, np.uint8)
        try:
            child.send(Frame({"skip": skip}, [raw]), limits.notebook_seconds)
            while True:
                left = until - time.monotonic()
                patience = left if cell is None else min(left, cell_patience)
                match child.receive(patience).header:
                    case {"cell": int(number)} if 0 <= number < limits.cells:
                        cell = number
                    case {"unreadable": told}:
                        problem = worded(told)
                        self._end("unreadable")
                        return None, problem.rstrip(".")
                    case {"names": list(names), "odd": list(odd)} if len(odd) <= _MOST_NOTES:
                        self.notes += map(worded, odd)
                        self.names = [name for name in names if isinstance(name, str)]
                        self.status = "ran"
                        return cell, ""
                    case _:
                        raise FrameError("the child did not follow the protocol.")
        except TimeoutError:
            self._end("timeout")
            return cell, "did not end"
        except (FrameError, OSError):
            self._end("crashed")
            return cell, "ended the process"

    def _answer(self, reply: Frame) -> Observation:
        match reply.header:
            case {"answer": int(number), "seen": seen} if number == self._asked:
                return unpack_observation(seen, reply.arrays)
        raise FrameError("the child did not answer what was asked.")

    def _died(self, error: Exception) -> Observation:
        ending = self._end("crashed")
        if self.status == "memory":
            return Raised(MemoryError, "the process needed more memory than it may use.")
        by = f" by signal {ending.signal}" if ending and ending.signal else ""
        return Raised(ChildDiedError, f"the process was ended{by} during this call ({error}).")

    def _end(self, status: Status) -> Ending | None:
        """End the child, and say why there is nothing more to ask."""
        if self._child is None:
            return None
        child, self._child = self._child, None
        ending = child.end()
        self.endings.append(ending)
        most = self._limits.memory_bytes / MEGABYTE
        full = status == "crashed" and ending.megabytes > 0.8 * most
        self.status = "memory" if full else status
        return ending


def question(number: int, name: str, how: Observer, asked: Call, seconds: float) -> Frame:
    """Write down a call for the child.

    Args:
        number: Of the question, which the answer repeats.
        name: Of the function.
        how: The observer.
        asked: The arguments.
        seconds: The deadline.

    Raises:
        SandboxError: An argument is no plain value.
    """
    packer = Packer()
    function, args, kwargs = _unbound(how)
    header: dict[str, Any] = {
        "number": number,
        "name": name,
        "how": {
            "module": function.__module__,
            "name": function.__qualname__,
            "bound": packer.pack((args, kwargs)),
        },
        "call": packer.pack((asked.args, dict(asked.kwargs))),
        "seconds": seconds,
    }
    if packer.opaque:
        raise SandboxError(f"an argument for `{name}` is no plain value: {packer.opaque}.")
    return Frame(header, packer.arrays)


def _unbound(how: Observer) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    if isinstance(how, partial):
        return how.func, how.args, how.keywords
    return how, (), {}
