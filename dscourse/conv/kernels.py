"""One kernel in another form: dense from sparse parts, and the nearest sparse parts of a dense one.

A convolution is linear, so two kernels are the same map where they give the same dense kernel.
"""

import numpy as np

from dscourse.conv._arguments import (
    float_arrays,
    require_groups,
    require_kernel,
    require_matrix,
)
from dscourse.conv._integers import positive
from dscourse.conv._types import FloatArray


def block_diagonal_kernel(kernel: FloatArray, groups: int) -> FloatArray:
    """Write a grouped kernel as the dense kernel of the same map: zeros between the groups.

    Args:
        kernel: Weights (kh, kw, c_in // groups, c_out) of a grouped convolution.
        groups: Number of segments; it divides c_out.

    Returns:
        Weights (kh, kw, c_in, c_out) of an ordinary convolution, zero off the block diagonal.

    Raises:
        TypeError: `kernel` is not a float32 or float64 NumPy array, or `groups` no integer.
        ValueError: `kernel` has not four axes, or `groups` does not divide c_out.

    >>> block_diagonal_kernel(np.ones((1, 1, 1, 4)), groups=2)[0, 0]
    array([[1., 1., 0., 0.],
           [0., 0., 1., 1.]])
    """
    positive("groups", groups)
    (kernel,) = float_arrays(kernel=kernel)
    require_kernel("kernel", kernel)
    require_groups(groups, kernel.shape[3], "output channels of `kernel`")
    kh, kw, segment, c_out = kernel.shape
    dense = np.zeros((kh, kw, groups * segment, c_out), kernel.dtype)
    for first_in, first_out in zip(
        range(0, groups * segment, segment), range(0, c_out, c_out // groups), strict=True
    ):
        reads = slice(first_in, first_in + segment)
        writes = slice(first_out, first_out + c_out // groups)
        dense[:, :, reads, writes] = kernel[..., writes]
    return dense


def effective_kernel(depthwise_kernel: FloatArray, pointwise_kernel: FloatArray) -> FloatArray:
    """Multiply out depthwise, then pointwise: the dense kernel of the same map.

    `dense[u, v, c, o] = Σ_m depthwise[u, v, c, m] · pointwise[c·M + m, o]`: for each input
    channel a matrix (kh * kw, c_out) of rank at most M.

    Args:
        depthwise_kernel: Weights (kh, kw, c_in, depth_multiplier).
        pointwise_kernel: Weights (1, 1, c_in * depth_multiplier, c_out), or without the ones.

    Returns:
        Weights (kh, kw, c_in, c_out) of an ordinary convolution.

    Raises:
        TypeError: An array is not a float32 or float64 NumPy array.
        ValueError: The shapes do not fit.

    >>> effective_kernel(np.full((3, 3, 4, 1), 2.0), np.full((4, 8), 3.0))[0, 0, 0, 0].item()
    6.0
    """
    depthwise, pointwise = float_arrays(
        depthwise_kernel=depthwise_kernel, pointwise_kernel=pointwise_kernel
    )
    require_kernel("depthwise_kernel", depthwise, last_axis="depth_multiplier")
    c_in, multiplier = depthwise.shape[2:]
    matrix = require_matrix("pointwise_kernel", pointwise, c_in * multiplier)
    dense: FloatArray = np.einsum("uvcm,cmo->uvco", depthwise, matrix.reshape(c_in, multiplier, -1))
    return dense


def nearest_separable(
    kernel: FloatArray, depth_multiplier: int = 1
) -> tuple[FloatArray, FloatArray]:
    """Find the separable kernels whose `effective_kernel` is nearest to a dense kernel.

    Each input channel of the dense kernel is a matrix (kh * kw, c_out). Its best approximation of
    rank M, in the Frobenius norm, keeps the M largest singular values (Eckart and Young, 1936).
    With M = min(kh * kw, c_out) nothing is lost: every convolution is separable if M is large
    enough.

    Args:
        kernel: Weights (kh, kw, c_in, c_out).
        depth_multiplier: M, the rank that each input channel may keep.

    Returns:
        The depthwise kernel (kh, kw, c_in, M) and the pointwise kernel (1, 1, c_in * M, c_out).

    Raises:
        TypeError: `kernel` is not a float32 or float64 NumPy array, or M is not an integer.
        ValueError: `kernel` has not four axes, or M is larger than min(kh * kw, c_out).

    >>> dense = effective_kernel(np.ones((3, 3, 4, 1)), np.ones((4, 8)))
    >>> bool(np.allclose(effective_kernel(*nearest_separable(dense)), dense))
    True
    """
    rank = positive("depth_multiplier", depth_multiplier)
    (kernel,) = float_arrays(kernel=kernel)
    require_kernel("kernel", kernel)
    kh, kw, c_in, c_out = kernel.shape
    if rank > min(kh * kw, c_out):
        raise ValueError(
            f"`depth_multiplier` must be at most min(kh * kw, c_out) = {min(kh * kw, c_out)}, "
            f"where the kernel is already exact; got {depth_multiplier}."
        )
    matrices = kernel.transpose(2, 0, 1, 3).reshape(c_in, kh * kw, c_out)
    u, s, vt = np.linalg.svd(matrices, full_matrices=False)
    # Half of each singular value goes to either side, so that both kernels have one scale.
    root = np.sqrt(s[:, :rank])
    depthwise = (u[:, :, :rank] * root[:, None, :]).transpose(1, 0, 2)
    pointwise = root[:, :, None] * vt[:, :rank]
    return depthwise.reshape(kh, kw, c_in, rank), pointwise.reshape(1, 1, c_in * rank, c_out)
