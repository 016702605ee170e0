"""Train one arm with one seed: from a few plain settings to one plain row of results."""

import math
import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dscourse.data import glyphs
from dscourse.experiments.arms import Arm, described

Images = NDArray[np.float32]
Labels = NDArray[np.int64]
Row = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """What is the same for all arms of a study.

    Args:
        size: Height and width of the images in pixels.
        train: Number of training images; the seed draws them.
        validation: Number of validation images, the same for every seed.
        test: Number of test images, the same for every seed.
        epochs: Passes over the training images; the rate falls to 0 along half a cosine.
        batch: Images a step.
    """

    size: int = 24
    train: int = 2600
    validation: int = 520
    test: int = 2600
    epochs: int = 6
    batch: int = 64


@dataclass(frozen=True)
class Scaling:
    """Brings images to mean 0 and deviation 1, channel by channel, as the *training* images were.

    Args:
        mean: Of each channel.
        deviation: Of each channel.
    """

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]

    @classmethod
    def of(cls, images: NDArray[np.uint8]) -> "Scaling":
        """Measure the mean and the deviation of images (count, height, width, channels)."""
        axes = (0, 1, 2)
        return cls(images.mean(axes), images.std(axes))

    def __call__(self, images: NDArray[np.uint8]) -> Images:
        """Scale images; they are not changed."""
        return ((images - self.mean) / self.deviation).astype(np.float32)


def splits(setting: Setting, seed: int) -> dict[str, tuple[Images, Labels]]:
    """Draw the three splits, scaled by the mean and deviation of the training images alone.

    Args:
        setting: Sizes and numbers.
        seed: Draws the training images. Validation and test images are always the same.

    Returns:
        Images (count, size, size, 3) and labels (count,) of each split.
    """
    drawn = {
        "train": glyphs(setting.train, "train", size=setting.size, seed=seed),
        "validation": glyphs(setting.validation, "validation", size=setting.size),
        "test": glyphs(setting.test, "test", size=setting.size),
    }
    scaling = Scaling.of(drawn["train"][0])
    return {name: (scaling(images), labels) for name, (images, labels) in drawn.items()}


def train(
    arm: Arm,
    seed: int,
    rate: float,
    setting: Setting = Setting(),
    *,
    test: bool = True,
) -> Row:
    """Train an arm from random weights and measure it.

    The seed draws the training images, the weights and the order of the images, so that two arms
    with one seed see the same images in the same order: their difference is a paired one.
    On one machine with the same number of threads, equal arguments give an equal row.

    Args:
        arm: The network.
        seed: A non-negative integer.
        rate: Adam's learning rate at the start.
        setting: What is the same for all arms.
        test: False leaves the test images alone: for choosing a rate.

    Returns:
        The conditions, "parameters", "multiply_adds", lists of "train_accuracy" and
        "validation_accuracy" (a number an epoch), "test_accuracy" (None without `test`) and
        processor "seconds", rounded.

    >>> from dscourse.experiments import StagedArm
    >>> tiny = Setting(train=52, validation=26, test=26, epochs=1)
    >>> row = train(StagedArm("tiny", "plain", 2), 0, 0.01, tiny)
    >>> row["arm"], row["seed"], len(row["validation_accuracy"])
    ('tiny', 0, 1)
    """
    import keras

    from dscourse.cost import layer_table

    begun = time.process_time()
    data = splits(setting, seed)
    keras.utils.set_random_seed(seed)
    model = arm.build(setting.size)
    steps = setting.epochs * math.ceil(setting.train / setting.batch)
    falling = keras.optimizers.schedules.CosineDecay(rate, steps)
    model.compile(
        keras.optimizers.Adam(falling), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    history = model.fit(
        *data["train"],
        batch_size=setting.batch,
        epochs=setting.epochs,
        validation_data=data["validation"],
        verbose=0,
    ).history
    tested = model.evaluate(*data["test"], batch_size=256, verbose=0)[1] if test else None
    return {
        **conditions(arm, seed, rate, setting),
        "parameters": model.count_params(),
        "multiply_adds": sum(layer.multiply_adds for layer in layer_table(model)),
        "train_accuracy": [round(value, 4) for value in history["accuracy"]],
        "validation_accuracy": [round(value, 4) for value in history["val_accuracy"]],
        "test_accuracy": tested if tested is None else round(tested, 4),
        "seconds": round(time.process_time() - begun),
    }


def conditions(arm: Arm, seed: int, rate: float, setting: Setting) -> Row:
    """Return what a row must say about itself, so that the run can be made again."""
    return {
        "arm": arm.name,
        "seed": seed,
        "rate": rate,
        "network": described(arm),
        "setting": asdict(setting),
    }
