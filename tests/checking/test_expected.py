"""What an exercise's own answers do is asked once for a whole class, and tells the same."""

import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from dscourse.checking import Exercise, Expected, Place, call, observe, run_checks, run_expected


@pytest.fixture
def asked() -> list[str]:
    """Who was called, in order."""
    return []


@pytest.fixture
def task(asked) -> Exercise:
    task = Exercise("09-scale", "Scale", "Return `x * k`.", hints=["Multiply."], seconds=0.3)

    @task.reference
    def scale(x, k=2):
        """Return the array `x` times `k`."""
        asked.append("reference")
        time.sleep(0.01)  # so that threads meet in here
        return x * k

    @task.check("by two")
    def _(rng):
        return call(rng.normal(size=(2, 3)))

    @task.check("by three and by four", worth=2)
    def _(rng):
        return [call(rng.normal(size=4), k=3), call(rng.normal(size=4), k=4)]

    @task.misconception("M-ADD", "it adds `k`.", section="scaling")
    def _(x, k=2):
        asked.append("M-ADD")
        return x + k

    return task


def grade(expected: Expected, answer):
    return run_expected(expected, lambda given: observe(answer, given))


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize(
    "answer",
    [lambda x, k=2: k * x, lambda x, k=2: x + k, lambda x, k=2: x.no, lambda x, k=2: 2 * x],
)
def test_an_answer_elsewhere_gets_the_report_of_an_answer_here(task, answer, seed):
    assert grade(Expected(task, seed), answer) == run_checks(task, answer, seed)


def test_a_whole_class_asks_the_reference_and_each_misconception_once(task, asked):
    expected = Expected(task, seed=3)
    for _ in range(5):
        assert not grade(expected, lambda x, k=2: x + k).passed
        assert grade(expected, lambda x, k=2: x * k).passed
    assert asked.count("reference") == 3
    assert asked.count("M-ADD") == 2  # the first failing call of each check


def test_threads_that_ask_at_once_compute_once(task, asked):
    expected = Expected(task)
    threads = [threading.Thread(target=expected.reference, args=[Place(1, 1)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked == ["reference"]


def test_after_preparing_the_reference_is_not_asked_again(task, asked):
    expected = Expected(task)
    expected.prepare()
    assert asked == ["reference"] * 3
    assert grade(expected, lambda x, k=2: x * k).passed
    assert asked == ["reference"] * 3


def test_an_answer_that_writes_into_its_input_leaves_the_next_ones_alone(task):
    expected = Expected(task)

    def spoil(x, k=2):
        x *= k
        return x

    assert not grade(expected, spoil).passed
    assert grade(expected, lambda x, k=2: np.asarray(x) * k).passed


def test_an_error_of_the_reference_that_nobody_meant_is_no_agreement():
    task = Exercise("09-broken", "Broken", "...", hints=["..."])

    @task.reference
    def broken():
        raise AttributeError("module 'keras' has no attribute 'layers'")

    task.check("it")(lambda rng: call())
    with pytest.raises(RuntimeError, match=r"the reference of 09-broken failed.*AttributeError"):
        run_checks(task, broken)


PROGRAM = """
from dscourse.checking import Exercise, call, run_checks

task = Exercise("09-one", "One", "...", hints=["..."], engine="keras", seconds=0.3)

@task.reference
def one():
    import keras
    return float(keras.ops.ones(()))

@task.check("one")
def _(rng):
    return call()

def two():
    import keras
    return float(keras.ops.ones(())) + 1

print(run_checks(task, one).passed, run_checks(task, two).passed)
"""


@pytest.mark.keras
def test_a_wrong_answer_does_not_pass_since_an_import_was_cut_off_in_both():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.stdout.split() == ["True", "False"], done.stderr[-500:]
