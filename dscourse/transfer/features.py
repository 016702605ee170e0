"""Run images through a network once, and keep what it says about them."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from dscourse.transfer import fingerprint
from dscourse.transfer.cache import FeatureCache, Features

Preprocess = Callable[[NDArray[Any]], Any]
_PATIENCE = 2.0  # seconds after which a reader wants to know how long it will take


def extract(
    model: keras.Model,
    images: NDArray[Any],
    *,
    preprocess: Preprocess | None = None,
    batch_size: int = 32,
    cache: FeatureCache | Path | None = None,
) -> Features:
    """Return a model's features of images, in the order of the images, at inference.

    Batches keep the memory small; BatchNormalization and Dropout do what they do after training,
    whatever the model was called with. Work of more than two seconds shows a bar.

    Args:
        model: A model with one input and one output.
        images: Images (batch, height, width, channels); they are not changed.
        preprocess: Applied to each batch before the model, as the `preprocess_input` of the
            network's own module. It must give the same result twice: features of randomly changed
            images would fix one draw for all epochs.
        batch_size: Images at a time.
        cache: Where to keep the features, or None to keep none. They are found again if the
            preprocessed images, the layers and the weights are all the same.

    Returns:
        Features, float32 (batch, …).

    Raises:
        ValueError: There are no images, `batch_size` is not positive, `preprocess` is random, or
            a cache is asked for and Keras cannot describe the model.

    >>> x = np.arange(6.0).reshape(3, 2)
    >>> extract(keras.Sequential([keras.Input((2,)), keras.layers.ReLU()]), x - 3, batch_size=2)
    array([[0., 0.],
           [0., 0.],
           [1., 2.]], dtype=float32)
    """
    images = np.asarray(images)
    if len(images) == 0 or batch_size < 1:
        raise ValueError(
            f"`images` and `batch_size` must be at least one; got {len(images)} and {batch_size}."
        )
    if preprocess is not None:
        _demand_repeatable(preprocess, images[:batch_size])

    def batches() -> Iterator[NDArray[Any]]:
        for first in range(0, len(images), batch_size):
            # A copy: Keras' own preprocess_input writes into the floats it is given.
            batch = images[first : first + batch_size].copy()
            yield batch if preprocess is None else np.asarray(preprocess(batch))

    if cache is None:
        return _predict(model, batches(), len(images))
    store = cache if isinstance(cache, FeatureCache) else FeatureCache(cache)
    key = f"{fingerprint.of_model(model)[:32]}{fingerprint.of_arrays(batches())[:32]}"
    features = store.get(key)
    if features is None:
        features = _predict(model, batches(), len(images))
        store.put(key, features)
    return features


def extract_labelled(
    model: keras.Model, batches: Iterable[tuple[Any, Any]], *, preprocess: Preprocess | None = None
) -> tuple[Features, NDArray[Any]]:
    """Return features and labels of a stream of pairs, which is read once.

    A dataset that shuffles gives another order each time it is read: features of one reading and
    labels of another do not belong together.

    Args:
        model: A model with one input and one output.
        batches: Pairs of images and labels, as a `tf.data.Dataset` gives them.
        preprocess: Applied to each batch of images before the model.

    Returns:
        The features and the labels, in the same order.

    Raises:
        ValueError: There are no pairs.

    >>> pairs = [(np.ones((2, 3)), np.array([0, 1])), (np.zeros((1, 3)), np.array([2]))]
    >>> identity = keras.Sequential([keras.Input((3,)), keras.layers.ReLU()])
    >>> features, labels = extract_labelled(identity, pairs)
    >>> features[:, 0].tolist(), labels.tolist()
    ([1.0, 1.0, 0.0], [0, 1, 2])
    """
    labels: list[NDArray[Any]] = []

    def images() -> Iterator[NDArray[Any]]:
        for batch, its_labels in batches:
            labels.append(np.array(its_labels))
            copy = np.array(batch)
            yield copy if preprocess is None else np.asarray(preprocess(copy))

    features = _predict(model, images(), None)
    return features, np.concatenate(labels)


def _predict(model: keras.Model, batches: Iterable[NDArray[Any]], images: int | None) -> Features:
    found: list[Features] = []
    bar, done, start = keras.utils.Progbar(images, unit_name="image"), 0, time.monotonic()
    shown = False
    for batch in batches:
        found.append(np.asarray(model.predict_on_batch(batch), dtype=np.float32))
        done += len(batch)
        shown = shown or time.monotonic() - start > _PATIENCE
        if shown:
            bar.update(done, finalize=done == images)
    if not found:
        raise ValueError("`batches` must give at least one pair of images and labels; got none.")
    return np.concatenate(found)


def _demand_repeatable(preprocess: Preprocess, images: NDArray[Any]) -> None:
    once, twice = (np.asarray(preprocess(images.copy())) for _ in range(2))
    if not np.array_equal(once, twice, equal_nan=True):
        raise ValueError(
            "`preprocess` must give the same result twice; got two results, so leave random "
            "changes out of it: features would show every epoch the same draw."
        )
