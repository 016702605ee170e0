"""Where in an image the evidence for a class stands, also where the base is a layer of the whole.

Keras' graph of the whole shows a nested base as one layer, whose inner tensors belong to another
graph. So nothing is cut out of a graph here: the base makes the map, the head is called behind it.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray


def grad_cam(
    model: keras.Model,
    base: keras.Model,
    images: NDArray[Any],
    classes: Sequence[int],
    *,
    batch_size: int = 32,
) -> NDArray[np.float32]:
    """Weigh the channels of a base's last map by what they add to the score of a class.

    The weight of a channel is the gradient of the class's score with respect to it, averaged over
    all places. The score is what the last layer has *before* its softmax. The network computes as
    at inference.

    Args:
        model: A chain of layers, of which `base` is one; the last is a dense layer.
        base: A part of the model that ends in a map.
        images: Images (batch, height, width, channels), as the model wants them.
        classes: For each image the class that is asked for.
        batch_size: Images at a time.

    Returns:
        The maps, float32 (batch, height, width) of the base's output: what speaks for the class,
        not scaled, never negative.

    Raises:
        ValueError: The base is no layer of the model, the last layer is not dense, or there are
            not as many classes as images.

    Source: Selvaraju et al., "Grad-CAM", 2017, arXiv:1610.02391, equations 1 and 2.

    >>> image = keras.Input((6, 6, 3))
    >>> base = keras.Model(image, keras.layers.Conv2D(4, 3)(image))
    >>> from dscourse.transfer import with_head
    >>> grad_cam(with_head(base, "avg", 2), base, np.ones((1, 6, 6, 3), "float32"), [1]).shape
    (1, 4, 4)
    """
    before, behind = _split(model, base)
    if len(classes) != len(images):
        raise ValueError(
            f"`classes` must hold a class for each of the {len(images)} images; got {len(classes)}."
        )
    found = []
    for first in range(0, len(images), batch_size):
        part = slice(first, first + batch_size)
        x = tf.convert_to_tensor(images[part])
        for layer in before:
            x = layer(x)
        maps = base(x, training=False)  # (batch, height, width, channels)
        found.append(_weighed(maps, behind, list(classes[part])))
    return np.concatenate(found)


def _weighed(maps: Any, behind: list[keras.Layer], classes: list[int]) -> NDArray[np.float32]:
    with tf.GradientTape() as tape:
        tape.watch(maps)
        y = maps
        for layer in behind[:-1]:
            y = layer(y)
        dense = behind[-1]
        scores = y @ dense.kernel + dense.bias if dense.use_bias else y @ dense.kernel
        chosen = tf.gather(scores, classes, axis=1, batch_dims=1)
    weights = tf.reduce_mean(tape.gradient(chosen, maps), axis=(1, 2), keepdims=True)
    found: NDArray[np.float32] = tf.nn.relu(tf.reduce_sum(weights * maps, axis=-1)).numpy()
    return found


def _split(model: keras.Model, base: keras.Model) -> tuple[list[keras.Layer], list[keras.Layer]]:
    """Return the layers before and behind the base."""
    layers = [each for each in model.layers if not isinstance(each, keras.layers.InputLayer)]
    if base not in layers:
        raise ValueError(
            f"`base` must be a layer of `model`; {base.name!r} is none of "
            f"{[each.name for each in layers]}."
        )
    place = layers.index(base)
    if not isinstance(layers[-1], keras.layers.Dense):
        kind = type(layers[-1]).__name__
        raise ValueError(f"`model` must end in a Dense layer; its last one is a {kind}.")
    return layers[:place], layers[place + 1 :]
