"""Which kinds of convolution hold a network's weights and do its multiply-adds.

A name such as "Conv2D" does not tell: ConvNeXt writes its depthwise convolutions as `Conv2D` with
groups, and its pointwise ones as `Dense`. So kernels are told apart by their shapes.
"""

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING, Any

from dscourse.conv.counting import Shape
from dscourse.cost import Cost, LayerCost, layer_table

if TYPE_CHECKING:
    import keras

KINDS = ("depthwise", "pointwise", "ordinary", "vector", "rest")


def census(model: "keras.Model", input_shape: Shape | None = None) -> dict[str, Cost]:
    """Sum parameters and multiply-adds by kind of kernel.

    - "depthwise": every output channel reads one input channel;
    - "pointwise": 1x1, at every place of a map;
    - "ordinary": all others with a kernel larger than 1x1;
    - "vector": what reads one vector an image: the head, and gates behind an average;
    - "rest": biases and all that is not a kernel, such as normalization.

    Args:
        model: As for `layer_table`.
        input_shape: (height, width, channels), where the model leaves sizes open.

    Returns:
        A cost for each of the `KINDS`; their sum is that of `layer_table`, without bytes.

    Raises:
        ValueError: As `layer_table`.

    >>> import keras
    >>> model = keras.Sequential([keras.Input((8, 8, 4)), keras.layers.SeparableConv2D(6, 3)])
    >>> {kind: cost.parameters for kind, cost in census(model).items() if cost.parameters}
    {'depthwise': 36, 'pointwise': 24, 'rest': 6}
    """
    layers = dict(_layers(model, ""))
    found = dict.fromkeys(KINDS, Cost())
    for row in layer_table(model, input_shape):
        kernels = _kernels(layers.get(row.name), row)
        held = min(row.parameters, 1)  # a layer that is called again holds nothing more
        used = sum(size for _, size in kernels) or 1
        for kind, size in kernels:
            found[kind] += Cost(held * size, row.multiply_adds * size // used)
        kept = held * sum(size for _, size in kernels)
        found["rest"] += Cost(row.parameters - kept)
    return found


def _layers(model: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Return every layer with the name that its row has in the table."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _layers(layer, f"{prefix}{layer.name}/")
        else:
            yield prefix + layer.name, layer


def _kernels(layer: Any, row: LayerCost) -> list[tuple[str, int]]:
    """Return the kind and the size of each kernel of one layer."""
    if row.type.startswith("SeparableConv"):
        kernels = layer.depthwise_kernel.shape, layer.pointwise_kernel.shape
        return [("depthwise", prod(kernels[0])), ("pointwise", prod(kernels[1]))]
    kernel = getattr(layer, "kernel", None)
    if not row.multiply_adds or kernel is None:
        return []
    return [(_kind(row, tuple(kernel.shape)), prod(kernel.shape))]


def _kind(row: LayerCost, kernel: Shape) -> str:
    *taps, reads, _ = kernel
    if row.type.startswith("DepthwiseConv") or (prod(taps) > 1 and reads == 1):
        return "depthwise"
    if prod(row.output_shape[:-1]) == 1:
        return "vector"
    return "pointwise" if prod(taps) == 1 else "ordinary"
