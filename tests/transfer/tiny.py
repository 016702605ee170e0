"""A base of three blocks on 8x8 images: small enough to train in a test, with every trap in it."""

import contextlib
import warnings

import numpy as np

SHAPE, CLASSES, IMAGES = (8, 8, 3), 2, 8
BATCH_NORMS = ("block1_conv_bn", "block2_conv_bn", "batch_normalization", "block3_conv_bn")


def base(*, dropout=0.0):
    """Return a base that ends in a map; its second block has an unnamed shortcut, as Xception's."""
    import keras
    from keras import layers

    keras.backend.clear_session()  # the unnamed layers are called the same in every test
    x = inputs = keras.Input(SHAPE)
    x = layers.Conv2D(4, 3, use_bias=False, name="block1_conv")(x)
    x = layers.BatchNormalization(name="block1_conv_bn")(x)
    y = layers.Conv2D(4, 3, padding="same", use_bias=False, name="block2_conv")(x)
    shortcut = layers.Conv2D(4, 1, use_bias=False)(x)
    y = layers.BatchNormalization(name="block2_conv_bn")(y)
    y = layers.add([y, layers.BatchNormalization()(shortcut)])
    y = layers.Conv2D(5, 3, use_bias=False, name="block3_conv")(y)
    y = layers.BatchNormalization(name="block3_conv_bn")(y)
    y = layers.Activation("elu", name="block3_conv_act")(y)
    if dropout:
        y = layers.Dropout(dropout, name="block3_dropout")(y)
    return keras.Model(inputs, y, name="base")


def nested(inner, **arguments):
    """Put a head behind a base that is one layer of the whole."""
    import keras
    from keras import layers

    inputs = keras.Input(SHAPE)
    x = layers.GlobalAveragePooling2D(name="pool")(inner(inputs, **arguments))
    return keras.Model(inputs, layers.Dense(CLASSES, name="predictions")(x), name="whole")


def flat(inner):
    """Put a head on the output of a base, whose layers become those of the whole."""
    import keras
    from keras import layers

    x = layers.GlobalAveragePooling2D(name="pool")(inner.output)
    return keras.Model(inner.inputs, layers.Dense(CLASSES, name="predictions")(x), name="whole")


def compiled(model, rate=0.1):
    """Compile a model for images(): plain gradient descent moves every weight it is given."""
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(rate), loss)
    return model


def images(seed=0):
    return np.random.default_rng(seed).normal(1.0, 2.0, (IMAGES, *SHAPE)).astype("float32")


def labels():
    return np.arange(IMAGES) % CLASSES


def fit(model):
    model.fit(images(), labels(), batch_size=4, verbose=0)


def changed(model, action):
    """Run an action and return the names "layer/weight" of what it changed in a model."""
    before = values(model)
    action()
    triples = zip(model.weights, before, values(model), strict=True)
    return {w.path for w, old, new in triples if not np.array_equal(old, new)}


def values(model):
    """Return copies of all weights, in Keras' order."""
    return [np.array(value) for value in model.get_weights()]


def statistics(names=BATCH_NORMS):
    return {f"{name}/moving_{what}" for name in names for what in ("mean", "variance")}


@contextlib.contextmanager
def no_word_is_said():
    """Fail where a warning is given; many of these tests are about silence."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        yield
