"""The convolutions of all modules, each with arguments that fit: what all of them obey."""

from dataclasses import dataclass

import numpy as np
import pytest

from dscourse.conv import compiled, reference, vectorized
from tests.strategies import normal

COMPLETE = (reference, vectorized)
MODULES = (*COMPLETE, compiled)  # the last has two of the five alone


@dataclass(frozen=True)
class Call:
    """One convolution with its arguments by name."""

    module: object
    name: str
    shapes: dict
    options: dict

    def arrays(self, dtype=np.float64):
        return {name: normal(1, *shape, dtype=dtype) for name, shape in self.shapes.items()}

    def __call__(self, **changes):
        return getattr(self.module, self.name)(**(self.arrays() | self.options | changes))

    def __str__(self):
        return f"{self.module.__name__.rsplit('.', 1)[1]}.{self.name}"


IMAGE = (2, 5, 6, 4)
ARGUMENTS = {
    "conv2d": ({"x": IMAGE, "kernel": (3, 2, 4, 3)}, {}),
    "depthwise_conv2d": ({"x": IMAGE, "kernel": (3, 2, 4, 2)}, {}),
    "pointwise_conv2d": ({"x": IMAGE, "kernel": (1, 1, 4, 3)}, {}),
    "grouped_conv2d": ({"x": IMAGE, "kernel": (3, 2, 2, 6)}, {"groups": 2}),
    "separable_conv2d": (
        {"x": IMAGE, "depthwise_kernel": (3, 2, 4, 2), "pointwise_kernel": (1, 1, 8, 3)},
        {},
    ),
}
CALLS = [
    Call(module, name, *arguments)
    for name, arguments in ARGUMENTS.items()
    for module in MODULES
    if hasattr(module, name)
]
SLIDING = [call for call in CALLS if call.name != "pointwise_conv2d"]

every_call = pytest.mark.parametrize("call", CALLS, ids=str)
every_sliding_call = pytest.mark.parametrize("call", SLIDING, ids=str)
