"""What a few seeds say: a mean with its interval, and the interval of a paired difference.

Student's t interval at 95 %: of many such intervals, 95 in 100 hold the true mean, if the values
are independent and not far from normal. Source: Student, "The probable error of a mean", 1908,
https://doi.org/10.1093/biomet/6.1.1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean and the ends of its 95 % interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def mean_interval(values: Sequence[float]) -> Interval:
    """Return the mean of independent values with its 95 % interval.

    Args:
        values: A number for each seed, at least two.

    Raises:
        ValueError: Fewer than two values, or one that is not finite.

    >>> print(mean_interval([0.80, 0.84, 0.82, 0.86, 0.83]))
    0.830 [0.802, 0.858]
    """
    count = len(values)
    if count < 2:
        raise ValueError(
            f"`values` must hold at least two seeds; got {count}, and one says nothing of spread."
        )
    if not all(map(math.isfinite, values)):
        raise ValueError(f"`values` must be finite numbers; got {list(values)}.")
    from scipy.stats import t  # slow to import, and needed for this one number

    mean = sum(values) / count
    variance = sum((value - mean) ** 2 for value in values) / (count - 1)
    half = float(t.ppf((1 + LEVEL) / 2, count - 1)) * math.sqrt(variance / count)
    return Interval(mean, mean - half, mean + half)


def paired_interval(first: Sequence[float], second: Sequence[float]) -> Interval:
    """Return the mean of first - second with its 95 % interval, pair by pair.

    Args:
        first: A number for each seed.
        second: For the same seeds in the same order.

    Raises:
        ValueError: The two have different lengths, or fewer than two pairs.

    >>> print(paired_interval([0.80, 0.84, 0.82], [0.78, 0.81, 0.80]))
    0.023 [0.009, 0.038]
    """
    if len(first) != len(second):
        raise ValueError(
            f"`first` and `second` must have a value for each seed; got {len(first)} and "
            f"{len(second)}."
        )
    return mean_interval([a - b for a, b in zip(first, second, strict=True)])
