"""What is trained: a model, its optimizer, and examples that can be read by their number."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import keras
from numpy.typing import NDArray

Batch = tuple[NDArray[Any], NDArray[Any]]


@dataclass(frozen=True)
class Task:
    """A classification task that one process or several can train.

    Args:
        model: Builds the model, which returns logits (batch, classes); called once a process.
        optimizer: Makes the optimizer.
        examples: How many training examples there are.
        read: Returns the images (n, …) and integer labels (n,) of an array of n example numbers. A
            worker reads its own examples alone.
        batch: Examples in one step, over all workers together.
        epochs: How often every example is read.
        seed: Of the initial weights and of the order of examples.

    Raises:
        ValueError: A number is out of range.

    >>> import numpy as np
    >>> x, y = np.zeros((8, 4)), np.zeros(8, dtype=int)
    >>> model = lambda: keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    >>> Task(model, keras.optimizers.SGD, 8, lambda n: (x[n], y[n]), batch=4, epochs=3).steps
    6
    """

    model: Callable[[], keras.Model]
    optimizer: Callable[[], keras.Optimizer]
    examples: int
    read: Callable[[NDArray[Any]], Batch]
    batch: int
    epochs: int
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("examples", "batch", "epochs"):
            if getattr(self, name) < 1:
                raise ValueError(f"`{name}` must be at least 1; got {getattr(self, name)}.")
        if self.batch > self.examples:
            raise ValueError(
                f"`batch` must be at most `examples`, {self.examples}; got {self.batch}."
            )

    @property
    def steps_per_epoch(self) -> int:
        """Whole batches in an epoch; which examples are left over is another draw every epoch."""
        return self.examples // self.batch

    @property
    def steps(self) -> int:
        """Steps of the whole training."""
        return self.steps_per_epoch * self.epochs


def find_task(name: str) -> Task:
    """Make the task that a command line names.

    Args:
        name: `module:function`; the function takes nothing and returns a `Task`.

    Raises:
        ValueError: There is no such module or function, or it returns something else.
    """
    module, colon, function = name.partition(":")
    try:
        made = getattr(import_module(module), function)() if colon else None
    except (ImportError, AttributeError) as error:
        raise ValueError(f"`task` must name a function as module:function; {error}.") from error
    if not isinstance(made, Task):
        raise ValueError(
            f"`task` must be module:function, where the function returns a Task; got {name!r}, "
            f"which gives {type(made).__name__}."
        )
    return made
