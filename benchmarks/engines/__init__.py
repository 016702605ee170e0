"""Every way to convolve that is compared, one small adapter each.

An adapter takes a `Case` and returns two functions: `call()` computes and returns what the engine
returns, and that alone is timed; `read(result)` brings it to a NumPy array (batch, height, width,
channels). Weights are constants and images lie in the layout that the engine likes best. An engine
whose modules are missing is skipped, and the run says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.case import Array, Case

Prepared = tuple[Callable[[], Any], Callable[[Any], Array]]


@dataclass(frozen=True)
class Engine:
    """A way to do one task.

    Args:
        name: As in the results.
        task: 'separable' or 'ordinary'.
        needs: Modules that must be installed.
        prepare: The adapter.
        tiny: Whether it is so slow that it runs on the tiny layer alone.
    """

    name: str
    task: str
    needs: tuple[str, ...]
    prepare: Callable[[Case], Prepared]
    tiny: bool = False

    @property
    def missing(self) -> list[str]:
        """The modules that are not installed."""
        return [module for module in self.needs if find_spec(module) is None]


ENGINES: list[Engine] = []


def engine(
    name: str, task: str, *needs: str, tiny: bool = False
) -> Callable[[Callable[[Case], Prepared]], Callable[[Case], Prepared]]:
    """Make an adapter one of the engines."""

    def add(prepare: Callable[[Case], Prepared]) -> Callable[[Case], Prepared]:
        ENGINES.append(Engine(name, task, needs, prepare, tiny))
        return prepare

    return add


def as_array(result: Any) -> Array:
    """Read a result that NumPy understands."""
    return np.asarray(result)


# Each module adds its engines; the order is that of the tables.
from benchmarks.engines import ladder, tensorflow, torch, onnx, litert, jax  # noqa: E402, F401, I001
