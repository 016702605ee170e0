"""What all tests of the Inception modules share."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def inception():
    """Import Keras here: collecting the tests must stay fast."""
    import keras

    from dscourse import inception

    keras.backend.clear_session()
    return inception


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.fixture(scope="module")
def built():
    """Return a function that makes a model of one module."""
    import keras

    def build(shape, module, *args, **options):
        x = keras.Input(shape)
        return keras.Model(x, module(x, *args, **options))

    return build


@pytest.fixture(scope="module")
def count():
    """Return a function that counts weights without biases, and multiply-adds."""
    from dscourse.cost import layer_table

    def counted(model):
        rows = layer_table(model)
        biases = sum(layer.bias.shape[0] for layer in model.layers if has_bias(layer))
        return sum(r.parameters for r in rows) - biases, sum(r.multiply_adds for r in rows)

    return counted


def has_bias(layer):
    return getattr(layer, "bias", None) is not None
