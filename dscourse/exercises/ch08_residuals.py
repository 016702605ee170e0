"""Exercises of chapter 8: the residual block, and BatchNorm in both of its modes."""

import math

import numpy as np

from dscourse.checking import Exercise, call
from dscourse.exercises.observers import build_and_run

# --- 8.1 -------------------------------------------------------------------------------------

block = Exercise(
    "08-xception-block",
    "Build a block of Xception",
    "Write `xception_block`, a block of Xception's entry or middle flow, with Keras layers.\n\n"
    "- For each number in `filters`: a ReLU, a 3x3 separable convolution that keeps the grid, "
    "a BatchNorm. `first_relu=False` leaves out the first ReLU and nothing else.\n"
    "- With `strides=2` a 3x3 max pool halves the grid at the end, with padding `'same'`. "
    "The shortcut is a 1x1 convolution with stride 2 and a BatchNorm.\n"
    "- With `strides=1` there is no pool, and the shortcut is `x` itself.\n"
    "- The block returns the sum of both. No convolution has a bias.\n\n"
    "The check fills both models, yours and ours, with the same weights and compares what they "
    "compute at inference. Names of layers do not matter.",
    hints=(
        "Start with `from keras import layers`. Two ways lead from `x` to the sum, so give the "
        "long one a name of its own: `y = x`.",
        'In the loop: `layers.ReLU()(y)`, then `layers.SeparableConv2D(n, 3, padding="same", '
        "use_bias=False)(y)`, then `layers.BatchNormalization()(y)`.",
        'The pool: `layers.MaxPooling2D(3, strides=2, padding="same")(y)`. '
        "The shortcut: `layers.Conv2D(filters[-1], 1, strides=2, use_bias=False)(x)`, which reads "
        "`x` as it came in, and a BatchNorm after it.",
        "The last line is `return layers.Add()([y, shortcut])`, with nothing after it.",
    ),
    engine="keras",
    how=build_and_run,
    seconds=60.0,
)


@block.reference
def xception_block(x, filters, strides=2, first_relu=True):
    """Put a block of Xception, with its shortcut, behind a symbolic Keras tensor.

    x: images (batch, height, width, c_in), as from `keras.Input`.
    filters: how many channels each separable convolution returns, two or three numbers.
    strides: 2 halves the grid; 1 keeps grid and channels, so filters[-1] is c_in.
    first_relu: whether a ReLU stands before the first separable convolution too.
    Returns a symbolic tensor (batch, height', width', filters[-1]).
    """
    from keras import layers

    y, shortcut = x, x
    for number, count in enumerate(filters):
        if first_relu or number > 0:
            y = layers.ReLU()(y)
        y = layers.SeparableConv2D(count, 3, padding="same", use_bias=False)(y)
        y = layers.BatchNormalization()(y)
    if strides == 2:
        y = layers.MaxPooling2D(3, strides=2, padding="same")(y)
        shortcut = layers.Conv2D(filters[-1], 1, strides=2, use_bias=False)(x)
        shortcut = layers.BatchNormalization()(shortcut)
    return layers.Add()([y, shortcut])


@block.alternative
def _(x, filters, strides=2, first_relu=True):
    import keras
    from keras import layers

    # Depthwise and pointwise apart, the shortcut last, and the sum as an operator.
    rows = []
    for count in filters:
        rows += [
            layers.Activation("relu"),
            layers.DepthwiseConv2D(3, padding="same", use_bias=False),
            layers.Conv2D(count, 1, use_bias=False),
            layers.BatchNormalization(axis=-1),
        ]
    if strides > 1:
        rows.append(layers.MaxPool2D((3, 3), (2, 2), "same"))
    branch = keras.Sequential(rows if first_relu else rows[1:])(x)
    if strides > 1:
        thinned = x[:, ::2, ::2]
        x = layers.BatchNormalization()(layers.Dense(filters[-1], use_bias=False)(thinned))
    return branch + x


@block.alternative
def _(x, filters, strides=2, first_relu=True):
    import keras
    from keras import layers

    def unit(y, count, relu=True):
        y = keras.activations.relu(y) if relu else y
        y = layers.SeparableConvolution2D(count, (3, 3), padding="same", use_bias=False)(y)
        return layers.BatchNormalization()(y)

    first, *others = filters
    y = unit(x, first, relu=first_relu)
    for count in others:
        y = unit(y, count)
    if strides == 1:
        return keras.ops.add(x, y)
    around = layers.Conv2D(filters[-1], 1, strides=(2, 2), padding="same", use_bias=False)(x)
    y = layers.MaxPooling2D(pool_size=3, strides=2, padding="same")(y)
    return layers.add([layers.BatchNormalization()(around), y])


@block.check("block 3: two convolutions, and the grid is halved", worth=3)
def _(rng):
    x = rng.normal(size=(2, 8, 9, 4)).astype("float32")
    return call(x, (5, 7))


@block.check("block 2: no ReLU before the first convolution")
def _(rng):
    x = rng.normal(size=(2, 7, 6, 3)).astype("float32")
    return call(x, (4, 6), first_relu=False)


@block.check("a block of the middle flow: three convolutions, and x itself around them", worth=2)
def _(rng):
    x = rng.normal(size=(2, 5, 6, 6)).astype("float32")
    return call(x, (6, 6, 6), strides=1)


def _relu(y):
    from keras import layers

    return layers.ReLU()(y)


