"""What a sandbox promises: who is inside, what is bounded, what ends with what."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from dscourse.checking import ChangedInput, Raised, Returned, TimedOut, call
from dscourse.checking.observe import plain_call
from dscourse.exercises.memory_observers import output_and_memory, windows_and_memory
from dscourse.grading import sandbox as sandbox_module
from dscourse.grading.sandbox import ChildDiedError, Sandbox, SandboxError
from tests.grading.arena import COURSE, LIMITS, forks_of, notebook

RIGHT = notebook("def f(x):\n    return x + 1")


def ask(box, cell, *arguments, seconds=5.0, how=plain_call):
    with box.open(notebook(cell)) as session:
        return session.observe("f", how, call(*arguments), seconds)


def test_the_zygote_has_loaded_no_reference_and_nothing_of_the_parent(box):
    allowed = ("dscourse.checking", "dscourse.conv", "dscourse.grading.inside")
    rest = [name for name in box.modules if not name.startswith(allowed)]
    assert [name for name in rest if not name.endswith("observers")] == [
        "dscourse",
        "dscourse.exercises",
        "dscourse.exercises.overview",
        "dscourse.grading",
    ]


def test_versions_are_those_of_the_parent(box):
    assert box.versions == {
        "python": sys.version,
        "numpy": np.__version__,
        "IPython": version("ipython"),
    }


@pytest.mark.parametrize("name", ["python", "numpy"])
def test_another_interpreter_or_library_is_refused(box, name):
    with pytest.raises(SandboxError, match=f"would run with {name} 0.1"):
        sandbox_module._demand_same_versions(box.versions | {name: "0.1"})


def test_the_zygotes_environment_holds_nothing_of_the_instructors(box, monkeypatch):
    names = ask(box, "import os\ndef f(x): return sorted(os.environ)", 1).value
    assert set(names) <= set(sandbox_module._ENVIRONMENT) | {
        *("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR", "PYTHONPATH", "LC_CTYPE"),
        *("KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK", "COLUMNS", "PAGER", "PWD", "OLDPWD"),
    }


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("return x + 1", Returned(2)),
        ("raise ValueError('no')", Raised(ValueError, "no", "line 4: raise ValueError('no')")),
        ("while True: pass", TimedOut(0.3)),
    ],
)
def test_a_call_is_observed_as_on_the_page(box, body, seen):
    got = ask(box, f"K = 1\n\ndef f(x):\n    {body}", 1, seconds=0.3)
    if isinstance(seen, Raised):
        seen = replace(seen, line=got.line)
        assert got.line.endswith(body)
    assert got == seen


def test_a_changed_input_is_noticed(box):
    assert ask(box, "def f(x):\n    x[0] = 9\n    return x", np.zeros(3)) == ChangedInput(
        "number 1"
    )


def test_the_courses_observers_run_inside(box):
    view = (
        "from numpy.lib.stride_tricks import sliding_window_view\n"
        "def f(x, k, s):\n    return sliding_window_view(x, 3)"
    )
    seen = ask(box, view, np.arange(6.0), 3, 1, how=windows_and_memory)
    assert seen.value["a view of x"] is True
    assert output_and_memory.__module__ == windows_and_memory.__module__


def test_an_instructors_own_observer_is_sent_along():
    source = "def twice(how_often, answer, x):\n    return [answer(x)] * how_often\n"
    module = type(sys)("private_observers")
    exec(source, vars(module))
    module.twice.__module__ = "private_observers"
    with Sandbox.start("numpy", "none", observers={"private_observers": source}) as own:
        seen = ask(own, "def f(x): return x", 3, how=partial(module.twice, 2))
    assert seen == Returned([3, 3])


def test_an_argument_that_is_not_plain_is_the_authors_error(box):
    with pytest.raises(SandboxError, match="no plain value: object"):
        ask(box, "def f(x): return x", object())


def test_a_name_that_is_missing_is_said_to_be(box):
    with box.open(notebook("g = 3")) as session:
        assert session.names == []
        assert session.observe("f", plain_call, call(1), 1).kind is NameError


def test_a_call_that_ends_the_process_ends_the_session_alone(box):
    with box.open(notebook("import os\ndef f(x): os._exit(0)\ndef g(x): return x")) as session:
        assert session.observe("f", plain_call, call(1), 1).kind is ChildDiedError
        assert not session.alive
        assert session.status == "crashed"
        assert session.observe("g", plain_call, call(1), 1).kind is ChildDiedError
    assert ask(box, "def f(x): return x", 1) == Returned(1)


def test_a_file_that_is_too_large_is_not_sent():
    with Sandbox.start("numpy", "none", notebook_bytes=1000) as small:
        session = small.open(b"{" + b" " * 2000)
        assert session.status == "unreadable"
        assert not session.alive


def test_many_threads_share_a_sandbox(box):
    seen = {}

    def work(number):
        seen[number] = ask(box, f"def f(x): return x + {number}", 100)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {n: Returned(100 + n) for n in range(8)}
    assert forks_of(box) == []


def test_a_dead_zygote_is_a_fault_of_ours_and_takes_its_forks_along():
    with Sandbox.start("numpy", "none") as own:
        session = own.open(RIGHT)
        [fork] = forks_of(own)
        os.kill(own.pid, signal.SIGKILL)
        assert _gone(fork)
        with pytest.raises(SandboxError):
            session.close()
        with pytest.raises(SandboxError):
            own.open(RIGHT)


def test_a_parent_that_is_killed_takes_zygote_and_forks_along():
    script = (
        "from dscourse.grading.sandbox import Sandbox\n"
        "import time\n"
        "from tests.grading.arena import forks_of, notebook\n"
        "box = Sandbox.start('numpy', 'none')\n"
        "s = box.open(notebook('def f(x): return x'))\n"
        "print(box._folder, box.pid, *forks_of(box), flush=True)\n"
        "time.sleep(100)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=COURSE.parent
    )
    with parent, parent.stdout as out:
        folder, *numbers = out.readline().split()
        pids = [int(number) for number in numbers]
        assert Path(folder).exists()
        parent.kill()
    assert len(pids) == 2
    assert all(_gone(pid) for pid in pids)
    assert not Path(folder).exists()


def test_closing_a_sandbox_leaves_no_process_and_no_folder():
    own = Sandbox.start("numpy", "none")
    folder = own._folder
    session = own.open(RIGHT)
    session.close()
    own.close()
    assert _gone(own.pid)
    assert not folder.exists()


def test_the_scratch_is_bounded(box):
    if box.level != "LSN":
        pytest.skip("only LSN has a scratch")
    cell = (
        "def f(x):\n    n = 0\n    try:\n        while True:\n"
        "            open(str(n), 'wb').write(bytes(1 << 20))\n            n += 1\n"
        "    except OSError as error:\n        return n, error.errno"
    )
    count, number = ask(box, cell, 0, seconds=10).value
    assert number == 28  # no space left
    assert count <= 64


def test_memory_is_bounded(strict_box):
    most = LIMITS["memory_bytes"] >> 20
    seen = ask(strict_box, "def f(x):\n    return len(bytearray(x << 20))", most + 50)
    assert issubclass(seen.kind, MemoryError)
    assert ask(strict_box, "def f(x):\n    return len(bytearray(x << 20))", most // 4).value


_SAYS = """
import dscourse.grading.inside.answers as a
send = a.send
def says(sock, frame, *more, **bounds):
    header = frame.header
    if "names" in header:
        header = header | {{"notes": ["All points!"], "odd": {odd}}}
    send(sock, a.Frame(header, frame.arrays), *more, **bounds)
