"""Attempts to break out of a sandbox, run in a session as a student's code would be.

Each takes its target and returns None if it was stopped, or what it got. None of them does harm
where nothing stops it: signals are signal 0, and a traced process goes on.
"""

import ctypes
import os
import resource
import socket
from pathlib import Path
from typing import Any


def read_a_file(path: str) -> Any:
    """Read a file that holds a secret."""
    return repr(Path(path).read_bytes()[:40])


def list_a_folder(path: str) -> Any:
    """List the names in a folder."""
    return [entry.name for entry in Path(path).iterdir()][:3]


def write_a_file(path: str) -> Any:
    """Write into a folder that is not the scratch."""
    Path(path).write_text("was here")
    Path(path).unlink()
    return path


def signal_a_process(pid: int) -> Any:
    """Ask whether a process could be signalled."""
    os.kill(pid, 0)
    return pid


def start_a_process(_: None) -> Any:
    """Fork, and let the child end at once."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid


def run_a_program(path: str) -> Any:
    """Run a program that does nothing."""
    os.waitpid(os.posix_spawn(path, [path], {}), 0)
    return path


def connect(address: Any) -> Any:
    """Connect to a socket of TCP, or of the file system, or an abstract one."""
    family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
    with socket.socket(family) as client:
        client.settimeout(1)
        client.connect(address)
    return repr(address)


def trace_a_process(pid: int) -> Any:
    """Attach to a process as a debugger does; PTRACE_SEIZE does not stop it."""
    return pid if ctypes.CDLL(None).ptrace(0x4206, pid, 0, 0) == 0 else None


def hold_memory_in_a_file(_: None) -> Any:
    """Make a file in memory, which the limit of address space does not count."""
    os.close(os.memfd_create("hidden"))
    return "memfd"


def raise_the_limit(_: None) -> Any:
    """Raise the limit of address space."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard == resource.RLIM_INFINITY:
        return "no limit"
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return "raised"
