"""What a convolution costs in closed form: each weight is used once at each output position.

Counts are for one image. As in the papers, a multiply-add counts once; adding a bias is none.
"""

from dataclasses import dataclass
from math import prod
from typing import TypedDict, Unpack

from dscourse.conv._arguments import require_groups
from dscourse.conv._integers import pair, positive
from dscourse.conv._types import IntOrPair
from dscourse.conv.geometry import Window

Shape = tuple[int, ...]
FLOAT32 = 4  # bytes


class Steps(TypedDict, total=False):
    """How the kernel moves, by keyword and with the defaults of `dscourse.conv`."""

    strides: IntOrPair
    padding: str
    dilation_rate: IntOrPair


@dataclass(frozen=True)
class Cost:
    """What one image costs; the sum of two costs is one layer after the other.

    `bytes_moved` is the least possible in float32: each input, parameter and output once.

    >>> Cost(parameters=9, multiply_adds=36, bytes_moved=72) + Cost(multiply_adds=4)
    Cost(parameters=9, multiply_adds=40, bytes_moved=72)
    """

    parameters: int = 0
    multiply_adds: int = 0
    bytes_moved: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        parameters = self.parameters + other.parameters
        multiply_adds = self.multiply_adds + other.multiply_adds
        return Cost(parameters, multiply_adds, self.bytes_moved + other.bytes_moved)

    @property
    def arithmetic_intensity(self) -> float:
        """Operations for each byte moved, a multiply-add being two operations."""
        return 2 * self.multiply_adds / self.bytes_moved


def conv2d(
    input_shape: Shape,
    c_out: int,
    kernel_size: IntOrPair,
    *,
    use_bias: bool = False,
    **steps: Unpack[Steps],
) -> Cost:
    """Count an ordinary convolution: `kh · kw · c_in · c_out` weights.

    Args:
        input_shape: Image (height, width, c_in).
        c_out: Output channels.
        kernel_size: Taps of the kernel, one number or a pair (height, width).
        use_bias: Whether each output channel has a bias.
        **steps: `strides`, `padding` and `dilation_rate` as in `dscourse.conv`.

    Returns:
        The `Cost` of one image.

    Raises:
        TypeError, ValueError: A size is no positive integer, or the kernel does not fit.

    >>> conv2d((14, 14, 512), 512, 3, padding="same").multiply_adds
    462422016
    """
    return grouped_conv2d(input_shape, c_out, kernel_size, 1, use_bias=use_bias, **steps)


