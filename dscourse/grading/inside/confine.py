"""Bound a fork before it runs a line of the student's."""

import os
import resource
from pathlib import Path

from dscourse.grading.inside.limits import Limits
from dscourse.grading.inside.shell import quiet_streams


def confine(scratch: Path, limits: Limits) -> None:
    """Confine this process for good.

    Args:
        scratch: The only folder that it may write.
        limits: How much it may use.
    """
    quiet_streams()
    os.chdir(scratch)
    os.environ["HOME"] = os.environ["TMPDIR"] = str(scratch)
    _bound(limits)


def _bound(limits: Limits) -> None:
    """Set the kernel's limits; address space is counted from what the zygote has already."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    bounds = {
        resource.RLIMIT_AS: pages * resource.getpagesize() + limits.memory_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: int(limits.notebook_seconds + limits.session_seconds),
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
    }
    for what, most in bounds.items():
        resource.setrlimit(what, (most, most))
