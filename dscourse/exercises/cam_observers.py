"""Observe answers that read a network, or add one block to it.

Small networks stand in for trained ones; they are built anew for every call.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from dscourse.exercises.block_observers import watch_blocks
from dscourse.exercises.observers import known_weight


class NestedModel(NamedTuple):
    """A network of four layers: its input, a base that is a model itself, a head of two.

    A tuple, since a grader sends the arguments of a call to another process as plain values.

    Args:
        channels: Of the base's last map.
        head: "avg" or "flatten": what stands between the map and the dense layer.
        classes: Outputs of the dense layer with its softmax.

    >>> NestedModel(5, "avg", 3).build((12, 12, 3)).output_shape
    (None, 3)
    """

    channels: int
    head: str
    classes: int

    def build(self, shape: tuple[int, ...]) -> Any:
        """Build it for images of one shape, with known weights."""
        import keras
        from keras import layers

        inputs = keras.Input(shape)
        y = layers.Conv2D(4, 3, padding="same", activation="relu", name="block1_conv")(inputs)
        y = layers.Conv2D(self.channels, 3, strides=2, padding="same", name="block2_conv")(y)
        y = layers.ReLU(name="block2_act")(layers.BatchNormalization(name="block2_bn")(y))
        base = keras.Model(inputs, y, name="base")
        heads = {"avg": layers.GlobalAveragePooling2D, "flatten": layers.Flatten}
        images = keras.Input(shape)
        y = heads[self.head](name=self.head)(base(images))
        y = layers.Dense(self.classes, activation="softmax", name="predictions")(y)
        model = keras.Model(images, y)
        for weight in model.weights:
            # Larger than usual: a softmax that is sure of itself shows what it hides.
            scale = 3.0 if weight.path.startswith("predictions/kernel") else 1.0
            weight.assign(scale * known_weight(tuple(weight.shape), weight.name))
        return model


def explain_nested(
    answer: Callable[..., Any], model: NestedModel, images: np.ndarray, classes: list[int]
) -> Any:
    """Observe a function of a model, images and classes by what it returns.

    Args:
        answer: The learner's function.
        model: What to build for it.
        images: Images (batch, height, width, channels).
        classes: A class for each image.
    """
    return answer(NestedModel(*model).build(images.shape[1:]), images, classes)


def feed_family(answer: Callable[..., Any], family: str, images: np.ndarray) -> Any:
    """Observe a function of a family's name, a base and images by the features it returns.

    The base keeps the averages of its three channels before and after a ReLU, and has a
    BatchNormalization. So its features tell what it was fed, and whether in training mode.

    Args:
        answer: The learner's function.
        family: The name of a module of `keras.applications`.
        images: Images with values from 0 to 255.
    """
    import keras
    from keras import layers

    inputs = keras.Input(images.shape[1:])
    y = layers.BatchNormalization()(inputs)
    both = layers.Concatenate()([y, layers.ReLU()(y)])
    base = keras.Model(inputs, layers.GlobalAveragePooling2D()(both), name=family)
    for weight in base.weights:
        weight.assign(known_weight(tuple(weight.shape), weight.name))
    return answer(family, base, images)


def watch_one_block(answer: Callable[..., Any], x: np.ndarray, *args: Any) -> Any:
    """Observe an answer that returns the output tensor of one block, as `watch_blocks` does.

    Args:
        answer: The learner's function; it gets a symbolic `keras.Input` in the place of `x`.
        x: Maps (batch, height, width, channels).
        args: What the answer gets after it.
    """

    def as_a_list(*given: Any) -> Any:
        output = answer(*given)
        return output if output is None or isinstance(output, list | tuple) else [output]

    return watch_blocks()(as_a_list, x, *args)
