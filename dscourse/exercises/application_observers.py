"""Observe answers about `keras.applications`: a top put on a base, and names of arguments."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np

from dscourse.checking.todo import contains_todo
from dscourse.exercises.observers import known_weight

_CHANNELS = 6


def top_on_base(
    answer: Callable[..., Any],
    images: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray,
    pooling: str | None = None,
) -> Any:
    """Observe an answer that puts a top behind a base, by what the whole model makes of images.

    The answer gets a small model in the place of the images, and the two arrays of the top.

    Args:
        answer: The learner's function.
        images: Images (batch, height, width, 3).
        kernel: (6, classes), of the top.
        bias: (classes,), of the top.
        pooling: How the base ends, as in `keras.applications`.

    Returns:
        The number of parameters, whether both arrays are among the weights, and the output; None
        for the output where they are not, since the weights there may be random.

    Raises:
        TypeError: The answer returned no model, or one that does not take the base's images.
    """
    import keras

    base = _base(images.shape[1:], pooling)
    model = answer(base, kernel, bias)
    if model is None or contains_todo(model):
        return model
    if not isinstance(model, keras.Model):
        kind = type(model).__name__
        raise TypeError(f"return a model, keras.Model(inputs, outputs), not an object {kind}.")
    if model.input_shape != base.input_shape:
        raise TypeError(
            f"the model must take images {base.input_shape}, as the base does; yours takes "
            f"{model.input_shape}."
        )
    kept = [np.asarray(weight) for weight in model.weights]
    holds = all(any(np.array_equal(each, w) for w in kept) for each in (kernel, bias))
    return {
        "parameters": model.count_params(),
        "holds kernel and bias": holds,
        "output": np.asarray(model(images, training=False)) if holds else None,
    }


@cache
def _base(shape: tuple[int, ...], pooling: str | None) -> Any:
    """Build a body without its top: two convolutions, then a map or one vector an image."""
    import keras
    from keras import layers

    x = inputs = keras.Input(shape)
    for filters, strides in ((4, 1), (_CHANNELS, 2)):
        x = layers.Conv2D(filters, 3, strides=strides, activation="relu")(x)
    if pooling:
        x = {"avg": layers.GlobalAveragePooling2D, "max": layers.GlobalMaxPooling2D}[pooling]()(x)
    base = keras.Model(inputs, x)
    base.set_weights([known_weight(weight.shape, weight.name) for weight in base.weights])
    return base


def named_arguments(answer: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Observe an answer that names some arguments, in any order and any kind of collection.

    Args:
        answer: The learner's function.
        arguments: What a call of `Xception` passes.

    Returns:
        True or False for each argument that `arguments` holds.

    Raises:
        TypeError: The answer is no collection of names.
        ValueError: It names an argument that the call does not pass.

    >>> named_arguments(lambda given: {"classes"}, {"classes": 10, "pooling": "avg"})
    {'classes': True, 'pooling': False}
    """
    found = answer(dict(arguments))
    if found is None or contains_todo(found):
        return found
    if isinstance(found, str) or not isinstance(found, Iterable):
        raise TypeError(f"return a list of names, not an object {type(found).__name__}.")
    names = list(found)
    for name in names:
        if name not in arguments:
            raise ValueError(f"the call passes {', '.join(arguments)}, and no {name!r}.")
    return {name: name in names for name in arguments}
