"""Inception towers of 1x1 then k x k, one by one and all at once.

The step from the Xception paper's figure 2 to its figure 3: many towers are one large 1x1
convolution followed by a grouped one.
"""

from collections.abc import Sequence

import numpy as np

from dscourse.conv._arguments import float_arrays, require_image, require_kernel, require_matrix
from dscourse.conv._types import FloatArray, IntOrPair
from dscourse.conv.vectorized import conv2d, pointwise_conv2d


def towers(
    x: FloatArray,
    pointwise_kernels: Sequence[FloatArray],
    spatial_kernels: Sequence[FloatArray],
    *,
    strides: IntOrPair = 1,
    padding: str = "valid",
    dilation_rate: IntOrPair = 1,
) -> FloatArray:
    """Run G towers, each a 1x1 then a k x k convolution of `x`, and join their channels.

    Args:
        x: Images (batch, height, width, c_in).
        pointwise_kernels: For each tower (1, 1, c_in, c_tower) or (c_in, c_tower).
        spatial_kernels: For each tower (kh, kw, c_tower, c_out of the tower).
        strides: Step of the k x k convolutions, one number or a pair (height, width).
        padding: 'valid' or 'same', for the k x k convolutions.
        dilation_rate: Dilation of the k x k convolutions, one number or a pair (height, width).

    Returns:
        Images (batch, height', width', sum of the towers' c_out), in the order of the towers.

    Raises:
        TypeError: An array is not a float32 or float64 NumPy array, or a step is not an integer.
        ValueError: The two sequences differ in length, or shapes, steps or padding do not fit.

    Source: Chollet, "Xception", arXiv:1610.02357, figure 2.

    >>> shapes = [(1, 1, 3, 2), (3, 3, 2, 4)]
    >>> one, two = (np.ones(shape) for shape in shapes)
    >>> towers(np.ones((1, 5, 5, 3)), [one, one], [two, two], padding="same").shape
    (1, 5, 5, 8)
    """
    (x,) = float_arrays(x=x)
    require_image(x)
    outputs = [
        conv2d(
            pointwise_conv2d(x, pointwise),
            spatial,
            strides=strides,
            padding=padding,
            dilation_rate=dilation_rate,
        )
        for pointwise, spatial in _paired(pointwise_kernels, spatial_kernels, x.shape[3])
    ]
    return np.concatenate(outputs, axis=3)


def fuse_towers(
    pointwise_kernels: Sequence[FloatArray], spatial_kernels: Sequence[FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Write G equal towers as one 1x1 convolution and one convolution in G groups.

    Args:
        pointwise_kernels: For each tower (1, 1, c_in, c_tower) or (c_in, c_tower).
        spatial_kernels: For each tower (kh, kw, c_tower, c_out of the tower).

    Returns:
        The pointwise kernel (1, 1, c_in, G * c_tower) and the grouped kernel
        (kh, kw, c_tower, G * c_out of the tower).

    Raises:
        TypeError: An array is not a float32 or float64 NumPy array.
        ValueError: The two sequences differ in length, or the towers in shape.

    Source: Chollet, "Xception", arXiv:1610.02357, figure 3.

    >>> pointwise, grouped = fuse_towers([np.ones((3, 2))] * 4, [np.ones((3, 3, 2, 5))] * 4)
    >>> pointwise.shape, grouped.shape
    ((1, 1, 3, 8), (3, 3, 2, 20))
    """
    pairs = _paired(pointwise_kernels, spatial_kernels)
    shapes = {(pointwise.shape, spatial.shape) for pointwise, spatial in pairs}
    if len(shapes) > 1:
        raise ValueError(
            f"`pointwise_kernels` and `spatial_kernels` must have one shape in all towers, because "
            f"the groups of a convolution are equal; got {sorted(shapes)}."
        )
    pointwise, spatial = zip(*pairs, strict=True)
    return np.concatenate(pointwise, axis=1)[None, None], np.concatenate(spatial, axis=3)


def _paired(
    pointwise_kernels: Sequence[FloatArray],
    spatial_kernels: Sequence[FloatArray],
    c_in: int | None = None,
) -> list[tuple[FloatArray, FloatArray]]:
    """Check the towers' kernels and pair them up, each pointwise kernel as a matrix."""
    if not 0 < len(pointwise_kernels) == len(spatial_kernels):
        raise ValueError(
            f"`pointwise_kernels` and `spatial_kernels` must hold one kernel a tower; got "
            f"{len(pointwise_kernels)} and {len(spatial_kernels)}."
        )
    pairs = []
    for tower, kernels in enumerate(zip(pointwise_kernels, spatial_kernels, strict=True)):
        first, second = f"pointwise_kernels[{tower}]", f"spatial_kernels[{tower}]"
        pointwise, spatial = float_arrays(**dict(zip((first, second), kernels, strict=True)))
        matrix = require_matrix(first, pointwise, c_in)
        require_kernel(second, spatial, matrix.shape[1])
        pairs.append((matrix, spatial))
    return pairs
