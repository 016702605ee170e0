"""List the layers of Xception with shapes and costs, from the table alone: nothing is built.

It says of each layer what `dscourse.cost.layer_table` says of the built model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from math import prod

from dscourse.conv.counting import FLOAT32, Shape
from dscourse.conv.geometry import Window
from dscourse.cost import Cost, LayerCost, conv2d, separable_conv2d
from dscourse.xception.table import Block


def outline(
    table: Sequence[Block], input_shape: Shape = (299, 299, 3), *, classes: int | None = 1000
) -> dict[str, list[LayerCost]]:
    """List every layer of the network that a table describes, block by block.

    Args:
        table: What `blocks` returns.
        input_shape: One image (height, width, channels).
        classes: Outputs of the top, or None to leave the top out.

    Returns:
        For 'block1', 'block2' and so on, and for 'head', the layers in the order of figure 5: the
        way through the block, then the shortcut around it, then the sum of both.

    Raises:
        TypeError, ValueError: A size is no positive integer, or the image is too small.

    >>> from dscourse.xception import blocks
    >>> rows = outline(blocks())["block2"]
    >>> rows[0].name, rows[0].output_shape, rows[0].parameters, rows[0].multiply_adds
    ('block2_sepconv1', (147, 147, 128), 8768, 189467712)
    """
    found: dict[str, list[LayerCost]] = {}
    shape = tuple(input_shape)
    for number, block in enumerate(table, start=1):
        name = f"block{number}"
        found[name] = [*_way_through(name, block, shape), *_way_around(name, block, shape)]
        shape = found[name][-1].output_shape
    if classes is not None:
        found["head"] = list(_head(shape, classes))
    return found


def _way_through(name: str, block: Block, shape: Shape) -> Iterator[LayerCost]:
    for number, filters in enumerate(block.filters, start=1):
        unit = f"{name}_{block.conv}{number}"
        if block.relu == "before" or (block.relu == "between" and number > 1):
            yield _free(f"{unit}_act", "Activation", [shape], shape)
        if block.conv == "sepconv":
            cost = separable_conv2d(shape, filters, 3, padding="same")
            shape = (*shape[:2], filters)
            yield _row(unit, "SeparableConv2D", shape, cost)
        else:
            strides = block.strides if number == 1 else 1
            cost = conv2d(shape, filters, 3, strides=strides)
            shape = _after(shape, filters, 3, strides, "valid")
            yield _row(unit, "Conv2D", shape, cost)
        yield _normalization(f"{unit}_bn", shape)
        if block.relu == "after":
            yield _free(f"{unit}_act", "Activation", [shape], shape)
    if block.conv == "sepconv" and block.strides > 1:
        pooled = _after(shape, shape[2], 3, block.strides, "same")
        yield _free(f"{name}_pool", "MaxPooling2D", [shape], pooled)


def _way_around(name: str, block: Block, shape: Shape) -> Iterator[LayerCost]:
    if block.shortcut is None:
        return
    filters, strides = block.filters[-1], block.strides
    end = _after(shape, filters, 1, strides, "same")
    if block.shortcut == "conv":
        cost = conv2d(shape, filters, 1, strides=strides, padding="same")
        yield _row(f"{name}_shortcut", "Conv2D", end, cost)
        yield _normalization(f"{name}_shortcut_bn", end)
    yield _free(f"{name}_add", "Add", [end, end], end)


def _head(shape: Shape, classes: int) -> Iterator[LayerCost]:
    features = shape[2:]
    yield _free("avg_pool", "GlobalAveragePooling2D", [shape], features)
    # A dense layer is a 1x1 convolution of a single place.
    cost = conv2d((1, 1, *features), classes, 1, use_bias=True)
    yield _row("predictions", "Dense", (classes,), cost)


def _after(shape: Shape, channels: int, kernel: int, strides: int, padding: str) -> Shape:
    window = Window.over((shape[0], shape[1]), (kernel, kernel), strides, padding)
    return (*window.output, channels)


def _normalization(name: str, shape: Shape) -> LayerCost:
    # Scale, shift, moving mean and moving variance.
    return _free(name, "BatchNormalization", [shape], shape, parameters=4 * shape[2])


def _free(
    name: str, kind: str, inputs: Sequence[Shape], output: Shape, parameters: int = 0
) -> LayerCost:
    numbers = sum(map(prod, [*inputs, output])) + parameters
    return _row(name, kind, output, Cost(parameters, 0, FLOAT32 * numbers))


def _row(name: str, kind: str, output: Shape, cost: Cost) -> LayerCost:
    return LayerCost(name=name, type=kind, output_shape=output, **asdict(cost))
