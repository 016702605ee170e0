"""Run a command, and note what it and every process below it have used."""

import contextlib
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_EVERY = 0.2  # seconds between two looks at memory
_SHARE = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True)
class Used:
    """What a command took.

    Args:
        seconds: By the clock.
        cpu_seconds: User and system, with all processes below that were waited for.
        peak_mb: The most memory of the whole tree at once; pages that processes share count once.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float


class CommandError(RuntimeError):
    """A command that was to be measured failed."""


def run(command: Sequence[str], folder: Path, log: Path) -> Used:
    """Run a command to its end.

    Args:
        command: Words.
        folder: To run it in; it is its home too.
        log: Where its output goes.

    Raises:
        CommandError: Its exit code is not 0.
    """
    start = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=_at_home(folder, command), stdout=output, stderr=output
        )
    with _watched(process.pid) as peak:
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # Ctrl-C: it has it too, and its own way to end
            process.wait()
            raise
    code = process.returncode = os.waitstatus_to_exitcode(status)
    if code != 0:
        raise CommandError(f"{' '.join(command[:4])} ended with {code}: {_last_lines(log)}")
    cpu = usage.ru_utime + usage.ru_stime
    return Used(time.perf_counter() - start, cpu, peak[0])


def call(command: Sequence[str], folder: Path) -> str:
    """Run a command that is not measured, and return what it writes.

    Raises:
        CommandError: Its exit code is not 0.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        env=_at_home(folder, command),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        told = done.stderr.splitlines()[-5:]
        raise CommandError(f"{' '.join(command[:4])} ended with {done.returncode}: {told}")
    return done.stdout


def _at_home(folder: Path, command: Sequence[str]) -> Mapping[str, str]:
    """Keep a tool's settings and caches in the folder of its work, and let it find its helpers."""
    places = dict.fromkeys(("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR"), str(folder))
    own = str(Path(command[0]).parent)  # nbgrader calls alembic, which lies beside it
    return {**os.environ, **places, "PATH": f"{own}{os.pathsep}{os.environ['PATH']}"}


@contextlib.contextmanager
def _watched(pid: int) -> Iterator[list[float]]:
    """Look at a tree's memory now and then, in a thread; the most is in the list at the end."""
    peak, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY):
            peak[0] = max(peak[0], tree_mb(pid))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def tree_mb(pid: int) -> float:
    """Return the memory of a process and all below it in MB: of a shared page, each its share."""
    try:
        root = psutil.Process(pid)
        pids = [pid, *(process.pid for process in root.children(recursive=True))]
    except psutil.Error:
        return 0.0
    return sum(map(_share_kb, pids)) / 1024


def _share_kb(pid: int) -> int:
    try:
        found = _SHARE.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:  # it has ended
        return 0
    return int(found[1]) if found else 0


def _last_lines(log: Path) -> str:
    return " | ".join(log.read_text(errors="replace").splitlines()[-5:])
