"""A separable convolution in blocks of rows that stay in the processor's cache.

The map between the two steps is as large as the image. Written whole, it goes out to memory and
comes back; here a few rows of it are made, mixed at once, and then overwritten by the next.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from dscourse.conv._types import FloatArray
from dscourse.conv.geometry import Window

# Few enough for the second cache of a core, enough for a matrix product to be worth its start.
PIXELS = 1024


def separable_conv2d(
    x: FloatArray, depthwise: FloatArray, pointwise: FloatArray, window: Window
) -> FloatArray:
    """Convolve with a window that moves by one pixel along a row, from checked arguments.

    Args:
        x: Images (batch, height, width, c_in).
        depthwise: Weights (kh, kw, c_in, depth_multiplier).
        pointwise: Weights (c_in * depth_multiplier, c_out).
        window: Where the kernel lands; its stride along the width is 1.
    """
    (height, width), (c_mid, c_out) = window.output, pointwise.shape
    y = np.empty((len(x), height, width, c_out), x.dtype)
    rows = min(height, -(-PIXELS // width))
    # One weight for each number of a row, so that one multiplication runs over the whole row.
    kernel = np.tile(depthwise.reshape(*depthwise.shape[:2], c_mid), (1, 1, width))
    strip = _Strip(x, window, rows, depthwise.shape[3])
    middle = np.empty((rows, width * c_mid), x.dtype)
    for image, result in zip(x, y, strict=True):
        for top in range(0, height, rows):
            block = middle[: height - top]  # shorter at the lower edge
            windows = strip.windows(image, top, len(block), kernel.shape)
            np.einsum("iuvk,uvk->ik", windows, kernel, out=block)
            pixels = result[top : top + rows].reshape(-1, c_out)
            np.matmul(block.reshape(-1, c_mid), pointwise, out=pixels)
    return y


class _Strip:
    """A buffer for the rows that one block reads, with zeros around the image."""

    def __init__(self, x: FloatArray, window: Window, rows: int, multiplier: int) -> None:
        (left, right), (_, _, width, c_in) = window.margins[1], x.shape
        height = (rows - 1) * window.strides[0] + window.extent[0]
        self.window = window
        self.buffer = np.zeros((height, left + width + right, c_in, multiplier), x.dtype)
        self.inside = self.buffer[:, left : left + width]  # the margins stay zero

    def windows(
        self, image: FloatArray, top: int, rows: int, kernel: tuple[int, int, int]
    ) -> FloatArray:
        """View what the rows from `top` on look at, as (rows, kh, kw, width * channels)."""
        first = top * self.window.strides[0] - self.window.margins[0][0]  # < 0: above the image
        above = max(-first, 0)
        read = image[first + above : first + len(self.buffer)]
        self.inside[:above] = 0
        self.inside[above : above + len(read)] = read[..., None]  # one copy for each filter
        self.inside[above + len(read) :] = 0
        (down, right, *_), (dh, dw) = self.buffer.strides, self.window.dilation
        steps = (self.window.strides[0] * down, dh * down, dw * right, self.buffer.itemsize)
        return as_strided(self.buffer, (rows, *kernel), steps, writeable=False)
