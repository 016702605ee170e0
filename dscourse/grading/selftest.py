"""Try to break out of a sandbox, before any student does.

The probes are the functions of a notebook, and run where a student's would: see `probes`.
"""

import inspect
import json
import os
import socket
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dscourse.checking import Returned, call
from dscourse.checking.observe import plain_call
from dscourse.grading import probes
from dscourse.grading.session import Session


def probes_notebook() -> bytes:
    """Return the notebook of all probes."""
    cell = {"cell_type": "code", "source": inspect.getsource(probes)}
    return json.dumps({"cells": [cell]}).encode()


def own_secrets(real: Collection[str]) -> list[Path]:
    """Return what of this package submissions may not read: everything that may hold an answer.

    Args:
        real: The parts of the package that they may read.
    """
    package = Path(__file__).parents[1]
    chapters = (package / "exercises").glob("ch*.py")
    parts = (p for p in package.iterdir() if p.stem not in real and not p.stem.startswith("__"))
    return sorted([*chapters, *parts])


def escapes(session: Session, hidden: list[Path]) -> list[str]:
    """Run every probe in a session, and say which broke out.

    Args:
        session: It has run `probes_notebook()`.
        hidden: Files and folders that must not be readable.

    Returns:
        A sentence for each that got out; none if the confinement holds.
    """
    with _bait() as (secret, listener, door):
        asked: list[tuple[str, Any]] = [
            *(("read_a_file" if path.is_file() else "list_a_folder", path) for path in hidden),
            ("read_a_file", secret),
            ("read_a_file", Path(f"/proc/{os.getpid()}/environ")),
            ("list_a_folder", Path.home()),
            ("write_a_file", secret.parent / "written"),
            ("write_a_file", Path("/dev/shm/written")),
            ("signal_a_process", os.getpid()),
            ("start_a_process", None),
            ("run_a_program", "/bin/true"),
            ("connect", listener),
            ("connect", door),
            ("connect", "\0" + str(door)),
            ("trace_a_process", os.getpid()),
            ("hold_memory_in_a_file", None),
            ("raise_the_limit", None),
        ]
        found = (_escape(session, name, target) for name, target in asked)
        return [escape for escape in found if escape]


def _escape(session: Session, name: str, target: Any) -> str:
    target = str(target) if isinstance(target, Path) else target
    seen = session.observe(name, plain_call, call(target), 5.0)
    if isinstance(seen, Returned) and seen.value is not None:
        return f"{name}({target!r}) got {str(seen.value)[:80]}"
    if not session.alive:
        return f"{name}({target!r}) ended the process, so that the rest could not be tried"
    return ""


@contextmanager
def _bait() -> Iterator[tuple[Path, tuple[str, int], str]]:
    """Lay out a secret file, a TCP listener, and two Unix sockets, one of them abstract."""
    with (
        tempfile.TemporaryDirectory(prefix="dscourse-bait-") as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_UNIX) as door,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        secret = Path(folder, "secret")
        secret.write_text("a secret")
        path = str(Path(folder, "door"))
        for server, name in ((door, path), (abstract, "\0" + path)):
            server.bind(name)
            server.listen()
        yield secret, listener.getsockname(), path
