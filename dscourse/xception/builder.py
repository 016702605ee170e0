"""Build Xception from its table: the same network as `keras.applications.Xception`."""

from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from typing import Any, Literal

import keras
from keras import layers

from dscourse.xception._arguments import check
from dscourse.xception._shape import image_shape
from dscourse.xception.table import Block, blocks
from dscourse.xception.weights import load

POOLING = {"avg": layers.GlobalAveragePooling2D, "max": layers.GlobalMaxPooling2D}


@dataclass(frozen=True)
class Style:
    """What is the same in every block: the knobs of one convolution."""

    between: str | None
    order: str
    momentum: float


def Xception(
    include_top: bool = True,
    weights: str | PathLike[str] | None = "imagenet",
    input_tensor: keras.KerasTensor | None = None,
    input_shape: tuple[int | None, ...] | None = None,
    pooling: Literal["avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[..., Any] | None = "softmax",
    name: str = "xception",
    *,
    width: float = 1.0,
    middle_blocks: int = 8,
    between: Literal["relu", "elu"] | None = None,
    order: Literal["depthwise-first", "pointwise-first"] = "depthwise-first",
    residuals: bool = True,
    momentum: float = 0.99,
    small_inputs: bool = False,
) -> keras.Model:
    """Build Xception, with Keras' arguments first and knobs to learn with after them.

    Images (batch, height, width, channels) with values from -1 to 1 become class probabilities
    (batch, classes), or without the top a map (batch, height', width', 2048) with about 1/32 of
    each side: 3 x 3 for 71 x 71, and 10 x 10 for 299 x 299.

    With default knobs, outputs, order of weights and files are those of Keras. Where Keras would
    ignore an argument, this raises: `pooling` with a top; `classes` or `classifier_activation`
    without one; an unknown `pooling`; an `input_shape` that is not that of `input_tensor`, or a
    tensor of less than 71 x 71.

    Args:
        include_top: Whether to end in average pooling and one dense layer.
        weights: None for random ones, 'imagenet' for Keras' trained ones, 'mini' for the course's
            own, which know letters, need the knobs `MINI` and no network, or the path of a file.
        input_tensor: A Keras tensor to build on, in place of a new input.
        input_shape: (height, width, channels) without the batch; at least 71 x 71. With a top,
            (299, 299, 3) unless told, and nothing else if the weights are 'imagenet'; without,
            height and width may be None. Any number of channels will do without trained weights.
        pooling: Without the top: None for the map, 'avg' or 'max' for one vector an image.
        classes: Outputs of the top; 1000 if the weights are 'imagenet', 26 if 'mini'.
        classifier_activation: Of the top; 'softmax', or None for logits, if weights are loaded.
        name: Of the model.
        width: Factor on every number of filters.
        middle_blocks: Repetitions of the middle flow; later blocks are numbered on.
        between: None, 'relu' or 'elu' between depthwise and pointwise convolution (section 4.7).
        order: 'depthwise-first' as in Keras, or 'pointwise-first' as in an Inception module.
        residuals: Whether to add shortcuts around the blocks (section 4.6).
        momentum: Of batch normalization's moving statistics.
        small_inputs: Whether to leave out the halvings of blocks 1 and 2: at least 21 x 21, and
            (32, 32, 3) with a top unless told.

    Returns:
        A functional model. Every layer has a name, shortcuts ('block2_shortcut') and additions
        ('block2_add') too, which Keras leaves unnamed; all others are named as in Keras.

    Raises:
        ValueError: An argument is impossible, or would be ignored.
        OSError: The ImageNet weights cannot be downloaded, or the file of 'mini' is damaged.

    Source: arXiv 1610.02357, figure 5.

    >>> model = Xception(weights=None, width=0.05, middle_blocks=1, classes=10)
    >>> model.output_shape
    (None, 10)
    """
    check(**locals())
    shape = image_shape(
        input_shape,
        input_tensor,
        include_top=include_top,
        weights=weights,
        small_inputs=small_inputs,
    )
    x = layers.Input(shape, name="image") if input_tensor is None else input_tensor
    sources = keras.utils.get_source_inputs(x)
    table = blocks(
        width=width, middle_blocks=middle_blocks, residuals=residuals, small_inputs=small_inputs
    )
    style = Style(between, order, momentum)
    for number, block in enumerate(table, start=1):
        x = _block(x, block, f"block{number}", style)
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(classes, activation=classifier_activation, name="predictions")(x)
    elif pooling:
        x = POOLING[pooling](name=f"{pooling}_pool")(x)
    model = keras.Model(sources[0] if len(sources) == 1 else sources, x, name=name)
    load(model, weights, include_top)
    return model


def _block(x: keras.KerasTensor, block: Block, name: str, style: Style) -> keras.KerasTensor:
    # Keras makes the shortcut first; in the same order the same seed gives the same weights.
    shortcut = _shortcut(x, block, name, style)
    for number, filters in enumerate(block.filters, start=1):
        unit = f"{name}_{block.conv}{number}"
        if block.relu == "before" or (block.relu == "between" and number > 1):
            x = layers.Activation("relu", name=f"{unit}_act")(x)
        if block.conv == "sepconv":
            x = _separable(x, filters, unit, style)
        else:
            strides = block.strides if number == 1 else 1
            x = layers.Conv2D(filters, 3, strides=strides, use_bias=False, name=unit)(x)
        x = _normalized(x, unit, style)
        if block.relu == "after":
            x = layers.Activation("relu", name=f"{unit}_act")(x)
    if block.conv == "sepconv" and block.strides > 1:
        x = layers.MaxPooling2D(3, strides=block.strides, padding="same", name=f"{name}_pool")(x)
    return x if shortcut is None else layers.Add(name=f"{name}_add")([x, shortcut])


def _shortcut(
    x: keras.KerasTensor, block: Block, name: str, style: Style
) -> keras.KerasTensor | None:
    if block.shortcut is None:
        return None
    if block.shortcut == "identity":
        return x
    unit = f"{name}_shortcut"
    x = layers.Conv2D(
        block.filters[-1], 1, strides=block.strides, padding="same", use_bias=False, name=unit
    )(x)
    return _normalized(x, unit, style)


def _separable(x: keras.KerasTensor, filters: int, name: str, style: Style) -> keras.KerasTensor:
    if style.between is None and style.order == "depthwise-first":
        return layers.SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    steps = [
        layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{name}_depthwise"),
        layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_pointwise"),
    ]
    if style.order == "pointwise-first":
        steps.reverse()
    if style.between:
        steps.insert(1, layers.Activation(style.between, name=f"{name}_between"))
    for step in steps:
        x = step(x)
    return x


def _normalized(x: keras.KerasTensor, name: str, style: Style) -> keras.KerasTensor:
    axis = 1 if keras.config.image_data_format() == "channels_first" else -1
    return layers.BatchNormalization(axis=axis, momentum=style.momentum, name=f"{name}_bn")(x)
