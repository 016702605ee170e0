"""Exercises of chapter 14: what came after, what a network looks at, other backbones, scaling."""

import numpy as np

from dscourse.checking import Exercise, call
from dscourse.exercises.cam_observers import (
    NestedModel,
    explain_nested,
    feed_family,
    watch_one_block,
)

# --- 14.1 ------------------------------------------------------------------------------------

inverted = Exercise(
    "14-inverted-residual",
    "Build an inverted residual",
    "Write `inverted_residual(x, expand, filters, strides)` with Keras layers: the block of "
    "MobileNetV2.\n\n"
    "- *Expand*: a 1x1 convolution to `expand` times the channels of `x`, BatchNorm, ReLU6.\n"
    "- *Filter*: a depthwise 3x3 with the given stride, BatchNorm, ReLU6.\n"
    "- *Project*: a 1x1 convolution to `filters` channels, BatchNorm, and *no* activation.\n"
    "- If the stride is 1 and `x` has `filters` channels already, the block returns the sum of "
    "`x` and its branch; otherwise there is no shortcut.\n\n"
    'No convolution has a bias, and the depthwise one is padded with `"same"`. '
    "Return the output tensor.",
    hints=(
        "Narrow, wide, narrow: how many channels has the map between the first and the last "
        "convolution? `x.shape[-1]` tells how many it starts with.",
        "`layers.ReLU(max_value=6)` is ReLU6, and "
        '`layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)` the filter.',
        "The last BatchNorm is the end of the branch. Then: "
        "`if strides == 1 and x.shape[-1] == filters: return layers.Add()([x, y])`.",
    ),
    engine="keras",
    how=watch_one_block,
    seconds=60.0,
)


@inverted.reference
def inverted_residual(x, expand, filters, strides):
    """Put the block of MobileNetV2 behind a symbolic Keras tensor.

    x: maps (batch, height, width, channels).
    expand: how many times wider the map is in the middle of the block.
    filters: channels of the output.
    strides: of the depthwise convolution.
    Returns the output tensor.
    """
    from keras import layers

    y = layers.Conv2D(expand * x.shape[-1], 1, use_bias=False)(x)  # wide
    y = layers.ReLU(max_value=6)(layers.BatchNormalization()(y))
    y = layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(y)
    y = layers.ReLU(max_value=6)(layers.BatchNormalization()(y))
    y = layers.Conv2D(filters, 1, use_bias=False)(y)  # narrow again
    y = layers.BatchNormalization()(y)
    if strides == 1 and x.shape[-1] == filters:
        y = layers.Add()([x, y])
    return y


