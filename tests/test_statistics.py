"""Intervals equal SciPy's and a published example; what they cannot say is refused."""

import numpy as np
import pytest
from scipy import stats

from dscourse.statistics import mean_interval, paired_interval

# The ten patients of Student (1908): additional hours of sleep by two drugs. The differences have
# mean 1.58 and the 95 % interval from 0.70 to 2.46, as R's `t.test(paired = TRUE)` prints it for
# its data set `sleep`: "0.7001142 2.4598858".
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_student_s_own_example_comes_out():
    found = paired_interval(SECOND, FIRST)
    assert found.mean == pytest.approx(1.58)
    assert (found.low, found.high) == pytest.approx((0.7001142, 2.4598858), abs=1e-7)


@pytest.mark.parametrize("count", [2, 3, 5, 30])
def test_the_interval_is_scipy_s(count):
    values = np.random.default_rng(count).normal(0.8, 0.05, size=count)
    wanted = stats.t.interval(0.95, count - 1, loc=values.mean(), scale=stats.sem(values))
    found = mean_interval(values.tolist())
    assert (found.low, found.high) == pytest.approx(wanted)


def test_of_many_intervals_nineteen_in_twenty_hold_the_true_mean():
    draws = np.random.default_rng(0).normal(size=(2000, 5)).tolist()
    held = [i.low <= 0.0 <= i.high for i in map(mean_interval, draws)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def test_pairs_remove_what_both_share():
    shared = [0.60, 0.70, 0.80, 0.90]
    better = [0.620, 0.721, 0.819, 0.920]
    paired = paired_interval(better, shared)
    assert paired.low > 0.0
    assert mean_interval(better).low < mean_interval(shared).high


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_interval([0.8]), "at least two seeds; got 1"),
        (lambda: mean_interval([0.8, float("nan")]), "finite numbers"),
        (lambda: paired_interval([0.8, 0.9], [0.8]), "a value for each seed; got 2 and 1"),
    ],
)
def test_what_says_nothing_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
