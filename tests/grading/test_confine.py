"""The levels: what each stops, found out by trying, as root and as an ordinary user."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from dscourse.grading.inside.confine import LEVELS
from dscourse.grading.inside.files import readable
from dscourse.grading.inside.syscalls import DENIED, IGNORED
from dscourse.grading.sandbox import Sandbox, SandboxError
from dscourse.grading.selftest import escapes, own_secrets, probes_notebook
from tests.grading.arena import COURSE
from tests.grading.kernel import lacking

ROOT = COURSE.parent
confines = pytest.mark.skipif(bool(lacking("LS")), reason=lacking("LS"))


def test_at_none_the_self_test_finds_nearly_every_way_out():
    with Sandbox.start("numpy", "none") as box, box.open(probes_notebook()) as session:
        found = escapes(session, own_secrets({"conv", "checking"}))
    assert len(found) >= 14
    assert any("ch05_separable.py" in escape for escape in found)
    for probe in ("write_a_file", "signal_a_process", "start_a_process", "connect", "trace"):
        assert any(escape.startswith(probe) for escape in found), probe


@confines
def test_a_level_that_does_not_hold_is_refused_and_none_falls_to_none(tmp_path):
    visible = Path(find_spec("numpy").origin)  # a "secret" that every submission can read
    with pytest.raises(SandboxError, match="level LS does not hold: read_a_file"):
        Sandbox.start("numpy", "LS", hidden=[visible])
    with Sandbox.start("numpy", hidden=[visible]) as box:
        assert box.level == "none"
        assert len(box.escapes) == 1


def test_chapters_and_frameworks_are_not_among_what_numpy_submissions_may_read():
    paths = readable("numpy", ["conv", "checking"])
    for name in ("tensorflow", "keras", "scipy", "sklearn"):
        origin = Path(find_spec(name).origin)
        assert not any(origin.is_relative_to(path) for path in paths), name
    secrets = [*(COURSE / "exercises").glob("ch*.py"), COURSE / "cost.py", Path.home() / ".ssh"]
    for secret in secrets:
        assert not any(secret.is_relative_to(path) for path in paths), secret


@confines
def test_a_part_that_an_exercise_uses_is_real_and_readable_and_no_other():
    with Sandbox.start("numpy", real=["dscourse.cost"]) as box:
        assert box.escapes == []
        assert box.level != "none"


def test_no_system_call_is_named_twice():
    names = [name for names in DENIED.values() for name in names] + list(IGNORED)
    assert len(names) == len(set(names))


def _as_nobody(*command):
    """Run a command as user 65534, with an interpreter that he can reach.

    The interpreter may lie in root's home, so its folder is shown in a mount of this command alone.
    """
    home = Path(sys.base_prefix)
    script = (
        'set -e; mkdir -p "$1"; mount --bind "$2" "$1"; mount -t tmpfs -o mode=755 none /root; '
    )
    script += 'mkdir -p "$2"; mount --bind "$1" "$2"; shift 2; '
    script += 'exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"'
    spare = f"/tmp/dscourse-interpreter-{os.getpid()}"
    inside = home.is_relative_to("/root")
    start = ["sh", "-c", script, "sh", spare, str(home)] if inside else []
    drop = [] if inside else ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    try:
        return subprocess.run(
            ["unshare", "--mount", *start, *drop, *command],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "TMPDIR": "/tmp"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    finally:
        Path(spare).rmdir() if Path(spare).exists() else None


_GRADE = """
import os, sys
from dscourse.grading.sandbox import Sandbox
from tests.grading.arena import arena, attack, forks_of, notebook, points, LIMITS
from tests.grading.attacks import GROUPS
names = [f"{g}: {n}" for g in ("reads", "signals", "processes", "writes") for n in GROUPS[g]]
with Sandbox.start("numpy", sys.argv[1], **LIMITS) as box, arena() as ring:
    assert os.getuid() == 65534
    assert points(box, notebook("def f(x): return 3 * x**2 + x[::-1]")) == 2
    for name in names:
        earned = attack(box, ring, name)
        assert (earned, ring.traces(), forks_of(box)) == (0, [], []), name
    print(box.level, len(names))
"""


@pytest.mark.skipif(
    os.getuid() != 0 or not shutil.which("setpriv"), reason="only root can become another user"
)
@pytest.mark.parametrize("level", LEVELS[:-1])
def test_an_ordinary_user_has_the_same_levels(level):
    if reason := lacking(level):
        pytest.skip(reason)
    done = _as_nobody(sys.executable, "-c", _GRADE, level)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[0] == level
