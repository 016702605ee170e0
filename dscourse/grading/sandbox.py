"""Zygotes from the outside: start one, open submissions in its forks, close it."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from dscourse.grading.child import Child, SandboxError
from dscourse.grading.inside.limits import LIMITS, Limits
from dscourse.grading.inside.stubs import REAL_PARTS
from dscourse.grading.selftest import escapes, own_secrets, probes_notebook
from dscourse.grading.session import ChildDiedError, Session

__all__ = ["ChildDiedError", "Sandbox", "SandboxError", "Session"]

Engine = Literal["numpy", "keras"]
_START_SECONDS = 120.0

# The zygote's whole environment: a variable of the instructor's shell may hold a password.
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "agg",
    "OMP_NUM_THREADS": "1",  # a thread that a library starts on import would be missing in a fork
    "OPENBLAS_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # as in the course: the same numbers on every machine
    "CUDA_VISIBLE_DEVICES": "-1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class Sandbox:
    """A zygote and the folder that it works in; a context manager.

    One sandbox serves many threads at once, each with sessions of its own.

    Args:
        engine: What is imported: "numpy" or "keras".
        level: How strictly forks are confined, or None for the strictest that can be had here.
        observers: Source code of an instructor's own observers, by module name.
        limits: What a submission may use.
        hidden: Files and folders that the self-test must find unreadable, beside the course's own.
        real: Parts of the course that submissions may use beside `conv`.

    Attributes:
        level: "LSN", "LS" or "none"; see `inside.confine`.
        escapes: How the self-test broke out where the level fell to "none" for it.

    Raises:
        SandboxError: The zygote did not start, or is not what was expected.
    """

    def __init__(
        self,
        engine: Engine,
        level: str | None,
        observers: Mapping[str, str],
        limits: Limits,
        hidden: Sequence[Path] = (),
        real: Iterable[str] = (),
    ) -> None:
        self.engine = engine
        self._limits = limits
        parts = REAL_PARTS | set(real)
        self._folder = Path(tempfile.mkdtemp(prefix="dscourse-sandbox-"))
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        settings = {
            "engine": engine,
            "level": level,
            "observers": dict(observers),
            "real": sorted(real),
            "limits": limits.to_json(),
            "folder": str(self._folder),
        }
        try:
            with theirs:
                self._process = _spawn(theirs, settings, self._folder)
            self._hello = self._greet()
            self.level: str = self._hello["level"]
            self.escapes = (
                [] if self.level == "none" else self._test([*hidden, *own_secrets(parts)])
            )
            if self.escapes and level:
                raise SandboxError(f"level {level} does not hold: {'; '.join(self.escapes)}.")
            self.level = "none" if self.escapes else self.level
        except BaseException:
            self.close()
            raise

    @classmethod
    def start(
        cls,
        engine: Engine,
        level: str | None = None,
        *,
        observers: Mapping[str, str] | None = None,
        hidden: Sequence[Path] = (),
        real: Iterable[str] = (),
        **limits: Any,
    ) -> "Sandbox":
        """Start a sandbox.

        Args:
            engine: "numpy" or "keras".
            level: How strictly to confine, or None for the best that can be had here.
            observers: Source code of an instructor's own observers, by module name.
            hidden: Files and folders that the self-test must find unreadable too, such as private
                exercises and the folder of submissions.
            real: Modules of the course that submissions may import beside `conv`, such as
                "dscourse.xception"; all others do nothing there.
            limits: Fields of `Limits` that differ from the engine's usual ones.

        Raises:
            SandboxError: It did not start.
        """
        parts = sorted({name.removeprefix("dscourse.").partition(".")[0] for name in real})
        bounds = replace(LIMITS[engine], **limits)
        return cls(engine, level, observers or {}, bounds, hidden, parts)

    @property
    def pid(self) -> int:
        """The number of the zygote's process."""
        return self._process.pid

    @property
    def versions(self) -> dict[str, str]:
        """The versions of Python and the libraries that submissions run with."""
        return dict(self._hello["versions"])

    @property
    def modules(self) -> list[str]:
        """The modules of the course that the zygote has loaded."""
        return list(self._hello["modules"])

    def open(self, notebook: bytes) -> Session:
        """Run a notebook in a fork of its own.

        Args:
            notebook: The bytes of the file.

        Raises:
            SandboxError: The zygote is gone or cannot fork.
        """
        return Session(lambda: Child(self._control), notebook, self._limits)

    def _test(self, hidden: list[Path]) -> list[str]:
        with self.open(probes_notebook()) as session:
            return escapes(session, hidden)

    def close(self) -> None:
        """End the zygote and all its forks, and remove its folder."""
        self._control.close()
        process = getattr(self, "_process", None)
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
            process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _greet(self) -> dict[str, Any]:
        self._control.settimeout(_START_SECONDS)
        try:
            message = self._control.recv(1 << 18)
        except OSError as error:
            raise SandboxError(f"the zygote did not start: {error}. {self._told()}") from error
        if not message:
            raise SandboxError(f"the zygote did not start. {self._told()}")
        self._control.settimeout(None)
        hello: dict[str, Any] = json.loads(message)
        _demand_same_versions(hello["versions"])
        _demand_no_runtime(hello["threads"])
        return hello

    def _told(self) -> str:
        told = (self._folder / "errors.txt").read_text(errors="replace")
        return "It wrote: " + " | ".join(told.splitlines()[-3:])


def _spawn(
    control: socket.socket, settings: dict[str, Any], folder: Path
) -> subprocess.Popen[bytes]:
    package = Path(__file__).parents[2]
    home = folder / "home"
    for path in (home, folder / "box"):
        path.mkdir()
    environment = _ENVIRONMENT | {
        "HOME": str(home),
        "IPYTHONDIR": str(home),
        "MPLCONFIGDIR": str(home),
        "PYTHONPATH": str(package),
    }
    command = [sys.executable, "-s", "-m", "dscourse.grading.inside.zygote", str(control.fileno())]
    with (folder / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=errors,
            stderr=errors,
            env=environment,
            cwd=home,
            pass_fds=[control.fileno()],
            start_new_session=True,  # Ctrl-C in the terminal is for the parent, which ends us
        )
    with contextlib.suppress(BrokenPipeError), process.stdin as pipe:  # type: ignore[union-attr]
        pipe.write(json.dumps(settings).encode())
    return process


def _demand_no_runtime(threads: list[str]) -> None:
    """Refuse a zygote in which TensorFlow has begun to work: its forks would hang."""
    begun = [name for name in threads if name.startswith("tf_")]
    if begun:
        raise SandboxError(f"the zygote has run an operation: it has the threads {begun}.")


def _demand_same_versions(theirs: dict[str, str]) -> None:
    """Refuse a zygote whose Python or libraries are others than the parent's.

    An interpreter that cannot read its own home may silently become another one.
    """
    from importlib.metadata import version

    ours = {"python": sys.version} | {name: version(name) for name in theirs if name != "python"}
    for name in theirs:
        if theirs[name] != ours[name]:
            raise SandboxError(
                f"submissions would run with {name} {theirs[name]}, but grading has {ours[name]}."
            )
