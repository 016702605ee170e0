"""Observe a deep network block by block, so that a report names the first block that is wrong.

Layers of one shape repeat in such a network. Each gets values of its own here: with equal values
in all of them, a layer that is used twice would look like two layers.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from dscourse.checking.todo import contains_todo


def watch_blocks(first: int = 1, *, head: bool = False) -> Callable[..., Any]:
    """Make an observer of answers that return the output of each of their blocks.

    Args:
        first: The number of the first block, for the report.
        head: Whether the last output is no block but the head's.

    Returns:
        `observe_blocks` with these two filled in: a grader sends an observer to another process
        by its name and its arguments.

    >>> watch_blocks(5).args
    (5, False)
    """
    return partial(observe_blocks, first, head)


def observe_blocks(
    first: int, head: bool, answer: Callable[..., Any], x: np.ndarray, *args: Any, **kwargs: Any
) -> Any:
    """Observe the output of each block, in their order, and the number of parameters.

    The answer gets a symbolic `keras.Input` in the place of `x`.

    Args:
        first: As of `watch_blocks`.
        head: As of `watch_blocks`.
        answer: The learner's function.
        x: Images (batch, height, width, channels).
        args: What the answer gets after the input.
        kwargs: What it gets by name.

    Returns:
        A dict of arrays, with "parameters"; `TODO` and None come back as they are.
    """
    import keras

    inputs = keras.Input(x.shape[1:], dtype=x.dtype)
    outputs = answer(inputs, *args, **kwargs)
    if outputs is None or contains_todo(outputs):
        return outputs
    model = keras.Model(inputs, _tensors(outputs))
    names = [f"block {first + n}" for n in range(len(model.outputs))]
    if head:
        names[-1] = "head"
    values = _run(model, x)
    return dict(zip(names, values, strict=True)) | {"parameters": model.count_params()}


def run_model(answer: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Observe an answer that returns a whole model, by what the model makes of known images.

    Args:
        answer: The learner's function.
        args: What it gets.
        kwargs: What it gets by name.

    Returns:
        The shape of one image, the number of parameters, and the output for two images.

    Raises:
        TypeError: The answer returned anything else, and is written.
    """
    import keras

    model = answer(*args, **kwargs)
    if model is None or contains_todo(model):
        return model
    if not isinstance(model, keras.Model):
        kind = type(model).__name__
        raise TypeError(f"return a model, keras.Model(inputs, outputs), not an object {kind}.")
    shape = tuple(model.input_shape[1:])
    x = np.random.default_rng([*shape]).uniform(-1, 1, (2, *shape)).astype(np.float32)
    parameters = model.count_params()
    return {"image": shape, "parameters": parameters, "output": _run(model, x)[0]}


def _tensors(outputs: Any) -> list[Any]:
    """Demand a list or tuple of symbolic tensors, one or more."""
    import keras

    found = list(outputs) if isinstance(outputs, list | tuple) else []
    if found and all(isinstance(tensor, keras.KerasTensor) for tensor in found):
        return found
    wrong = [t for t in found if not isinstance(t, keras.KerasTensor)] or [outputs]
    raise TypeError(
        f"return a list with the output tensor of every block, not {type(wrong[0]).__name__} "
        f"{'among them' if found else 'alone'}."
    )


def _run(model: Any, x: np.ndarray) -> list[np.ndarray]:
    """Fill in known weights and return the outputs for `x`, at inference."""
    seen: Counter[Any] = Counter()
    for weight in _in_order(model):
        shape = tuple(weight.shape)
        name = weight.name if len(shape) == 1 else "kernel"
        # Axes of length 1 do not count: a `Dense` layer may stand for a 1x1 convolution.
        sides = tuple(side for side in shape if side > 1)
        weight.assign(_value(name, shape, [*name.encode(), *sides, seen[name, sides]]))
        seen[name, sides] += 1
    values = model(x, training=False)
    return [np.asarray(y) for y in (values if isinstance(values, list) else [values])]


def _in_order(model: Any) -> list[Any]:
    """List all weights from the first block to the last, so that each weight has one place.

    Within a block Keras sorts layers by how many follow until its output. So neither the order in
    which layers are made matters, nor the order in which a sum names its parts.
    """
    import keras

    blocks = [keras.Model(model.inputs, output).weights for output in model.outputs]
    return list({id(weight): weight for weights in blocks for weight in weights}.values())


# Of vectors, the least and the greatest value; a variance must be positive.
_RANGES = {"gamma": (0.5, 1.5), "moving_variance": (0.3, 2.0)}


def _value(name: str, shape: tuple[int, ...], seed: list[int]) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if name != "kernel":
        return rng.uniform(*_RANGES.get(name, (-0.3, 0.3)), shape).astype(np.float32)
    # The numbers that one output adds up: nine where a channel is convolved alone.
    terms = 9 if shape[-1] == 1 else np.prod(shape[:-1])
    kernel: np.ndarray = rng.normal(size=shape) / np.sqrt(terms)
    return kernel.astype(np.float32)
