"""Exercises of chapter 11: what each argument of a Keras Application does."""

import numpy as np

from dscourse.checking import Exercise, call
from dscourse.exercises.application_observers import named_arguments, top_on_base

# --- 11.1 ------------------------------------------------------------------------------------

shapes = Exercise(
    "11-shapes",
    "Predict the shapes of ten calls",
    "Write `output_shape`, which predicts `model.output_shape[1:]` of "
    "`keras.applications.Xception(weights=None, …)` and builds nothing.\n\n"
    "The check asks for ten calls. Where Keras refuses one, raise a `ValueError`. Where Keras "
    "ignores an argument, ignore it too: you predict what *is*.\n\n"
    "The explorer above shows all of it but one rule, which you know from chapter 9: what becomes "
    "of a side of the image. Block 1 has two 3x3 convolutions *without* padding, the first with "
    "stride 2. Blocks 2, 3, 4 and 13 halve the side and round up.",
    hints=(
        "Begin with the top: if there is one, the output has `classes` numbers, whatever the "
        "other arguments say. But two kinds of `input_shape` are refused.",
        'Without a top there are two cases: `pooling` is one of `"avg"` and `"max"`, or it is '
        "anything else. An unknown pooling is no error in Keras.",
        "Without an `input_shape`, a model with a top is built for 299 x 299. One without a top "
        "takes every size: both sides are `None`, in the output too.",
        "The two convolutions of block 1: `side = (side - 3) // 2 + 1`, then `side = side - 2`. "
        "Halve and round up four times: `side = (side + 1) // 2`.",
        "Refuse a side below 71, with a top or without. With a top refuse a side that is `None`.",
    ),
)


@shapes.reference
def output_shape(include_top=True, input_shape=None, pooling=None, classes=1000):
    """Predict the output shape of Keras' Xception with weights=None.

    The arguments are those of Keras; in input_shape a side may be None.
    Returns the shape without the batch, a tuple.
    Raises a ValueError where Keras does.
    """
    if input_shape is None:
        input_shape = (299, 299, 3) if include_top else (None, None, 3)
    sides = input_shape[:2]
    if any(side is not None and side < 71 for side in sides):
        raise ValueError("the image must have at least 71 x 71 pixels")
    if include_top:
        if None in sides:
            raise ValueError("with a top the size must be known")
        return (classes,)
    if pooling in ("avg", "max"):
        return (2048,)

    def places(side):
        if side is None:
            return None
        side = (side - 3) // 2 + 1 - 2
        for _ in range(4):
            side = (side + 1) // 2
        return side

    return (places(sides[0]), places(sides[1]), 2048)


@shapes.alternative
def _(include_top=True, input_shape=None, pooling=None, classes=1000):
    from dscourse.conv import output_size

    height, width, _ = input_shape or ((299, 299, 3) if include_top else (None, None, 3))
    for side in (height, width):
        if side is None:
            _ = include_top and _refuse("no size")
        elif side < 71:
            _refuse("too small")
    if include_top:
        return [classes]
    if pooling == "avg" or pooling == "max":
        return [2048]
    found = []
    for side in (height, width):
        if side is not None:
            side = output_size(output_size(side, 3, stride=2), 3)
            for _ in range(4):
                side = output_size(side, 3, stride=2, padding="same")
        found.append(side)
    return [*found, 2048]


