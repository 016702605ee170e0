"""No attack earns a point, leaves a process, writes outside, or reaches a socket of the grader."""

import pytest

from dscourse.grading.sandbox import Sandbox
from tests.grading.arena import attack, forks_of, notebook, points
from tests.grading.attacks import ATTACKS, GROUPS, WRONG, cells_of


def test_the_corpus_is_large_and_has_every_class():
    assert len(ATTACKS) >= 80
    assert len(GROUPS) >= 12


def test_a_right_answer_earns_all_points_in_the_arena(strict_box):
    assert points(strict_box, notebook("def f(x):\n    return 3 * x * x + x[::-1]")) == 2
    assert points(strict_box, notebook(WRONG)) == 0


class Unconfined:
    """A sandbox that does not confine; opening a session in it would be a mistake."""

    level = "none"
    escapes = ()


class Broken(Unconfined):
    """One whose self-test broke out."""

    level = "LSN"
    escapes = ("read_a_file got a secret",)


@pytest.mark.parametrize("sandbox", [Unconfined(), Broken()])
def test_no_attack_is_run_without_proven_confinement(sandbox, ring):
    with pytest.raises(RuntimeError, match="could do harm"):
        attack(sandbox, ring, "signals: kill everything")


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_earns_nothing_and_leaves_nothing(strict_box, ring, name):
    assert attack(strict_box, ring, name) == 0
    assert ring.traces() == []
    assert forks_of(strict_box) == []


def test_after_all_attacks_honest_work_still_earns_its_points(strict_box):
    assert points(strict_box, notebook("def f(x):\n    return 3 * x * x + x[::-1]")) == 2


# These do no harm where nothing stops them: they read the arena's own file, or knock at its door.
HARMLESS = [
    "reads: run the reference's file",
    "reads: import the reference",
    "reads: a link to the reference",
    "reads: the reference through /proc",
    "reads: the reference loaded by path",
    "reads: the reference's line cache",
    "reads: the reference in a C library's hands",
    "frameworks: SciPy without the stand-in",
]


@pytest.fixture(scope="module")
def open_box():
    with Sandbox.start("numpy", "none", cell_seconds=20.0) as made:
        yield made


@pytest.mark.parametrize("name", HARMLESS)
def test_the_corpus_has_teeth_without_confinement_it_earns_points(open_box, ring, name):
    assert points(open_box, notebook(*cells_of(name, ring.places))) == 2


@pytest.mark.parametrize("name", ["network: TCP to the grader", "network: a Unix socket"])
def test_without_confinement_the_arena_notices_a_visitor(open_box, ring, name):
    points(open_box, notebook(*cells_of(name, ring.places)))
    assert ring.traces() == ["the grader's socket was reached"]


def test_without_confinement_the_arena_notices_what_is_written(open_box, ring):
    points(open_box, notebook(*cells_of("writes: write outside", ring.places)))
    assert ring.traces() == [f"{ring.outside / 'x'} is there"]
    (ring.outside / "x").unlink()
