"""Convolutions as loops that read like the formula: the oracle for everything else.

Nothing here is fast, on purpose. The sums run in float64 and are rounded once, at the end: no
result of the input's dtype can be nearer to the formula.
"""

import numpy as np

from dscourse.conv import _arguments as arguments
from dscourse.conv._types import FloatArray, IntOrPair


def conv2d(
    x: FloatArray,
    kernel: FloatArray,
    *,
    strides: IntOrPair = 1,
    padding: str = "valid",
    dilation_rate: IntOrPair = 1,
) -> FloatArray:
    """Convolve: each output channel looks at a window of every input channel.

    `y[b, i, j, o] = Σ_u Σ_v Σ_c x[b, i·s + u·d, j·s + v·d, c] · kernel[u, v, c, o]` with stride
    s and dilation d, where `x` already carries the zeros of its padding.

    Args:
        x: Images (batch, height, width, c_in).
        kernel: Weights (kh, kw, c_in, c_out).
        strides: Step between two outputs, one number or a pair (height, width).
        padding: 'valid' (none) or 'same' (TensorFlow's zeros around the image); upper case too.
        dilation_rate: Step between two taps of the kernel, one number or a pair (height, width).

    Returns:
        Images (batch, height', width', c_out), in the common dtype of `x` and `kernel`.

    Raises:
        TypeError: An array is not a float32 or float64 NumPy array, or a step is not an integer.
        ValueError: Shapes, steps or padding do not fit, or both steps exceed 1.

    >>> conv2d(np.ones((1, 5, 4, 3)), np.ones((3, 3, 3, 2)), strides=2).shape
    (1, 2, 1, 2)
    """
    x, kernel, window = arguments.spatial(x, kernel, strides, padding, dilation_rate)
    (sh, sw), (dh, dw) = window.strides, window.dilation
    padded, taps = window.pad(x.astype(np.float64)), kernel.shape[:3]
    y = np.empty((len(x), *window.output, kernel.shape[3]))
    for b, i, j, o in np.ndindex(y.shape):
        y[b, i, j, o] = sum(
            padded[b, i * sh + u * dh, j * sw + v * dw, c] * kernel[u, v, c, o]
            for u, v, c in np.ndindex(taps)
        )
    return y.astype(x.dtype)


def depthwise_conv2d(
    x: FloatArray,
    kernel: FloatArray,
    *,
    strides: IntOrPair = 1,
    padding: str = "valid",
    dilation_rate: IntOrPair = 1,
) -> FloatArray:
    """Convolve every channel alone, with `depth_multiplier` filters of its own.

    `y[b, i, j, c·M + m] = Σ_u Σ_v x[b, i·s + u·d, j·s + v·d, c] · kernel[u, v, c, m]`: the M
    results of one channel lie side by side, as in TensorFlow.

    Args:
        x: Images (batch, height, width, c_in).
        kernel: Weights (kh, kw, c_in, depth_multiplier).
        strides: Step between two outputs, one number or a pair (height, width).
        padding: 'valid' (none) or 'same' (TensorFlow's zeros around the image); upper case too.
        dilation_rate: Step between two taps of the kernel, one number or a pair (height, width).

    Returns:
        Images (batch, height', width', c_in * depth_multiplier), in the common dtype.

    Raises:
        TypeError: An array is not a float32 or float64 NumPy array, or a step is not an integer.
        ValueError: Shapes, steps or padding do not fit, or both steps exceed 1.

    >>> depthwise_conv2d(np.ones((1, 5, 4, 3)), np.ones((3, 3, 3, 2)), padding="same").shape
    (1, 5, 4, 6)
    """
    x, kernel, window = arguments.spatial(
        x, kernel, strides, padding, dilation_rate, last_axis="depth_multiplier"
    )
    (sh, sw), (dh, dw) = window.strides, window.dilation
    padded, (kh, kw, c_in, multiplier) = window.pad(x.astype(np.float64)), kernel.shape
    y = np.empty((len(x), *window.output, c_in * multiplier))
    for b, i, j, c, m in np.ndindex(*y.shape[:3], c_in, multiplier):
        y[b, i, j, c * multiplier + m] = sum(
            padded[b, i * sh + u * dh, j * sw + v * dw, c] * kernel[u, v, c, m]
            for u, v in np.ndindex(kh, kw)
        )
    return y.astype(x.dtype)


