"""`dscourse grade`, from hand-ins to grades: through kills, Ctrl-C and a zygote that dies."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from dscourse.__main__ import main
from dscourse.exercises import find
from dscourse.grading import libraries, workshop
from dscourse.grading.record import Record, Status
from dscourse.grading.record_json import from_json
from dscourse.grading.sandbox import Sandbox
from tests.grading.private_folder import private_folder
from tests.grading.solving import handed_in, notebook, solved, untouched

TASK = find("05-depthwise")
SEED = "20261124"
FLIPPED = next(m for m in TASK.misconceptions if m.code == "M-FLIP")
WRONG = f"def {TASK.name}(x, *more, **named):\n    return x * 1.0"
PRIVATE_CLASS = {
    "ada": notebook("def scale_channels(x, factors):\n    return x * factors"),
    "ben": notebook("def scale_channels(x, factors):\n    return x * np.mean(factors)"),
}
CLASS = {
    "ada": solved(TASK.id),
    "ben": untouched(TASK.id),
    "cem": notebook(WRONG),
    "dia": notebook("x = 1"),
    "eva": b"\x00\x01 no notebook",
    "fay": notebook("import os\nos._exit(3)", TASK.solution_code),
}


@pytest.fixture(scope="module")
def hand_ins(tmp_path_factory) -> Path:
    return handed_in(tmp_path_factory.mktemp("class") / "hand-ins", CLASS)


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    """Slow enough that a kill in the middle comes in the middle on any machine."""
    slow = "import time\ntime.sleep(0.3)"
    kinds = [
        notebook(slow, TASK.solution_code),
        notebook(slow, WRONG),
        notebook("import os\nos._exit(3)", slow, TASK.solution_code),
    ]
    everyone = {f"s{n:02}": kinds[n % 3] for n in range(24)}
    return handed_in(tmp_path_factory.mktemp("many") / "hand-ins", everyone)


@pytest.fixture(scope="module")
def uninterrupted(many, tmp_path_factory) -> dict[str, Record]:
    folder = tmp_path_factory.mktemp("uninterrupted") / "results"
    assert grade(many, folder) == 0
    return records(folder)


def words(hand_ins: Path, results: Path, *more: str) -> list[str]:
    return [
        *("grade", str(hand_ins), "-o", str(results), "--only", TASK.id, "--seed", SEED),
        *("--jobs", "2", "--unsafe", *more),
    ]


def grade(hand_ins: Path, results: Path, *more: str) -> int:
    return main(words(hand_ins, results, *more))


def records(results: Path) -> dict[str, Record]:
    """Return all records by student; every file must be a whole one."""
    found = [from_json(path.read_bytes()) for path in (results / "records").glob("*.json")]
    return {record.student.id: record for record in found}


def begun(hand_ins: Path, results: Path, wanted: int) -> subprocess.Popen:
    """Start a grading in a process of its own, and wait until some records are there."""
    command = [sys.executable, "-m", "dscourse", *words(hand_ins, results)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    patience = time.monotonic() + 300
    while len(list((results / "records").glob("*.json"))) < wanted:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < patience
        time.sleep(0.01)
    return process


def test_a_class_gets_what_it_earned_and_one_record_each(hand_ins, tmp_path, capsys):
    assert grade(hand_ins, tmp_path / "results") == 0
    found = records(tmp_path / "results")
    assert {name: (r.status, r.points) for name, r in found.items()} == {
        "ada": (Status.GRADED, TASK.points),
        "ben": (Status.GRADED, 0),
        "cem": (Status.GRADED, 0),
        "dia": (Status.GRADED, 0),
        "eva": (Status.UNREADABLE, None),
        "fay": (Status.GRADED, TASK.points),
    }
    assert "is not submitted" in found["dia"].exercises[0].checks[0].problem
    assert {r.seed for r in found.values()} == {int(SEED)}
    assert found["ada"].versions["numpy"]
    told = capsys.readouterr().out
    assert re.search(rf"seed {SEED}, isolation (LSN|LS|none): .+\n", told)
    assert "5 graded, 1 unreadable" in told
    for name in ("grades.csv", "report.html", "feedback"):
        assert (tmp_path / "results" / name).exists()


def test_killed_in_the_middle_and_resumed_equals_an_uninterrupted_run(
    many, uninterrupted, tmp_path
):
    results = tmp_path / "results"
    process = begun(many, results, wanted=5)
    below = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    kept = {path: path.stat().st_mtime_ns for path in (results / "records").glob("*.json")}
    assert 5 <= len(kept) < 24
    assert records(results)  # none is half written
    _, alive = psutil.wait_procs(below, timeout=20)
    assert alive == []

    assert grade(many, results, "--resume") == 0
    assert records(results) == uninterrupted
    assert kept == {path: path.stat().st_mtime_ns for path in kept}  # graded once
    assert not list(results.rglob("*.new"))


def test_ctrl_c_keeps_what_is_done_says_so_and_leaves_no_process(many, uninterrupted, tmp_path):
    results = tmp_path / "results"
    process = begun(many, results, wanted=3)
    below = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "the same command with --resume goes on" in told
    assert "Traceback" not in told
    _, alive = psutil.wait_procs(below, timeout=20)
    assert alive == []
    kept = records(results)
    assert all(kept[name] == uninterrupted[name] for name in kept)
    assert not any(record.status is Status.NOT_GRADED for record in kept.values())


def test_a_zygote_that_dies_in_the_middle_costs_nobody_anything(many, uninterrupted, tmp_path):
    results = tmp_path / "results"
    others = psutil.Process().children()  # of other tests
    killed = []

    def kill_it():
        while len(list((results / "records").glob("*.json"))) < 4:
            time.sleep(0.005)
        for process in set(psutil.Process().children()) - set(others):
            if "dscourse.grading.inside.zygote" in " ".join(process.cmdline()):
                process.kill()
                killed.append(process.pid)

    killer = threading.Thread(target=kill_it)
    killer.start()
    assert grade(many, results) == 0
    killer.join()
    assert len(killed) == 1
    assert records(results) == uninterrupted


def test_where_nothing_isolates_no_points_are_awarded_unless_told_to(
    hand_ins, tmp_path, capsys, monkeypatch
):
    def start(engine, level=None, **options):
        return Sandbox_start(engine, "none", **options)

    Sandbox_start = Sandbox.start
    monkeypatch.setattr(workshop.Sandbox, "start", start)
    careful = [word for word in words(hand_ins, tmp_path / "results") if word != "--unsafe"]
    assert main(careful) == 2
    assert "cannot be isolated" in capsys.readouterr().err
    assert not (tmp_path / "results" / "records").exists()
    assert grade(hand_ins, tmp_path / "results") == 0
    assert {record.level for record in records(tmp_path / "results").values()} <= {"none", ""}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"--only": "99"}, "no exercise begins with '99'"),
        ({"grade": "/nowhere.zip"}, "there is no file or folder /nowhere.zip"),
        ({"--only": "5"}, "did you mean '05'?"),
        ({"--only": "05-dephwise"}, "did you mean '05-depthwise'?"),
        ({"--jobs": "0"}, "must be a whole number, 1 or more; got 0"),
        ({"--seed": "-3"}, "must be a whole number, 0 or more; got -3"),
        ({"--seed": "x"}, "must be a whole number, 0 or more; got x"),
        ({"-o": __file__}, "the results need a new folder"),
        ({"-o": f"{__file__}/results"}, "the results need a new folder"),
        ({"-o": "/proc/results"}, "the results need a new folder"),
    ],
)
def test_a_wrong_call_is_told_in_one_sentence(hand_ins, tmp_path, capsys, changed, told):
    call = words(hand_ins, tmp_path / "results")
    for option, value in changed.items():
        call[call.index(option) + 1] = value
    try:
        status = main(call)
    except SystemExit as error:  # argparse's own way
        status = error.code
    assert status == 2
    said = capsys.readouterr().err
    assert told in said
    assert "kept" not in said


def test_keras_that_is_not_installed_is_told_in_one_sentence(hand_ins, tmp_path, capsys):
    find_spec = libraries.find_spec
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(libraries, "find_spec", lambda n: None if n == "keras" else find_spec(n))
        call = words(hand_ins, tmp_path / "results")
        call[call.index("--only") + 1] = "08-xception-block"
        assert main(call) == 2
        assert main(["check-release", str(tmp_path), "--only", "08-xception-block"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(" and ")[0] for line in said] == [
        "dscourse grade: keras is not installed,",
        "dscourse check-release: keras is not installed,",
    ]


def test_ctrl_c_before_the_first_record_does_not_say_that_something_is_kept(
    hand_ins, tmp_path, capsys, monkeypatch
):
    def interrupted(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(workshop.Sandbox, "start", interrupted)
    assert grade(hand_ins, tmp_path / "results") == 130
    assert "Nothing was graded yet." in capsys.readouterr().err


def test_a_class_of_which_nothing_could_be_graded_ends_with_status_1(tmp_path, capsys):
    hand_ins = handed_in(tmp_path / "hand-ins", {"eva": CLASS["eva"]})
    assert grade(hand_ins, tmp_path / "results") == 1
    said = capsys.readouterr()
    assert "not one submission was graded" in said.err
    assert said.out.startswith(f"1 submission, {TASK.points} points in 1 exercise: ")


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="needs TensorFlow")
def test_keras_is_loaded_without_a_line_of_tensorflows_log():
    code = "from dscourse.grading.libraries import load_quietly as load; load(['keras'])"
    code += "; import os, sys; assert 'keras' in sys.modules; os.write(2, b'still there')"
    environment = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stderr == "still there"


def test_a_folder_with_results_is_not_written_over(hand_ins, tmp_path, capsys):
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "batch.json").write_text(json.dumps({"seed": 1, "exercises": "abc", "asked": []}))
    assert grade(hand_ins, folder) == 2
    assert "holds results already: add --resume" in capsys.readouterr().err
    assert grade(hand_ins, folder, "--resume") == 2  # other exercises, another seed
    assert "another folder" in capsys.readouterr().err


def test_an_empty_folder_is_told(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert grade(tmp_path / "empty", tmp_path / "results") == 2
    assert "no submission" in capsys.readouterr().err


def test_private_exercises_are_graded_with_the_observers_beside_them(tmp_path):
    own = private_folder(tmp_path / "private")
    hand_ins = handed_in(tmp_path / "hand-ins", PRIVATE_CLASS)
    call = words(hand_ins, tmp_path / "results", "--exercises", str(own))
    call[call.index("--only") + 1] = "05-scale-channels"
    assert main(call) == 0
    found = records(tmp_path / "results")
    assert (found["ada"].points, found["ben"].points) == (4, 1)
    assert found["ben"].exercises[0].checks[0].cause.code == "M-WHOLE"


def test_help_has_examples_for_every_way_of_use(capsys):
    with pytest.raises(SystemExit) as left:
        main(["grade", "--help"])
    assert left.value.code == 0
    told = capsys.readouterr().out
    for option in ("--exercises", "--jobs", "--seed", "--resume", "--scheduler", "--unsafe"):
        assert option in told
    assert "dscourse grade submissions.zip -o results --resume" in told


def test_a_run_without_a_seed_draws_one_and_a_resumed_one_keeps_it(hand_ins, tmp_path, capsys):
    results = tmp_path / "results"
    call = words(hand_ins, results)
    del call[call.index("--seed") : call.index("--seed") + 2]
    assert main(call) == 0
    drawn = re.search(r"seed (\d+)", capsys.readouterr().out).group(1)
    for path in (results / "records").glob("a*.json"):
        path.unlink()
    assert main([*call, "--resume"]) == 0
    assert f"seed {drawn}," in capsys.readouterr().out
    assert {record.seed for record in records(results).values()} == {int(drawn)}


def test_a_hand_in_of_another_chapter_changes_neither_the_total_nor_a_resumed_batch(tmp_path):
    hand_ins = handed_in(tmp_path / "hand-ins", {"ada": solved("05-depthwise")})
    call = ["grade", str(hand_ins), "-o", str(tmp_path / "results"), "--unsafe"]
    call += ["--only", "05-depthwise", "07-ratio", "--resume"]
    total = TASK.points + find("07-ratio").points
    assert main(call) == 0
    canvas = tmp_path / "results" / "canvas.csv"
    before = canvas.read_text().splitlines()
    assert before[1:] == [f"    Points Possible,,,,,{total}", f"ada,,,,,{TASK.points}"]
    (hand_ins / "ben.ipynb").write_bytes(solved("07-ratio"))
    assert main(call) == 0
    assert canvas.read_text().splitlines()[:3] == before
    asked = json.loads((tmp_path / "results" / "batch.json").read_bytes())["asked"]
    assert [(a["id"], a["total"]) for a in asked] == [
        ("05-depthwise", TASK.points),
        ("07-ratio", find("07-ratio").points),
    ]


def test_without_a_selection_the_files_chapters_say_what_is_graded(tmp_path, capsys):
    hand_ins = handed_in(tmp_path / "hand-ins", {"ada": solved("07-ratio")})
    assert main(["grade", str(hand_ins), "-o", str(tmp_path / "results"), "--unsafe"]) == 0
    assert {name[:2] for name in re.findall(r"\d\d-[a-z]+", capsys.readouterr().out)} == {"07"}
