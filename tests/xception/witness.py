"""The witness: Keras' own Xception, with weights that hide no mistake."""

import numpy as np

MOST = 1e-5  # relative error that counts as rounding


def randomise(model, seed=0):
    """Move every weight from its start; there a normalization does nothing, and hides a lot."""
    rng = np.random.default_rng(seed)
    model.set_weights([_values(weight, rng) for weight in model.weights])
    return model


def _values(weight, rng):
    shape = tuple(weight.shape)
    if len(shape) == 1:
        # A moving variance must be positive, and small enough for epsilon to show.
        low, high = {"gamma": (0.5, 1.5), "moving_variance": (0.05, 2)}.get(
            weight.name, (-0.3, 0.3)
        )
        return rng.uniform(low, high, shape)
    # The numbers that one output adds up: nine where a channel is convolved alone.
    terms = 9 if shape[-1] == 1 else np.prod(shape[:-1])
    # Features are large here; only small logits leave a softmax more than one class.
    scale = 0.02 if len(shape) == 2 else 1
    return rng.normal(0, scale / np.sqrt(terms), shape)


def images(size, batch=1, channels=3):
    """Return images with values from -1 to 1; `size` is a side, or height and width."""
    shape = (batch, *np.broadcast_to(size, 2), channels)
    return np.random.default_rng(shape).uniform(-1, 1, shape).astype("float32")


def relative_error(got, wanted):
    """Return the norm of the difference divided by the norm of what is wanted.

    Features of random weights can be tiny or huge: an absolute tolerance says nothing.
    """
    got, wanted = (np.asarray(values, dtype=np.float64) for values in (got, wanted))
    assert got.shape == wanted.shape
    assert np.linalg.norm(wanted) > 0
    return np.linalg.norm(got - wanted) / np.linalg.norm(wanted)
