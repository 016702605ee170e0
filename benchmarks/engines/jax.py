"""JAX: XLA's own grouped convolution, and nine shifted images that XLA fuses."""

from typing import Any

from benchmarks.case import Case
from benchmarks.engines import Prepared, as_array, engine


@engine("jax", "separable", "jax")
@engine("jax", "ordinary", "jax")
def jax_convolution(case: Case) -> Prepared:
    """Call `conv_general_dilated`, with one group a channel for the depthwise step."""
    import jax

    kernels = [jax.numpy.asarray(w) for w in case.weights]
    if case.task == "separable":
        kernels[0] = kernels[0].transpose(0, 1, 3, 2)  # one input channel a group

    def convolve(x: Any, *kernels: Any) -> Any:
        for kernel in kernels:
            x = jax.lax.conv_general_dilated(
                x,
                kernel,
                window_strides=(1, 1),
                padding="SAME",
                dimension_numbers=("NHWC", "HWIO", "NHWC"),
                feature_group_count=x.shape[3] // kernel.shape[2],
            )
        return x

    return _compiled(convolve, case.x, *kernels)


@engine("jax-shift", "separable", "jax")
def jax_shift(case: Case) -> Prepared:
    """Write the depthwise step as shift-and-add."""
    import jax.numpy as jnp

    size = case.layer.size

    def convolve(x: Any, depthwise: Any, pointwise: Any) -> Any:
        padded = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        y = sum(
            padded[:, u : u + size, v : v + size] * depthwise[u, v]
            for u in range(3)
            for v in range(3)
        )
        return (y.reshape(-1, y.shape[3]) @ pointwise).reshape(*y.shape[:3], -1)

    return _compiled(convolve, case.x, case.depthwise[..., 0], case.pointwise[0, 0])


def _compiled(function: Any, *arrays: Any) -> Prepared:
    import jax

    operands = [jax.device_put(array) for array in arrays]
    call = jax.jit(function)
    return lambda: call(*operands).block_until_ready(), as_array
