"""Chapter 8: the references do what Keras does, which is what the chapter says of them."""

import numpy as np
import pytest

from dscourse.exercises.ch08_residuals import batch_norm, explain_lag, fold, xception_block

pytestmark = pytest.mark.keras

BLOCKS = {  # grid and channels that come in, filters, options; narrow, so that it is quick
    "block2": ((9, 8, 6), (13, 13), {"first_relu": False}),
    "block3": ((8, 9, 13), (26, 26), {}),
    "block4": ((9, 9, 26), (73, 73), {}),
    "block5": ((5, 4, 73), (73, 73, 73), {"strides": 1}),
    "block6": ((4, 5, 73), (73, 102), {}),
}


@pytest.fixture(scope="module")
def network():
    from dscourse.xception import Xception

    return Xception(
        include_top=False, weights=None, width=0.1, middle_blocks=1, input_shape=(71, 71, 3)
    )


def block_of(network, name: str, shape):
    """Cut one block out of a network, as a model on its own input."""
    import keras

    before = f"block{int(name.removeprefix('block')) - 1}_"
    start = [layer for layer in network.layers if layer.name.startswith(before)][-1].output
    end = network.get_layer(f"{name}_add").output
    cut = keras.Model(start, end)
    # A grid of its own size: the cut part has been built for the network's.
    return keras.models.clone_model(cut, input_tensors=keras.Input(shape))


@pytest.mark.parametrize("name", BLOCKS)
def test_the_block_is_that_of_xception(network, name):
    import keras

    from dscourse.xception import copy_weights

    shape, filters, options = BLOCKS[name]
    theirs = block_of(network, name, shape)
    rng = np.random.default_rng(8)
    theirs.set_weights(
        [rng.uniform(0.1, 1.0, w.shape) - 0.4 * (len(w.shape) > 1) for w in theirs.weights]
    )
    x = keras.Input(shape)
    ours = keras.Model(x, xception_block(x, filters, **options))
    copy_weights(theirs, ours)
    images = rng.normal(size=(2, *shape)).astype("float32")
    wanted = np.asarray(theirs(images, training=False))
    np.testing.assert_allclose(ours(images), wanted, rtol=1e-4, atol=1e-5 * np.abs(wanted).max())


def normalization(rng, shape: tuple[int, ...], **options):
    import keras

    channels = shape[-1]
    layer = keras.layers.BatchNormalization(**options)
    layer.build(shape)
    spread = rng.uniform(0.5, 2.0, size=(2, channels))
    layer.set_weights([spread[0], *rng.normal(size=(2, channels)), spread[1]])
    return layer


@pytest.mark.parametrize("shape", [(2, 2, 2, 3), (5, 3)], ids=["images", "vectors"])
@pytest.mark.parametrize("options", [{}, {"momentum": 0.9, "epsilon": 0.1}], ids=["usual", "other"])
def test_batch_norm_is_that_of_keras_over_several_steps_and_at_inference(shape, options):
    rng = np.random.default_rng(8)
    layer = normalization(rng, shape, **options)
    gamma, beta, *statistics = layer.get_weights()
    for training in (True, True, True, False):
        x = rng.normal(1, 2, size=shape).astype("float32")
        wanted = np.asarray(layer(x, training=training))
        y, *statistics = batch_norm(x, gamma, beta, *statistics, training, **options)
        np.testing.assert_allclose(y, wanted, atol=2e-5)
        np.testing.assert_allclose(statistics, layer.get_weights()[2:], rtol=1e-5, atol=1e-6)


def test_the_same_holds_inside_fit():
    import keras

    x = np.random.default_rng(8).normal(1, 2, size=(4, 2, 2, 3)).astype("float32")
    model = keras.Sequential([keras.layers.BatchNormalization(trainable=True)])
    model.compile("sgd", "mse")
    model.fit(x, x, batch_size=4, epochs=1, verbose=0)
    zeros, ones = np.zeros(3), np.ones(3)
    _, *wanted = batch_norm(x, ones, zeros, zeros, ones, training=True)
    np.testing.assert_allclose(model.layers[0].get_weights()[2:], wanted, rtol=1e-5)


@pytest.mark.parametrize("bias", [True, False])
def test_a_folded_convolution_is_the_two_layers_of_keras(bias):
    import keras

    rng = np.random.default_rng(8)
    conv, norm = keras.layers.Conv2D(6, 1, use_bias=bias), normalization(rng, (2, 5, 4, 6))
    image = rng.normal(size=(2, 5, 4, 3)).astype("float32")
    conv.build(image.shape)
    conv.set_weights([rng.normal(size=w.shape) for w in conv.weights])
    kernel, *own = conv.get_weights()
    new_kernel, new_bias = fold(kernel, own[0] if own else None, *norm.get_weights())
    assert new_kernel.shape == kernel.shape
    wanted = np.asarray(norm(conv(image), training=False))
    np.testing.assert_allclose(image @ new_kernel[0, 0] + new_bias, wanted, atol=1e-5)


def test_the_moving_variance_of_a_run_is_that_of_keras_and_the_advice_suffices():
    run = {"fit": 0.9, "train": 0.1, "validation": 0.1, "chance": 0.1, "momentum": 0.99}
    run |= {"steps": 20, "epochs": 2, "variance": 0.04}
    batch = np.tile([-0.2, 0.2], 8).reshape(4, 2, 2, 1).astype("float32")  # variance 0.04

    def trained(momentum, steps):
        layer = normalization(np.random.default_rng(8), batch.shape, momentum=momentum)
        layer.set_weights([*layer.get_weights()[:2], np.zeros(1), np.ones(1)])
        for _ in range(steps):
            y = np.asarray(layer(batch, training=True))
        return float(layer.moving_variance[0]), y.std() / np.asarray(layer(batch)).std()

    answer = explain_lag(run)
    moving, shrunk = trained(0.99, 40)
    assert answer["moving_variance"] == pytest.approx(moving, rel=1e-4)
    assert answer["shrunk"] == pytest.approx(shrunk, rel=0.02)  # Keras has an epsilon
    assert answer["cause"] == "statistics"
    mended, _ = trained(answer["momentum"], 20)
    assert mended == pytest.approx(2 * 0.04, rel=1e-3)
