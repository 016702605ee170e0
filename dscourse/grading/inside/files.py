"""Which files a fork may read, and the Landlock rules that say so.

Landlock (Linux 5.13) denies every access that no rule grants, for good and also to root. What each
version of it adds: 3 (Linux 6.2) cutting files, 4 (6.7) TCP, 5 (6.10) device controls, 6 (6.12)
signals and abstract Unix sockets. Where a version lacks one, the seccomp filter stands for it.
Metadata is not covered: a fork can learn that a path exists.
"""

import os
import stat
import sysconfig
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

# The distributions whose files, and whose requirements' files, submissions may read. All others
# stay unreadable: an exercise in NumPy cannot call a framework's convolution.
_COMMON = ("numpy", "ipython", "matplotlib", "pandas", "platformdirs")
DISTRIBUTIONS = {
    "numpy": _COMMON,
    "keras": (*_COMMON, "keras", "tensorflow", "tensorflow-cpu", "scipy", "scikit-learn"),
}
_SYSTEM = (
    *("/etc/localtime", "/etc/fonts", "/usr/share/zoneinfo", "/usr/share/fonts"),
    *("/dev/urandom", "/dev/random", "/dev/zero", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat"),
    *("/proc/sys/vm/overcommit_memory", "/sys/devices/system/cpu"),
)
_SITE = {"site-packages", "dist-packages"}
_PACKAGE = Path(__file__).parents[2]


def readable(engine: str, parts: Iterable[str]) -> list[Path]:
    """List what may be read: the standard library, some packages, parts of the course.

    Args:
        engine: "numpy" or "keras".
        parts: Names of modules below `dscourse`, such as "conv".
    """
    standard = Path(sysconfig.get_path("stdlib"))
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    course = [_PACKAGE / name for part in parts for name in (part, f"{part}.py")]
    paths = [
        *(entry for entry in standard.iterdir() if entry.name not in _SITE),
        *_installed(DISTRIBUTIONS[engine]),
        *course,
        *(Path(root) / multiarch for root in ("/lib", "/usr/lib") if multiarch),
        *map(Path, _SYSTEM),
    ]
    return sorted({path.resolve() for path in paths if path.exists()})


def _installed(names: Iterable[str]) -> set[Path]:
    """Return the top-level folders and modules of distributions and of all that they require."""
    found: set[Path] = set()
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            own = distribution(name)
        except PackageNotFoundError:  # not required on this platform, or an extra
            continue
        root = Path(str(own.locate_file("")))
        tops = {file.parts[0] for file in own.files or ()} - {"..", "__pycache__"}
        found |= {root / top for top in tops}
        waiting += [_bare(r) for r in own.requires or () if "extra ==" not in r]
    return found


def _bare(requirement: str) -> str:
    """Cut the name out of a requirement such as "numpy>=2.0; python_version < '4'"."""
    end = next((i for i, c in enumerate(requirement) if not (c.isalnum() or c in "-_.")), None)
    return requirement[:end].lower().replace("_", "-")


class Rules:
    """The rules for a list of paths, which are held open.

    Args:
        paths: What may be read.

    Raises:
        ImportError, py_landlock.LandlockError: There is no Landlock here.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        import py_landlock as landlock
        from py_landlock.abi import get_supported_fs, get_supported_net, get_supported_scope

        self._landlock = landlock
        self.version = landlock.get_abi_version()
        self._every = get_supported_fs(self.version)
        self._attributes = landlock.RulesetAttr(
            self._every, get_supported_net(self.version), get_supported_scope(self.version)
        )
        self._granted = list(self._open(paths))

    def _open(self, paths: Iterable[Path]) -> Iterator[tuple[int, int]]:
        """Open each path once, and decide what its rule grants."""
        flags = self._landlock.AccessFs
        for path in paths:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
            yield descriptor, flags.READ_FILE | (flags.READ_DIR if folder else 0)
        nothing = os.open(os.devnull, os.O_PATH | os.O_CLOEXEC)
        yield nothing, (flags.READ_FILE | flags.WRITE_FILE | flags.TRUNCATE) & self._every

    def apply(self, scratch: Path | None) -> None:
        """Restrict this process and its threads, for good; `no_new_privs` must be set.

        Args:
            scratch: A folder in which files may be made, changed and removed, or None.
        """
        landlock, flags = self._landlock, self._landlock.AccessFs
        ruleset = landlock.create_ruleset(self._attributes)
        for descriptor, access in self._granted:
            self._grant(ruleset, descriptor, access)
        special = flags.MAKE_CHAR | flags.MAKE_BLOCK | flags.MAKE_SOCK | flags.EXECUTE
        own = {"/proc/self": flags.READ_FILE | flags.READ_DIR}  # TensorFlow ends itself without it
        if scratch:
            own[str(scratch)] = self._every & ~special
        for path, access in own.items():
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            self._grant(ruleset, descriptor, access)
            os.close(descriptor)
        landlock.restrict_self(ruleset, None)
        os.close(ruleset)

    def _grant(self, ruleset: Any, descriptor: int, access: int) -> None:
        landlock = self._landlock
        landlock.add_rule(ruleset, landlock.PathBeneathAttr(int(access), descriptor))
