"""The references of chapter 6 do what its prose claims, measured against other code."""

import numpy as np
import pytest

from dscourse.checking import run_checks
from dscourse.conv import conv2d, depthwise_conv2d, pointwise_conv2d
from dscourse.cost import depthwise_conv2d as depthwise_cost
from dscourse.cost import pointwise_conv2d as pointwise_cost
from dscourse.exercises import find
from dscourse.exercises.ch06_order import _T, _blocks, _rows
from dscourse.figures.ranks import kernel_ranks
from dscourse.statistics import mean_interval


@pytest.fixture
def rng():
    return np.random.default_rng(6)


@pytest.fixture
def image(rng):
    return rng.normal(size=(2, 7, 6, 3))


@pytest.mark.parametrize(("k", "c_in", "c_out"), [(3, 3, 32), (5, 2, 64), (3, 64, 2), (3, 7, 7)])
def test_the_counts_of_both_orders_are_those_of_the_cost_module(k, c_in, c_out):
    counts = find("06-order-params").solution(k, c_in, c_out)
    mix = pointwise_cost((9, 9, c_in), c_out).parameters
    assert counts["depthwise_first"] == depthwise_cost((9, 9, c_in), k).parameters + mix
    assert counts["pointwise_first"] == mix + depthwise_cost((9, 9, c_out), k).parameters
    assert (counts["fewer"] == "equal") is (c_in == c_out)


def test_the_kernel_of_the_other_order_does_what_its_two_steps_do(rng, image):
    pointwise, depthwise = rng.normal(size=(3, 5)), rng.normal(size=(3, 3, 5, 1))
    answer = find("06-pointwise-first").solution(pointwise, depthwise)
    steps = depthwise_conv2d(pointwise_conv2d(image, pointwise), depthwise)
    np.testing.assert_allclose(conv2d(image, answer["kernel"]), steps, atol=1e-12)
    assert (answer["input_ranks"], answer["output_ranks"]) == kernel_ranks(answer["kernel"])


def run(image, groups):
    for group in groups:
        for kernel in group:
            linear = pointwise_conv2d if kernel.ndim == 2 else depthwise_conv2d
            image = linear(image, kernel, **({"padding": "same"} if kernel.ndim == 4 else {}))
    return image


@pytest.mark.parametrize("widths", [[3, 4], [3, 4, 5], [3, 4, 5, 6, 4]], ids=str)
def test_a_regrouped_stack_computes_the_same(rng, image, widths):
    blocks = _blocks(rng, widths)
    task = find("06-regroup")
    wanted = run(image, blocks)
    for answer in (task.solution, *task.alternatives):
        groups = answer(blocks)
        assert [len(group) for group in groups] == [1, *[2] * (len(blocks) - 1), 1]
        np.testing.assert_allclose(run(image, groups), wanted, atol=1e-12)


def test_only_without_an_activation_all_laws_hold():
    task = find("06-laws")
    answers = [task.solution(*task.calls(number)[0].args) for number in range(1, 5)]
    held = [[law for law in ("sign", "scale", "sum") if answer[law]] for answer in answers]
    assert held == [["sign", "scale", "sum"], ["scale"], [], ["sign"]]
    assert [answer["one_kernel"] for answer in answers] == [True, False, False, False]


def test_the_intervals_are_those_of_the_statistics_module(rng):
    rows = _rows(rng, {"none": 5, "ReLU": 3, "ELU": 8})
    for arm, said in find("06-intervals").solution(rows, _T).items():
        wanted = mean_interval([row["test_accuracy"] for row in rows if row["arm"] == arm])
        assert said["mean"] == pytest.approx(wanted.mean)
        assert (said["low"], said["high"]) == pytest.approx((wanted.low, wanted.high), rel=1e-4)


def test_an_answer_in_numpy_numbers_passes():
    def intervals(rows, t):
        arms = sorted({row["arm"] for row in rows})
        table = {
            arm: np.array([r["test_accuracy"] for r in rows if r["arm"] == arm]) for arm in arms
        }
        return {
            arm: {
                "seeds": np.int64(a.size),
                "mean": np.float64(a.mean()),
                "low": a.mean() - t[a.size] * a.std(ddof=1) / a.size**0.5,
                "high": a.mean() + t[a.size] * a.std(ddof=1) / a.size**0.5,
            }
            for arm, a in table.items()
        }

    assert run_checks(find("06-intervals"), intervals).passed
