"""Name the content of arrays and models: equal content has an equal name, whatever it is called."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

# Keras numbers the names of unnamed layers by what was built before in the session.
_NAMES = ("name", "keras_history", "input_layers", "output_layers")
# At inference these change nothing.
_IRRELEVANT = ("trainable", "build_config", "compile_config")


def of_arrays(arrays: Iterable[NDArray[Any]]) -> str:
    """Return a name for the content of arrays: their order, types, shapes and values.

    Args:
        arrays: They are read one after another, so they need not fit into memory together.

    >>> of_arrays([np.zeros(2)]) == of_arrays([np.zeros(2)])
    True
    >>> of_arrays([np.zeros(2)]) == of_arrays([np.zeros((1, 2))])
    False
    """
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def of_model(model: keras.Model) -> str:
    """Return a name for what a model computes at inference: its layers, settings and weights.

    The names of its layers and what is trainable do not count.

    Args:
        model: A model that Keras can describe, as every functional or sequential one.

    Raises:
        ValueError: Keras cannot describe the model, a subclass without `get_config` for one.

    >>> make = lambda: keras.Sequential([keras.Input((3,)), keras.layers.ReLU()])
    >>> of_model(make()) == of_model(make())
    True
    """
    try:
        config = keras.saving.serialize_keras_object(model)
    except (NotImplementedError, TypeError) as error:
        raise ValueError(
            f"`model` must be one that Keras can describe, to know its features again; got "
            f"{type(model).__name__}, so give it a `get_config` or pass cache=None."
        ) from error
    numbers = {name: place for place, name in enumerate(dict.fromkeys(_names(config)))}
    described = json.dumps(_nameless(config, numbers), sort_keys=True, default=str)
    return of_arrays([np.frombuffer(described.encode(), dtype=np.uint8), *model.get_weights()])


def _names(config: Mapping[str, Any]) -> Iterator[str]:
    """Return the names of a model and of all layers in it, as they stand in its description."""
    inside = config["config"]
    yield inside.get("name", "")
    for layer in inside.get("layers", []):
        yield from _names(layer)


def _nameless(node: Any, numbers: Mapping[str, int], *, named: bool = False) -> Any:
    """Replace the names of layers by their places, so that renaming is not seen."""
    if isinstance(node, dict):
        return {
            key: _nameless(value, numbers, named=key in _NAMES)
            for key, value in node.items()
            if key not in _IRRELEVANT
        }
    if isinstance(node, list | tuple):
        return [_nameless(value, numbers, named=named) for value in node]
    # Only layers: a type is called "float32" in a field of the same name, and that counts.
    return numbers.get(node, node) if named and isinstance(node, str) else node
