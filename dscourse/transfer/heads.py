"""What stands between a map of features and the classes, and what it costs."""

import keras

_HEADS = {
    "flatten": keras.layers.Flatten,
    "avg": keras.layers.GlobalAveragePooling2D,
    "max": keras.layers.GlobalMaxPooling2D,
}


def head_parameters(kind: str, feature_map: tuple[int, int, int], classes: int) -> int:
    """Count the numbers that a head of one dense layer has to learn.

    Flattened: height · width · channels · classes + classes. Pooled: channels · classes + classes.

    Args:
        kind: "flatten" keeps every place of the map; "avg" and "max" keep one number a channel.
        feature_map: Height, width and channels of the map, as 10, 10, 2048 of Xception at 299 px.
        classes: Number of classes.

    Raises:
        ValueError: `kind` is none of the three, or a size is not a positive integer.

    >>> f"{head_parameters('flatten', (10, 10, 2048), 1000):,}"
    '204,801,000'
    >>> f"{head_parameters('avg', (10, 10, 2048), 1000):,}"
    '2,049,000'
    """
    _check_kind(kind)
    height, width, channels = feature_map
    for name, value in {"feature_map": min(height, width, channels), "classes": classes}.items():
        if value < 1:
            raise ValueError(f"`{name}` must be positive; got {value}.")
    inputs = height * width * channels if kind == "flatten" else channels
    return inputs * classes + classes


def with_head(
    base: keras.Model,
    kind: str,
    classes: int,
    *,
    activation: str | None = "softmax",
    dropout: float = 0.0,
) -> keras.Model:
    """Put a head behind a base, which stays one layer of the whole.

    Args:
        base: A model that ends in a map, as with `include_top=False, pooling=None`.
        kind: "flatten", "avg" or "max".
        classes: Number of classes.
        activation: Of the last layer; None for logits.
        dropout: The part of the features that is dropped in training.

    Returns:
        A model with the base's input; its last layer is called "predictions".

    Raises:
        ValueError: The base does not end in a map, or in one whose size is unknown and that is to
            be flattened; or `kind` is none of the three.

    >>> x = keras.Input((8, 8, 3))
    >>> base = keras.Model(x, keras.layers.Conv2D(4, 3)(x))
    >>> with_head(base, "flatten", 10).count_params() - base.count_params()
    1450
    """
    _check_kind(kind)
    _check_map(base, kind)
    inputs = keras.Input(base.input_shape[1:])
    x = base(inputs)  # (batch, height, width, channels)
    x = _HEADS[kind](name=kind)(x)  # (batch, features)
    if dropout:
        x = keras.layers.Dropout(dropout, name="dropout")(x)
    return keras.Model(inputs, keras.layers.Dense(classes, activation, name="predictions")(x))


def _check_kind(kind: str) -> None:
    if kind not in _HEADS:
        raise ValueError(f"`kind` must be 'flatten', 'avg' or 'max'; got {kind!r}.")


def _check_map(base: keras.Model, kind: str) -> None:
    shape = base.output_shape
    if len(shape) != 4:
        raise ValueError(
            f"`base` must end in a map (batch, height, width, channels); its output is {shape}, "
            "so build it with include_top=False and pooling=None."
        )
    if kind == "flatten" and None in shape[1:]:
        raise ValueError(
            f"`base` must have a fixed input_shape for a flattened head; its output is {shape}."
        )
