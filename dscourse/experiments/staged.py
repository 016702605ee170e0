"""One skeleton, three kinds of unit, and the width at which a unit costs a given budget."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

    Layer = Callable[[keras.KerasTensor], keras.KerasTensor]

STEM = 16
STAGES = (1, 2, 4)  # channels of a stage, in widths
UNITS = 2  # in a stage

# The parts of an Inception module's output and of its reductions: those of GoogLeNet's module 3a,
# whose widths are 64, 96, 128, 16, 32 and 32 for 256 channels (arXiv 1409.4842, table 1).
PARTS_3A = (64, 96, 128, 16, 32, 32)
CHANNELS_3A = 256


def staged(unit: str, width: float, size: int) -> "keras.Model":
    """Build the skeleton of `StagedArm`.

    Args:
        unit: "plain", "inception" or "separable".
        width: Channels of the first stage.
        size: Height and width of the images, at least 8.

    Raises:
        ValueError: There is no such unit.

    >>> staged("separable", 8, 24).output_shape
    (None, 26)
    """
    from keras import Input, Model, layers

    from dscourse.experiments.arms import CLASSES

    if unit not in UNIT:
        raise ValueError(f"`unit` must be one of {', '.join(UNIT)}; got {unit!r}.")
    image = Input((size, size, 3), name="image")
    x = _normalized(layers.Conv2D(STEM, 3, padding="same", activation="relu", name="stem"))(image)
    for stage, factor in enumerate(STAGES, start=1):
        for number in range(1, UNITS + 1):
            x = _normalized(UNIT[unit](round(factor * width), f"stage{stage}_unit{number}"))(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"stage{stage}_pool")(x)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    return Model(image, layers.Dense(CLASSES, "softmax", name="predictions")(x), name=unit)


def _normalized(layer: "Layer") -> "Layer":
    from keras import layers

    from dscourse.experiments.arms import MOMENTUM

    return lambda x: layers.BatchNormalization(momentum=MOMENTUM)(layer(x))


def _plain(filters: int, name: str) -> "Layer":
    from keras import layers

    layer: Layer = layers.Conv2D(filters, 3, padding="same", activation="relu", name=name)
    return layer


def _separable(filters: int, name: str) -> "Layer":
    from keras import layers

    layer: Layer = layers.SeparableConv2D(filters, 3, padding="same", activation="relu", name=name)
    return layer


def _inception(filters: int, name: str) -> "Layer":
    from dscourse.inception import InceptionFilters, inception_module

    widths = InceptionFilters(*(max(1, round(filters * p / CHANNELS_3A)) for p in PARTS_3A))
    return lambda x: inception_module(x, widths, name=name)


UNIT = {"plain": _plain, "inception": _inception, "separable": _separable}


def width_for(unit: str, parameters: int) -> float:
    """Find the width, in tenths, at which the network has the most parameters within a budget.

    Args:
        unit: "plain", "inception" or "separable".
        parameters: The budget, batch normalization and head included.

    Raises:
        ValueError: Even one channel costs more.

    >>> staged("plain", width_for("plain", 50_000), 24).count_params() <= 50_000
    True
    """
    low, high = 10, 4096  # tenths; the number of parameters never falls when the width grows
    if staged(unit, low / 10, 24).count_params() > parameters:
        raise ValueError(f"`parameters` must allow one channel a stage; got {parameters}.")
    while high - low > 1:
        middle = (low + high) // 2
        fits = staged(unit, middle / 10, 24).count_params() <= parameters
        low, high = (middle, high) if fits else (low, middle)
    return low / 10
