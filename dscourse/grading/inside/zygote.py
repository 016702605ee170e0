"""A process that has imported an engine and forks for every submission.

A fork costs milliseconds where a fresh interpreter costs 0.2 s with NumPy and 5 s with TensorFlow.
The zygote runs no line of a student's and no operation of TensorFlow: the first operation starts
threads that a fork would not have, and then hangs.

Run by `sandbox.Sandbox` as `python -m dscourse.grading.inside.zygote FD`; its settings come as JSON
on standard input, and each job as a message on the socket FD with two sockets: one to answer the
parent, one on which the zygote tells that the child began (with its pidfd) and how it ended.
"""

import ctypes
import gc
import importlib
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from dscourse import exercises
from dscourse.grading.inside import answers, stubs
from dscourse.grading.inside.confine import Confinement, strictest
from dscourse.grading.inside.files import readable
from dscourse.grading.inside.limits import Limits
from dscourse.grading.inside.shell import make_shell

_PRELOADED = {
    "numpy": ["numpy", "dscourse", "dscourse.conv", "matplotlib.pyplot"],
    "keras": ["numpy", "dscourse", "dscourse.conv", "matplotlib.pyplot", "tensorflow", "keras"],
}
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


class Zygote:
    """Fork a child for each job, and tell how each ended.

    Args:
        control: Where jobs come from.
        settings: What the parent wants: engine, limits, sources of observers.
    """

    def __init__(self, control: socket.socket, settings: dict[str, Any]) -> None:
        self._control = control
        self._engine: str = settings["engine"]
        self._limits = Limits(**settings["limits"])
        for name in _PRELOADED[self._engine]:
            importlib.import_module(name)
        self._observers = _load_observers(settings["observers"])
        parts = stubs.REAL_PARTS | set(settings["real"])
        paths = readable(self._engine, parts)
        stubs.install(self._engine, parts)
        box, level = Path(settings["folder"], "box"), settings["level"]
        self._confinement = (
            Confinement(level, paths, self._limits, box)
            if level
            else strictest(paths, self._limits, box)
        )
        self._shell: InteractiveShell = make_shell()
        self._children: dict[int, socket.socket] = {}
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
        gc.collect()
        gc.freeze()  # a fork then copies fewer pages

    def hello(self) -> dict[str, Any]:
        """Describe this process; the parent refuses what it does not expect."""
        libraries = [sys.modules[n] for n in ("numpy", "IPython", "keras") if _is_real(n)]
        return {
            "versions": {"python": sys.version}
            | {library.__name__: library.__version__ for library in libraries},
            "level": self._confinement.level,
            "modules": sorted(name for name in sys.modules if name.startswith("dscourse")),
            "threads": sorted(
                path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")
            ),
        }

    def run(self) -> None:
        """Serve until the parent hangs up."""
        woken, wakes = socket.socketpair()
        for end in (woken, wakes):
            end.setblocking(False)
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            ready, _, _ = select.select([self._control, woken], [], [])
            if woken in ready:
                woken.recv(4096)
                self._reap()
            if self._control in ready and not self._take_job():
                return

    def _take_job(self) -> bool:
        message, fds, _, _ = socket.recv_fds(self._control, 1 << 16, 2)
        if not message:
            return False
        work, status = (socket.socket(fileno=fd) for fd in fds)
        try:
            pid = os.fork()
        except OSError as error:
            status.send(json.dumps({"failed": str(error)}).encode())
            return True
        if pid == 0:
            self._become_child(work)
        work.close()
        self._children[pid] = status
        handle = os.pidfd_open(pid)
        try:
            socket.send_fds(status, [json.dumps({"pid": pid}).encode()], [handle])
        except OSError:  # the parent is gone already
            os.kill(pid, signal.SIGKILL)
        finally:
            os.close(handle)
        return True

    def _become_child(self, work: socket.socket) -> None:
        """Run one submission; never returns."""
        try:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._confinement.apply()
            fd = work.detach()
            os.dup2(fd, 3)
            os.closerange(4, 1 << 20)
            sock = socket.socket(fileno=3)
            answers.serve(sock, self._shell, self._observers, self._limits)
        finally:
            os._exit(0)

    def _reap(self) -> None:
        """Tell how each child ended, and end what it left behind."""
        while True:
            try:
                pid, ended, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            status = self._children.pop(pid, None)
            if status is None:  # left behind by a child that could start processes
                continue
            told = {
                "ended": ended,
                "cpu": used.ru_utime + used.ru_stime,
                "kilobytes": used.ru_maxrss,
            }
            with status:
                try:
                    status.send(json.dumps(told).encode())
                except OSError:
                    continue


def _load_observers(sources: dict[str, str]) -> dict[str, ModuleType]:
    """Import the course's observers, and make modules of an instructor's own."""
    found = {name: importlib.import_module(name) for name in _own_observers()}
    for name, source in sources.items():
        module = ModuleType(name)
        sys.modules[name] = module
        exec(compile(source, f"<{name}>", "exec"), vars(module))
        found[name] = module
    return found


def _own_observers() -> list[str]:
    """Name the modules of the course's observers, which hold no answers: found by their names."""
    found = pkgutil.iter_modules(exercises.__path__, f"{exercises.__name__}.")
    names = [module.name for module in found if module.name.endswith("observers")]
    return ["dscourse.checking.observe", *names]


def _is_real(name: str) -> bool:
    return hasattr(sys.modules.get(name), "__version__")


def main() -> None:
    """Start, say hello, serve."""
    sys.path[0] = ""  # as in a kernel: a notebook can import what it wrote
    control = socket.socket(fileno=int(sys.argv[1]))
    settings = json.load(sys.stdin)
    zygote = Zygote(control, settings)
    control.send(json.dumps(zygote.hello()).encode())
    zygote.run()
    shutil.rmtree(settings["folder"], ignore_errors=True)  # a parent that was killed cannot


if __name__ == "__main__":
    main()