def _normalized(y):
    from keras import layers

    return layers.BatchNormalization()(y)


def _separable(y, count, **options):
    from keras import layers

    return layers.SeparableConv2D(count, 3, **{"padding": "same", "use_bias": False, **options})(y)


def _unit(y, count, relu):
    return _normalized(_separable(_relu(y) if relu else y, count))


def _pool(y, padding="same"):
    from keras import layers

    return layers.MaxPooling2D(3, strides=2, padding=padding)(y)


def _project(x, count, strides=2):
    from keras import layers

    return layers.Conv2D(count, 1, strides=strides, use_bias=False)(x)


def _branch(x, filters, first_relu, unit=_unit):
    """Chain the convolutions of a block; `unit` may be replaced by a wrong one."""
    for number, count in enumerate(filters):
        x = unit(x, count, first_relu or number > 0)
    return x


def _sum(y, x, filters, strides, pool=_pool, shortcut=None):
    """Pool the branch and add the shortcut; each argument may be replaced by a wrong one."""
    from keras import layers

    if strides == 2:
        y = pool(y)
        x = shortcut(x) if shortcut else _normalized(_project(x, filters[-1]))
    return layers.Add()([y, x])


@block.misconception(
    "M-SHORTCUT-STRIDE",
    "At the sum one grid is halved and the other is not. Here the shortcut kept the large grid: "
    "its 1x1 needs `strides=2`, as the pool has.",
    section="project-the-shortcut-where-shapes-change",
)
def _(x, filters, strides=2, first_relu=True):
    def shortcut(y):
        return _normalized(_project(y, filters[-1], strides=1))

    return _sum(_branch(x, filters, first_relu), x, filters, strides, shortcut=shortcut)


@block.misconception(
    "M-ADD-BEFORE-POOL",
    "At the sum one grid is halved and the other is not. Here the branch kept the large grid: "
    "pool it *before* the sum.",
    section="project-the-shortcut-where-shapes-change",
)
def _(x, filters, strides=2, first_relu=True):
    y = _sum(_branch(x, filters, first_relu), x, filters, strides, pool=lambda y: y)
    return _pool(y) if strides == 2 else y


@block.misconception(
    "M-POOL-LAST",
    "You pooled the sum. The pool belongs to the branch alone; the shortcut halves its grid by "
    "the stride of its 1x1.",
    section="project-the-shortcut-where-shapes-change",
)
def _(x, filters, strides=2, first_relu=True):
    from keras import layers

    y = _branch(x, filters, first_relu)
    if strides == 1:
        return layers.Add()([y, x])
    return _pool(layers.Add()([y, _normalized(_project(x, filters[-1], strides=1))]))


@block.misconception(
    "M-NO-PROJECTION",
    "The shortcut brings `x` as it is, on its large grid and with its own channels. With stride 2 "
    "a 1x1 convolution and a BatchNorm bring it to the shape of the branch.",
    section="project-the-shortcut-where-shapes-change",
)
def _(x, filters, strides=2, first_relu=True):
    return _sum(_branch(x, filters, first_relu), x, filters, strides, shortcut=lambda y: y)


@block.misconception(
    "M-PROJECT-ALWAYS",
    "The shortcut has a 1x1 convolution where none is needed. With stride 1 the shapes agree "
    "already, so `x` itself is added.",
    section="project-the-shortcut-where-shapes-change",
)
def _(x, filters, strides=2, first_relu=True):
    from keras import layers

    y = _branch(x, filters, first_relu)
    y = _pool(y) if strides == 2 else y
    return layers.Add()([y, _normalized(_project(x, filters[-1], strides))])


@block.misconception(
    "M-SHORTCUT-RELU",
    "There is a ReLU on the shortcut. A linear residual has none: what goes around the block may "
    "be negative.",
    section="put-nothing-on-the-shortcut",
)
def _(x, filters, strides=2, first_relu=True):
    y = _branch(x, filters, first_relu)
    if strides == 1:
        return _sum(y, _relu(x), filters, strides)

    def shortcut(y):
        return _relu(_normalized(_project(y, filters[-1])))

    return _sum(y, x, filters, strides, shortcut=shortcut)


@block.misconception(
    "M-FIRST-RELU",
    "The shortcut starts behind the first ReLU. It reads `x` as it came into the block: do not "
    "assign the result of the ReLU to `x`.",
    section="put-nothing-on-the-shortcut",
)
def _(x, filters, strides=2, first_relu=True):
    x = _relu(x) if first_relu else x
    return _sum(_branch(x, filters, first_relu=False), x, filters, strides)


@block.misconception(
    "M-SHORTCUT-NO-BN",
    "The 1x1 of the shortcut has no BatchNorm. In Xception one follows every convolution, that "
    "one too.",
    section="build-the-block-of-xception",
)
def _(x, filters, strides=2, first_relu=True):
    def shortcut(y):
        return _project(y, filters[-1])

    return _sum(_branch(x, filters, first_relu), x, filters, strides, shortcut=shortcut)


@block.misconception(
    "M-RELU-ALWAYS",
    "There is a ReLU before the first convolution although `first_relu` is False.",
    section="build-the-block-of-xception",
)
def _(x, filters, strides=2, first_relu=True):
    return xception_block(x, filters, strides)


