"""Every file of tests starts with nothing of Keras' session left from the one before."""

import pytest


@pytest.fixture(autouse=True, scope="module")
def fresh_session():
    import keras

    keras.backend.clear_session()
