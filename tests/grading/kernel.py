"""Which levels of isolation the kernel allows, asked without the code that is tested."""

import ctypes
import shutil
import subprocess
from ctypes.util import find_library

_LANDLOCK_CREATE_RULESET, _VERSION = 444, 1


def lacking(level: str) -> str:
    """Say why a level cannot be had here, or "".

    A test of a level is skipped for this reason alone: where the kernel allows it, a confinement
    that fails is red.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(_LANDLOCK_CREATE_RULESET, None, 0, _VERSION) < 1:
        return "this kernel has no Landlock, or a container forbids it"
    if find_library("seccomp") is None:
        return "libseccomp2 is not installed"
    if level == "LSN":
        command = [shutil.which("unshare") or "unshare", "-Urnm", "true"]
        try:
            done = subprocess.run(command, capture_output=True, check=False)
        except FileNotFoundError:
            return ""
        if done.returncode:
            return f"namespaces are not allowed here: {done.stderr.decode().strip()}"
    return ""
