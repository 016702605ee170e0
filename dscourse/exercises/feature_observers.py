"""Observe an answer that extracts features: what it returns for a stream that never repeats itself.

Images and labels come as a `tf.data.Dataset` that shuffles, as they do in practice. A new reading
is a new order, so features of one reading and labels of another do not belong together.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from dscourse.checking.todo import contains_todo

_CHANNELS = 4  # features of the base
_SHUFFLE_SEED = 12


def watch_extraction(
    answer: Callable[..., Any], images: np.ndarray, labels: np.ndarray, batch: int
) -> Any:
    """Give the answer a small trained base and a shuffled dataset; note features with their labels.

    Args:
        answer: The learner's function of a model and a dataset.
        images: Images (count, height, width, channels) of clearly different brightness.
        labels: Their labels (count,).
        batch: Images in a batch; the last batch may be smaller.

    Returns:
        The features, in an order of their own so that the order of reading does not matter, the
        label beside each, and whether the base is as it was. `TODO` and None come back as they are.

    Raises:
        TypeError: The answer returned anything but two arrays.
    """
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices((images, labels))
    dataset = dataset.shuffle(len(images), _SHUFFLE_SEED, reshuffle_each_iteration=True)
    base = _trained_base(images.shape[1:])
    before = base.get_weights()
    returned = answer(base, dataset.batch(batch))
    if returned is None or contains_todo(returned):
        return returned
    features, beside = _two_arrays(returned)
    order = _by_first_feature(features)
    kept = all(map(np.array_equal, before, base.get_weights()))
    alike = len(beside) == len(order)
    return {
        "features": features[order],
        "labels": beside[order] if alike else beside,
        "base as it was": kept,
    }


def _trained_base(shape: tuple[int, ...]) -> Any:
    """Build a base whose BatchNorm has gathered statistics that are not those of any batch."""
    import keras
    from keras import layers

    base = keras.Sequential(
        [
            keras.Input(shape),
            layers.Conv2D(_CHANNELS, 3, use_bias=False),
            layers.BatchNormalization(),
            layers.GlobalAveragePooling2D(),
        ]
    )
    base.compile(run_eagerly=True)  # a graph would take longer to make than to run
    rng = np.random.default_rng(12)
    # All positive: the first feature grows with the brightness, which tells the images apart.
    base.set_weights([rng.uniform(0.5, 1.5, weight.shape) / 9 for weight in base.weights])
    return base


def _two_arrays(returned: Any) -> tuple[np.ndarray, np.ndarray]:
    """Demand a pair of arrays that each hold all images."""
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        kind = type(returned).__name__
        raise TypeError(f"return two arrays, the features and the labels, not {kind}.")
    for name, part in zip(("features", "labels"), returned, strict=True):
        if isinstance(part, list) and part and np.ndim(part[0]) > (name == "features"):
            raise TypeError(f"return the {name} as one array, not as a list with one a batch.")
    features, labels = (np.asarray(part) for part in returned)
    return features, labels


def _by_first_feature(features: np.ndarray) -> np.ndarray:
    if features.ndim == 0 or features.size == 0:
        return np.arange(0)
    return np.argsort(features.reshape(len(features), -1)[:, 0], kind="stable")