a.send = says
def f(x): return x
"""


@pytest.mark.parametrize(
    ("odd", "notes"),
    [
        ('["All points!"]', None),
        ('[["failed", ["All points!"]]]', None),
        ('[["failed", [1]]] * 1000', None),
        ('[["all points", []]]', None),
        ('[["cut", []]]', None),
        ('[["late", [1, 2]]]', ["code cells 1, 2 came after"]),
        ('[["slow", list(range(10_000))]]', ["code cells 0, 1, 2"]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_no_sentence_of_a_childs_own_comes_into_the_notes(box, odd, notes):
    with box.open(notebook(_SAYS.format(odd=odd))) as session:
        told = session.notes
    assert "All points!" not in " ".join(told)
    assert sum(map(len, told)) < 1000
    wanted = notes or ["code cell 1 ended the process"]
    assert [note[: len(start)] for note, start in zip(told, wanted, strict=True)] == wanted


FORBIDDEN = {
    "prctl": [((1 << 32) + 1, 0)],  # the death signal taken off; the kernel reads 32 bits alone
    # Landlock has no rule for watching: it would tell the names of other students' records.
    **{name: [(0, 0, 0)] for name in ("inotify_init", "inotify_init1", "inotify_add_watch")},
}


@pytest.mark.parametrize(
    ("name", "arguments"), [(name, a) for name, calls in FORBIDDEN.items() for a in calls]
)
def test_a_system_call_is_forbidden_however_its_numbers_are_written(strict_box, name, arguments):
    seccomp = pytest.importorskip("pyseccomp")
    number = seccomp.resolve_syscall(seccomp.Arch.NATIVE, name)
    cell = (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "def f(*a):\n    return libc.syscall(*map(ctypes.c_ulong, a)), ctypes.get_errno()"
    )
    assert ask(strict_box, cell, number, *arguments).value == (-1, errno.EPERM)


def test_an_explicit_level_that_cannot_be_had_is_an_error():
    with pytest.raises(SandboxError, match="must be one of"):
        Sandbox.start("numpy", "LSX")


def test_a_submission_costs_at_most_60_milliseconds_of_cpu(box):
    endings = []
    for _ in range(10):
        with box.open(RIGHT) as session:
            session.observe("f", plain_call, call(1), 1)
        endings += session.endings
    assert np.median([ending.cpu_seconds for ending in endings]) < 0.06


def _gone(pid, patience=10.0):
    until = time.monotonic() + patience
    while time.monotonic() < until:
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False
