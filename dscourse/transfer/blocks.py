"""Which layers a model is made of, and to which block each belongs.

Layers are found by name, never by place: a place shifts with every layer that is put in front.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import keras

# block3_sepconv1 (Xception, VGG), block_3_expand (MobileNet), block3a_conv (EfficientNet),
# conv3_block2_1_conv (ResNet, DenseNet).
_NAME = re.compile(r"((?:conv\d+_)?block_?\d+[a-z]?)_")
HEAD = "head"


@dataclass(frozen=True)
class Placed:
    """A layer without layers of its own, and where it stands.

    Args:
        layer: The layer.
        path: The names of the models around it and its own, joined by "/".
        block: Its block, "head" after the last map, or "" before the first block.
        inside: True where a model that is itself a layer holds it.
    """

    layer: keras.Layer
    path: str
    block: str
    inside: bool


def placed_layers(model: keras.Model) -> list[Placed]:
    """Return the layers of a model and of the models inside it, in the order of the data.

    A layer whose name tells no block belongs to the block before it, as Xception's shortcuts do;
    after the last map it belongs to the head.

    Args:
        model: Any Keras model.

    >>> inputs = keras.Input((8, 8, 3))
    >>> x = keras.layers.Conv2D(4, 3, name="block1_conv")(inputs)
    >>> x = keras.layers.Dense(2)(keras.layers.Flatten()(x))
    >>> [placed.block for placed in placed_layers(keras.Model(inputs, x))]
    ['', 'block1', 'head', 'head']
    """
    found, block = [], ""
    for path, layer in _walk(model):
        named = _NAME.match(layer.name)
        if named:
            block = named[1]
        elif block and not _is_map(layer):
            block = HEAD
        found.append(Placed(layer, path, block, "/" in path))
    return found


def block_names(model: keras.Model) -> list[str]:
    """Return the names of a model's blocks, in the order of the data.

    Args:
        model: Any Keras model; one without blocks has an empty list.

    >>> block_names(keras.applications.MobileNetV2(weights=None, alpha=0.35))[:2]
    ['block_1', 'block_2']
    """
    blocks = dict.fromkeys(placed.block for placed in placed_layers(model))
    return [block for block in blocks if block not in ("", HEAD)]


def trainable_parameters(model: keras.Model) -> int:
    """Return how many numbers the next `compile` and `fit` will train.

    Args:
        model: Any Keras model that is built.

    >>> trainable_parameters(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]))
    8
    """
    return sum(math.prod(weight.shape) for weight in model.trainable_weights)


def _walk(model: keras.Model, above: str = "") -> Iterator[tuple[str, keras.Layer]]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _walk(layer, f"{above}{layer.name}/")
        else:
            yield f"{above}{layer.name}", layer


def _is_map(layer: keras.Layer) -> bool:
    """Tell whether a layer's output has height and width; one never called on its own has none."""
    try:
        return len(layer.output.shape) == 4
    except (AttributeError, ValueError):
        return True
