"""GoogLeNet's first layer, which its table counts as a separable convolution."""

import keras
from keras import layers


def first_layer(
    x: keras.KerasTensor, *, separable: bool = True, name: str | None = None
) -> keras.KerasTensor:
    """Put GoogLeNet's first layer behind `x`: 7x7, stride 2, 64 channels, ReLU.

    The paper's text does not say it, but its table does: 2.7K weights and 34M multiply-adds are
    those of a separable 7x7 with 8 filters a channel. The Xception paper says so in words.

    Args:
        x: Images (batch, height, width, c_in), as a symbolic Keras tensor.
        separable: False builds the ordinary 7x7, with 3.5 times the weights.
        name: Of the layer.

    Returns:
        Images (batch, height / 2, width / 2, 64), heights and widths rounded up.

    Source: arXiv:1409.4842, table 1; arXiv:1610.02357, section 2, on "Inception V1 and V2".

    >>> first_layer(keras.Input((224, 224, 3))).shape
    (None, 112, 112, 64)
    """
    options = {"strides": 2, "padding": "same", "activation": "relu", "name": name}
    if separable:
        return layers.SeparableConv2D(64, 7, depth_multiplier=8, **options)(x)
    return layers.Conv2D(64, 7, **options)(x)
