"""Two worker processes on this machine: the weights of one process, and nothing lost to a crash."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from dscourse.training import train
from dscourse.training.checkpoint import NAME
from tests.training import tiny

pytestmark = pytest.mark.keras

ROOT = Path(__file__).parents[2]
LIMIT = 300  # seconds: the start of two TensorFlows on a busy machine takes its time


def command(task: str, folder: Path, *options: str) -> list[str]:
    name = f"tests.training.tiny:{task}"
    return [sys.executable, "-m", "dscourse.training", name, "--folder", str(folder), *options]


def run(*arguments, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, **options
    )


def final(folder: Path) -> list[np.ndarray]:
    with np.load(folder / NAME) as file:
        return [file[f"v{n}"] for n in range(len(file.files) - 1)]


def test_two_workers_reach_the_weights_of_one_process(tmp_path):
    train(tiny.task(), tmp_path / "one")
    done = run("task", tmp_path / "two", "--local", "2")
    assert done.returncode == 0, done.stderr
    assert "done: 24 steps" in done.stderr
    assert tiny.relative_difference(final(tmp_path / "one"), final(tmp_path / "two")) < 1e-5


def test_after_a_worker_is_killed_the_others_stop_and_a_second_start_goes_on(tmp_path):
    folder = tmp_path / "run"
    words = command("slow_task", folder, "--local", "2", "--checkpoint-every", "20")
    launcher = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        children = _wait_for_checkpoint(folder, launcher)
        victim = next(c for c in children if c.cmdline()[-2:] == ["--index", "1"])
        os.kill(victim.pid, signal.SIGKILL)
        _, said = launcher.communicate(timeout=LIMIT)
    finally:
        launcher.kill()
    assert launcher.returncode == 1
    assert "give the same command again" in said
    assert not any(child.is_running() for child in children)
    with np.load(folder / NAME) as file:
        saved = int(file["step"])
    assert 0 < saved < tiny.slow_task().steps
    assert saved % 20 == 0
    rest = run("slow_task", folder, "--local", "2")
    assert rest.returncode == 0, rest.stderr
    assert int(re.search(r"going on after step (\d+)", rest.stderr)[1]) == saved
    train(tiny.slow_task(), tmp_path / "one")
    assert tiny.relative_difference(final(tmp_path / "one"), final(folder)) < 1e-4


def _wait_for_checkpoint(folder: Path, launcher: subprocess.Popen) -> list[psutil.Process]:
    end = time.monotonic() + LIMIT
    while not (folder / NAME).exists():
        assert launcher.poll() is None, launcher.stderr.read()
        assert time.monotonic() < end
        time.sleep(0.02)
    return psutil.Process(launcher.pid).children(recursive=True)


def test_a_task_that_does_not_exist_is_one_line_and_status_2(tmp_path):
    done = run("nothing", tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: `task` must name a function")


def test_help_has_examples():
    done = subprocess.run(
        [sys.executable, "-m", "dscourse.training", "--help"],
        cwd=ROOT, capture_output=True, text=True, timeout=LIMIT,
    )  # fmt: skip
    assert "--local 2" in done.stdout
    assert "--addresses machine-a:3000,machine-b:3000" in done.stdout
