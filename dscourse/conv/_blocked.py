"""A separable convolution in blocks of rows that stay in the processor's cache.

The map between the two steps is as large as the image. Written whole, it goes out to memory and
comes back; here a few rows of it are made, mixed at once, and then overwritten by the next.
"""

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import as_strided

from dscourse.conv._types import FloatArray
from dscourse.conv.geometry import Window

# Few enough for the second cache of a core, enough for a matrix product to be worth its start.
PIXELS = 1024

# Writes rows of one image's depthwise map: takes the image, the first row, and where to write.
WriteRows = Callable[[FloatArray, int, FloatArray], None]


def separable_conv2d(
    x: FloatArray, pointwise: FloatArray, window: Window, write_rows: WriteRows
) -> FloatArray:
    """Take the depthwise step and the pointwise step in turns, one block after another.

    Args:
        x: Images (batch, height, width, c_in).
        pointwise: Weights (c_mid, c_out).
        window: Where the depthwise kernel lands.
        write_rows: The depthwise step.
    """
    (height, width), (c_mid, c_out) = window.output, pointwise.shape
    y = np.empty((len(x), height, width, c_out), x.dtype)
    rows = _block_height(window)
    images = max(1, min(len(x), PIXELS // (height * width)))  # small images share a block
    middle = np.empty((images, rows, width, c_mid), x.dtype)
    for first in range(0, len(x), images):
        for top in range(0, height, rows):
            block = middle[: len(x) - first, : height - top]  # smaller at the end
            for image, part in zip(x[first:], block, strict=False):
                write_rows(image, top, part)
            pixels = y[first : first + images, top : top + rows].reshape(-1, c_out)
            np.matmul(block.reshape(-1, c_mid), pointwise, out=pixels)
    return y


class Strips:
    """The depthwise step in NumPy, for a window that moves by one pixel along a row.

    Then all that a row of results needs of one tap lies in one run, a row of the image from some
    pixel on. With the weights repeated as often, one multiplication runs over the whole row.

    Args:
        x: The images that will come.
        kernel: Weights (kh, kw, c_in, depth_multiplier).
        window: Where the kernel lands; its stride along the width is 1.
    """

    def __init__(self, x: FloatArray, kernel: FloatArray, window: Window) -> None:
        (kh, kw, c_in, multiplier), width = kernel.shape, x.shape[2]
        self.window = window
        self.weights = np.tile(kernel.reshape(kh, kw, -1), (1, 1, window.output[1]))
        height = (_block_height(window) - 1) * window.strides[0] + window.extent[0]
        left, right = window.margins[1]
        self.strip = np.zeros((height, left + width + right, c_in, multiplier), x.dtype)
        self.inside = self.strip[:, left : left + width]  # left and right of it stays zero

    def __call__(self, image: FloatArray, top: int, out: FloatArray) -> None:
        """Write the rows of the map from `top` on."""
        self._read(image, top * self.window.strides[0] - self.window.margins[0][0])
        (down, right, *_), (dh, dw) = self.strip.strides, self.window.dilation
        shape = (len(out), *self.weights.shape)  # (rows, kh, kw, width * c_mid)
        steps = (self.window.strides[0] * down, dh * down, dw * right, self.strip.itemsize)
        windows = as_strided(self.strip, shape, steps, writeable=False)
        np.einsum("iuvk,uvk->ik", windows, self.weights, out=out.reshape(len(out), -1))

    def _read(self, image: FloatArray, first: int) -> None:
        """Copy the image's rows from `first` on, with zeros above and below the image."""
        above = max(-first, 0)
        rows = image[first + above : first + len(self.strip)]
        self.inside[:above] = 0
        self.inside[above : above + len(rows)] = rows[..., None]  # one copy for each filter
        self.inside[above + len(rows) :] = 0


def _block_height(window: Window) -> int:
    height, width = window.output
    return min(height, -(-PIXELS // width))
