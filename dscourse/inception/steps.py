"""Branches as data: rows of steps that start from one input and end side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
from keras import layers


@dataclass(frozen=True)
class Step:
    """One layer of a branch.

    Args:
        name: Of its Keras layer, after the module's own name.
        kernel: Its side in pixels, or (height, width).
        filters: Its output channels; None for a max pool, which keeps what it receives.
    """

    name: str
    kernel: int | tuple[int, int]
    filters: int | None


Branch = tuple[Step, ...]


def join_branches(
    x: keras.KerasTensor, branches: Sequence[Branch], *, name: str | None
) -> keras.KerasTensor:
    """Run branches over `x` and lay their channels side by side.

    Branches that begin with the same steps share these layers: so a branch forks.

    Args:
        x: Images (batch, height, width, c_in), as a symbolic Keras tensor.
        branches: Each a row of steps, from the input on.
        name: Stands before the name of every layer; None leaves it out.

    Returns:
        Images (batch, height, width, sum of the branches' channels).

    >>> x = keras.Input((8, 8, 3))
    >>> start = Step("start", 1, 4)
    >>> fork = [(start, Step("row", (1, 3), 5)), (start, Step("column", (3, 1), 6))]
    >>> join_branches(x, fork, name=None).shape
    (None, 8, 8, 11)
    """
    prefix = f"{name}_" if name else ""
    done: dict[Branch, keras.KerasTensor] = {(): x}
    for branch in branches:
        for length, step in enumerate(branch, start=1):
            if branch[:length] not in done:
                done[branch[:length]] = _layer(step, prefix)(done[branch[: length - 1]])
    outputs = [done[branch] for branch in branches]
    return layers.Concatenate(axis=-1, name=f"{prefix}concat")(outputs)


def _layer(step: Step, prefix: str) -> layers.Layer:
    name = f"{prefix}{step.name}"
    if step.filters is None:  # Keras would otherwise step by the size of the pool
        return layers.MaxPooling2D(step.kernel, strides=1, padding="same", name=name)
    return layers.Conv2D(step.filters, step.kernel, padding="same", activation="relu", name=name)