@block.misconception(
    "M-RELU-AFTER",
    "The ReLUs stand after the convolutions. In this block each stands *before* its convolution, "
    "so that none acts on the way from the last BatchNorm to the sum.",
    section="build-the-block-of-xception",
)
def _(x, filters, strides=2, first_relu=True):
    def unit(y, count, relu):
        return _relu(_unit(y, count, relu=False))

    return _sum(_branch(x, filters, first_relu, unit), x, filters, strides)


@block.misconception(
    "M-RELU-SUM",
    "There is a ReLU after the sum, as in the first ResNet. Xception has none: the sum is the "
    "block's last step.",
    section="put-nothing-on-the-shortcut",
)
def _(x, filters, strides=2, first_relu=True):
    return _relu(xception_block(x, filters, strides, first_relu))


@block.misconception(
    "M-BN-FIRST",
    "The BatchNorm stands before the ReLU and the convolution. In Xception it stands behind the "
    "convolution: ReLU, convolution, BatchNorm.",
    section="build-the-block-of-xception",
)
def _(x, filters, strides=2, first_relu=True):
    def unit(y, count, relu):
        y = _normalized(y)
        return _separable(_relu(y) if relu else y, count)

    return _sum(_branch(x, filters, first_relu, unit), x, filters, strides)


@block.misconception(
    "M-RELU-BEFORE-BN",
    'A ReLU stands between the convolution and its BatchNorm. `activation="relu"` of a '
    "convolution acts right behind it; the ReLU belongs before the convolution.",
    section="build-the-block-of-xception",
)
def _(x, filters, strides=2, first_relu=True):
    def unit(y, count, relu):
        return _normalized(_separable(y, count, activation="relu"))

    return _sum(_branch(x, filters, first_relu, unit), x, filters, strides)


@block.misconception(
    "M-BIAS-BN",
    "Your convolutions have biases, the 1x1 of the shortcut too. The BatchNorm behind each takes "
    "it away again and brings its own: `use_bias=False`.",
    section="let-batchnorm-bring-the-bias",
)
def _(x, filters, strides=2, first_relu=True):
    from keras import layers

    def unit(y, count, relu):
        return _normalized(_separable(_relu(y) if relu else y, count, use_bias=True))

    def shortcut(y):
        return _normalized(layers.Conv2D(filters[-1], 1, strides=2)(y))

    y = _branch(x, filters, first_relu, unit)
    return _sum(y, x, filters, strides, shortcut=shortcut)


@block.misconception(
    "M-POOL-VALID",
    "The pool has no padding, so its grid is too small for the sum. "
    'Pools have a `padding` too: set it to "same".',
    section="project-the-shortcut-where-shapes-change",
)
def _(x, filters, strides=2, first_relu=True):
    def pool(y):
        return _pool(y, padding="valid")

    return _sum(_branch(x, filters, first_relu), x, filters, strides, pool=pool)


@block.misconception(
    "M-STRIDE-CONV",
    "The last separable convolution has stride 2, and there is no pool. In Xception every "
    "separable convolution has stride 1, and a 3x3 max pool halves the grid.",
    section="build-the-block-of-xception",
)
def _(x, filters, strides=2, first_relu=True):
    y = _branch(x, filters[:-1], first_relu)
    y = _normalized(_separable(_relu(y), filters[-1], strides=strides))
    return _sum(y, x, filters, strides, pool=lambda y: y)


@block.misconception(
    "M-NO-RESIDUAL",
    "Nothing goes around the convolutions. Add the shortcut to what they return.",
    section="add-to-what-came-in",
)
def _(x, filters, strides=2, first_relu=True):
    y = _branch(x, filters, first_relu)
    return _pool(y) if strides == 2 else y


# --- 8.2 -------------------------------------------------------------------------------------

batchnorm = Exercise(
    "08-batchnorm",
    "Write BatchNorm in both modes",
    "Write `batch_norm`, which does what Keras' `BatchNormalization` does in training and at "
    "inference, and returns the output *and* the moving statistics after it.\n\n"
    "`x` has its channels on the last axis; there may be four axes, or only two. "
    "Return new arrays: do not write into those that you get.",
    hints=(
        "Which numbers share a mean? All of one channel: every image, every row, every column. "
        "So average over all axes but the last.",
        "At inference mean and variance are the moving ones, and they stay as they are. "
        "In training they are the batch's, and the moving ones take a step towards them.",
        "`np.var` divides by the number of values: that is what Keras uses, for the output and for "
        "the moving variance.",
        "`gamma * (x - mean) / np.sqrt(variance + epsilon) + beta`, and "
        "`momentum * moving + (1 - momentum) * batch`.",
    ),
)


