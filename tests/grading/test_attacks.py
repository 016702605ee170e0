"""No attack earns a point, leaves a process, writes outside, or reaches a socket of the grader's."""

import pytest

from tests.grading.arena import attack, forks_of, notebook, points
from tests.grading.attacks import ATTACKS, GROUPS, WRONG


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
    with pytest.raises(RuntimeError, match="could harm this machine"):
        attack(sandbox, ring, "signals: kill everything")


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_earns_nothing_and_leaves_nothing(strict_box, ring, name):
    assert attack(strict_box, ring, name) == 0
    assert ring.traces() == []
    assert forks_of(strict_box) == []


def test_after_all_attacks_honest_work_still_earns_its_points(strict_box):
    assert points(strict_box, notebook("def f(x):\n    return 3 * x * x + x[::-1]")) == 2
