"""Observe how an answer fine-tunes a small network: by what learns, not by what is written.

The network has what a real one has: an inner model called "base", blocks with names, shortcuts
without, and a BatchNormalization behind every convolution.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dscourse.checking.todo import contains_todo

_SHAPE, _CLASSES, _IMAGES, _CHANNELS = (6, 6, 2), 2, 8, 3
_BLOCKS = ("block1", "block2", "block3")


def learns_after(answer: Callable[..., Any], start: str) -> Any:
    """Let an answer prepare the base, then compile and train one step.

    Args:
        answer: The learner's function; it gets the base.
        start: How the base was frozen before: "whole", "each layer" or "not".

    Returns:
        For each array of the base whether it changed.
    """
    import keras

    whole, base = _network(start)
    returned = answer(base)
    if contains_todo(returned):
        return returned
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    whole.compile(keras.optimizers.SGD(0.1), loss, run_eagerly=True)
    before = _values(base)
    whole.train_on_batch(*_data())
    return _changed(base, before)


def trainable_after(answer: Callable[..., Any], start: str, *args: Any) -> Any:
    """Let an answer unfreeze a part of the whole model, and look at what is trainable.

    Args:
        answer: The learner's function; it gets the whole model and `args`.
        start: How the base was frozen before.
        args: What the answer gets after the model.

    Returns:
        What the answer returned, and for each array of the model whether it is trainable.
    """
    whole, base = _network(start)
    returned = answer(whole, *args)
    if contains_todo(returned):
        return returned
    learning = {id(weight) for weight in whole.trainable_weights}
    weights = [*base.weights, *whole.get_layer("predictions").weights]
    kinds = {weight.path: id(weight) in learning for weight in weights}
    return {"returned": returned, "trainable": kinds}


def phases_of(answer: Callable[..., Any], first: str) -> Any:
    """Let an answer train in phases and note what each `fit` changed.

    Args:
        answer: The learner's function; it gets the whole model, the base, `first`, images and
            labels.
        first: The name of the first block to train.

    Returns:
        The number of fits, and for each the blocks that changed, whether the head did, whether
        statistics moved, and the learning rate.
    """
    import keras

    fits: list[dict[str, Any]] = []

    class Watched(keras.Model):  # type: ignore[misc]  # Keras has no types
        def fit(self, *given: Any, **named: Any) -> Any:
            before = _values(self)
            history = super().fit(*given, **{**named, "verbose": 0})
            moved = {path for path, is_new in _changed(self, before).items() if is_new}
            learned = {path.split("/")[0].split("_")[0] for path in moved if "moving" not in path}
            fits.append(
                {
                    "blocks that learned": [block for block in _BLOCKS if block in learned],
                    "the head learned": "predictions" in learned,
                    "statistics moved": any("moving" in path for path in moved),
                    "learning rate": round(float(self.optimizer.learning_rate), 7),
                }
            )
            return history

    # Without shortcuts: Keras builds a training step for each `fit`, which takes most of the time.
    whole, base = _network("not", Watched, shortcuts=False)
    returned = answer(whole, base, first, *_data())
    if contains_todo(returned):
        return returned
    return {"fits": len(fits), **{f"fit {n}": fit for n, fit in enumerate(fits, start=1)}}


def shown_in_epochs(answer: Callable[..., Any], images: np.ndarray, epochs: int) -> Any:
    """Let an answer train a head on features, and note what it shows in each epoch.

    Args:
        answer: The learner's function; it gets `extract`, `augment`, `learn`, images, labels and
            the number of epochs.
        images: Images (count, height, width, channels), all different.
        epochs: Number of epochs.

    Returns:
        For each call of `learn` what it was given, and how many different draws were shown.
    """
    weights = np.random.default_rng(13).normal(size=images.shape[1:])
    right = np.arange(len(images))
    draws: list[np.ndarray] = []
    shown: list[str] = []
    seen: set[int] = set()

    def extract(pictures: np.ndarray) -> np.ndarray:
        features: np.ndarray = np.tanh(pictures * weights).sum(axis=(1, 2))
        return features

    def augment(pictures: np.ndarray) -> np.ndarray:
        """Add noise: no two draws are the same."""
        noise = np.random.default_rng(len(draws)).normal(size=pictures.shape)
        changed: np.ndarray = pictures + noise
        draws.append(changed)
        return changed

    def learn(features: np.ndarray, labels: np.ndarray) -> None:
        known = [n for n, draw in enumerate(draws) if _is_of(extract, draw, features)]
        seen.update(known)
        kind = "changed images" if known else "something else"
        if _is_of(extract, images, features):
            kind = "unchanged images"
        others = "" if np.array_equal(labels, right) else ", with other labels"
        shown.append(f"features of {kind}{others}")

    returned = answer(extract, augment, learn, images.copy(), right.copy(), epochs)
    if contains_todo(returned):
        return returned
    return {"epochs": shown, "different draws": len(seen)}


def looks_at_the_test(
    answer: Callable[..., Any],
    settings: Sequence[float],
    validation: Sequence[float],
    test: Sequence[float],
) -> Any:
    """Let an answer choose a setting, and count how often it looks at the test images.

    Args:
        answer: The learner's function; it gets the settings and two functions.
        settings: Learning rates.
        validation: The accuracy that each reaches on validation images.
        test: The accuracy that each reaches on test images.

    Returns:
        What the answer returned, and the number of looks.
    """
    looks: list[float] = []

    def validate(setting: float) -> float:
        return dict(zip(settings, validation, strict=True))[setting]

    def look(setting: float) -> float:
        looks.append(setting)
        return dict(zip(settings, test, strict=True))[setting]

    returned = answer(list(settings), validate, look)
    if contains_todo(returned):
        return returned
    return {"returned": returned, "looks at the test images": len(looks)}


def _is_of(extract: Callable[..., Any], pictures: np.ndarray, features: Any) -> bool:
    if pictures.ndim != 4:  # somebody has augmented features
        return False
    own = extract(pictures)
    return np.shape(features) == own.shape and bool(np.allclose(features, own))


def _network(start: str, kind: Any = None, *, shortcuts: bool = True) -> tuple[Any, Any]:
    import keras
    from keras import layers

    keras.backend.clear_session()  # the unnamed layers are called the same every time
    x = inputs = keras.Input(_SHAPE)
    for block in _BLOCKS:
        y = layers.Conv2D(_CHANNELS, 3, padding="same", use_bias=False, name=f"{block}_conv")(x)
        y = layers.BatchNormalization(name=f"{block}_conv_bn")(y)
        if shortcuts:
            x = layers.BatchNormalization()(layers.Conv2D(_CHANNELS, 1, use_bias=False)(x))
        x = layers.add([y, x]) if shortcuts else y
    base = keras.Model(inputs, x, name="base")
    if start == "whole":
        base.trainable = False
    if start == "each layer":
        for layer in base.layers:
            layer.trainable = False
    outer = keras.Input(_SHAPE)
    pooled = layers.GlobalAveragePooling2D()(base(outer))
    outputs = layers.Dense(_CLASSES, name="predictions")(pooled)
    return (kind or keras.Model)(outer, outputs), base


def _data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(13)
    x = rng.normal(1.0, 2.0, (_IMAGES, *_SHAPE)).astype(np.float32)
    return x, np.arange(_IMAGES) % _CLASSES


def _values(model: Any) -> list[np.ndarray]:
    return [np.array(value) for value in model.get_weights()]


def _changed(model: Any, before: list[np.ndarray]) -> dict[str, bool]:
    pairs = zip(model.weights, before, _values(model), strict=True)
    return {weight.path: not np.array_equal(old, new) for weight, old, new in pairs}
