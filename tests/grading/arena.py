"""Where attacks are run: it looks whether anything got out, and refuses to run one unconfined."""

import contextlib
import json
import os
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import dscourse
from dscourse.checking import Returned, call
from dscourse.checking.judge import judge
from dscourse.checking.observe import observe, plain_call
from dscourse.grading.sandbox import Sandbox
from tests.grading.attacks import cells_of

PROVEN = ("LSN", "LS")
# Small, so that a loop or a flood costs a test little.
LIMITS = {
    "cell_seconds": 0.5,
    "notebook_seconds": 6.0,
    "session_seconds": 10.0,
    "memory_bytes": 512 << 20,
}
_REFERENCE = "def f(x):\n    return 3 * x**2 + x[::-1]\n\n\nreference = f\n"


def reference(x):
    return 3 * x**2 + x[::-1]


def notebook(*cells):
    content = {"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4}
    return json.dumps(content).encode()


@dataclass(frozen=True)
class Arena:
    """What attacks aim at, laid out for one test module."""

    places: dict[str, object]
    listeners: list[socket.socket]
    outside: Path

    def traces(self):
        """Return what an attack has left behind or reached, in sentences."""
        found = [f"{path} is there" for path in self._strangers()]
        if (self.outside / "secret.py").read_text() != _REFERENCE:
            found.append("the reference was changed")
        for listener in self.listeners:
            with contextlib.suppress(BlockingIOError):
                if listener.type == socket.SOCK_DGRAM:
                    listener.recv(10)
                else:
                    listener.accept()[0].close()
                found.append("the grader's socket was reached")
        return found

    def _strangers(self):
        ours = {"secret.py", "door"}
        yield from (path for path in self.outside.iterdir() if path.name not in ours)
        for folder in ("/dev/shm", "/tmp"):
            yield from Path(folder).glob("dscourse-attack*")


@contextlib.contextmanager
def arena() -> Iterator[Arena]:
    """Lay out a reference, sockets that listen, and a folder that must stay as it is."""
    with contextlib.ExitStack() as stack:
        outside = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="arena-")))
        outside.chmod(0o777)  # only the confinement keeps an ordinary user's attack out
        secret = outside / "secret.py"
        secret.write_text(_REFERENCE)
        secret.chmod(0o666)
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(tcp.getsockname())
        door = str(outside / "door")
        unix = [stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(2)]
        for server, name in zip(unix, (door, f"\0{door}"), strict=True):
            server.bind(name)
            server.listen()
        listeners = [tcp, udp, *unix]
        for listener in listeners:
            listener.setblocking(False)
        places = {
            "secret": secret,
            "outside": outside,
            "door": door,
            "port": tcp.getsockname()[1],
            "parent": os.getpid(),
            "tensorflow": _folder("tensorflow"),
            "scipy_library": next(_folder("scipy").glob("linalg/*.so"), "/no/scipy.so"),
        }
        yield Arena(places, listeners, outside)


def _folder(name):
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else Path("/no", name)


def attack(sandbox: Sandbox, place: Arena, name: str, seed: int = 7) -> int:
    """Run one attack and return the points that it earned, of 2.

    Raises:
        RuntimeError: The sandbox is not proven to confine. Some attacks signal every process.
    """
    if sandbox.level not in PROVEN or sandbox.escapes:
        raise RuntimeError(f"at level {sandbox.level} no attack is run: it could do harm.")
    return points(sandbox, notebook(*cells_of(name, place.places)), seed)


def points(sandbox: Sandbox, submission: bytes, seed: int = 7) -> int:
    """Ask `f` of a submission on two fresh inputs, and count where it is right."""
    rng = np.random.default_rng(seed)
    earned = 0
    with sandbox.open(submission) as session:
        for asked in [call(rng.normal(size=size)) for size in (5, 8)]:
            seen = session.observe("f", plain_call, asked, 0.5)
            wanted = observe(reference, asked)
            assert isinstance(wanted, Returned)
            earned += judge(seen, wanted) is None
    return earned


def forks_of(sandbox: Sandbox) -> list[int]:
    """Return the processes that a sandbox's zygote has, straight from the kernel."""
    tasks = Path(f"/proc/{sandbox.pid}/task").glob("*/children")
    return [int(pid) for path in tasks for pid in path.read_text().split()]


COURSE = Path(dscourse.__file__).parent
