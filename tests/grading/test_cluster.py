"""The same grades on a real cluster of two worker processes, also when one of them is killed."""

import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from dscourse.__main__ import main
from dscourse.grading.record import Record
from dscourse.grading.record_json import from_json
from tests.grading.private_folder import private_folder
from tests.grading.solving import handed_in, notebook, solved, untouched
from tests.grading.test_command import PRIVATE_CLASS, TASK, WRONG

distributed = pytest.importorskip("distributed")

# Workers and scheduler come and go: their sockets may still be open when a test ends.
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="zygotes fork"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def hand_ins(tmp_path_factory) -> Path:
    kinds = [
        solved(TASK.id),
        notebook(WRONG),
        untouched(TASK.id),
        notebook("import time\ntime.sleep(0.2)", TASK.solution_code),
        b"{",
    ]
    everyone = {f"s{n:02}": kinds[n % len(kinds)] for n in range(30)}
    return handed_in(tmp_path_factory.mktemp("class") / "hand-ins", everyone)


@pytest.fixture(scope="module")
def here(hand_ins, tmp_path_factory) -> dict[str, Record]:
    """The records of a grading without a cluster."""
    results = tmp_path_factory.mktemp("here") / "results"
    assert main(words(hand_ins, results)) == 0
    return records(results)


@pytest.fixture
def cluster():
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=2,
        processes=True,
        dashboard_address=None,
        host="127.0.0.1",
    ) as cluster:
        yield cluster


def words(hand_ins: Path, results: Path, *more: str) -> list[str]:
    given = ["grade", str(hand_ins), "-o", str(results), "--only", TASK.id, "--seed", "5"]
    return [*given, "--unsafe", *more]


def records(results: Path) -> dict[str, Record]:
    found = [from_json(path.read_bytes()) for path in (results / "records").glob("*.json")]
    return {record.student.id: record for record in found}


def files_of(dask_worker) -> list[str]:
    """Name all files in a worker's folder; dask calls this there."""
    return [path.name for path in Path(dask_worker.local_directory).rglob("*")]


def zygotes_below(pid: int) -> list:
    below = psutil.Process(pid).children(recursive=True)
    return [p for p in below if "dscourse.grading.inside.zygote" in " ".join(p.cmdline())]


def test_a_cluster_gives_the_grades_of_one_machine(hand_ins, here, cluster, tmp_path, capsys):
    results = tmp_path / "results"
    assert main(words(hand_ins, results, "--scheduler", cluster.scheduler_address)) == 0
    assert records(results) == here
    assert len(here) == 30
    assert "isolation" in capsys.readouterr().out
    for worker in cluster.workers.values():  # the batch is done: what it started is gone
        assert zygotes_below(worker.pid) == []


def test_a_worker_that_is_killed_in_the_middle_changes_no_grade(hand_ins, here, cluster, tmp_path):
    results = tmp_path / "results"
    killed = []

    def kill_one():
        while len(list((results / "records").glob("*.json"))) < 6:
            time.sleep(0.005)
        worker = psutil.Process(next(iter(cluster.workers.values())).pid)
        killed.extend([worker, *worker.children(recursive=True)])
        worker.kill()

    killer = threading.Thread(target=kill_one)
    killer.start()
    assert main(words(hand_ins, results, "--scheduler", cluster.scheduler_address)) == 0
    killer.join()
    assert records(results) == here
    _, alive = psutil.wait_procs(killed, timeout=20)
    assert alive == []


def test_private_exercises_travel_to_the_workers_and_do_not_stay_there(cluster, tmp_path):
    own = private_folder(tmp_path / "private")
    hand_ins = handed_in(tmp_path / "hand-ins", PRIVATE_CLASS)
    call = words(hand_ins, tmp_path / "results", "--exercises", str(own))
    call[call.index("--only") + 1] = "05-scale-channels"
    assert main([*call, "--scheduler", cluster.scheduler_address]) == 0
    found = records(tmp_path / "results")
    assert (found["ada"].points, found["ben"].points) == (4, 1)
    with distributed.Client(cluster.scheduler_address) as client:
        left = client.run(files_of)
    assert [name for names in left.values() for name in names if "ch05" in name] == []


def test_no_scheduler_and_no_worker_are_told(hand_ins, tmp_path, capsys, monkeypatch):
    ours = pytest.importorskip("dscourse.grading.cluster")
    monkeypatch.setattr(ours, "_PATIENCE", 1.0)
    gone = words(hand_ins, tmp_path / "results", "--scheduler", "tcp://127.0.0.1:9")
    assert main(gone) == 2
    assert "there is no scheduler at tcp://127.0.0.1:9" in capsys.readouterr().err
    with distributed.LocalCluster(n_workers=0, dashboard_address=None, host="127.0.0.1") as empty:
        alone = words(hand_ins, tmp_path / "results", "--scheduler", empty.scheduler_address)
        assert main(alone) == 2
    assert "no worker yet" in capsys.readouterr().err
