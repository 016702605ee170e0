"""Which system calls a fork may not make, as data, and the seccomp filter that is made of it.

The list denies and the rest is allowed. What a kernel after Linux 5.16 brought is answered with
"not implemented", and calls by another architecture's numbers (x32, i386) end the process. The
filter is compiled once by libseccomp, in the zygote, and installed with two calls in every fork.
"""

import ctypes
import errno
import os
import struct
import tempfile

# Why, and which. libseccomp knows all of these names since 2.5.
DENIED = {
    "start a process": ("fork", "vfork", "execve", "execveat"),
    "signal another process": (
        *("kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"),
        *("pidfd_open", "pidfd_send_signal", "pidfd_getfd"),
    ),
    "look into another process": (
        *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp"),
        *("perf_event_open", "userfaultfd", "move_pages", "migrate_pages"),
    ),
    "watch folders, which Landlock does not see": (
        *("inotify_init", "inotify_init1", "inotify_add_watch"),
    ),
    "reach a network or another process's socket": (
        *("socket", "bind", "listen", "accept", "accept4", "connect"),
    ),
    "talk to the kernel past this filter": (
        *("io_uring_setup", "io_uring_enter", "io_uring_register", "bpf", "modify_ldt"),
        *("ioperm", "iopl", "personality", "seccomp"),
    ),
    "change what is mounted, or enter another namespace": (
        *("mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "fsopen", "fsconfig"),
        *("fsmount", "fspick", "move_mount", "open_tree", "mount_setattr"),
        *("open_by_handle_at", "name_to_handle_at"),
    ),
    "hold memory beyond the limit": (
        *("memfd_create", "memfd_secret", "shmget", "shmat", "shmctl", "mlockall"),
    ),
    "leave something that outlives the process": (
        *("msgget", "msgctl", "msgsnd", "msgrcv", "semget", "semctl", "semop", "semtimedop"),
        *("mq_open", "mq_unlink", "add_key", "request_key", "keyctl"),
    ),
    "raise a limit or a priority": (
        *("setrlimit", "setpriority", "ioprio_set", "sched_setscheduler", "sched_setattr"),
        *("sched_setparam",),
    ),
    "become another user": (
        *("setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups"),
        *("setfsuid", "setfsgid", "capset"),
    ),
    "change the machine": (
        *("reboot", "swapon", "swapoff", "sethostname", "setdomainname", "init_module"),
        *("finit_module", "delete_module", "kexec_load", "kexec_file_load", "settimeofday"),
        *("clock_settime", "clock_adjtime", "adjtimex", "acct", "quotactl", "syslog", "vhangup"),
        *("fanotify_init", "lookup_dcookie", "mknod", "mknodat"),
    ),
    "cut a file by its path, which Landlock sees only from Linux 6.2 on": ("truncate",),
}

# Landlock does not see these. They do nothing and say that they did: copying a file must not fail.
IGNORED = (
    *("chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "utimensat", "futimesat"),
    *("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"),
)

_CLONE_THREAD = 0x0001_0000
# What lets a file signal another process (`fcntl`, `ioctl`), or types into a terminal (`ioctl`).
_F_SETOWN, _F_SETOWN_EX = 8, 15
_FIOSETOWN, _SIOCSPGRP, _TIOCSTI = 0x8901, 0x8902, 0x5412
_FIRST_UNKNOWN = 450  # numbers from 424 on are the same on every architecture

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


class Filter:
    """The compiled filter.

    Raises:
        ImportError, RuntimeError: pyseccomp or libseccomp is not installed.
    """

    def __init__(self) -> None:
        import pyseccomp as sc

        made = sc.SyscallFilter(sc.ALLOW)
        no = sc.ERRNO(errno.EPERM)
        for name in (name for names in DENIED.values() for name in names):
            made.add_rule(no, name)
        for name in IGNORED:
            made.add_rule(sc.ERRNO(0), name)
        made.add_rule(no, "clone", sc.Arg(0, sc.MASKED_EQ, _CLONE_THREAD, 0))  # threads may start
        made.add_rule(sc.ERRNO(errno.ENOSYS), "clone3")  # its flags lie in memory; libc falls back
        made.add_rule(no, "prlimit64", sc.Arg(2, sc.NE, 0))  # reading limits is allowed
        for name, argument, codes in (
            ("prctl", 0, (_PR_SET_PDEATHSIG,)),
            ("fcntl", 1, (_F_SETOWN, _F_SETOWN_EX)),
            ("ioctl", 1, (_FIOSETOWN, _SIOCSPGRP, _TIOCSTI)),
        ):
            for code in codes:  # of 32 bits: the kernel does not look at the rest
                made.add_rule(no, name, sc.Arg(argument, sc.MASKED_EQ, 0xFFFF_FFFF, code))
        with tempfile.TemporaryFile() as file:
            made.export_bpf(file)
            file.seek(0)
            self._program = file.read()
        self._tgkill = sc.resolve_syscall(sc.Arch.NATIVE, "tgkill")

    def forbid_new_privileges(self) -> None:
        """Set what the kernel demands first: no program that is run gains rights."""
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)

    def install(self) -> None:
        """Put this process and its threads under the filter, for good."""
        _load(_guard(self._tgkill, os.getpid()))
        _load(self._program)


def _guard(tgkill: int, pid: int) -> bytes:
    """Write by hand what libseccomp cannot say: unknown numbers, and signals to oneself alone."""
    load, at_least, equal, give = 0x20, 0x35, 0x15, 0x06
    number, first_argument = 0, 16  # offsets in the kernel's `struct seccomp_data`
    allow, error = 0x7FFF_0000, 0x0005_0000
    steps = [
        (load, 0, 0, number),
        (at_least, 4, 0, _FIRST_UNKNOWN),  # to: not implemented
        (equal, 0, 2, tgkill),  # else to: allow
        (load, 0, 0, first_argument),
        (equal, 0, 2, pid),  # else to: not permitted
        (give, 0, 0, allow),
        (give, 0, 0, error | errno.ENOSYS),
        (give, 0, 0, error | errno.EPERM),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _load(program: bytes) -> None:
    described = _Program(len(program) // 8, program)
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(described))


def _prctl(option: int, *arguments: object) -> None:
    padded = [*arguments, *[ctypes.c_ulong(0)] * (4 - len(arguments))]
    plain = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in padded]
    if _libc.prctl(option, *plain) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl({option}): {os.strerror(number)}")