@inverted.alternative
def _(x, expand, filters, strides):
    import keras
    from keras import layers

    branch = keras.Sequential(
        [
            layers.Dense(x.shape[-1] * expand, use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu6"),
            layers.DepthwiseConv2D((3, 3), (strides, strides), "same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu6"),
            layers.Dense(filters, use_bias=False),
            layers.BatchNormalization(),
        ]
    )
    same = strides == 1 and filters == x.shape[-1]
    return x + branch(x) if same else branch(x)


@inverted.alternative
def _(x, expand, filters, strides):
    from keras import layers, ops

    def unit(convolution, y):
        y = layers.BatchNormalization()(convolution(y))
        return ops.minimum(ops.maximum(y, 0.0), 6.0)

    wide = expand * x.shape[-1]
    y = unit(layers.Conv2D(wide, (1, 1), use_bias=False), x)
    grouped = layers.Conv2D(wide, 3, strides, "same", groups=wide, use_bias=False)
    y = layers.Conv2D(filters, 1, padding="same", use_bias=False)(unit(grouped, y))
    y = layers.BatchNormalization()(y)
    return layers.add([y, x]) if (strides, filters) == (1, x.shape[-1]) else y


def _maps(rng, *shape):
    # Large enough for ReLU6 to cut something off above.
    return rng.normal(scale=8.0, size=shape).astype("float32")


@inverted.check("as many channels as before, stride 1", worth=3)
def _(rng):
    return call(_maps(rng, 2, 5, 7, 4), 6, 4, 1)


@inverted.check("stride 2: no shortcut, though the channels fit")
def _(rng):
    return call(_maps(rng, 1, 6, 9, 4), 3, 4, 2)


@inverted.check("other channels: no shortcut, though the stride is 1")
def _(rng):
    return call(_maps(rng, 1, 5, 4, 5), 3, 7, 1)


def _bn(y):
    from keras import layers

    return layers.BatchNormalization()(y)


def _relu6(y):
    from keras import layers

    return layers.ReLU(max_value=6)(y)


def _linear(y):
    return y


def _one(y, filters):
    from keras import layers

    return _bn(layers.Conv2D(filters, 1, use_bias=False)(y))


def _each(y, strides):
    from keras import layers

    return _bn(layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(y))


def _narrow_wide_narrow(x, wide, filters, strides, *, act=_relu6, last=_linear, shortcut=True):
    """Build the block; each argument behind the star may be replaced by a wrong one."""
    y = act(_each(act(_one(x, wide)), strides))
    y = last(_one(y, filters))
    return x + y if shortcut and strides == 1 and x.shape[-1] == filters else y


@inverted.misconception(
    "M-EXPAND-AFTER",
    "The map is expanded behind the depthwise convolution, so the 3x3 filters see the narrow map. "
    "Expand first: then there are `expand` times as many filters.",
    section="mobilenetv2-turns-the-bottleneck-inside-out",
)
def _(x, expand, filters, strides):
    y = _relu6(_one(_relu6(_each(x, strides)), expand * x.shape[-1]))
    y = _one(y, filters)
    return x + y if strides == 1 and x.shape[-1] == filters else y


@inverted.misconception(
    "M-NONLINEAR-BOTTLENECK",
    "A ReLU6 follows the last BatchNorm. The narrow end stays linear: what a ReLU cuts off "
    "there is lost, for few channels are left to keep it.",
    section="mobilenetv2-turns-the-bottleneck-inside-out",
)
def _(x, expand, filters, strides):
    return _narrow_wide_narrow(x, expand * x.shape[-1], filters, strides, last=_relu6)


@inverted.misconception(
    "M-RELU-NOT-6",
    "The activations are plain ReLUs. ReLU6 also cuts off above 6: `layers.ReLU(max_value=6)`.",
    section="mobilenetv2-turns-the-bottleneck-inside-out",
)
def _(x, expand, filters, strides):
    from keras import ops

    return _narrow_wide_narrow(x, expand * x.shape[-1], filters, strides, act=ops.relu)


@inverted.misconception(
    "M-ONE-ACTIVATION",
    "There is no activation between the 1x1 and the depthwise convolution, as in Xception's "
    "separable layers. MobileNetV2 has a ReLU6 behind both.",
    section="mobilenetv2-turns-the-bottleneck-inside-out",
)
def _(x, expand, filters, strides):
    y = _one(_relu6(_each(_one(x, expand * x.shape[-1]), strides)), filters)
    return x + y if strides == 1 and x.shape[-1] == filters else y


@inverted.misconception(
    "M-REDUCE-FIRST",
    "The first 1x1 makes the map narrower, as in chapter 2's bottleneck. Here it is the other "
    "way round: multiply the channels by `expand`.",
    section="mobilenetv2-turns-the-bottleneck-inside-out",
)
def _(x, expand, filters, strides):
    return _narrow_wide_narrow(x, max(1, x.shape[-1] // expand), filters, strides)


@inverted.misconception(
    "M-EXPAND-FROM-OUT",
    "The middle is `expand` times as wide as the output. It is `expand` times as wide as the "
    "*input*: `expand * x.shape[-1]`.",
    section="mobilenetv2-turns-the-bottleneck-inside-out",
)
def _(x, expand, filters, strides):
    return _narrow_wide_narrow(x, expand * filters, filters, strides)


@inverted.misconception(
    "M-SHORTCUT-WIDE",
    "The shortcut joins the two wide maps. It joins the narrow ends: add the block's own input "
    "to its output.",
    section="mobilenetv2-turns-the-bottleneck-inside-out",
)
def _(x, expand, filters, strides):
    wide = _relu6(_one(x, expand * x.shape[-1]))
    y = _relu6(_each(wide, strides))
    return _one(y + wide if strides == 1 and x.shape[-1] == filters else y, filters)


@inverted.misconception(
    "M-NO-SHORTCUT",
    "There is no shortcut. With stride 1 and `filters` channels in `x`, the block returns a sum.",
    section="mobilenetv2-turns-the-bottleneck-inside-out",
)
def _(x, expand, filters, strides):
    return _narrow_wide_narrow(x, expand * x.shape[-1], filters, strides, shortcut=False)


@inverted.misconception(
    "M-PROJECTION",
    "Where shapes do not fit, a 1x1 convolution stands on the shortcut, as in Xception. "
    "MobileNetV2 has no shortcut there at all.",
    section="mobilenetv2-turns-the-bottleneck-inside-out",
)
def _(x, expand, filters, strides):
    from keras import layers

    y = _narrow_wide_narrow(x, expand * x.shape[-1], filters, strides)
    if strides == 1 and x.shape[-1] == filters:
        return y
    return y + _bn(layers.Conv2D(filters, 1, strides=strides, use_bias=False)(x))


# --- 14.2 ------------------------------------------------------------------------------------

cam = Exercise(
    "14-grad-cam",
    "Look through a nested base",
    "Write `grad_cam(model, images, classes)`. The model has four layers: its input, a *base* "
    "that is a model itself and ends in a map, one layer that turns the map into a vector, and a "
    "dense layer with a softmax.\n\n"
    "For each image and its class: take the map of the base, and the gradient of the class's "
    "*score* with respect to it. The score is what the dense layer has before its softmax. "
    "Average the gradient over all places: one weight a channel. Return, for each image, the "
    "weighted sum of the channels, with a ReLU: an array (batch, height, width).\n\n"
    "Do not scale it. The network computes as at inference.",
    hints=(
        "Two parts suffice: the base makes the map, `model.layers[1](images)`, and the layers "
        "behind it turn the map into scores. Only the second part is in the tape.",
        "A tape watches variables by itself, other tensors if you say so: `tape.watch(maps)`.",
        "The score of a dense layer without its softmax: `vector @ dense.kernel + dense.bias`. "
        "`tf.gather(scores, classes, axis=1, batch_dims=1)` picks one score an image.",
        "`weights = tf.reduce_mean(gradient, axis=(1, 2), keepdims=True)`, and the answer is "
        "`tf.nn.relu(tf.reduce_sum(weights * maps, axis=-1))`.",
    ),
    engine="keras",
    how=explain_nested,
    seconds=60.0,
)


@cam.reference
def grad_cam(model, images, classes):
    """Show where in the images the evidence for a class stands.

    model: keras.Model of four layers: input, base, a layer from map to vector, dense softmax.
    images: (batch, height, width, channels).
    classes: one number for each image.
    Returns an array (batch, height, width) of the base's map.
    """
    import tensorflow as tf

    _, base, to_vector, dense = model.layers
    maps = base(images, training=False)  # (batch, height, width, channels)
    with tf.GradientTape() as tape:
        tape.watch(maps)
        scores = to_vector(maps) @ dense.kernel + dense.bias  # before the softmax
        chosen = tf.gather(scores, classes, axis=1, batch_dims=1)
    gradient = tape.gradient(chosen, maps)
    weights = tf.reduce_mean(gradient, axis=(1, 2), keepdims=True)
    return tf.nn.relu(tf.reduce_sum(weights * maps, axis=-1)).numpy()


@cam.alternative
def _(model, images, classes):
    import keras
    import tensorflow as tf

    # The head as a model of its own, with the softmax taken out and put back; image by image.
    head = keras.Model(model.layers[2].input, model.output)
    softmax, model.layers[-1].activation = model.layers[-1].activation, None
    found = []
    for image, number in zip(images, classes, strict=True):
        maps = tf.convert_to_tensor(model.get_layer("base").predict(image[None], verbose=0))
        with tf.GradientTape() as tape:
            tape.watch(maps)
            score = head(maps)[0, number]
        weights = tape.gradient(score, maps)[0].numpy().mean(axis=(0, 1))
        found.append(np.maximum(maps[0].numpy() @ weights, 0))
    model.layers[-1].activation = softmax
    return np.stack(found)


@cam.alternative
def _(model, images, classes):
    import keras

    # The derivative of a linear head is its kernel: no tape is needed.
    maps = keras.ops.convert_to_numpy(model.layers[1](images))
    kernel = keras.ops.convert_to_numpy(model.layers[3].kernel)
    if model.layers[2].name.startswith("flatten"):
        weights = kernel.reshape(*maps.shape[1:], -1).mean(axis=(0, 1))
    else:
        weights = kernel / (maps.shape[1] * maps.shape[2])
    return np.maximum(np.einsum("bhwc,cb->bhw", maps, weights[:, list(classes)]), 0)


def _images(rng, *shape):
    return rng.uniform(-1, 1, size=shape).astype("float32")


@cam.check("an average behind the base", worth=2)
def _(rng):
    return call(NestedModel(5, "avg", 3), _images(rng, 3, 12, 10, 3), [0, 2, 1])


@cam.check("a flattened map behind the base", worth=2)
def _(rng):
    return call(NestedModel(4, "flatten", 4), _images(rng, 2, 8, 10, 3), [3, 1])


@cam.check("one image, asked for every class in turn")
def _(rng):
    images = _images(rng, 1, 9, 9, 3)
    return [call(NestedModel(6, "avg", 3), images, [n]) for n in range(3)]


def _scores(dense, vector):
    return vector @ dense.kernel + dense.bias


def _pick(scores, classes):
    import tensorflow as tf

    return tf.gather(scores, classes, axis=1, batch_dims=1)


def _score(dense, vector, classes):
    return _pick(_scores(dense, vector), classes)


def _cam(model, images, classes, *, score=_score, average=(1, 2), relu=True, training=False):
    """Compute Grad-CAM; each argument behind the star may be replaced by a wrong one."""
    import tensorflow as tf

    _, base, to_vector, dense = model.layers
    maps = tf.convert_to_tensor(base(images, training=training))
    with tf.GradientTape() as tape:
        tape.watch(maps)
        chosen = score(dense, to_vector(maps), classes)
    weights = tape.gradient(chosen, maps)
    if average:
        weights = tf.reduce_mean(weights, axis=average, keepdims=True)
    summed = tf.reduce_sum(weights * maps, axis=-1)
    return (tf.nn.relu(summed) if relu else summed).numpy()


@cam.misconception(
    "M-SOFTMAX-GRAD",
    "This is the gradient of the *probability*. Where the network is sure, the softmax is flat "
    "and its gradient nearly 0; and it mixes in the other classes. Take the score before it.",
    section="ask-for-the-score-not-for-the-probability",
)
def _(model, images, classes):
    return _cam(model, images, classes, score=lambda d, v, c: _pick(d(v), c))


@cam.misconception(
    "M-LOSS-GRAD",
    "This is the gradient of the loss. It points away from the class: what lowers the loss "
    "raises the score. Take the score itself.",
    section="ask-for-the-score-not-for-the-probability",
)
def _(model, images, classes):
    import keras

    def loss(dense, vector, wanted):
        return keras.losses.sparse_categorical_crossentropy(np.array(wanted), dense(vector))

    return _cam(model, images, classes, score=loss)


@cam.misconception(
    "M-WRONG-LAYER",
    "The map is that of an earlier layer inside the base. Take what the base returns: "
    "`model.layers[1](images)`.",
    section="take-the-last-map-of-the-base",
)
def _(model, images, classes):
    return _inner(model, images, classes, "block1_conv")


@cam.misconception(
    "M-BEFORE-RELU",
    "The map is that of the base's last BatchNorm, before its ReLU. Take what the base returns.",
    section="take-the-last-map-of-the-base",
)
def _(model, images, classes):
    return _inner(model, images, classes, "block2_bn")


def _inner(model, images, classes, name):
    import keras
    import tensorflow as tf

    _, base, to_vector, dense = model.layers
    inner = base.get_layer(name)
    place = base.layers.index(inner)
    maps = keras.Model(base.input, inner.output)(images)
    with tf.GradientTape() as tape:
        tape.watch(maps)
        y = maps
        for layer in base.layers[place + 1 :]:
            y = layer(y)
        chosen = _score(dense, to_vector(y), classes)
    weights = tf.reduce_mean(tape.gradient(chosen, maps), axis=(1, 2), keepdims=True)
    return tf.nn.relu(tf.reduce_sum(weights * maps, axis=-1)).numpy()


@cam.misconception(
    "M-BATCH-MEAN",
    "The gradient is averaged over the batch too, so all images share their weights. Average "
    "over height and width alone: `axis=(1, 2)`.",
    section="take-the-last-map-of-the-base",
)
def _(model, images, classes):
    return _cam(model, images, classes, average=(0, 1, 2))


@cam.misconception(
    "M-PER-PLACE",
    "Every place has a weight of its own. Average the gradient over all places first: Grad-CAM "
    "has one weight a channel.",
    section="take-the-last-map-of-the-base",
)
def _(model, images, classes):
    return _cam(model, images, classes, average=None)


@cam.misconception(
    "M-NO-RELU",
    "Negative values are left in. They stand for what speaks *against* the class; a ReLU takes "
    "them out.",
    section="take-the-last-map-of-the-base",
)
def _(model, images, classes):
    return _cam(model, images, classes, relu=False)


@cam.misconception(
    "M-TOP-CLASS",
    "The map is always that of the class with the highest score. Use `classes`: one may ask "
    "about a class that the network did not choose.",
    section="ask-for-the-score-not-for-the-probability",
)
def _(model, images, classes):
    def top(dense, vector, _):
        scores = _scores(dense, vector)
        return _pick(scores, np.argmax(scores, axis=1))

    return _cam(model, images, classes, score=top)


@cam.misconception(
    "M-BN-TRAIN",
    "The base computes as in training: its BatchNorm takes the statistics of these few images. "
    "Call it with `training=False`.",
    section="take-the-last-map-of-the-base",
)
def _(model, images, classes):
    return _cam(model, images, classes, training=True)


# --- 14.3 ------------------------------------------------------------------------------------

port = Exercise(
    "14-port",
    "Port the pipeline to another backbone",
    "Write `features(family, base, images)`. `family` is the name of a module of "
    '`keras.applications`, such as `"mobilenet_v2"`; `base` is a model of that family without '
    "its top, which ends in a vector. `images` are (batch, height, width, 3) with values from 0 "
    "to 255, as `uint8` or as floats.\n\n"
    "Bring the images to what *this* family was trained on, run them through the base at "
    "inference, and return the features (batch, …) in the order of the images. The images that "
    "you were given stay as they are.",
    hints=(
        "Each module of `keras.applications` has a `preprocess_input` of its own.",
        "`getattr(keras.applications, family)` is the module with that name.",
        "`preprocess_input` writes into the floats it is given: hand it a copy, "
        '`np.array(images, dtype="float32")`.',
    ),
    engine="keras",
    how=feed_family,
    seconds=60.0,
)


@port.reference
def features(family, base, images):
    """Return the features of images, scaled as a family of networks wants them.

    family: the name of a module of keras.applications, as "mobilenet_v2".
    base: keras.Model without a top.
    images: (batch, height, width, 3), values from 0 to 255; they are not changed.
    Returns an array (batch, features).
    """
    import keras

    prepare = getattr(keras.applications, family).preprocess_input
    copy = np.array(images, dtype="float32")
    return np.asarray(base(prepare(copy), training=False))


@port.alternative
def _(family, base, images):
    from importlib import import_module

    module = import_module(f"keras.applications.{family}")
    found = []
    for image in images:  # one by one; float64 will do, too
        found.append(base.predict(module.preprocess_input(image[None] * 1.0), verbose=0)[0])
    return np.array(found)


@port.alternative
def _(family, base, images):
    # Without Keras' functions: what each of them does, written down.
    x = images[...].astype("float32")
    match family:
        case "xception" | "mobilenet_v2" | "inception_v3":
            x = x / 127.5 - 1
        case "resnet50":
            x = x[..., ::-1] - np.array([103.939, 116.779, 123.68], dtype="float32")
        case "densenet":
            x = (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    return base.predict(x, verbose=0)


def _pixels(rng, *shape):
    return rng.integers(0, 256, size=shape).astype("uint8")


@port.check("MobileNetV2, and Xception as before")
def _(rng):
    images = _pixels(rng, 3, 6, 8, 3)
    return [call(family, images) for family in ("mobilenet_v2", "xception")]


@port.check("EfficientNet and ConvNeXt, which scale inside", worth=2)
def _(rng):
    images = _pixels(rng, 3, 8, 6, 3)
    return [call(family, images) for family in ("efficientnet", "convnext")]


@port.check("ResNet50 and DenseNet, with statistics of ImageNet", worth=2)
def _(rng):
    images = _pixels(rng, 2, 7, 7, 3)
    return [call(family, images) for family in ("resnet50", "densenet")]


@port.check("images that are floats already stay as they are")
def _(rng):
    images = _pixels(rng, 2, 5, 9, 3).astype("float32")
    return [call(family, images) for family in ("resnet50", "mobilenet_v2")]


def _fed(base, x, training=False):
    return np.asarray(base(x, training=training))


@port.misconception(
    "M-PREPROC-OTHER",
    "All families get Xception's scaling, from -1 to 1. Each was trained on pixels of its own "
    "scale: use the `preprocess_input` of its own module.",
    section="every-backbone-has-its-own-scaling",
)
def _(family, base, images):
    return _fed(base, images.astype("float32") / 127.5 - 1)


@port.misconception(
    "M-PREPROC-NONE",
    "The pixels go in as they are. Only families that scale inside, such as EfficientNet, take "
    "values from 0 to 255.",
    section="every-backbone-has-its-own-scaling",
)
def _(family, base, images):
    return _fed(base, images.astype("float32"))


@port.misconception(
    "M-PREPROC-UNIT",
    "The pixels are divided by 255. None of these families was trained on values from 0 to 1.",
    section="every-backbone-has-its-own-scaling",
)
def _(family, base, images):
    return _fed(base, images.astype("float32") / 255)


@port.misconception(
    "M-PREPROC-DOUBLE",
    "The pixels are divided by 255 and then scaled by the family's function, which expects values "
    "from 0 to 255. Scale once.",
    section="every-backbone-has-its-own-scaling",
)
def _(family, base, images):
    import keras

    prepare = getattr(keras.applications, family).preprocess_input
    return _fed(base, prepare(images.astype("float32") / 255))


@port.misconception(
    "M-PREPROC-GENERIC",
    "`keras.applications.imagenet_utils.preprocess_input` does for every family what ResNet50 "
    "wants. Use the function of the family's own module.",
    section="every-backbone-has-its-own-scaling",
)
def _(family, base, images):
    import keras

    prepare = keras.applications.imagenet_utils.preprocess_input
    return _fed(base, prepare(np.array(images, dtype="float32")))


@port.misconception(
    "M-PREPROC-IN-PLACE",
    "`preprocess_input` has written into the images you were given: who uses them again scales "
    "them twice. Hand it a copy.",
    section="every-backbone-has-its-own-scaling",
)
def _(family, base, images):
    import keras

    return _fed(base, getattr(keras.applications, family).preprocess_input(images))


@port.misconception(
    "M-BN-TRAIN",
    "The base computes as in training, so the features of an image depend on the others. Call "
    "it with `training=False`.",
    section="every-backbone-has-its-own-scaling",
)
def _(family, base, images):
    import keras

    prepare = getattr(keras.applications, family).preprocess_input
    return _fed(base, prepare(np.array(images, dtype="float32")), training=True)


# --- 14.4 ------------------------------------------------------------------------------------

scaling = Exercise(
    "14-scaling",
    "Predict the time of a step",
    "A batch is shared by `workers` machines in equal parts. Write "
    "`step(parameters, multiply_adds, batch, workers, speed, wire)`, which returns a dict with "
    "three keys:\n\n"
    '- `"compute"`: the seconds that a worker needs for its part of the batch, forward and '
    "backward: three times the multiply-adds of the forward pass. A worker does `speed` "
    "multiply-adds a second.\n"
    '- `"communication"`: the seconds that the gradients take in a ring: each worker sends '
    "2 (n - 1) / n times the gradient. A parameter's gradient has 4 bytes. `wire` is in *bits* a "
    "second, as network cards are sold.\n"
    '- `"efficiency"`: compute divided by compute plus communication; nothing overlaps.',
    hints=(
        "How many images has one worker? And how many bits has a byte?",
        "The gradient has one number a parameter, however many images made it.",
        "`compute = 3 * multiply_adds * batch / workers / speed`, and "
        "`communication = 2 * (workers - 1) / workers * parameters * 4 * 8 / wire`",
    ),
)


@scaling.reference
def step(parameters, multiply_adds, batch, workers, speed, wire):
    """Predict the time of one step of synchronous training.

    parameters: of the network, all trainable.
    multiply_adds: of the forward pass for one image.
    batch: images of all workers together, a multiple of `workers`.
    workers: how many there are.
    speed: multiply-adds that a worker does in a second.
    wire: bits that a worker sends in a second.
    Returns a dict with the keys "compute", "communication" and "efficiency".
    """
    compute = 3 * multiply_adds * (batch / workers) / speed
    sent = 2 * (workers - 1) / workers * 4 * parameters  # bytes
    communication = 8 * sent / wire
    return {
        "compute": compute,
        "communication": communication,
        "efficiency": compute / (compute + communication),
    }


@scaling.alternative
def _(parameters, multiply_adds, batch, workers, speed, wire):
    images = batch // workers
    forward = images * multiply_adds / speed
    backward = 2 * forward
    # Chunks of 1/n of the gradient, n - 1 times to sum and n - 1 times to spread the sums.
    chunk_bits = 32 * parameters / workers
    wait = sum(chunk_bits / wire for _ in range(2 * (workers - 1)))
    total = forward + backward + wait
    return {
        "efficiency": np.float64(1 - wait / total),
        "compute": np.float64(forward + backward),
        "communication": float(wait),
    }


@scaling.check("one worker has nobody to talk to")
def _(rng):
    return call(1_000_000, 2_000_000, 8, 1, 1e9, 1e9)


@scaling.check("two, four and sixty workers", worth=2)
def _(rng):
    return [call(5_000_000, 4_000_000_000, 120, n, 1e12, 1e10) for n in (2, 4, 60)]


@scaling.check("the full Xception on eight machines")
def _(rng):
    return call(22_855_952, 8_357_403_496, 256, 8, 1e12, 1e9)


def _times(compute, communication):
    return {
        "compute": compute,
        "communication": communication,
        "efficiency": compute / (compute + communication),
    }


def _computed(multiply_adds, images, speed):
    return 3 * multiply_adds * images / speed


def _sent(parameters, workers, wire):
    return 2 * (workers - 1) / workers * 32 * parameters / wire


@scaling.misconception(
    "M-BITS",
    "Bytes are divided by bits a second. A byte has 8 bits: the wire takes eight times as long.",
    section="count-what-goes-over-the-wire",
)
def _(parameters, multiply_adds, batch, workers, speed, wire):
    compute = _computed(multiply_adds, batch / workers, speed)
    return _times(compute, _sent(parameters, workers, wire) / 8)


@scaling.misconception(
    "M-BYTES-OF-VALUE",
    "A parameter is counted as one byte. A float32 has four.",
    section="count-what-goes-over-the-wire",
)
def _(parameters, multiply_adds, batch, workers, speed, wire):
    compute = _computed(multiply_adds, batch / workers, speed)
    return _times(compute, _sent(parameters, workers, wire) / 4)


@scaling.misconception(
    "M-RING-ONCE",
    "The ring is gone round once. That sums the parts; a second round brings the sums to all "
    "workers, hence the factor 2.",
    section="count-what-goes-over-the-wire",
)
def _(parameters, multiply_adds, batch, workers, speed, wire):
    compute = _computed(multiply_adds, batch / workers, speed)
    return _times(compute, _sent(parameters, workers, wire) / 2)


@scaling.misconception(
    "M-ALL-TO-ALL",
    "Every worker sends its whole gradient to each of the others. In a ring it sends parts, and "
    "never more than twice the gradient, however many workers there are.",
    section="count-what-goes-over-the-wire",
)
def _(parameters, multiply_adds, batch, workers, speed, wire):
    compute = _computed(multiply_adds, batch / workers, speed)
    return _times(compute, (workers - 1) * 32 * parameters / wire)


@scaling.misconception(
    "M-GRADIENT-A-IMAGE",
    "What is sent grows with the number of images. A worker sums the gradients of its own images "
    "first, and sends one number a parameter.",
    section="count-what-goes-over-the-wire",
)
def _(parameters, multiply_adds, batch, workers, speed, wire):
    images = batch / workers
    compute = _computed(multiply_adds, images, speed)
    return _times(compute, images * _sent(parameters, workers, wire))


@scaling.misconception(
    "M-WHOLE-BATCH",
    "Every worker computes the whole batch. It is shared: each has `batch / workers` images.",
    section="add-arithmetic-and-wire-up",
)
def _(parameters, multiply_adds, batch, workers, speed, wire):
    return _times(_computed(multiply_adds, batch, speed), _sent(parameters, workers, wire))


@scaling.misconception(
    "M-FORWARD-ONLY",
    "Only the forward pass is counted. The gradients of the inputs and of the weights cost as "
    "much again, each: three times.",
    section="add-arithmetic-and-wire-up",
)
def _(parameters, multiply_adds, batch, workers, speed, wire):
    compute = _computed(multiply_adds, batch / workers, speed) / 3
    return _times(compute, _sent(parameters, workers, wire))


@scaling.misconception(
    "M-FREE-WIRE",
    "Nothing is spent on communication. More than one worker must sum gradients at every step.",
    section="add-arithmetic-and-wire-up",
)
def _(parameters, multiply_adds, batch, workers, speed, wire):
    return _times(_computed(multiply_adds, batch / workers, speed), 0.0)
