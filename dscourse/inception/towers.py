"""From a simplified Inception module to the extreme one: figures 2 to 4 of the Xception paper.

The number of towers goes from one, an ordinary convolution behind a 1x1, to one for each channel.
Source: Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions",
https://arxiv.org/abs/1610.02357, section 1.1.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise

import keras
from keras import layers

from dscourse.conv._integers import positive


def tower_widths(channels: int, towers: int) -> tuple[int, ...]:
    """Divide channels among towers as evenly as it goes; the first ones get the rest.

    Args:
        channels: To be divided.
        towers: From 1 to `channels`.

    Raises:
        TypeError: A number is not an integer.
        ValueError: There are more towers than channels.

    >>> tower_widths(12, 5)
    (3, 3, 2, 2, 2)
    """
    width, rest = divmod(positive("channels", channels), positive("towers", towers))
    if towers > channels:
        raise ValueError(f"`towers` must be at most {channels}, the channels; got {towers}.")
    return (width + 1,) * rest + (width,) * (towers - rest)


def simplified_module(
    x: keras.KerasTensor,
    widths: Sequence[int],
    *,
    activation: str | None = "relu",
    use_bias: bool = True,
    name: str | None = None,
) -> keras.KerasTensor:
    """Put the simplified module behind `x`: towers of a 1x1 and a 3x3, and no pool.

    Args:
        x: Images (batch, height, width, c_in), as a symbolic Keras tensor.
        widths: Channels of each tower, such as `tower_widths` returns.
        activation: Behind every convolution; None for none.
        use_bias: Whether every convolution has a bias.
        name: The layers are called `name_tower0_1x1`, …, `name_concat`.

    Returns:
        Images (batch, height, width, sum of the widths), the towers in their order.

    Raises:
        TypeError: A width is not an integer.
        ValueError: A width is not positive, or there is none.

    Source: arXiv:1610.02357, figure 2; "both operations are followed by a ReLU", section 1.2.

    >>> simplified_module(keras.Input((8, 8, 5)), tower_widths(12, 3)).shape
    (None, 8, 8, 12)
    """
    prefix, options = _prefix(name), {"activation": activation, "use_bias": use_bias}
    towers = []
    for number, width in enumerate(_checked(widths)):
        tower = f"{prefix}tower{number}"
        mixed = layers.Conv2D(width, 1, name=f"{tower}_1x1", **options)(x)
        towers.append(_conv_3x3(width, f"{tower}_3x3", options)(mixed))
    return layers.Concatenate(name=f"{prefix}concat")(towers)


def segment_module(
    x: keras.KerasTensor,
    widths: Sequence[int],
    *,
    activation: str | None = "relu",
    use_bias: bool = True,
    name: str | None = None,
) -> keras.KerasTensor:
    """Put the same module behind `x` in its other form: one 1x1, then a 3x3 on each segment.

    It computes what `simplified_module` does when the 1x1 holds the towers' kernels side by side.

    Args:
        x: Images (batch, height, width, c_in), as a symbolic Keras tensor.
        widths: Channels of each segment; they may differ.
        activation: Behind every convolution; None for none.
        use_bias: Whether every convolution has a bias.
        name: The layers are called `name_1x1`, `name_segment0_3x3`, …, `name_concat`.

    Returns:
        Images (batch, height, width, sum of the widths), the segments in their order.

    Raises:
        TypeError: A width is not an integer.
        ValueError: A width is not positive, or there is none.

    Source: arXiv:1610.02357, figure 3, "a strictly equivalent reformulation".

    >>> segment_module(keras.Input((8, 8, 5)), tower_widths(12, 3)).shape
    (None, 8, 8, 12)
    """
    prefix, options = _prefix(name), {"activation": activation, "use_bias": use_bias}
    widths = _checked(widths)
    mixed = layers.Conv2D(sum(widths), 1, name=f"{prefix}1x1", **options)(x)
    maps = []
    for number, (start, stop) in enumerate(pairwise(accumulate(widths, initial=0))):
        conv = _conv_3x3(stop - start, f"{prefix}segment{number}_3x3", options)
        maps.append(conv(mixed[..., start:stop]))
    return layers.Concatenate(name=f"{prefix}concat")(maps)


def extreme_module(
    x: keras.KerasTensor,
    channels: int,
    *,
    pointwise_first: bool = True,
    activation: str | None = "relu",
    use_bias: bool = True,
    name: str | None = None,
) -> keras.KerasTensor:
    """Put the extreme module behind `x`: a 1x1, then one 3x3 for each of its channels.

    From here a depthwise separable convolution differs in two things: the order, which
    `pointwise_first=False` turns round, and the activation between the two, which it has not.

    Args:
        x: Images (batch, height, width, c_in), as a symbolic Keras tensor.
        channels: Of the 1x1, and of the output.
        pointwise_first: False puts the 3x3s first, one for each channel of `x`; without activation
            and bias that is `SeparableConv2D`.
        activation: Behind both convolutions; None for none.
        use_bias: Whether both convolutions have a bias.
        name: The layers are called `name_1x1` and `name_3x3`.

    Returns:
        Images (batch, height, width, channels).

    Source: arXiv:1610.02357, figure 4; the two differences in section 1.2.

    >>> extreme_module(keras.Input((8, 8, 5)), 12).shape
    (None, 8, 8, 12)
    """
    prefix, options = _prefix(name), {"activation": activation, "use_bias": use_bias}
    pointwise = layers.Conv2D(channels, 1, name=f"{prefix}1x1", **options)
    depthwise = layers.DepthwiseConv2D(3, padding="same", name=f"{prefix}3x3", **options)
    return depthwise(pointwise(x)) if pointwise_first else pointwise(depthwise(x))


def _conv_3x3(width: int, name: str, options: dict[str, str | bool | None]) -> layers.Conv2D:
    return layers.Conv2D(width, 3, padding="same", name=name, **options)


def _checked(widths: Sequence[int]) -> list[int]:
    if not widths:
        raise ValueError("`widths` must hold the channels of at least one tower; got none.")
    return [positive(f"widths[{number}]", width) for number, width in enumerate(widths)]


def _prefix(name: str | None) -> str:
    return f"{name}_" if name else ""
