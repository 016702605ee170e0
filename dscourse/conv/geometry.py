"""Where a kernel lands: output sizes and TensorFlow's asymmetric 'same' padding."""

from dataclasses import dataclass

import numpy as np

from dscourse.conv._integers import pair, positive
from dscourse.conv._types import FloatArray, IntOrPair, Pair


def same_padding(size: int, kernel: int, stride: int = 1, dilation: int = 1) -> Pair:
    """Count the zeros that 'same' padding puts before and after one axis.

    The output has `o = ceil(size / stride)` positions. Together they reach over
    `(o - 1) * stride + (kernel - 1) * dilation + 1` pixels; what the image lacks is padded. An
    odd zero goes after the image, so an even image with stride 2 is padded on one side only.

    Args:
        size: Pixels of the image along the axis.
        kernel: Taps of the kernel along the axis.
        stride: Step between two positions of the kernel.
        dilation: Step between two taps of the kernel.

    Returns:
        The pair `(before, after)`.

    Raises:
        TypeError: An argument is not an integer.
        ValueError: An argument is below 1.

    Source: TensorFlow's API documentation of `tf.nn`, "Notes on padding".

    >>> same_padding(147, 3, stride=2), same_padding(74, 3, stride=2)
    ((1, 1), (0, 1))
    """
    _require_positive(size=size, kernel=kernel, stride=stride, dilation=dilation)
    output = -(-size // stride)
    missing = max((output - 1) * stride + _extent(kernel, dilation) - size, 0)
    return missing // 2, missing - missing // 2


def output_size(
    size: int, kernel: int, stride: int = 1, dilation: int = 1, padding: str = "valid"
) -> int:
    """Count the positions at which a kernel is applied along one axis.

    Args:
        size: Pixels of the image along the axis.
        kernel: Taps of the kernel along the axis.
        stride: Step between two positions of the kernel.
        dilation: Step between two taps of the kernel.
        padding: 'valid' or 'same', in lower case as in Keras or in upper case as in TensorFlow.

    Returns:
        The length of the output along the axis.

    Raises:
        TypeError: A number is not an integer.
        ValueError: A number is below 1, `padding` is unknown, or a kernel without padding does
            not fit into the image.

    >>> output_size(299, 3, stride=2), output_size(299, 3, stride=2, padding="same")
    (149, 150)
    """
    _require_positive(size=size, kernel=kernel, stride=stride, dilation=dilation)
    if _is_same(padding):
        return -(-size // stride)
    extent = _extent(kernel, dilation)
    if extent > size:
        raise ValueError(
            f"`padding` 'valid' needs a kernel no larger than the image; got one that spans "
            f"{extent} of {size} pixels, so use padding='same' or a smaller kernel."
        )
    return (size - extent) // stride + 1


@dataclass(frozen=True)
class Window:
    """How a kernel walks over an image: every pair is (height, width)."""

    strides: Pair
    dilation: Pair
    extent: Pair  # pixels between the first and the last tap, both included
    margins: tuple[Pair, Pair]  # zeros (above, below) and (left, right) of the image
    output: Pair

    @classmethod
    def over(
        cls,
        image: Pair,
        kernel: Pair,
        strides: IntOrPair = 1,
        padding: str = "valid",
        dilation_rate: IntOrPair = 1,
    ) -> "Window":
        """Check the arguments of a convolution and settle where its kernel lands."""
        steps, taps = pair("strides", strides), pair("dilation_rate", dilation_rate)
        if max(steps) > 1 and max(taps) > 1:
            raise ValueError(
                f"`strides` and `dilation_rate` must not both exceed 1; got {strides} and "
                f"{dilation_rate}, for which TensorFlow's depthwise convolution returns numbers "
                f"that do not follow the formula, so set one of them to 1."
            )
        axes = list(zip(image, kernel, steps, taps, strict=True))
        output = (output_size(*axes[0], padding), output_size(*axes[1], padding))
        extent = (_extent(kernel[0], taps[0]), _extent(kernel[1], taps[1]))
        none = (0, 0)
        margins = [same_padding(*axis) if _is_same(padding) else none for axis in axes]
        return cls(steps, taps, extent, (margins[0], margins[1]), output)

    def pad(self, x: FloatArray) -> FloatArray:
        """Put the zeros around images (batch, height, width, channels)."""
        return np.pad(x, ((0, 0), *self.margins, (0, 0)))


def _require_positive(**numbers: object) -> None:
    for name, number in numbers.items():
        positive(name, number)


def _is_same(padding: str) -> bool:
    if not isinstance(padding, str) or padding.lower() not in ("valid", "same"):
        raise ValueError(f"`padding` must be 'valid' or 'same'; got {padding!r}.")
    return padding.lower() == "same"


def _extent(kernel: int, dilation: int) -> int:
    return (kernel - 1) * dilation + 1
