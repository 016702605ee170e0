"""Two small exercises and thirty answers to them, the same for every grader."""

from dataclasses import dataclass
from itertools import product

_BLANK = "def {name}(*arguments):\n    raise NotImplementedError"
_BROKEN = "def {name}(x, factors:\n    return x"

# Source of an answer -> the points that it must earn, one for each of two tests.
SCALE = {
    "def scale(x, factors):\n    return x * factors": 2,
    'def scale(x, factors):\n    return np.einsum("bhwc,c->bhwc", x, factors)': 2,
    "def scale(x, factors):\n    y = np.empty_like(x)\n    for c in range(len(factors)):\n"
    "        y[..., c] = factors[c] * x[..., c]\n    return y": 2,
    "def scale(x, factors):\n    y = np.array(x)\n    y[0] *= factors\n    return y": 1,
    _BLANK.format(name="scale"): 0,
    _BROKEN.format(name="scale"): 0,
}
WEIGHTS = {
    "def weights(k, c_in, c_out):\n    return k * k * c_in + c_in * c_out": 2,
    "def weights(k, c_in, c_out):\n    return sum(k**2 + c_out for _ in range(c_in))": 2,
    "def weights(k, c_in, c_out):\n    return 9 * c_in + c_in * c_out": 1,
    _BLANK.format(name="weights"): 0,
    _BROKEN.format(name="weights"): 0,
}
POINTS = 4


@dataclass(frozen=True)
class HandIn:
    """What one student hands in, and the points that it must get.

    Args:
        student: A name that is a file's name too.
        scale: The source of the first function.
        weights: The source of the second.
        points: Of `POINTS`.
    """

    student: str
    scale: str
    weights: str
    points: int


def hand_ins(count: int = 30) -> list[HandIn]:
    """List so many of the thirty: honest, partly right, blank, and no Python at all, mixed.

    >>> [h.points for h in hand_ins(6)]
    [4, 3, 2, 2, 0, 4]
    """
    pairs = list(product(SCALE.items(), WEIGHTS.items()))
    mixed = [pairs[7 * number % len(pairs)] for number in range(len(pairs))]
    return [
        HandIn(f"s{number:02}", scale, weights, first + second)
        for number, ((scale, first), (weights, second)) in enumerate(mixed)
    ][:count]