@shapes.alternative
def _(include_top=True, input_shape=None, pooling=None, classes=1000):
    # Rounding up four times is rounding up once, by 16.
    sides = [299, 299] if include_top else [None, None]
    if input_shape is not None:
        sides = list(input_shape[:-1])
    known = [side for side in sides if side]
    if min(known, default=71) < 71 or (include_top and len(known) < 2):
        raise ValueError(f"{input_shape} is refused")
    if include_top:
        return np.array([classes])
    if pooling in {"avg", "max"}:
        return (np.int64(2048),)
    return (*(side and -(-((side - 1) // 2 - 2) // 16) for side in sides), 2048)


def _refuse(why):
    raise ValueError(why)


@shapes.check("two calls with a top", worth=2)
def _(rng):
    return [
        call(),
        call(input_shape=(150, 150, 3), pooling="max", classes=10),
    ]


@shapes.check("four calls without a top: the map", worth=4)
def _(rng):
    return [
        call(include_top=False, input_shape=(71, 71, 3)),
        call(include_top=False, input_shape=(299, 299, 3)),
        call(include_top=False, input_shape=(100, 200, 3)),
        call(include_top=False),
    ]


@shapes.check("two calls without a top, with pooling", worth=2)
def _(rng):
    return [
        call(include_top=False, input_shape=(224, 224, 3), pooling="avg", classes=10),
        call(include_top=False, input_shape=(128, 128, 3), pooling="sum"),
    ]


@shapes.check("two calls that Keras refuses", worth=2)
def _(rng):
    return [
        call(include_top=False, input_shape=(70, 70, 3)),
        call(include_top=True, input_shape=(None, None, 3)),
    ]


def _places(side):
    if side is None:
        return None
    side = (side - 3) // 2 - 1
    for _ in range(4):
        side = (side + 1) // 2
    return side


def _shape(include_top, input_shape, pooling, classes, *, places=_places, least=71, known=True):
    """Predict a shape; each argument after the star may be replaced by a wrong one."""
    sides = (input_shape or ((299, 299, 3) if include_top else (None, None, 3)))[:2]
    if any(side is not None and side < least for side in sides):
        raise ValueError("too small")
    if include_top:
        if known and None in sides:
            raise ValueError("unknown size")
        return (classes,)
    return (2048,) if pooling in ("avg", "max") else (*map(places, sides), 2048)


@shapes.misconception(
    "M-POOL-SUM",
    'An unknown `pooling` is treated as if it pooled. Keras knows `"avg"` and `"max"`; with '
    "anything else it pools nothing, and says nothing.",
    section="pooling-acts-only-without-a-top",
)
def _(include_top=True, input_shape=None, pooling=None, classes=1000):
    if pooling and not include_top:
        return (2048,)
    return _shape(include_top, input_shape, pooling, classes)


@shapes.misconception(
    "M-NOTOP-VEC",
    "`include_top=False` is taken for a vector. It ends in the last *map*, with a height and a "
    "width; only `pooling` makes a vector of it.",
    section="without-a-top-a-map-comes-out",
)
def _(include_top=True, input_shape=None, pooling=None, classes=1000):
    shape = _shape(include_top, input_shape, pooling, classes)
    return shape if include_top else (2048,)


@shapes.misconception(
    "M-CLASSES-NOTOP",
    "`classes` is used although there is no top. The classes belong to the top: without it Keras "
    "ignores the argument.",
    section="without-a-top-a-map-comes-out",
)
def _(include_top=True, input_shape=None, pooling=None, classes=1000):
    _shape(include_top, input_shape, pooling, classes)
    return (classes,)


@shapes.misconception(
    "M-POOL-TOP",
    "`pooling` is used although there is a top. The top pools by itself, and Keras ignores the "
    "argument.",
    section="pooling-acts-only-without-a-top",
)
def _(include_top=True, input_shape=None, pooling=None, classes=1000):
    shape = _shape(include_top, input_shape, pooling, classes)
    return (2048,) if pooling in ("avg", "max") else shape


@shapes.misconception(
    "M-SIDE-32",
    "The side is divided by 32 and rounded down. Block 1 works without padding, and the four "
    "halvings behind it round *up*: 71 pixels leave 3 places and 299 leave 10.",
    section="without-a-top-a-map-comes-out",
)
def _(include_top=True, input_shape=None, pooling=None, classes=1000):
    def places(side):
        return side and side // 32

    return _shape(include_top, input_shape, pooling, classes, places=places)


@shapes.misconception(
    "M-SIDE-UP",
    "The side is divided by 32 and rounded up. That is often right, but block 1 has no padding and "
    "loses a rim: 100 pixels leave 3 places, not 4.",
    section="without-a-top-a-map-comes-out",
)
def _(include_top=True, input_shape=None, pooling=None, classes=1000):
    def places(side):
        return side and -(-side // 32)

    return _shape(include_top, input_shape, pooling, classes, places=places)


@shapes.misconception(
    "M-NOTOP-299",
    "Without a top and without an `input_shape` you expect 299 x 299. Keras leaves both sides "
    "open then: they are `None`, in the output too.",
    section="without-a-top-a-map-comes-out",
)
def _(include_top=True, input_shape=None, pooling=None, classes=1000):
    return _shape(include_top, input_shape or (299, 299, 3), pooling, classes)


@shapes.misconception(
    "M-POOL-MAP",
    "The pooled output has kept height and width, each 1. Global pooling in Keras drops both "
    "axes: 2,048 numbers are left, in one axis.",
    section="pooling-acts-only-without-a-top",
)
def _(include_top=True, input_shape=None, pooling=None, classes=1000):
    shape = _shape(include_top, input_shape, pooling, classes)
    return (1, 1, 2048) if shape == (2048,) else shape


@shapes.misconception(
    "M-BATCH",
    "The batch stands in front. The shape is asked for *without* it: `model.output_shape[1:]`.",
    section="without-a-top-a-map-comes-out",
)
def _(include_top=True, input_shape=None, pooling=None, classes=1000):
    return (None, *_shape(include_top, input_shape, pooling, classes))


@shapes.misconception(
    "M-TOP-299",
    "With a top every size but 299 x 299 is refused, as the docstring has it. That is so with the "
    "weights of ImageNet alone; with `weights=None` any size from 71 on is built.",
    section="the-smallest-image-has-71-pixels",
)
def _(include_top=True, input_shape=None, pooling=None, classes=1000):
    if include_top and input_shape not in (None, (299, 299, 3)):
        raise ValueError("with a top the size is 299 x 299")
    return _shape(include_top, input_shape, pooling, classes)


@shapes.misconception(
    "M-SMALL",
    "An image of 70 pixels is let through. Keras refuses every side below 71, with a top and "
    "without one.",
    section="the-smallest-image-has-71-pixels",
)
def _(include_top=True, input_shape=None, pooling=None, classes=1000):
    return _shape(include_top, input_shape, pooling, classes, least=0)


@shapes.misconception(
    "M-TOP-NONE",
    "A top is built on an image of unknown size. Keras refuses that with a top, although its own "
    "top could do it.",
    section="the-smallest-image-has-71-pixels",
)
def _(include_top=True, input_shape=None, pooling=None, classes=1000):
    return _shape(include_top, input_shape, pooling, classes, known=False)


# --- 11.2 ------------------------------------------------------------------------------------

parameters = Exercise(
    "11-parameters",
    "Count the parameters of a call",
    "Write `expected_params`: what `model.count_params()` says for "
    "`keras.applications.Xception(weights=None, …)`. All arguments are possible ones.\n\n"
    "Three facts are enough.\n\n"
    "- Without a top, for images of 3 channels, Xception has 20,861,480 parameters.\n"
    "- Its first convolution has 32 filters of 3x3 and no bias.\n"
    "- The top is an average over all places and a dense layer with a bias, behind 2,048 "
    "channels.",
    hints=(
        "Ask of each argument: is there a weight whose shape it changes? For most the answer is "
        "no.",
        "The body is a stack of convolutions, and a convolution has no weight for a place. So of "
        "`input_shape` only the channels count, and they only count in the first layer.",
        "A filter of the first layer has 3 · 3 · channels weights; 3 channels are in the number "
        "that is given. The top adds `2048 * classes + classes`, if there is one.",
    ),
    engine="keras",
    seconds=60.0,
    uses=("dscourse.xception",),
)


@parameters.reference
def expected_params(
    include_top=True,
    input_shape=(299, 299, 3),
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
):
    """Count all parameters of keras.applications.Xception, without building it.

    The arguments are those of Keras; weights=None.
    Returns an integer.
    """
    channels = input_shape[2]
    body = 20_861_480 + 3 * 3 * (channels - 3) * 32
    top = 2048 * classes + classes if include_top else 0
    return body + top


@parameters.alternative
def _(include_top=True, input_shape=(299, 299, 3), classes=1000, **others):
    behind_the_first = 20_861_480 - 864
    total = behind_the_first + np.prod((3, 3, input_shape[-1], 32))
    if include_top:
        total += (2048 + 1) * classes
    return total


@parameters.alternative
def _(
    include_top=True,
    input_shape=(299, 299, 3),
    pooling=None,
    classes=1000,
    classifier_activation="softmax",
):
    from dscourse.xception import blocks, outline

    rows = outline(blocks(), (71, 71, input_shape[2]), classes=classes)
    if not include_top:
        rows.pop("head")
    return sum(layer.parameters for block in rows.values() for layer in block)


@parameters.check("with a top: 1000 classes, and 10 without an activation", worth=2)
def _(rng):
    return [call(), call(classes=10, classifier_activation=None)]


@parameters.check("with a top and a pooling, for small images")
def _(rng):
    return call(input_shape=(71, 71, 3), pooling="max", classes=10)


@parameters.check("without a top", worth=2)
def _(rng):
    return [
        call(include_top=False, input_shape=(150, 150, 3)),
        call(include_top=False, input_shape=(None, None, 3), pooling="avg", classes=10),
    ]


@parameters.check("images of one channel, and of four")
def _(rng):
    return [
        call(include_top=False, input_shape=(96, 96, 1)),
        call(input_shape=(128, 96, 4), classes=5),
    ]


def _body(channels=3):
    return 20_861_480 + 9 * 32 * (channels - 3)


@parameters.misconception(
    "M-HEAD-NO-TOP",
    "The classifier is counted although it was left out: with `include_top=False` nothing stands "
    "behind the 2,048 channels.",
    section="without-a-top-a-map-comes-out",
)
def _(include_top=True, input_shape=(299, 299, 3), classes=1000, **_):
    return _body(input_shape[2]) + 2049 * classes


@parameters.misconception(
    "M-POOL-PARAMS",
    "Pooling is counted, 2,048 parameters. It takes the average or the largest of the numbers "
    "that are there, and has none of its own.",
    section="count-what-an-argument-changes",
)
def _(include_top=True, input_shape=(299, 299, 3), pooling=None, classes=1000, **_):
    pooled = 2048 if pooling and not include_top else 0
    return expected_params(include_top, input_shape, pooling, classes) + pooled


@parameters.misconception(
    "M-POOL-TOP",
    "A `pooling` has replaced the top. With `include_top=True` Keras ignores it: the dense layer "
    "is still there.",
    section="pooling-acts-only-without-a-top",
)
def _(include_top=True, input_shape=(299, 299, 3), pooling=None, classes=1000, **_):
    return expected_params(include_top and pooling is None, input_shape, pooling, classes)


@parameters.misconception(
    "M-FLATTEN",
    "The dense layer got a weight for every place of the map. The top takes the average first, so "
    "it reads 2,048 numbers, whatever the size of the image.",
    section="count-what-an-argument-changes",
)
def _(include_top=True, input_shape=(299, 299, 3), classes=1000, **_):
    places = _places(input_shape[0]) * _places(input_shape[1]) if include_top else 0
    top = 2048 * places * classes + classes if include_top else 0
    return _body(input_shape[2]) + top


@parameters.misconception(
    "M-HEAD-NO-BIAS",
    "The bias of the dense layer is missing, one number for each class. It is the only layer of "
    "Xception that has one.",
    section="count-what-an-argument-changes",
)
def _(include_top=True, input_shape=(299, 299, 3), classes=1000, **_):
    return _body(input_shape[2]) + (2048 * classes if include_top else 0)


@parameters.misconception(
    "M-CLASSES-1000",
    "The dense layer always has 1000 outputs. It has as many as `classes` says.",
    section="count-what-an-argument-changes",
)
def _(include_top=True, input_shape=(299, 299, 3), **_):
    return expected_params(include_top, input_shape)


@parameters.misconception(
    "M-LOGITS",
    "Without an activation the dense layer is left out. `classifier_activation=None` leaves out "
    "the softmax alone, which has no weights.",
    section="count-what-an-argument-changes",
)
def _(include_top=True, classifier_activation="softmax", **given):
    return expected_params(include_top and classifier_activation is not None, **given)


@parameters.misconception(
    "M-CHANNELS",
    "The channels of the image are left out. The first convolution reads them: 3 · 3 · channels "
    "weights in each of its 32 filters.",
    section="count-what-an-argument-changes",
)
def _(include_top=True, input_shape=(299, 299, 3), pooling=None, classes=1000, **_):
    return expected_params(include_top, (299, 299, 3), pooling, classes)


@parameters.misconception(
    "M-TRAINABLE",
    "Only what can be trained is counted. `count_params()` counts the moving statistics of "
    "BatchNorm too, 54,528 numbers; so does the 20,861,480 of the prompt.",
    section="count-what-an-argument-changes",
)
def _(**given):
    return expected_params(**given) - 54_528


# --- 11.3 ------------------------------------------------------------------------------------

top = Exercise(
    "11-top",
    "Put the dropped top back",
    "Somebody has kept the two arrays of a top, `kernel` and `bias`, and a base without it. Write "
    "`put_top_back(base, kernel, bias)`: the model that was there before, from images to "
    "probabilities.\n\n"
    '- `base` ends in a map, or in the averages of its channels (`pooling="avg"`). Its '
    "`output_shape` says which.\n"
    "- The dense layer ends in a softmax, and holds `kernel` (channels, classes) and `bias` "
    "(classes,).\n\n"
    "The check builds two small bases and compares your model's outputs with the full model's. "
    "In its report the images stand in the place of `base`.",
    hints=(
        "`base.input` and `base.output` are symbolic tensors: build on the one, and hand both to "
        "`keras.Model`.",
        "A map has four axes with the batch, `len(base.output_shape) == 4`. Only a map has still "
        "to be averaged.",
        "A layer has no weights before it has been called. Then "
        "`layer.set_weights([kernel, bias])` gives it yours.",
        '`layers.GlobalAveragePooling2D(name="avg_pool")`, then '
        '`layers.Dense(len(bias), activation="softmax", name="predictions")`: keep that layer '
        "under a name, for `set_weights`.",
    ),
    engine="keras",
    how=top_on_base,
    seconds=60.0,
)


@top.reference
def put_top_back(base, kernel, bias):
    """Put average pooling and a dense softmax layer behind a base.

    base: a keras.Model that ends in a map (batch, height, width, channels),
        or in the averages (batch, channels) of one.
    kernel: (channels, classes)
    bias: (classes,)
    Returns a keras.Model from images to probabilities (batch, classes).
    """
    import keras
    from keras import layers

    x = base.output
    if len(base.output_shape) == 4:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    predictions = layers.Dense(len(bias), activation="softmax", name="predictions")
    model = keras.Model(base.input, predictions(x))
    predictions.set_weights([kernel, bias])
    return model


@top.alternative
def _(base, kernel, bias):
    import keras

    # The base stays one layer; the softmax is a layer of its own.
    model = keras.Sequential([keras.Input(base.input_shape[1:]), base])
    if len(model.output_shape) > 2:
        model.add(keras.layers.GlobalAvgPool2D())
    model.add(keras.layers.Dense(kernel.shape[1]))
    model.layers[-1].set_weights([kernel, bias])
    model.add(keras.layers.Softmax())
    return model


@top.alternative
def _(base, kernel, bias):
    import keras
    from keras import ops

    images = keras.Input(base.input_shape[1:])
    features = base(images, training=False)
    if features.ndim == 4:
        features = ops.mean(features, axis=(1, 2))
    logits = keras.layers.Dense(bias.size, name="predictions")(features)
    model = keras.Model(images, ops.softmax(logits))
    model.get_layer("predictions").kernel.assign(kernel)
    model.get_layer("predictions").bias.assign(bias)
    return model


@top.check("a base that ends in a map", worth=3)
def _(rng):
    return call(*_images_and_top(rng, (3, 11, 9, 3), classes=5))


@top.check("a base that has averaged already", worth=2)
def _(rng):
    return call(*_images_and_top(rng, (2, 8, 12, 3), classes=4), pooling="avg")


def _images_and_top(rng, shape, classes):
    """Draw images, and a kernel strong enough that no two kinds of top look alike."""
    images = rng.uniform(-1, 1, size=shape).astype("float32")
    kernel = rng.normal(size=(6, classes)).astype("float32")
    return images, kernel, rng.normal(size=classes).astype("float32")


def _with_top(base, kernel, bias, *, pool="GlobalAveragePooling2D", always=False, end="softmax"):
    """Put a top behind a base; each argument after the star may be replaced by a wrong one."""
    import keras
    from keras import layers

    x = base.output
    if always or len(base.output_shape) == 4:
        x = getattr(layers, pool)(name="avg_pool")(x)
    predictions = layers.Dense(len(bias), activation=end, name="predictions")
    model = keras.Model(base.input, predictions(x))
    predictions.set_weights([kernel, bias])
    return model


@top.misconception(
    "M-DOUBLE-SOFTMAX",
    "There are two softmaxes. The second takes probabilities for logits and makes all classes "
    "nearly alike: end in one, of the dense layer or behind it.",
    section="put-the-top-back",
)
def _(base, kernel, bias):
    import keras

    model = _with_top(base, kernel, bias)
    return keras.Model(model.input, keras.layers.Softmax()(model.output))


@top.misconception(
    "M-NO-SOFTMAX",
    "The softmax is missing, so logits come out: any numbers, whose sum is not 1.",
    section="put-the-top-back",
)
def _(base, kernel, bias):
    return _with_top(base, kernel, bias, end=None)


@top.misconception(
    "M-MAX-POOL",
    "The largest value of each channel was taken. Xception's top takes the *average*, and its "
    "dense layer has learned to read averages.",
    section="put-the-top-back",
)
def _(base, kernel, bias):
    return _with_top(base, kernel, bias, pool="GlobalMaxPooling2D")


@top.misconception(
    "M-FLATTEN",
    "The map was flattened, and its many numbers do not fit the kernel, which has a row for each "
    "channel. Take the average over all places first.",
    section="put-the-top-back",
)
def _(base, kernel, bias):
    return _with_top(base, kernel, bias, pool="Flatten")


@top.misconception(
    "M-POOL-TWICE",
    "The base has averaged already, and you average once more. Look at `base.output_shape`: only "
    "four axes are a map.",
    section="put-the-top-back",
)
def _(base, kernel, bias):
    return _with_top(base, kernel, bias, always=True)


@top.misconception(
    "M-FRESH",
    "The dense layer has its own random weights. `kernel` and `bias` must be put into it, with "
    "`set_weights`, after it has been called.",
    section="put-the-top-back",
)
def _(base, kernel, bias):
    import keras
    from keras import layers

    x = base.output
    x = layers.GlobalAveragePooling2D()(x) if len(x.shape) == 4 else x
    return keras.Model(base.input, layers.Dense(len(bias), activation="softmax")(x))


@top.misconception(
    "M-NO-BIAS",
    "The dense layer has no bias. Xception's top has one: it is the only layer that does.",
    section="put-the-top-back",
)
def _(base, kernel, bias):
    import keras
    from keras import layers

    x = base.output
    x = layers.GlobalAveragePooling2D()(x) if len(x.shape) == 4 else x
    dense = layers.Dense(len(bias), activation="softmax", use_bias=False)
    model = keras.Model(base.input, dense(x))
    dense.set_weights([kernel])
    return model


@top.misconception(
    "M-SIGMOID",
    "The classes end in a sigmoid each, so their sum is not 1. One of them is right: that is a "
    "softmax.",
    section="put-the-top-back",
)
def _(base, kernel, bias):
    return _with_top(base, kernel, bias, end="sigmoid")


# --- 11.4 ------------------------------------------------------------------------------------

pixels = Exercise(
    "11-preprocess",
    "Prepare images for Xception",
    "Write `prepare(images, white)`. Black is 0 in `images` and white is the number `white`: 255 "
    "in most files, 1 where somebody has already divided. The images come as `uint8` or as "
    "`float32`.\n\n"
    "Return floats of the same shape: -1 for black, 1 for white, in proportion between. Do not "
    "change the array that you get: somebody else may use it.\n\n"
    "`keras.applications.xception.preprocess_input` may be used.",
    hints=(
        "What do you have to divide by, so that 0 to `white` becomes 0 to 2? And what then?",
        "`images / (white / 2)` makes a new array of floats. `images /= …` does not.",
        "Keras' function is made for 0 to 255, and writes into an array of floats. If you use it, "
        "give it a copy of the right range: `images * (255 / white)` is one.",
    ),
    engine="keras",
)


@pixels.reference
def prepare(images, white):
    """Scale pixels from 0 to white to -1 to 1, for Xception.

    images: (batch, height, width, 3), uint8 or float32; not changed.
    white: the value of a white pixel, 255 or 1.
    Returns floats of the same shape.
    """
    return images / np.float32(white / 2) - 1


@pixels.alternative
def _(images, white):
    from keras.applications.xception import preprocess_input

    return preprocess_input(images.astype("float32") * (255 / white))


@pixels.alternative
def _(images, white):
    return np.interp(images, (0, white), (-1, 1))


@pixels.alternative
def _(images, white):
    import keras

    return keras.layers.Rescaling(2 / white, offset=-1)(images)


@pixels.check("uint8, 0 to 255")
def _(rng):
    return call(_uint8(rng, (2, 4, 5, 3)), 255)


@pixels.check("floats, 0 to 255: the array stays as it was", worth=2)
def _(rng):
    return call(_uint8(rng, (1, 5, 4, 3)).astype("float32"), 255)


@pixels.check("floats, 0 to 1")
def _(rng):
    return call(_uint8(rng, (2, 3, 5, 3)).astype("float32") / np.float32(255), 1)


@pixels.check("a dark image, without a bright pixel")
def _(rng):
    return call(_uint8(rng, (1, 6, 4, 3)) // 4, 255)


def _uint8(rng, shape):
    """Draw pixels; the first image has a black and a white one."""
    images = rng.integers(0, 256, size=shape).astype("uint8")
    images[0, 0, 0], images[0, 0, 1] = 0, 255
    return images


@pixels.misconception(
    "M-PREPROC",
    "The pixels lie between 0 and 1. Many networks want that; Xception has been trained with -1 "
    "to 1.",
    section="give-it-pixels-from-1-to-1",
)
def _(images, white):
    return images / np.float32(white)


@pixels.misconception(
    "M-PREPROC-RAW",
    "The pixels are still those of the file. Xception has been trained with -1 to 1.",
    section="give-it-pixels-from-1-to-1",
)
def _(images, white):
    return images.astype("float32")


@pixels.misconception(
    "M-DOUBLE-PREPROC",
    "The images were prepared twice. What is already between -1 and 1 is taken for nearly black, "
    "and all pixels end within a hundredth of -1.",
    section="give-it-pixels-from-1-to-1",
)
def _(images, white):
    from keras.applications.xception import preprocess_input

    return preprocess_input(prepare(images, white))


@pixels.misconception(
    "M-WHITE",
    "The pixels were divided by 127.5 although white is 1. Images between 0 and 1 become nearly "
    "black, all of them: look at `white`.",
    section="give-it-pixels-from-1-to-1",
)
def _(images, white):
    return images / np.float32(127.5) - 1


@pixels.misconception(
    "M-INPLACE",
    "Your function writes into the array that it got: with `/=`, or with Keras' "
    "`preprocess_input`, which does so with floats. Work on a copy.",
    section="it-writes-into-your-array",
)
def _(images, white):
    from keras.applications.xception import preprocess_input

    return preprocess_input(images if white == 255 else images * 255)


@pixels.misconception(
    "M-WRAP",
    "`uint8` has run over: `2 * images` knows no number above 255. Make floats of the pixels "
    "before you multiply.",
    section="it-writes-into-your-array",
)
def _(images, white):
    return (2 * images - images.dtype.type(white)) / white


@pixels.misconception(
    "M-MAX",
    "The images were divided by their own largest value, so a dark image becomes bright. White is "
    "`white`, whether a picture has it or not.",
    section="give-it-pixels-from-1-to-1",
)
def _(images, white):
    return images / np.float32(images.max() / 2) - 1


@pixels.misconception(
    "M-STANDARD",
    "The images got mean 0 and deviation 1. That is a good way for a network of your own; "
    "Xception's weights want -1 for black and 1 for white.",
    section="give-it-pixels-from-1-to-1",
)
def _(images, white):
    return (images - images.mean()) / images.std()


@pixels.misconception(
    "M-PREPROC-OTHER",
    "The colours have changed places and a mean was taken off: that is how ResNet and VGG are "
    "fed. Take `preprocess_input` from `keras.applications.xception`.",
    section="give-it-pixels-from-1-to-1",
)
def _(images, white):
    from keras.applications.resnet import preprocess_input

    return preprocess_input(images.astype("float32") * (255 / white))


# --- 11.5 ------------------------------------------------------------------------------------

silence = Exercise(
    "11-ignored",
    "Find what Keras ignores in silence",
    "All calls in this exercise run without an error. Some pass an argument that does nothing.\n\n"
    "Write `ignored(arguments)`. It gets the arguments of a call of "
    "`keras.applications.Xception` as a dict, such as "
    '`{"include_top": False, "classes": 10}`, and returns the names of those that Keras ignores: '
    "without them the same model would come out, *although they are not at their default*. "
    "No name in it may be one that the call does not pass.\n\n"
    "Any order will do, and any kind of collection.",
    hints=(
        'Not all arguments are passed. `arguments.get("include_top", True)` tells what Keras '
        "takes.",
        "Which arguments belong to the top? Which only act where there is none?",
        "`None` can be a value that somebody passes on purpose. What is the default of "
        "`classifier_activation`?",
        "With a top: `pooling`. Without one: `classes`, `classifier_activation`, and a `pooling` "
        'that is neither `"avg"` nor `"max"`. Each only where it differs from its default.',
    ),
    how=named_arguments,
)


@silence.reference
def ignored(arguments):
    """Name the arguments of a call of Keras' Xception that do nothing.

    arguments: the keyword arguments of a call that raises no error, a dict.
    Returns a list of names.
    """
    pooling = arguments.get("pooling")
    if arguments.get("include_top", True):
        return [] if pooling is None else ["pooling"]
    found = []
    if pooling not in (None, "avg", "max"):
        found.append("pooling")
    if arguments.get("classes", 1000) != 1000:
        found.append("classes")
    if arguments.get("classifier_activation", "softmax") != "softmax":
        found.append("classifier_activation")
    return found


@silence.alternative
def _(arguments):
    def idle(name, value):
        top = arguments.get("include_top", True)
        match name:
            case "pooling":
                return value is not None and (top or value not in ("avg", "max"))
            case "classes":
                return not top and value != 1000
            case "classifier_activation":
                return not top and value != "softmax"
        return False

    return {name for name, value in arguments.items() if idle(name, value)}


@silence.alternative
def _(arguments):
    defaults = {"pooling": None, "classes": 1000, "classifier_activation": "softmax"}
    changed = {n for n in defaults if arguments.get(n, defaults[n]) != defaults[n]}
    if arguments.get("include_top", True):
        return changed & {"pooling"}
    used = {"pooling"} if arguments.get("pooling") in ("avg", "max") else set()
    return tuple(changed - used)


@silence.check("two calls with a top", worth=2)
def _(rng):
    return [
        call({"weights": None, "pooling": "avg", "classes": 10}),
        call(
            {
                "weights": None,
                "input_shape": (150, 150, 3),
                "classes": 5,
                "classifier_activation": None,
            }
        ),
    ]


@silence.check("two calls without a top", worth=2)
def _(rng):
    return [
        call({"include_top": False, "input_shape": (96, 96, 3), "classes": 10}),
        call({"include_top": False, "pooling": "max", "classifier_activation": None}),
    ]


@silence.check("two more without a top", worth=2)
def _(rng):
    return [
        call({"include_top": False, "weights": None, "pooling": "sum"}),
        call(
            {
                "include_top": False,
                "pooling": "avg",
                "classes": 1000,
                "classifier_activation": "relu",
            }
        ),
    ]


_SECTION = "what-keras-ignores-in-silence"


@silence.misconception(
    "M-NONE-GIVEN",
    '`None` is taken for "not passed". `classifier_activation=None` asks for logits, and '
    "without a top nobody hears it.",
    section=_SECTION,
)
def _(arguments):
    return ignored({name: value for name, value in arguments.items() if value is not None})


@silence.misconception(
    "M-POOL-TOP",
    "`pooling` is taken to act with a top. The top pools by itself, and Keras ignores the "
    "argument.",
    section=_SECTION,
)
def _(arguments):
    return [] if arguments.get("include_top", True) else ignored(arguments)


@silence.misconception(
    "M-CLASSES",
    "`classes` is taken to act without a top. There is no layer that could have so many outputs.",
    section=_SECTION,
)
def _(arguments):
    return [name for name in ignored(arguments) if name != "classes"]


@silence.misconception(
    "M-ACT",
    "`classifier_activation` is missing. It belongs to the top, so without one it does nothing.",
    section=_SECTION,
)
def _(arguments):
    return [name for name in ignored(arguments) if name != "classifier_activation"]


@silence.misconception(
    "M-POOL-SUM",
    'Keras is trusted to refuse a pooling that does not exist. `pooling="sum"` is ignored like '
    "any other word: a map comes out.",
    section=_SECTION,
)
def _(arguments):
    unknown = arguments.get("pooling") not in (None, "avg", "max")
    return [name for name in ignored(arguments) if not (name == "pooling" and unknown)]


@silence.misconception(
    "M-NOTOP-ALL",
    "Without a top every argument of the end is called idle. `pooling` is the one that acts "
    "*only* there.",
    section=_SECTION,
)
def _(arguments):
    if arguments.get("include_top", True):
        return ignored(arguments)
    return {*ignored(arguments), *({"pooling"} & arguments.keys())}


@silence.misconception(
    "M-DEFAULT",
    "An argument at its default is called idle. It does no harm and hides no wish: the question "
    "is which wishes are not heard.",
    section=_SECTION,
)
def _(arguments):
    if arguments.get("include_top", True):
        return ignored(arguments)
    return {*ignored(arguments), *({"classes", "classifier_activation"} & arguments.keys())}


@silence.misconception(
    "M-SHAPE",
    "`input_shape` is called idle without a top. No parameter depends on it, but the size of the "
    "map does.",
    section=_SECTION,
)
def _(arguments):
    idle = ignored(arguments)
    return idle if arguments.get("include_top", True) else [*idle, *{"input_shape"} & {*arguments}]


@silence.misconception(
    "M-LOGITS",
    "`classifier_activation=None` is called idle with a top. It takes the softmax away: logits "
    "come out.",
    section=_SECTION,
)
def _(arguments):
    named = {*ignored(arguments)}
    if arguments.get("classifier_activation", "") is None:
        named.add("classifier_activation")
    return named
