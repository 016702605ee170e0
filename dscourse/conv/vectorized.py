"""The same convolutions in NumPy without a Python loop: fast enough to work with.

All windows of the image are one view, which costs no copy; einsum or a matrix product then does
the sums.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dscourse.conv import _arguments as arguments
from dscourse.conv import _blocked
from dscourse.conv._types import FloatArray, IntOrPair
from dscourse.conv.geometry import Window


def conv2d(
    x: FloatArray,
    kernel: FloatArray,
    *,
    strides: IntOrPair = 1,
    padding: str = "valid",
    dilation_rate: IntOrPair = 1,
) -> FloatArray:
    """Convolve: each output channel looks at a window of every input channel.

    One matrix product: a row for every position of the window, a column for every filter.

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
    c_out = kernel.shape[3]
    rows = _windows(x, window).reshape(-1, kernel.size // c_out)  # (positions, kh * kw * c_in)
    y = rows @ kernel.reshape(-1, c_out)  # (positions, c_out)
    return y.reshape(len(x), *window.output, c_out)


def depthwise_conv2d(
    x: FloatArray,
    kernel: FloatArray,
    *,
    strides: IntOrPair = 1,
    padding: str = "valid",
    dilation_rate: IntOrPair = 1,
) -> FloatArray:
    """Convolve every channel alone, with `depth_multiplier` filters of its own.

    The M results of one channel lie side by side: channel `c * M + m`, as in TensorFlow.

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
    return _depthwise(x, kernel, window)


def pointwise_conv2d(x: FloatArray, kernel: FloatArray) -> FloatArray:
    """Mix the channels of every pixel: a 1x1 convolution.

    All pixels of all images are rows of one matrix, so that one product does the work.

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
    x, matrix = arguments.pointwise(x, kernel)
    return _pointwise(x, matrix)


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

    One group is an ordinary convolution; one group per channel is a depthwise one.

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
    kh, kw, segment, c_out = kernel.shape
    taps = kh * kw * segment
    windows = _windows(x, window).reshape(-1, kh * kw, groups, segment)
    rows = windows.transpose(2, 0, 1, 3).reshape(groups, len(windows), taps)
    filters = kernel.reshape(taps, groups, c_out // groups).transpose(1, 0, 2)
    y = rows @ filters  # (groups, positions, c_out / groups)
    return y.transpose(1, 0, 2).reshape(len(x), *window.output, c_out)


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
    x, depthwise, pointwise, window = arguments.separable(
        x, depthwise_kernel, pointwise_kernel, strides, padding, dilation_rate
    )
    if window.strides[1] == 1:  # for any kernel, dilation and multiplier
        strips = _blocked.Strips(x, depthwise, window)
        return _blocked.separable_conv2d(x, pointwise, window, strips)
    # A wider step leaves no long runs of numbers for the blocks to work on.
    return _pointwise(_depthwise(x, depthwise, window), pointwise)


def _windows(x: FloatArray, window: Window) -> FloatArray:
    """View the padded image as (batch, height', width', kh, kw, c_in)."""
    (sh, sw), (dh, dw) = window.strides, window.dilation
    views = sliding_window_view(window.pad(x), window.extent, axis=(1, 2))
    return views[:, ::sh, ::sw, :, ::dh, ::dw].transpose(0, 1, 2, 4, 5, 3)


def _depthwise(x: FloatArray, kernel: FloatArray, window: Window) -> FloatArray:
    y: FloatArray = np.einsum("bijuvc,uvcm->bijcm", _windows(x, window), kernel)
    return y.reshape(len(x), *window.output, kernel.shape[2] * kernel.shape[3])


def _pointwise(x: FloatArray, matrix: FloatArray) -> FloatArray:
    # On the 4-D array, `x @ matrix` would be one small product for each row of each image.
    y: FloatArray = x.reshape(-1, x.shape[3]) @ matrix  # (pixels, c_out)
    return y.reshape(*x.shape[:3], matrix.shape[1])
