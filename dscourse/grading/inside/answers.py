"""Call the student's functions and return what they did, as plain values."""

import socket
from collections.abc import Callable, Mapping
from functools import partial
from types import ModuleType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from dscourse.checking import Call, observe
from dscourse.grading.inside.cells import run_cells
from dscourse.grading.inside.frames import Bounds, Frame, FrameError, receive, send
from dscourse.grading.inside.limits import Limits
from dscourse.grading.inside.notebook import UnreadableError, read_notebook
from dscourse.grading.inside.observation import pack_observation
from dscourse.grading.inside.values import Packer, unpack

_MOST_NAMES = 2000


def serve(
    sock: socket.socket,
    shell: InteractiveShell,
    observers: Mapping[str, ModuleType],
    limits: Limits,
) -> None:
    """Run the notebook that comes first, then answer calls until the parent hangs up.

    Args:
        sock: The connection to the parent.
        shell: The shell, still empty.
        observers: The modules that observers come from, by name.
        limits: The bounds of this child.
    """
    first = receive(sock, bounds=Bounds(payload=limits.notebook_bytes))
    try:
        notebook = read_notebook(first.arrays[0].tobytes(), limits.cells)
    except UnreadableError as error:
        send(sock, Frame({"unreadable": error.odd}))
        return

    def started(number: int) -> None:
        send(sock, Frame({"cell": number}))

    skip = set(first.header["skip"])
    failed = run_cells(shell, notebook.cells, limits, skip, started)
    send(sock, Frame({"names": _names(shell), "odd": [*notebook.notes, *failed]}))
    while True:
        asked = receive(sock)
        _answer(sock, shell, observers, asked)


def _answer(
    sock: socket.socket,
    shell: InteractiveShell,
    observers: Mapping[str, ModuleType],
    asked: Frame,
) -> None:
    header = asked.header
    args, kwargs = unpack(header["call"], asked.arrays)
    seen = observe(
        shell.user_ns[header["name"]],
        Call(args, kwargs),
        _observer(header["how"], observers, asked.arrays),
        header["seconds"],
    )
    packer = Packer()
    reply = {"answer": header["number"], "seen": pack_observation(seen, packer)}
    try:
        send(sock, Frame(reply, packer.arrays), bounds=Bounds())
    except FrameError:
        reply["seen"] = {"returned": {"opaque": "value too large to compare"}}
        send(sock, Frame(reply))


def _observer(
    how: dict[str, Any], observers: Mapping[str, ModuleType], arrays: Any
) -> Callable[..., Any]:
    function = getattr(observers[how["module"]], how["name"])
    args, kwargs = unpack(how["bound"], arrays)
    return partial(function, *args, **kwargs) if args or kwargs else function


def _names(shell: InteractiveShell) -> list[str]:
    """List what the student defined that can be called."""
    own = shell.user_ns.keys() - shell.user_ns_hidden.keys()
    found = sorted(n for n in own if isinstance(n, str) and not n.startswith("_") and len(n) < 200)
    return [name for name in found if callable(shell.user_ns[name])][:_MOST_NAMES]