def pointwise_conv2d(x: FloatArray, kernel: FloatArray) -> FloatArray:
    """Mix the channels of every pixel: a 1x1 convolution.

    `y[b, i, j, o] = Σ_c x[b, i, j, c] · kernel[c, o]`

    Args:
        x: Images (batch, height, width, c_in).
        kernel: Weights (1, 1, c_in, c_out) or (c_in, c_out).

    Returns:
        Images (batch, height, width, c_out), in the common dtype of `x` and `kernel`.

    Raises:
        TypeError: An array is not a float32 or float64 NumPy array.
        ValueError: The shapes do not fit.

    >>> pointwise_conv2d(np.ones((1, 1, 1, 3)), np.ones((3, 2)))[0, 0, 0].tolist()
    [3.0, 3.0]
    """
    x, kernel = arguments.pointwise(x, kernel)
    wide = x.astype(np.float64)
    y = np.empty((*x.shape[:3], kernel.shape[1]))
    for b, i, j, o in np.ndindex(y.shape):
        y[b, i, j, o] = sum(wide[b, i, j, c] * kernel[c, o] for c in range(x.shape[3]))
    return y.astype(x.dtype)


def grouped_conv2d(
    x: FloatArray,
    kernel: FloatArray,
    groups: int,
    *,
    strides: IntOrPair = 1,
    padding: str = "valid",
    dilation_rate: IntOrPair = 1,
) -> FloatArray:
    """Convolve each of `groups` equal segments of the channels on its own.

    Output channel o belongs to group `g = o // (c_out / G)` and sums over that group's
    `c_in / G` channels: `x[..., g·c_in/G + c] · kernel[u, v, c, o]`.

    Args:
        x: Images (batch, height, width, c_in).
        kernel: Weights (kh, kw, c_in // groups, c_out), as in Keras `Conv2D(groups=…)`.
        groups: Number of segments; it divides c_in and c_out.
        strides: Step between two outputs, one number or a pair (height, width).
        padding: 'valid' (none) or 'same' (TensorFlow's zeros around the image); upper case too.
        dilation_rate: Step between two taps of the kernel, one number or a pair (height, width).

    Returns:
        Images (batch, height', width', c_out), in the common dtype of `x` and `kernel`.

    Raises:
        TypeError: An array is not a float32 or float64 NumPy array, or a step is not an integer.
        ValueError: Shapes, steps or padding do not fit, or both steps exceed 1.

    >>> grouped_conv2d(np.ones((1, 5, 4, 6)), np.ones((3, 3, 2, 9)), groups=3).shape
    (1, 3, 2, 9)
    """
    x, kernel, window = arguments.spatial(x, kernel, strides, padding, dilation_rate, groups=groups)
    (sh, sw), (dh, dw) = window.strides, window.dilation
    padded, (kh, kw, segment, c_out) = window.pad(x.astype(np.float64)), kernel.shape
    y = np.empty((len(x), *window.output, c_out))
    for b, i, j, o in np.ndindex(y.shape):
        first = o // (c_out // groups) * segment  # the first channel of the output's group
        y[b, i, j, o] = sum(
            padded[b, i * sh + u * dh, j * sw + v * dw, first + c] * kernel[u, v, c, o]
            for u, v, c in np.ndindex(kh, kw, segment)
        )
    return y.astype(x.dtype)


def separable_conv2d(
    x: FloatArray,
    depthwise_kernel: FloatArray,
    pointwise_kernel: FloatArray,
    *,
    strides: IntOrPair = 1,
    padding: str = "valid",
    dilation_rate: IntOrPair = 1,
) -> FloatArray:
    """Convolve depthwise, then pointwise: first space, then channels.

    Equal to `tf.nn.separable_conv2d` and to Keras `SeparableConv2D(use_bias=False)`.

    Args:
        x: Images (batch, height, width, c_in).
        depthwise_kernel: Weights (kh, kw, c_in, depth_multiplier).
        pointwise_kernel: Weights (1, 1, c_in * depth_multiplier, c_out), or without the ones.
        strides: Step between two outputs, one number or a pair (height, width).
        padding: 'valid' (none) or 'same' (TensorFlow's zeros around the image); upper case too.
        dilation_rate: Step between two taps of the kernel, one number or a pair (height, width).

    Returns:
        Images (batch, height', width', c_out), in the common dtype of the three arrays.

    Raises:
        TypeError: An array is not a float32 or float64 NumPy array, or a step is not an integer.
        ValueError: Shapes, steps or padding do not fit, or both steps exceed 1.

    Source: Chollet, "Xception", arXiv:1610.02357, sections 1.2 and 2.

    >>> x, dw, pw = np.ones((1, 5, 4, 3)), np.ones((3, 3, 3, 1)), np.ones((3, 8))
    >>> separable_conv2d(x, dw, pw, padding="same").shape
    (1, 5, 4, 8)
    """
    x, depthwise, pointwise, _ = arguments.separable(
        x, depthwise_kernel, pointwise_kernel, strides, padding, dilation_rate
    )
    # In float64 the map between the two steps is not rounded.
    y = depthwise_conv2d(
        x.astype(np.float64),
        depthwise,
        strides=strides,
        padding=padding,
        dilation_rate=dilation_rate,
    )
    return pointwise_conv2d(y, pointwise).astype(x.dtype)
