"""Convolutions in NumPy with the meaning of TensorFlow and Keras.

Images are (batch, height, width, channels). The functions here are the fast ones;
`dscourse.conv.reference` has the same five as plain loops, to read and to test against, and
`dscourse.conv.compiled` has two of them as loops for Numba (extra `compiled`), which are faster.
"""

from dscourse.conv.fusion import fuse_towers, towers
from dscourse.conv.geometry import output_size, same_padding
from dscourse.conv.kernels import block_diagonal_kernel, effective_kernel, nearest_separable
from dscourse.conv.vectorized import (
    conv2d,
    depthwise_conv2d,
    grouped_conv2d,
    pointwise_conv2d,
    separable_conv2d,
)

__all__ = [
    "block_diagonal_kernel",
    "conv2d",
    "depthwise_conv2d",
    "effective_kernel",
    "fuse_towers",
    "grouped_conv2d",
    "nearest_separable",
    "output_size",
    "pointwise_conv2d",
    "same_padding",
    "separable_conv2d",
    "towers",
]