@batchnorm.reference
def batch_norm(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    """Normalize every channel, by the batch in training and by the moving statistics otherwise.

    x: (..., channels): images (batch, height, width, channels) or vectors (batch, channels).
    gamma, beta, moving_mean, moving_variance: (channels,)
    Returns the output, of the shape of x, the new moving mean and the new moving variance.
    """
    mean, variance = moving_mean, moving_variance
    if training:
        axes = tuple(range(x.ndim - 1))
        mean, variance = x.mean(axis=axes), x.var(axis=axes)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    y = gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
    return y, moving_mean, moving_variance


@batchnorm.alternative
def _(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    if not training:
        scale = gamma / (moving_variance + epsilon) ** 0.5
        return [x * scale + (beta - moving_mean * scale), moving_mean, moving_variance]
    rows = x.reshape(-1, x.shape[-1])
    mean = rows.sum(axis=0) / len(rows)
    centred = rows - mean
    variance = np.einsum("nc,nc->c", centred, centred) / len(rows)
    y = (gamma * centred / np.sqrt(variance + epsilon) + beta).reshape(x.shape)
    step = 1 - momentum
    return [
        y,
        moving_mean + step * (mean - moving_mean),
        moving_variance + step * (variance - moving_variance),
    ]


@batchnorm.alternative
def _(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    y = np.empty_like(x)
    new_mean, new_variance = moving_mean.copy(), moving_variance.copy()
    for c in range(x.shape[-1]):
        values = x[..., c]
        mean, variance = moving_mean[c], moving_variance[c]
        if training:
            mean, variance = np.mean(values), np.mean(values**2) - np.mean(values) ** 2
            new_mean[c] = momentum * new_mean[c] + (1 - momentum) * mean
            new_variance[c] = momentum * new_variance[c] + (1 - momentum) * variance
        y[..., c] = gamma[c] * (values - mean) / math.sqrt(variance + epsilon) + beta[c]
    return y, new_mean, new_variance


def _norm_call(rng, shape, training, *, spread=1.0, **options):
    c = shape[-1]
    x = rng.normal(1.0, spread, size=shape)
    gamma, variance = rng.uniform(0.5, 2.0, size=(2, c))
    beta, mean = rng.normal(size=(2, c))
    return call(x, gamma, beta, mean, spread**2 * variance, training, **options)


@batchnorm.check("at inference")
def _(rng):
    return _norm_call(rng, (2, 3, 2, 4), training=False)


@batchnorm.check("in training, on a batch of two small images", worth=2)
def _(rng):
    return _norm_call(rng, (2, 2, 2, 4), training=True)


@batchnorm.check("on vectors, in both modes")
def _(rng):
    return [_norm_call(rng, (6, 3), training=mode) for mode in (True, False)]


@batchnorm.check("channels that hardly vary, in both modes", worth=2)
def _(rng):
    return [_norm_call(rng, (2, 3, 2, 3), training=mode, spread=0.02) for mode in (True, False)]


@batchnorm.check("with another momentum and another epsilon")
def _(rng):
    return _norm_call(rng, (3, 2, 2, 3), training=True, momentum=0.9, epsilon=0.1)


def _all_but_last(x):
    return tuple(range(x.ndim - 1))


def _divided(x, gamma, beta, mean, variance, epsilon):
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


def _moved(old, new, momentum):
    return momentum * old + (1 - momentum) * new


def _wrong_output(output):
    """Make an answer whose moving statistics are right and whose output is not."""

    def answer(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
        _, *moved = batch_norm(
            x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
        )
        mean, variance = moving_mean, moving_variance
        if training:
            mean, variance = x.mean(axis=_all_but_last(x)), x.var(axis=_all_but_last(x))
        return output(x, gamma, beta, mean, variance, epsilon), *moved

    return answer


batchnorm.misconception(
    "M-EPS-PLACE",
    "You added epsilon to the root. It stands below the root, beside the variance: "
    "sqrt(variance + epsilon).",
    section="put-epsilon-below-the-root",
)(_wrong_output(lambda x, g, b, m, v, e: g * (x - m) / (np.sqrt(v) + e) + b))

batchnorm.misconception(
    "M-NO-EPS",
    "Epsilon is missing. It stands below the root, beside the variance: sqrt(variance + epsilon).",
    section="put-epsilon-below-the-root",
)(_wrong_output(lambda x, g, b, m, v, e: g * (x - m) / np.sqrt(v) + b))

batchnorm.misconception(
    "M-VARIANCE-NOT-ROOT",
    "You divided by the variance. Divide by its root, the standard deviation.",
    section="normalize-a-channel-by-hand",
)(_wrong_output(lambda x, g, b, m, v, e: g * (x - m) / (v + e) + b))

batchnorm.misconception(
    "M-SHIFT-FIRST",
    "You added beta before multiplying by gamma. First the scale, then the shift: "
    "gamma * normalized + beta.",
    section="normalize-a-channel-by-hand",
)(_wrong_output(lambda x, g, b, m, v, e: g * ((x - m) / np.sqrt(v + e) + b)))

batchnorm.misconception(
    "M-NO-SCALE",
    "Gamma and beta are missing: they scale and shift the normalized values.",
    section="normalize-a-channel-by-hand",
)(_wrong_output(lambda x, g, b, m, v, e: (x - m) / np.sqrt(v + e)))


@batchnorm.misconception(
    "M-VAR-UNBIASED",
    "You divided the sum of squares by N - 1. BatchNorm normalizes by the variance over N: "
    "`np.var` as it is, without `ddof=1`.",
    section="which-variance",
)
def _(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    if not training:
        return batch_norm(x, gamma, beta, moving_mean, moving_variance, training)
    mean, variance = x.mean(axis=_all_but_last(x)), x.var(axis=_all_but_last(x), ddof=1)
    y = _divided(x, gamma, beta, mean, variance, epsilon)
    moved = _moved(moving_mean, mean, momentum), _moved(moving_variance, variance, momentum)
    return y, *moved


@batchnorm.misconception(
    "M-VAR-MOVING",
    "Your output is right, but your moving variance took in the variance over N - 1. The paper and "
    "PyTorch do that; Keras 3 keeps the variance over N.",
    section="which-variance",
)
def _(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    y, mean, variance = batch_norm(
        x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
    )
    if training:
        unbiased = x.var(axis=_all_but_last(x), ddof=1)
        variance = _moved(moving_variance, unbiased, momentum)
    return y, mean, variance


@batchnorm.misconception(
    "M-MOMENTUM-SWAP",
    "Your moving statistics took the share `momentum` of the batch. In Keras momentum is what they "
    "*keep*: momentum * moving + (1 - momentum) * batch. PyTorch names it the other way round.",
    section="keep-moving-statistics",
)
def _(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    return batch_norm(x, gamma, beta, moving_mean, moving_variance, training, 1 - momentum, epsilon)


@batchnorm.misconception(
    "M-TRAIN-MOVING",
    "In training you normalized by the moving statistics. Those are for inference; in training "
    "the batch's own are used.",
    section="keep-moving-statistics",
)
def _(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    _, mean, variance = batch_norm(
        x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
    )
    return _divided(x, gamma, beta, mean, variance, epsilon), mean, variance


@batchnorm.misconception(
    "M-INFER-BATCH",
    "At inference you normalized by the batch's own statistics. Then an image's result would "
    "depend on the images beside it: use the moving ones.",
    section="keep-moving-statistics",
)
def _(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    y, mean, variance = batch_norm(
        x, gamma, beta, moving_mean, moving_variance, True, momentum, epsilon
    )
    return (y, mean, variance) if training else (y, moving_mean, moving_variance)


@batchnorm.misconception(
    "M-INFER-UPDATE",
    "At inference your moving statistics moved. They learn from training batches alone.",
    section="keep-moving-statistics",
)
def _(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    given = x, gamma, beta, moving_mean, moving_variance
    _, mean, variance = batch_norm(*given, True, momentum, epsilon)
    return batch_norm(*given, training, momentum, epsilon)[0], mean, variance


@batchnorm.misconception(
    "M-NO-UPDATE",
    "Your moving statistics stand still in training. Each batch moves them by 1 - momentum of the "
    "way.",
    section="keep-moving-statistics",
)
def _(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    y, *_ = batch_norm(x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon)
    return y, moving_mean, moving_variance


@batchnorm.misconception(
    "M-EPS-KEPT",
    "Your moving variance took in epsilon. Epsilon only guards the division; it is not part of the "
    "statistics.",
    section="put-epsilon-below-the-root",
)
def _(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    y, mean, variance = batch_norm(
        x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon
    )
    return y, mean, variance + (1 - momentum) * epsilon * bool(training)


def _over(axes):
    """Make an answer that averages over the wrong axes."""

    def answer(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
        mean, variance = moving_mean, moving_variance
        if training:
            over = axes(x)
            mean, variance = x.mean(axis=over), x.var(axis=over)
            moving_mean = _moved(moving_mean, mean, momentum)
            moving_variance = _moved(moving_variance, variance, momentum)
        return _divided(x, gamma, beta, mean, variance, epsilon), moving_mean, moving_variance

    return answer


batchnorm.misconception(
    "M-BATCH-AXIS",
    "You averaged over the batch alone, so every pixel got statistics of its own. A channel has "
    "one mean and one variance: average over height and width too.",
    section="normalize-a-channel-by-hand",
)(_over(lambda x: 0))

batchnorm.misconception(
    "M-FIXED-AXES",
    "You averaged over the axes 0, 1 and 2, which images have. Vectors (batch, channels) have two "
    "axes: average over all but the last, `tuple(range(x.ndim - 1))`.",
    section="normalize-a-channel-by-hand",
)(_over(lambda x: (0, 1, 2)))

batchnorm.misconception(
    "M-ALL-AXES",
    "You took one mean for all channels. Each channel has a mean and a variance of its own: "
    "average over all axes *but* the last.",
    section="normalize-a-channel-by-hand",
)(_over(lambda x: None))


# --- 8.3 -------------------------------------------------------------------------------------

lag = Exercise(
    "08-bn-lag",
    "Explain and mend a validation at chance",
    "A training run is given as a dict:\n\n"
    '- `"fit"`: the accuracy that `fit` reported for its last epoch;\n'
    '- `"train"`: the accuracy of `evaluate` on the same training images after it;\n'
    '- `"validation"`: the accuracy of `evaluate` on the validation images, and `"chance"`;\n'
    '- `"momentum"` of its BatchNorms, `"steps"` in an epoch, `"epochs"` done so far;\n'
    '- `"variance"`: that of one channel in every batch, below 1/2. Its moving variance began '
    "at 1.\n\n"
    "Write `explain_lag(run)`. It returns a dict with four keys:\n\n"
    '- `"cause"`: at least twice chance counts as learned. `"not trained"` where `fit` shows '
    'nothing learned; else `"statistics"` where the same images are at chance at inference; else '
    '`"overfitting"` where the validation alone is at chance; else `"none"`.\n'
    '- `"moving_variance"`: of the channel, after all steps so far.\n'
    '- `"shrunk"`: how many times smaller the normalized channel spreads at inference than in '
    "training, without epsilon.\n"
    '- `"momentum"`: if the cause is `"statistics"`, the *largest* momentum with which the moving '
    "variance is at most twice the variance after the *first* epoch; else the run's own.",
    hints=(
        "Three accuracies, three questions: did the weights learn? Does inference know what "
        "training knows? Does it hold for new images? Ask them in this order.",
        "A moving variance that began at 1 is `m**n * 1 + (1 - m**n) * variance` after n steps. "
        "How many steps are there in `epochs` epochs?",
        "Training divides by the root of the variance, inference by the root of the moving one.",
        "`m**n + (1 - m**n) * v <= 2 * v` means `m**n <= v / (1 - v)`. Take the n-th root, with "
        "the steps of one epoch.",
    ),
)


@lag.reference
def explain_lag(run):
    """Tell why the validation of a run is at chance, and which momentum would mend it.

    run: a dict with the keys "fit", "train", "validation", "chance", "momentum", "steps",
        "epochs" and "variance".
    Returns a dict with the keys "cause", "moving_variance", "shrunk" and "momentum".
    """
    v, m = run["variance"], run["momentum"]
    learned = [run[name] >= 2 * run["chance"] for name in ("fit", "train", "validation")]
    names = ["not trained", "statistics", "overfitting"]
    cause = "none" if all(learned) else names[learned.index(False)]
    kept = m ** (run["steps"] * run["epochs"])
    moving = kept * 1 + (1 - kept) * v
    if cause == "statistics":
        m = (v / (1 - v)) ** (1 / run["steps"])
    return {
        "cause": cause,
        "moving_variance": moving,
        "shrunk": (moving / v) ** 0.5,
        "momentum": m,
    }


@lag.alternative
def _(run):
    at_chance = 2 * run["chance"]
    cause = "none"
    if run["validation"] < at_chance:
        cause = "overfitting"
    if run["train"] < at_chance:
        cause = "statistics"
    if run["fit"] < at_chance:
        cause = "not trained"
    moving = 1.0
    for _ in range(run["epochs"] * run["steps"]):
        moving += (1 - run["momentum"]) * (run["variance"] - moving)
    odds = run["variance"] / (1 - run["variance"])
    mended = math.exp(math.log(odds) / run["steps"])
    return {
        "momentum": mended if cause == "statistics" else run["momentum"],
        "shrunk": math.sqrt(moving) / math.sqrt(run["variance"]),
        "moving_variance": moving,
        "cause": cause,
    }


_FIRST_EPOCH = {
    "fit": 0.62,
    "train": 0.11,
    "validation": 0.09,
    "chance": 0.1,
    "momentum": 0.99,
    "steps": 63,
    "epochs": 1,
    "variance": 0.05,
}


@lag.check("one epoch of 63 steps: fit learns, and the validation stands at chance", worth=2)
def _(rng):
    return call(_FIRST_EPOCH)


@lag.check("three epochs of 30 steps, and a channel that hardly varies", worth=2)
def _(rng):
    accuracies = {"fit": 0.93, "train": 0.26, "validation": 0.24, "chance": 0.25}
    return call({**_FIRST_EPOCH, **accuracies, "steps": 30, "epochs": 3, "variance": 0.01})


@lag.check("a validation at chance although inference knows the training images")
def _(rng):
    accuracies = {"fit": 0.97, "train": 0.95, "validation": 0.12}
    return call({**_FIRST_EPOCH, **accuracies, "epochs": 5, "momentum": 0.9})


@lag.check("nothing learned so far, and a run with no fault")
def _(rng):
    nothing = {**_FIRST_EPOCH, "fit": 0.1, "train": 0.1, "validation": 0.1, "epochs": 2}
    good = {"fit": 0.9, "train": 0.91, "validation": 0.85, "momentum": 0.8, "epochs": 2}
    return [call(nothing), call({**_FIRST_EPOCH, **good})]


def _kept(run):
    return run["momentum"] ** (run["steps"] * run["epochs"])


def _with_moving(run, moving):
    shrunk = math.sqrt(moving / run["variance"])
    return explain_lag(run) | {"moving_variance": moving, "shrunk": shrunk}


def _mended(run, momentum):
    answer = explain_lag(run)
    return answer | ({"momentum": momentum} if answer["cause"] == "statistics" else {})


@lag.misconception(
    "M-BN-LAG",
    "You blame the training, but `fit` has learned already: the weights are good. At inference the "
    "same images are at chance because the moving statistics are not there yet. A higher learning "
    "rate mends nothing; a lower momentum or more steps do.",
    section="why-validation-stays-at-chance",
)
def _(run):
    answer = explain_lag(run)
    late = answer["cause"] == "statistics"
    return answer | ({"cause": "not trained", "momentum": run["momentum"]} if late else {})


@lag.misconception(
    "M-OVERFIT",
    "You call it overfitting. Look at the same *training* images at inference: they are at chance "
    "too, and no network overfits those.",
    section="why-validation-stays-at-chance",
)
def _(run):
    answer = explain_lag(run)
    late = answer["cause"] == "statistics"
    return answer | ({"cause": "overfitting", "momentum": run["momentum"]} if late else {})


@lag.misconception(
    "M-EPOCHS",
    "You counted epochs. The moving statistics move with every *step*, once for each batch.",
    section="why-validation-stays-at-chance",
)
def _(run):
    answer = _with_moving({**run, "steps": 1}, explain_lag({**run, "steps": 1})["moving_variance"])
    return _mended(run, answer["momentum"]) | {
        key: answer[key] for key in ("moving_variance", "shrunk")
    }


@lag.misconception(
    "M-ONE-EPOCH",
    "You counted the steps of one epoch. The moving statistics have moved in all epochs so far.",
    section="why-validation-stays-at-chance",
)
def _(run):
    return explain_lag({**run, "epochs": 1})


@lag.misconception(
    "M-LINEAR",
    "You took 1 - momentum of the *whole* way at every step. Each step goes that part of what is "
    "left, so what is left after n steps is momentum ** n.",
    section="keep-moving-statistics",
)
def _(run):
    way = min(1.0, (1 - run["momentum"]) * run["steps"] * run["epochs"])
    return _with_moving(run, 1 + way * (run["variance"] - 1))


@lag.misconception(
    "M-START-ZERO",
    "You let the moving variance begin at 0. In Keras the moving *mean* begins at 0 and the moving "
    "variance at 1.",
    section="keep-moving-statistics",
)
def _(run):
    return _with_moving(run, (1 - _kept(run)) * run["variance"])


@lag.misconception(
    "M-SHARE-SWAP",
    "You swapped the shares: momentum ** n is the share of the value at the beginning, and the "
    "rest is what the batches brought.",
    section="keep-moving-statistics",
)
def _(run):
    kept = _kept(run)
    return _with_moving(run, 1 - kept + kept * run["variance"])


@lag.misconception(
    "M-NO-ROOT",
    "You compared the variances. BatchNorm divides by their roots, so the spread shrinks by the "
    "root of that ratio.",
    section="why-validation-stays-at-chance",
)
def _(run):
    answer = explain_lag(run)
    return answer | {"shrunk": answer["moving_variance"] / run["variance"]}


@lag.misconception(
    "M-INVERSE",
    "Your ratio is upside down. The moving variance is too large, so inference divides by too "
    "much: the number is above 1.",
    section="why-validation-stays-at-chance",
)
def _(run):
    answer = explain_lag(run)
    return answer | {"shrunk": 1 / answer["shrunk"]}


@lag.misconception(
    "M-FIX-TORCH",
    "You returned 1 - momentum, as PyTorch counts. In Keras momentum is the share that is kept.",
    section="keep-moving-statistics",
)
def _(run):
    return _mended(run, 1 - explain_lag(run)["momentum"])


@lag.misconception(
    "M-FIX-ALWAYS",
    "You changed the momentum of a run whose statistics are not at fault. Keep it where the cause "
    "is another.",
    section="why-validation-stays-at-chance",
)
def _(run):
    v = run["variance"]
    return explain_lag(run) | {"momentum": (v / (1 - v)) ** (1 / run["steps"])}


@lag.misconception(
    "M-FIX-TOTAL",
    "Your momentum is enough after all epochs so far. It shall be enough after the first one.",
    section="why-validation-stays-at-chance",
)
def _(run):
    v = run["variance"]
    return _mended(run, (v / (1 - v)) ** (1 / (run["steps"] * run["epochs"])))


@lag.misconception(
    "M-FIX-ONE-PART",
    "You asked that momentum ** n be at most the variance. The batches have brought "
    "(1 - momentum ** n) of the variance by then, which counts too: solve for the sum of both.",
    section="why-validation-stays-at-chance",
)
def _(run):
    return _mended(run, run["variance"] ** (1 / run["steps"]))


# --- 8.4 -------------------------------------------------------------------------------------

folding = Exercise(
    "08-fold",
    "Fold a BatchNorm into a pointwise convolution",
    "At inference a BatchNorm behind a 1x1 convolution is a scale and a shift for each output "
    "channel. Write `fold`, which returns the kernel and the bias of *one* 1x1 convolution that "
    "does the work of both.\n\n"
    "Do not change the arrays that you get. `bias` is None where the convolution has none, as in "
    "Xception.",
    hints=(
        "Write down what comes out of both: "
        "`gamma * (x @ kernel + bias - mean) / sqrt(variance + epsilon) + beta`.",
        "Call `gamma / sqrt(variance + epsilon)` the scale. What multiplies `x`? And what is left "
        "when `x` is 0?",
        "The scale has one number for each *output* channel, the last axis of the kernel, and "
        "NumPy lines up last axes by itself.",
        "`kernel * scale` and `(bias - mean) * scale + beta`.",
    ),
)


@folding.reference
def fold(kernel, bias, gamma, beta, mean, variance, epsilon=1e-3):
    """Return the kernel and bias of one 1x1 convolution that includes the BatchNorm behind it.

    kernel: (c_in, c_out), or as Keras stores it (1, 1, c_in, c_out)
    bias: (c_out,) or None
    gamma, beta, mean, variance: (c_out,), the last two are the moving statistics
    Returns the new kernel, of the shape of the old one, and the new bias (c_out,).
    """
    scale = gamma / np.sqrt(variance + epsilon)
    if bias is None:
        bias = 0
    return kernel * scale, (bias - mean) * scale + beta


@folding.alternative
def _(kernel, bias, gamma, beta, mean, variance, epsilon=1e-3):
    # Ask the two layers: what do they make of nothing, and of a 1 in one input channel?
    def both(x):
        y = x @ kernel.reshape(-1, kernel.shape[-1]) + (0 if bias is None else bias)
        return gamma * (y - mean) / (variance + epsilon) ** 0.5 + beta

    c_in = kernel.shape[-2]
    at_zero = both(np.zeros(c_in))
    return [(both(np.eye(c_in)) - at_zero).reshape(kernel.shape), at_zero]


@folding.alternative
def _(kernel, bias, gamma, beta, mean, variance, epsilon=1e-3):
    new_kernel, new_bias = np.array(kernel), np.array(beta)
    for o in range(len(gamma)):
        scale = gamma[o] / math.sqrt(variance[o] + epsilon)
        new_kernel[..., o] *= scale
        new_bias[o] -= mean[o] * scale
        if bias is not None:
            new_bias[o] += bias[o] * scale
    return new_kernel, new_bias


def _fold_call(rng, kernel, *, bias, spread=1.0, **options):
    c_out = kernel[-1]
    gamma, variance = rng.uniform(0.5, 2.0, size=(2, c_out))
    beta, mean, b = rng.normal(size=(3, c_out))
    weights = spread * rng.normal(size=kernel)
    given = gamma, beta, spread * mean, spread**2 * variance
    return call(weights, spread * b if bias else None, *given, **options)


@folding.check("a convolution without a bias, as in Xception", worth=2)
def _(rng):
    return _fold_call(rng, (4, 6), bias=False)


@folding.check("a convolution with a bias, and as many channels out as in")
def _(rng):
    return _fold_call(rng, (5, 5), bias=True)


@folding.check("a kernel as Keras stores it, with another epsilon")
def _(rng):
    return _fold_call(rng, (1, 1, 3, 4), bias=True, epsilon=0.1)


@folding.check("channels that hardly vary")
def _(rng):
    return _fold_call(rng, (4, 3), bias=True, spread=0.02)


def _folded(bias_of, scale_of=lambda g, v, e: g / np.sqrt(v + e)):
    """Make an answer that takes its bias, or its scale, from a wrong idea."""

    def answer(kernel, bias, gamma, beta, mean, variance, epsilon=1e-3):
        scale = scale_of(gamma, variance, epsilon)
        own = np.zeros_like(beta) if bias is None else bias
        return kernel * scale, bias_of(own, beta, mean, scale)

    return answer


def _right_bias(own, beta, mean, scale):
    return (own - mean) * scale + beta


folding.misconception(
    "M-BIAS-LOST",
    "The convolution's own bias is lost. It comes in before the BatchNorm, so it is scaled: "
    "(bias - mean) * scale + beta.",
    section="fold-batchnorm-into-the-convolution",
)(_folded(lambda own, beta, mean, scale: beta - mean * scale))

folding.misconception(
    "M-BIAS-UNSCALED",
    "The convolution's own bias is added without the scale. It comes in before the BatchNorm, so "
    "it is scaled like everything else that comes in.",
    section="fold-batchnorm-into-the-convolution",
)(_folded(lambda own, beta, mean, scale: own - mean * scale + beta))

folding.misconception(
    "M-MEAN-LOST",
    "The mean is lost. What comes in at 0 leaves at beta minus mean times scale.",
    section="fold-batchnorm-into-the-convolution",
)(_folded(lambda own, beta, mean, scale: own * scale + beta))

folding.misconception(
    "M-MEAN-UNSCALED",
    "The mean is subtracted without the scale. BatchNorm subtracts it first and scales then: "
    "(bias - mean) * scale + beta.",
    section="fold-batchnorm-into-the-convolution",
)(_folded(lambda own, beta, mean, scale: own * scale - mean + beta))

folding.misconception(
    "M-BETA-LOST",
    "Beta is lost: it is added last, and nothing scales it.",
    section="fold-batchnorm-into-the-convolution",
)(_folded(lambda own, beta, mean, scale: (own - mean) * scale))

folding.misconception(
    "M-BETA-SCALED",
    "You scaled beta too. Gamma and the root act before beta is added.",
    section="fold-batchnorm-into-the-convolution",
)(_folded(lambda own, beta, mean, scale: (own - mean + beta) * scale))

folding.misconception(
    "M-GAMMA-LOST",
    "Gamma is lost: the scale is gamma / sqrt(variance + epsilon).",
    section="fold-batchnorm-into-the-convolution",
)(_folded(_right_bias, lambda g, v, e: 1 / np.sqrt(v + e)))

folding.misconception(
    "M-EPS-PLACE",
    "You added epsilon to the root. It stands below the root, beside the variance.",
    section="put-epsilon-below-the-root",
)(_folded(_right_bias, lambda g, v, e: g / (np.sqrt(v) + e)))

folding.misconception(
    "M-NO-EPS",
    "Epsilon is missing: it stands below the root, beside the variance.",
    section="put-epsilon-below-the-root",
)(_folded(_right_bias, lambda g, v, e: g / np.sqrt(v)))

folding.misconception(
    "M-VARIANCE-NOT-ROOT",
    "You divided by the variance. Divide by the root of variance plus epsilon.",
    section="fold-batchnorm-into-the-convolution",
)(_folded(_right_bias, lambda g, v, e: g / (v + e)))


@folding.misconception(
    "M-ROWS",
    "You scaled the rows of the kernel, which belong to the *input* channels. BatchNorm stands "
    "behind the convolution, so its scale belongs to the columns, the output channels.",
    section="fold-batchnorm-into-the-convolution",
)
def _(kernel, bias, gamma, beta, mean, variance, epsilon=1e-3):
    scale = gamma / np.sqrt(variance + epsilon)
    own = 0 if bias is None else bias
    return kernel * scale[:, None], (own - mean) * scale + beta


@folding.misconception(
    "M-KERNEL-UNSCALED",
    "Your kernel is the old one. The BatchNorm scales what the kernel makes, so the scale goes "
    "into the kernel too.",
    section="fold-batchnorm-into-the-convolution",
)
def _(kernel, bias, *batchnorm):
    return np.array(kernel), fold(kernel, bias, *batchnorm)[1]
