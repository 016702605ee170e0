"""Confine a fork before it runs a line of the student's.

"LSN" is Landlock, seccomp and namespaces; "LS" lacks the namespaces, and with them the scratch: a
fork then writes nothing at all, for Landlock knows no quota. "none" is the kernel's limits alone:
it keeps an accident in bounds, not an attack.
"""

import os
import resource
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dscourse.grading.inside import namespaces
from dscourse.grading.inside.files import Rules
from dscourse.grading.inside.limits import Limits
from dscourse.grading.inside.shell import quiet_streams
from dscourse.grading.inside.syscalls import Filter

LEVELS = ("LSN", "LS", "none")  # from the strictest


class Confinement:
    """What a zygote prepares once, and each fork applies to itself.

    Args:
        level: One of `LEVELS`.
        readable: What may be read.
        limits: How much a fork may use.
        box: An empty folder.

    Raises:
        ImportError, OSError, RuntimeError: The level cannot be had here.
    """

    def __init__(self, level: str, readable: Sequence[Path], limits: Limits, box: Path) -> None:
        if level not in LEVELS:
            raise ValueError(f"`level` must be one of {', '.join(LEVELS)}; got {level!r}.")
        self.level = level
        self._limits = limits
        self._box = box
        strict = level != "none"
        self._filter = Filter() if strict else None
        self._rules = Rules(readable) if strict else None

    def apply(self) -> None:
        """Confine this process for good.

        Raises:
            OSError: The level cannot be had here.
        """
        quiet_streams()
        if self.level == "LSN":
            namespaces.enter(self._box, self._limits.scratch_bytes)
        os.chdir(self._box)
        os.environ["HOME"] = os.environ["TMPDIR"] = str(self._box)
        tempfile.tempdir = None  # the zygote may have asked already, and would be believed
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        if self._rules and self._filter:
            namespaces.drop_capabilities()
            self._filter.forbid_new_privileges()
            self._rules.apply(self._box if self.level == "LSN" else None)
        self._bound(pages * resource.getpagesize())
        if self._filter:
            self._filter.install()

    def _bound(self, held: int) -> None:
        """Set the kernel's limits; address space is counted from what the zygote holds already."""
        limits = self._limits
        bounds = {
            resource.RLIMIT_AS: held + limits.memory_bytes,
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_CPU: int(limits.notebook_seconds + limits.session_seconds),
            resource.RLIMIT_FSIZE: limits.file_bytes,
            resource.RLIMIT_NOFILE: limits.open_files,
        }
        if self.level == "LSN":  # elsewhere the user's other processes are counted too
            bounds[resource.RLIMIT_NPROC] = limits.processes
        for what, most in bounds.items():
            resource.setrlimit(what, (most, most))


def strictest(readable: Sequence[Path], limits: Limits, box: Path) -> Confinement:
    """Find the strictest level that can be had here, by trying each in a fork.

    Args:
        readable: What may be read.
        limits: How much a fork may use.
        box: An empty folder.
    """
    for level in LEVELS[:-1]:
        try:
            made = Confinement(level, readable, limits, box)
        except Exception:  # no library, no kernel support
            continue
        if _works(made):
            return made
    return Confinement("none", readable, limits, box)


def _works(confinement: Confinement) -> bool:
    pid = os.fork()
    if pid == 0:
        try:
            confinement.apply()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0
