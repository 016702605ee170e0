"""Check what a convolution is given, once for every implementation.

Each of `spatial`, `pointwise` and `separable` returns arrays of one common dtype, ready to
compute with. A message names the argument as the caller of the public function wrote it.
"""

import numpy as np

from dscourse.conv._integers import positive
from dscourse.conv._types import FloatArray, IntOrPair
from dscourse.conv.geometry import Window


def spatial(
    x: object,
    kernel: object,
    strides: IntOrPair,
    padding: str,
    dilation_rate: IntOrPair,
    *,
    last_axis: str = "c_out",
    groups: int = 1,
) -> tuple[FloatArray, FloatArray, Window]:
    """Check an image and a kernel (kh, kw, c_in // groups, last_axis) that slides over it."""
    positive("groups", groups)
    x, kernel = float_arrays(x=x, kernel=kernel)
    require_image(x)
    require_groups(groups, x.shape[3], "channels of `x`")
    require_kernel("kernel", kernel, x.shape[3] // groups, last_axis)
    require_groups(groups, kernel.shape[3], "output channels of `kernel`")
    return x, kernel, _window(x, kernel, strides, padding, dilation_rate)


def pointwise(x: object, kernel: object) -> tuple[FloatArray, FloatArray]:
    """Check an image and a 1x1 kernel, and return the kernel as a matrix (c_in, c_out)."""
    x, kernel = float_arrays(x=x, kernel=kernel)
    require_image(x)
    return x, require_matrix("kernel", kernel, x.shape[3])


def separable(
    x: object,
    depthwise_kernel: object,
    pointwise_kernel: object,
    strides: IntOrPair,
    padding: str,
    dilation_rate: IntOrPair,
) -> tuple[FloatArray, FloatArray, FloatArray, Window]:
    """Check an image and the two kernels of a separable convolution, the second as a matrix."""
    x, depthwise, pointwise = float_arrays(
        x=x, depthwise_kernel=depthwise_kernel, pointwise_kernel=pointwise_kernel
    )
    require_image(x)
    require_kernel("depthwise_kernel", depthwise, x.shape[3], "depth_multiplier")
    matrix = require_matrix("pointwise_kernel", pointwise, x.shape[3] * depthwise.shape[3])
    return x, depthwise, matrix, _window(x, depthwise, strides, padding, dilation_rate)


def float_arrays(**arrays: object) -> list[FloatArray]:
    """Demand NumPy arrays of float32 or float64, and bring them to their common dtype."""
    checked = [_float_array(name, array) for name, array in arrays.items()]
    dtype = np.result_type(*checked)
    return [np.asarray(array, dtype=dtype) for array in checked]


def _float_array(name: str, array: object) -> FloatArray:
    if not isinstance(array, np.ndarray) or isinstance(array, np.ma.MaskedArray):
        raise TypeError(
            f"`{name}` must be a NumPy array; got {type(array).__name__}, "
            f"so convert it with np.asarray({name}, dtype=np.float32)."
        )
    if array.dtype not in (np.float32, np.float64):
        raise TypeError(
            f"`{name}` must be float32 or float64; got {array.dtype}, "
            f"so convert it with {name}.astype(np.float32)."
        )
    return array


def require_image(x: FloatArray) -> None:
    """Demand images (batch, height, width, channels)."""
    # An empty batch is a batch; an image without pixels or channels is a mistake.
    if x.ndim != 4 or 0 in x.shape[1:]:
        raise ValueError(
            f"`x` must have shape (batch, height, width, channels), with no empty axis but the "
            f"batch; got {x.shape}."
        )


def require_groups(groups: int, channels: int, which: str) -> None:
    """Demand that `groups` divides a number of channels."""
    if channels % groups:
        raise ValueError(f"`groups` must divide the {channels} {which}; got {groups}.")


def require_kernel(
    name: str, kernel: FloatArray, c_in: int | None = None, last_axis: str = "c_out"
) -> None:
    """Demand four axes, none empty, and `c_in` channels where the caller knows them."""
    if kernel.ndim != 4 or 0 in kernel.shape or c_in not in (None, kernel.shape[2]):
        reads = "c_in" if c_in is None else c_in
        raise ValueError(
            f"`{name}` must have shape (kh, kw, {reads}, {last_axis}) to read {reads} channels, "
            f"with no empty axis; got {kernel.shape}."
        )


def require_matrix(name: str, kernel: FloatArray, c_in: int | None = None) -> FloatArray:
    """Read a 1x1 kernel, with or without its two axes of length 1, as (c_in, c_out)."""
    ones, axes = kernel.shape[:-2], kernel.shape[-2:]
    if len(axes) < 2 or ones not in ((), (1, 1)) or 0 in axes or c_in not in (None, axes[0]):
        reads = "c_in" if c_in is None else c_in
        raise ValueError(
            f"`{name}` must have shape (1, 1, {reads}, c_out) or ({reads}, c_out) to read "
            f"{reads} channels, with no empty axis; got {kernel.shape}."
        )
    return kernel.reshape(axes)


def _window(
    x: FloatArray,
    kernel: FloatArray,
    strides: IntOrPair,
    padding: str,
    dilation_rate: IntOrPair,
) -> Window:
    image, taps = (x.shape[1], x.shape[2]), (kernel.shape[0], kernel.shape[1])
    return Window.over(image, taps, strides, padding, dilation_rate)
