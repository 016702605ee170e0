"""A sandbox that runs nothing elsewhere: what the engine sees of one, under control of a test."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dscourse.checking import Call, TimedOut
from dscourse.checking.observe import Observation, observe
from dscourse.grading.sandbox import SandboxError

Answers = Mapping[str, Callable[..., Any]]


class Kill(BaseException):
    """An answer raises this to take its process down."""


@dataclass
class FakeSession:
    """The answers of one notebook."""

    answers: Answers
    status: str = "ran"
    notes: list[str] = field(default_factory=list)
    alive: bool = True
    closed: bool = False

    @property
    def names(self) -> list[str]:
        return list(self.answers)

    def observe(self, name: str, how: Any, asked: Call, seconds: float) -> Observation:
        assert self.alive
        answer = self.answers[name]

        def guarded(*args: Any, **kwargs: Any) -> Any:
            return answer(*args, **kwargs)

        seen = observe(guarded, asked, how, seconds)
        if getattr(seen, "kind", None) is SandboxError:
            raise SandboxError("the zygote is gone.")
        if getattr(seen, "kind", None) is Kill:
            self.alive = False
            self.status = "timeout"
            return TimedOut(seconds)
        return seen

    def close(self) -> None:
        self.closed = True


class FakeSandbox:
    """Opens sessions on answers that a notebook names by its bytes.

    Args:
        notebooks: The answers of each notebook, or the session itself.
        fails: How many of the first `open` calls raise, as those of a dead zygote do.
    """

    engine = "numpy"
    level = "LSN"
    versions: Mapping[str, str] = {"python": "3.11.7", "numpy": "2.4.6"}

    def __init__(self, notebooks: Mapping[bytes, Any], fails: int = 0) -> None:
        self._notebooks = notebooks
        self._fails = fails
        self._lock = threading.Lock()
        self.sessions: list[FakeSession] = []
        self.closed = False

    def open(self, notebook: bytes) -> FakeSession:
        with self._lock:
            if self._fails:
                self._fails -= 1
                raise SandboxError("the zygote is gone.")
            made = self._notebooks[notebook]
            session = made() if callable(made) else FakeSession(made)
            self.sessions.append(session)
            return session

    def close(self) -> None:
        self.closed = True
