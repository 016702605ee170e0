"""What layers cost: closed forms for one convolution, and a table for any Keras model.

In the table, too, counts are for one image. Convolutions and dense layers have multiply-adds;
normalization, activations, pooling and other work element by element count as none, as in the
papers. A layer of a type that is in neither list is an error, never a silent 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from dscourse.conv._integers import positive
from dscourse.conv.counting import (
    FLOAT32,
    Cost,
    Shape,
    conv2d,
    depthwise_conv2d,
    grouped_conv2d,
    pointwise_conv2d,
    separable_conv2d,
    separable_ratio,
)

if TYPE_CHECKING:
    import keras

__all__ = [
    "Cost",
    "LayerCost",
    "conv2d",
    "depthwise_conv2d",
    "format_table",
    "grouped_conv2d",
    "layer_table",
    "pointwise_conv2d",
    "separable_conv2d",
    "separable_ratio",
]

# Types of layer with multiply-adds, and the weights that each output position uses once.
_KERNELS = {
    "Conv1D": ["kernel"],
    "Conv2D": ["kernel"],
    "Conv3D": ["kernel"],
    "Dense": ["kernel"],
    "DepthwiseConv1D": ["kernel"],
    "DepthwiseConv2D": ["kernel"],
    "SeparableConv1D": ["depthwise_kernel", "pointwise_kernel"],
    "SeparableConv2D": ["depthwise_kernel", "pointwise_kernel"],
}

# Types of layer, and of operation such as `x + y`, without multiply-adds by the convention above.
_FREE = set(
    """
    Activation ELU LeakyReLU PReLU ReLU Relu Relu6 Sigmoid Softmax
    BatchNormalization GroupNormalization LayerNormalization Normalization Rescaling
    AveragePooling2D GetItem GlobalAveragePooling2D GlobalMaxPooling2D MaxPooling2D UpSampling2D
    Add Average Concatenate LayerScale Maximum Minimum Multiply Subtract
    ActivityRegularization Dropout GaussianNoise SpatialDropout2D StochasticDepth
    Cropping2D Flatten Identity Permute Reshape ZeroPadding2D
    CenterCrop RandomContrast RandomCrop RandomFlip RandomRotation RandomTranslation RandomZoom
    """.split()  # noqa: SIM905 -- a list literal would take a line for each name
)


@dataclass(frozen=True, kw_only=True)
class LayerCost(Cost):
    """The cost of one call of one layer: a row of `layer_table`."""

    name: str
    type: str
    output_shape: Shape


def layer_table(model: "keras.Model", input_shape: Shape | None = None) -> list[LayerCost]:
    """Count every layer of a Sequential or functional Keras model, nested models included.

    A layer that is called twice has two rows, and its parameters in the first of them. Bytes are
    for layers that run one at a time, each input, parameter and output being moved once.

    Args:
        model: The model; it is not changed. A layer of a nested model is named "nested/layer".
        input_shape: (height, width, channels), where the model leaves sizes open or another size
            is wanted.

    Returns:
        A row for each call of a layer, in the order of computation. Inputs have no row.

    Raises:
        ValueError: The model is not built, or not a graph of layers; the shape does not fit or
            is still open; or a layer is of a type whose multiply-adds are unknown.

    >>> import keras
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
    >>> layer_table(model)[0].multiply_adds == 6 * 6 * 3 * 3 * 3 * 4
    True
    """
    graph = _graph(model)
    rows: list[LayerCost] = []
    _walk(graph, _inputs(graph, input_shape), "", rows, set())
    return rows


def format_table(rows: Sequence[LayerCost]) -> str:
    """Write a table of layers as text, with its total below.

    Args:
        rows: What `layer_table` returns, or a selection of it.

    Returns:
        A line for each row between a heading and the total.

    >>> row = LayerCost(name="conv", type="Conv2D", output_shape=(6, 6, 4), parameters=108)
    >>> print(format_table([row]).splitlines()[1])
    conv   Conv2D  6x6x4          108              0      0
    """
    lines = [("layer", "type", "output", "parameters", "multiply-adds", "bytes")]
    for row in rows:
        lines.append((row.name, row.type, "x".join(map(str, row.output_shape)), *_numbers(row)))
    lines.append(("total", "", "", *_numbers(sum(rows, start=Cost()))))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligns = "<<<>>>"
    return "\n".join(
        "  ".join(f"{cell:{a}{w}}" for cell, a, w in zip(line, aligns, widths, strict=True))
        for line in lines
    )


def _numbers(cost: Cost) -> tuple[str, str, str]:
    return f"{cost.parameters:,}", f"{cost.multiply_adds:,}", f"{cost.bytes_moved:,}"


def _graph(model: "keras.Model") -> "keras.Model":
    """Find the graph of layers in a model: a Sequential one keeps it inside."""
    graph = getattr(model, "_functional", model)
    if not hasattr(graph, "_run_through_graph"):
        raise ValueError(
            f"`model` must be a functional or a built Sequential Keras model; got "
            f"{type(model).__name__}, so begin a Sequential model with keras.Input."
        )
    return graph


def _inputs(graph: "keras.Model", input_shape: Shape | None) -> list["keras.KerasTensor"]:
    """Make the symbolic inputs, one image each, that are sent through the graph."""
    import keras

    shapes = [tensor.shape[1:] for tensor in graph.inputs]
    if input_shape is not None:
        wanted = tuple(positive("input_shape", size) for size in input_shape)
        if [len(shape) for shape in shapes] != [len(wanted)]:
            raise ValueError(f"`input_shape` must fit the model's {shapes}; got {input_shape}.")
        shapes = [wanted]
    if any(None in shape for shape in shapes):
        raise ValueError(f"`input_shape` must be given where the model leaves {shapes} open.")
    return [
        keras.KerasTensor((1, *shape), dtype=tensor.dtype)
        for shape, tensor in zip(shapes, graph.inputs, strict=True)
    ]


def _walk(graph: Any, inputs: Any, prefix: str, rows: list[LayerCost], seen: set[int]) -> Any:
    """Send symbolic inputs through a graph, append a row for each layer, return the outputs."""

    def counted(layer: Any) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if hasattr(layer, "_run_through_graph") or hasattr(layer, "_functional"):
                return _walk(_graph(layer), args[0], f"{prefix}{layer.name}/", rows, seen)
            output = layer.compute_output_spec(*args, **kwargs)
            rows.append(_row(layer, prefix, (args, kwargs), output, id(layer) in seen))
            seen.add(id(layer))
            return output

        return call

    # Keras offers no public way to visit calls in order; this is what `compute_output_spec` uses.
    return graph._run_through_graph(inputs, operation_fn=counted)


def _row(layer: Any, prefix: str, given: Any, output: Any, seen: bool) -> LayerCost:
    import keras

    inputs = [t for t in keras.tree.flatten(given) if isinstance(t, keras.KerasTensor)]
    held = layer.count_params() if hasattr(layer, "count_params") else 0
    numbers = sum(prod(tensor.shape) for tensor in [*inputs, output]) + held
    return LayerCost(
        name=prefix + layer.name,
        type=type(layer).__name__,
        output_shape=tuple(output.shape[1:]),
        parameters=0 if seen else held,
        multiply_adds=_multiply_adds(layer, inputs, output.shape),
        bytes_moved=FLOAT32 * numbers,
    )


def _multiply_adds(layer: Any, inputs: list[Any], output_shape: Shape) -> int:
    kind = type(layer).__name__ if type(layer).__module__.startswith("keras.") else ""
    if kind in _FREE:
        return 0
    if kind not in _KERNELS or getattr(layer, "data_format", "") == "channels_first":
        raise ValueError(
            f"`model` must be made of layers whose multiply-adds are known, with channels last; "
            f"got `{layer.name}`, a {type(layer).__name__}, so count it apart."
        )
    kernels = [getattr(layer, name).shape for name in _KERNELS[kind]]
    reads, gets = kernels[0][-2] * getattr(layer, "groups", 1), inputs[0].shape[-1]
    if reads != gets:
        raise ValueError(
            f"`input_shape` must fit the model; `{layer.name}` reads {reads} channels and would "
            f"get {gets}."
        )
    return prod(output_shape[1:-1]) * sum(map(prod, kernels))
