"""The separable convolution with loops that Numba compiles: an optional extra.

The depthwise step has too little arithmetic for NumPy to be quick at it: each multiplication is
one pass over memory. Compiled, the sums of a pixel stay in the nearest cache, and a window at the
border leaves out the taps that fall outside, so that no padded copy is made. The pointwise step
stays a matrix product, which no loop of ours beats.
"""

import numpy as np

from dscourse.conv import _arguments as arguments
from dscourse.conv import _blocked
from dscourse.conv._types import FloatArray, IntOrPair, Pair
from dscourse.conv.geometry import Window

try:
    from numba import njit
except ImportError as error:
    raise ImportError(
        "`dscourse.conv.compiled` needs Numba, which is not installed; "
        "install it with: pip install 'dscourse[compiled]'"
    ) from error


def depthwise_conv2d(
    x: FloatArray,
    kernel: FloatArray,
    *,
    strides: IntOrPair = 1,
    padding: str = "valid",
    dilation_rate: IntOrPair = 1,
) -> FloatArray:
    """Convolve every channel alone, with `depth_multiplier` filters of its own.

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
    write_rows = _Rows(kernel, window)
    y = np.empty((len(x), *window.output, kernel.shape[2] * kernel.shape[3]), x.dtype)
    for image, result in zip(x, y, strict=True):
        write_rows(image, 0, result)
    return y


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
    return _blocked.separable_conv2d(x, pointwise, window, _Rows(depthwise, window))


class _Rows:
    """The depthwise step, as `_blocked` calls it."""

    def __init__(self, kernel: FloatArray, window: Window) -> None:
        self.multiplier = kernel.shape[3]
        self.weights = np.ascontiguousarray(kernel).reshape(*kernel.shape[:2], -1)
        self.origin = (-window.margins[0][0], -window.margins[1][0])
        self.window = window

    def __call__(self, image: FloatArray, top: int, out: FloatArray) -> None:
        """Write the rows of the map from `top` on."""
        pixels = np.ascontiguousarray(image)
        if self.multiplier > 1:  # M filters of a channel are one filter for each of M copies
            pixels = np.repeat(pixels, self.multiplier, axis=2)
        (down, right), strides = self.origin, self.window.strides
        corner = (down + top * strides[0], right)
        _write_rows(pixels, self.weights, corner, strides, self.window.dilation, out)


# "contract" lets a multiplication and an addition become one instruction.
_compile = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})


@_compile
def _write_rows(
    image: FloatArray,
    kernel: FloatArray,
    corner: Pair,
    strides: Pair,
    dilation: Pair,
    out: FloatArray,
) -> None:
    """Slide over the image; `corner` is where the first tap of the first window lands."""
    (kh, kw, _), (height, width, _) = kernel.shape, image.shape
    down, right = (kh - 1) * dilation[0], (kw - 1) * dilation[1]  # from the first tap to the last
    for i in range(out.shape[0]):
        row = corner[0] + i * strides[0]
        for j in range(out.shape[1]):
            column = corner[1] + j * strides[1]
            inside = 0 <= row < height - down and 0 <= column < width - right
            if inside and kh == 3 and kw == 3:
                _sum_nine(image, kernel, row, column, dilation, out[i, j])
            else:
                _sum_any(image, kernel, row, column, dilation, out[i, j])


@_compile
def _sum_nine(
    image: FloatArray, kernel: FloatArray, row: int, column: int, dilation: Pair, y: FloatArray
) -> None:
    """Write the results of one pixel in one pass, with all nine taps inside the image."""
    a, b, c = image[row], image[row + dilation[0]], image[row + 2 * dilation[0]]
    i, j, k = column, column + dilation[1], column + 2 * dilation[1]
    a0, a1, a2, b0, b1, b2, c0, c1, c2 = a[i], a[j], a[k], b[i], b[j], b[k], c[i], c[j], c[k]
    p, q, r = kernel[0], kernel[1], kernel[2]
    p0, p1, p2, q0, q1, q2, r0, r1, r2 = p[0], p[1], p[2], q[0], q[1], q[2], r[0], r[1], r[2]
    for n in range(len(y)):
        top = a0[n] * p0[n] + a1[n] * p1[n] + a2[n] * p2[n]
        middle = b0[n] * q0[n] + b1[n] * q1[n] + b2[n] * q2[n]
        y[n] = top + middle + (c0[n] * r0[n] + c1[n] * r1[n] + c2[n] * r2[n])


@_compile
def _sum_any(
    image: FloatArray, kernel: FloatArray, row: int, column: int, dilation: Pair, y: FloatArray
) -> None:
    """Write the results of one pixel tap by tap, without the taps outside the image."""
    y[:] = 0
    for u in range(kernel.shape[0]):
        for v in range(kernel.shape[1]):
            i, j = row + u * dilation[0], column + v * dilation[1]
            if 0 <= i < image.shape[0] and 0 <= j < image.shape[1]:
                pixel, weights = image[i, j], kernel[u, v]
                for n in range(len(y)):
                    y[n] += pixel[n] * weights[n]
