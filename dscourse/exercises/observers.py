"""Turn an answer that builds Keras layers into plain values, by what the layers do.

No check looks at names or classes of layers: two models that compute the same are both right.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from dscourse.checking import TODO


def build_and_run(answer: Callable[..., Any], x: np.ndarray, *args: Any, **kwargs: Any) -> Any:
    """Build a Keras model from the answer, fill in known weights, and run it on `x`.

    The answer gets a symbolic `keras.Input` in the place of `x` and returns a symbolic tensor.

    Args:
        answer: The learner's function.
        x: Images (batch, height, width, channels).
        args: What the answer gets after the input.
        kwargs: What it gets by name.

    Returns:
        The number of parameters, and the output for `x`, at inference. `TODO` and None, from an
        answer that is not written yet, come back as they are.

    Raises:
        TypeError: The answer returned anything else.
    """
    import keras

    inputs = keras.Input(x.shape[1:], dtype=x.dtype)
    outputs = answer(inputs, *args, **kwargs)
    if outputs is TODO or outputs is None:
        return outputs
    if not isinstance(outputs, keras.KerasTensor):
        kind = type(outputs).__name__
        raise TypeError(f"return the output tensor of your last layer, not an object {kind}.")
    model = keras.Model(inputs, outputs)
    model.set_weights([known_weight(weight.shape, weight.name) for weight in model.weights])
    return {"parameters": model.count_params(), "output": np.asarray(model(x, training=False))}


# The four vectors of a BatchNormalization have one shape, so their names must tell them apart.
_STATISTICS = {
    "gamma": (0.5, 1.5),
    "beta": (-0.5, 0.5),
    "moving_mean": (-0.5, 0.5),
    "moving_variance": (0.5, 2.0),
}


def known_weight(shape: tuple[int, ...], name: str = "") -> np.ndarray:
    """Make the values of one weight from nothing but its shape, and the role that Keras names.

    So the order in which a learner builds branches does not matter, and a `Dense` layer gets the
    same matrix as the 1x1 convolution that it equals: axes of length 1 do not count.

    Args:
        shape: Of the weight. Weights of different meaning need different shapes in a check.
        name: Keras' name of the weight. Only "gamma", "beta", "moving_mean" and "moving_variance"
            make a difference.

    Returns:
        Biases, gammas and variances are positive; kernels keep the scale of their input.

    >>> kernel, matrix = known_weight((1, 1, 4, 6)), known_weight((4, 6), "kernel")
    >>> bool((kernel[0, 0] == matrix).all())
    True
    """
    sides = [side for side in shape if side > 1]
    if name in _STATISTICS:
        rng = np.random.default_rng([*sides, *name.encode()])
        return rng.uniform(*_STATISTICS[name], shape).astype(np.float32)
    rng = np.random.default_rng(sides)
    if len(shape) < 2:
        return rng.uniform(0.2, 1.0, shape).astype(np.float32)
    scale = float(np.sqrt(np.prod(shape[:-1])))
    return (rng.normal(size=shape) / scale).astype(np.float32)
