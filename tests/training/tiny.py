"""A task small enough for tests, with what makes several workers differ: a BatchNorm."""

import time
from dataclasses import replace
from functools import partial

import keras
import numpy as np

from dscourse.training import Task

CLASSES = 4


def model() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.SeparableConv2D(8, 3, use_bias=False),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.ReLU(),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(CLASSES),
        ]
    )


def read(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Make each example from its number alone: noise around a level that tells the class."""
    labels = numbers % CLASSES
    images = [np.random.default_rng(n).normal(n % CLASSES, 1.0, size=(8, 8, 3)) for n in numbers]
    return np.array(images, dtype=np.float32), labels


def optimizer() -> keras.Optimizer:
    return keras.optimizers.SGD(0.1, momentum=0.9)


def task(epochs: int = 3) -> Task:
    return Task(model, optimizer, examples=260, read=read, batch=32, epochs=epochs, seed=7)


def slow_task() -> Task:
    """Take long enough that a worker can be killed in the middle, with small steps.

    Rounding differences grow with every large step: the weights of two runs would part.
    """

    def read_slowly(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        time.sleep(0.02)
        return read(numbers)

    gentle = partial(keras.optimizers.SGD, 0.01)
    return replace(task(epochs=20), read=read_slowly, optimizer=gentle)


def relative_difference(a: list[np.ndarray], b: list[np.ndarray]) -> float:
    """Compare two lists of arrays: the norm of a difference over the norm, at its worst."""
    return max(
        float(np.linalg.norm(x - y) / max(np.linalg.norm(x), 1e-12))
        for x, y in zip(a, b, strict=True)
    )
