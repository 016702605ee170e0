"""A world of its own for a fork: no network, no shared IPC, and a scratch in memory.

User namespaces let an ordinary user do this. Some systems forbid them: Docker's seccomp profile,
Debian's and Ubuntu's settings (`kernel.unprivileged_userns_clone`, AppArmor).
"""

import ctypes
import os
from pathlib import Path

_NEW = {
    "mount": 0x0002_0000,
    "uts": 0x0400_0000,
    "ipc": 0x0800_0000,
    "user": 0x1000_0000,
    "net": 0x4000_0000,
}
_NO_SUID_DEV_EXEC = 2 | 4 | 8
_libc = ctypes.CDLL(None, use_errno=True)


def enter(scratch: Path, size: int) -> None:
    """Leave the namespaces of the zygote, and mount an empty folder of a bounded size.

    Args:
        scratch: Where to mount it; the mount is seen by this process alone and ends with it.
        size: The most bytes in it.

    Raises:
        OSError: The system does not allow it.
    """
    uid, gid = os.getuid(), os.getgid()
    _demand(_libc.unshare(sum(_NEW.values())), "unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        Path("/proc/self", name).write_text(text)
    options = f"size={size},nr_inodes=4096,mode=700".encode()
    target = os.fsencode(scratch)
    done = _libc.mount(b"scratch", target, b"tmpfs", ctypes.c_ulong(_NO_SUID_DEV_EXEC), options)
    _demand(done, "mount")


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def drop_capabilities() -> None:
    """Give up every capability: root too is then an ordinary owner of root's files."""
    none = (ctypes.c_uint32 * 6)()
    _demand(_libc.capset(ctypes.byref(_Header(0x2008_0522, 0)), none), "capset")


def _demand(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