def grouped_conv2d(
    input_shape: Shape,
    c_out: int,
    kernel_size: IntOrPair,
    groups: int,
    *,
    use_bias: bool = False,
    **steps: Unpack[Steps],
) -> Cost:
    """Count a convolution in groups: `kh · kw · (c_in / groups) · c_out` weights.

    Args:
        input_shape: Image (height, width, c_in).
        c_out: Output channels.
        kernel_size: Taps of the kernel, one number or a pair (height, width).
        groups: Number of segments; it divides c_in and c_out.
        use_bias: Whether each output channel has a bias.
        **steps: `strides`, `padding` and `dilation_rate` as in `dscourse.conv`.

    Returns:
        The `Cost` of one image.

    Raises:
        TypeError, ValueError: A size is no positive integer, `groups` does not divide, or the
            kernel does not fit.

    >>> grouped_conv2d((14, 14, 512), 512, 3, groups=4).parameters
    589824
    """
    positive("groups", groups)
    c_in = _channels(input_shape)
    require_groups(groups, c_in, "channels of `input_shape`")
    require_groups(groups, positive("c_out", c_out), "output channels `c_out`")
    weights = _taps(kernel_size) * (c_in // groups) * c_out
    return _slide(input_shape, c_out, kernel_size, weights, use_bias, **steps)


def depthwise_conv2d(
    input_shape: Shape,
    kernel_size: IntOrPair,
    *,
    depth_multiplier: int = 1,
    use_bias: bool = False,
    **steps: Unpack[Steps],
) -> Cost:
    """Count a depthwise convolution: `kh · kw · c_in · depth_multiplier` weights.

    Args:
        input_shape: Image (height, width, c_in).
        kernel_size: Taps of the kernel, one number or a pair (height, width).
        depth_multiplier: Filters for each input channel.
        use_bias: Whether each output channel has a bias.
        **steps: `strides`, `padding` and `dilation_rate` as in `dscourse.conv`.

    Returns:
        The `Cost` of one image.

    Raises:
        TypeError, ValueError: A size is no positive integer, or the kernel does not fit.

    >>> depthwise_conv2d((14, 14, 512), 3, padding="same").multiply_adds
    903168
    """
    c_out = _channels(input_shape) * positive("depth_multiplier", depth_multiplier)
    return _slide(input_shape, c_out, kernel_size, _taps(kernel_size) * c_out, use_bias, **steps)


def pointwise_conv2d(input_shape: Shape, c_out: int, *, use_bias: bool = False) -> Cost:
    """Count a 1x1 convolution: `c_in · c_out` weights.

    Args:
        input_shape: Image (height, width, c_in).
        c_out: Output channels.
        use_bias: Whether each output channel has a bias.

    Returns:
        The `Cost` of one image.

    Raises:
        TypeError, ValueError: A size is no positive integer.

    >>> pointwise_conv2d((14, 14, 512), 512).multiply_adds
    51380224
    """
    return conv2d(input_shape, c_out, 1, use_bias=use_bias)


def separable_conv2d(
    input_shape: Shape,
    c_out: int,
    kernel_size: IntOrPair,
    *,
    depth_multiplier: int = 1,
    use_bias: bool = False,
    **steps: Unpack[Steps],
) -> Cost:
    """Count depthwise, then pointwise: `kh · kw · c_mid + c_mid · c_out` weights.

    Here `c_mid = c_in * depth_multiplier`. The bytes are those of one fused layer; the sum of
    `depthwise_conv2d` and `pointwise_conv2d` also moves the map in between, twice.

    Args:
        input_shape: Image (height, width, c_in).
        c_out: Output channels.
        kernel_size: Taps of the kernel, one number or a pair (height, width).
        depth_multiplier: Filters for each input channel of the depthwise convolution.
        use_bias: Whether each output channel has a bias.
        **steps: `strides`, `padding` and `dilation_rate` as in `dscourse.conv`.

    Returns:
        The `Cost` of one image.

    Raises:
        TypeError, ValueError: A size is no positive integer, or the kernel does not fit.

    >>> separable_conv2d((14, 14, 512), 512, 3, padding="same").multiply_adds
    52283392
    """
    c_mid = _channels(input_shape) * positive("depth_multiplier", depth_multiplier)
    weights = _taps(kernel_size) * c_mid + c_mid * positive("c_out", c_out)
    return _slide(input_shape, c_out, kernel_size, weights, use_bias, **steps)


def separable_ratio(c_out: int, kernel_size: IntOrPair) -> float:
    """Compute the multiply-adds of a separable convolution over an ordinary one's.

    The ratio is `1 / c_out + 1 / (kh · kw)`: neither the image nor c_in matters.

    Args:
        c_out: Output channels.
        kernel_size: Taps of the kernel, one number or a pair (height, width).

    Returns:
        The ratio, for a depth multiplier of 1.

    Raises:
        TypeError, ValueError: A size is no positive integer.

    Source: Howard et al., "MobileNets", arXiv:1704.04861, section 3.1.

    >>> round(1 / separable_ratio(512, 3), 2)
    8.84
    """
    return 1 / positive("c_out", c_out) + 1 / _taps(kernel_size)


def _slide(
    input_shape: Shape,
    c_out: int,
    kernel_size: IntOrPair,
    weights: int,
    use_bias: bool,
    **steps: Unpack[Steps],
) -> Cost:
    height, width, _ = input_shape
    window = Window.over((height, width), pair("kernel_size", kernel_size), **steps)
    positions = prod(window.output)
    parameters = weights + (c_out if use_bias else 0)
    numbers = prod(input_shape) + parameters + positions * c_out
    return Cost(parameters, positions * weights, FLOAT32 * numbers)


def _channels(input_shape: Shape) -> int:
    if len(input_shape) != 3:
        raise ValueError(f"`input_shape` must be (height, width, channels); got {input_shape}.")
    return [positive("input_shape", size) for size in input_shape][2]


def _taps(kernel_size: IntOrPair) -> int:
    return prod(pair("kernel_size", kernel_size))
