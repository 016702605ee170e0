"""Exercises of chapter 9: build Xception."""

import numpy as np

from dscourse.checking import Exercise, call
from dscourse.exercises.block_observers import run_model, watch_blocks

# --- 9.1 -------------------------------------------------------------------------------------

entry = Exercise(
    "09-entry-flow",
    "Build the entry flow",
    "Write `entry_flow(x, stem, widths)` with Keras layers. Xception has `stem=(32, 64)` and "
    "`widths=(128, 256, 728)`.\n\n"
    "- Block 1, the stem: two ordinary 3x3 convolutions *without padding*, the first with "
    "stride 2. Behind each a BatchNorm, then a ReLU.\n"
    "- Then a block for each width, as in exercise 8.1. Its branch: two times ReLU, separable "
    "3x3, BatchNorm; then a 3x3 max pool with stride 2. Its shortcut: a 1x1 convolution with "
    "stride 2, then BatchNorm. The block returns their sum.\n"
    "- Block 2 starts without its ReLU: what it reads has just left one.\n"
    '- No convolution has a bias. Behind the stem everything is padded with `"same"`.\n\n'
    "Return a *list* with the output of each block. Then the report can name the first block "
    "that is wrong. Names of layers do not matter.",
    hints=(
        "Start with `outputs = []`, and append `x` at the end of every block.",
        "Write one block as a function of `x`, its width and whether it starts with a ReLU. "
        "Keep the block's input under a name of its own: the shortcut starts there.",
        '`layers.SeparableConv2D(width, 3, padding="same", use_bias=False)` and '
        '`layers.MaxPooling2D(3, strides=2, padding="same")` halve the map once in each block.',
        "The shortcut: `layers.BatchNormalization()(layers.Conv2D(width, 1, strides=2, "
        'padding="same", use_bias=False)(start))`, and the sum: `layers.Add()([y, shortcut])`.',
    ),
    engine="keras",
    how=watch_blocks(1),
    seconds=60.0,
)


@entry.reference
def entry_flow(x, stem, widths):
    """Put the entry flow behind a symbolic Keras tensor.

    x: images (batch, height, width, 3), as from `keras.Input`.
    stem: filters of the two convolutions of block 1.
    widths: filters of each block that follows.
    Returns a list with the output tensor of each block.
    """
    from keras import layers

    def normalized(y):
        return layers.BatchNormalization()(y)

    for filters, strides in zip(stem, (2, 1), strict=True):
        x = layers.Conv2D(filters, 3, strides=strides, use_bias=False)(x)
        x = layers.ReLU()(normalized(x))
    outputs = [x]
    for width in widths:
        shortcut = layers.Conv2D(width, 1, strides=2, padding="same", use_bias=False)(x)
        shortcut = normalized(shortcut)
        for number in range(2):
            if number or len(outputs) > 1:  # block 2 starts without a ReLU
                x = layers.ReLU()(x)
            x = layers.SeparableConv2D(width, 3, padding="same", use_bias=False)(x)
            x = normalized(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        x = layers.Add()([x, shortcut])
        outputs.append(x)
    return outputs


@entry.alternative
def _(x, stem, widths):
    from keras import layers, ops

    # A ReLU at the start of block 2 changes nothing; parts in place of the separable layer.
    def sepconv(y, width):
        y = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(ops.relu(y))
        return layers.BatchNormalization()(layers.Dense(width, use_bias=False)(y))

    def block(y, width):
        way = sepconv(sepconv(y, width), width)
        way = layers.MaxPool2D((3, 3), (2, 2), "same")(way)
        shortcut = layers.Conv2D(width, (1, 1), (2, 2), use_bias=False)(y)
        return layers.BatchNormalization()(shortcut) + way

    x = layers.Conv2D(stem[0], 3, 2, use_bias=False)(x)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    x = layers.Conv2D(stem[1], 3, use_bias=False)(x)
    outputs = [layers.Activation("relu")(layers.BatchNormalization()(x))]
    for width in widths:
        outputs.append(block(outputs[-1], width))
    return tuple(outputs)


@entry.alternative
def _(x, stem, widths):
    import keras
    from keras import layers

    plain = {"padding": "same", "use_bias": False}
    x = keras.Sequential(
        [
            layers.Conv2D(stem[0], 3, strides=2, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2D(stem[1], 3, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]
    )(x)
    outputs = [x]
    for n, width in enumerate(widths):
        start = x
        x = layers.Activation("relu")(x) if n else x
        x = layers.BatchNormalization()(layers.SeparableConv2D(width, 3, **plain)(x))
        x = layers.Activation("relu")(x)
        x = layers.BatchNormalization()(layers.SeparableConv2D(width, 3, **plain)(x))
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        side = layers.Conv2D(width, 1, strides=2, **plain)(start)
        x = layers.add([layers.BatchNormalization()(side), x])
        outputs.append(x)
    return outputs


@entry.check("three blocks behind the stem, all maps odd", worth=3)
def _(rng):
    x = rng.uniform(-1, 1, size=(2, 39, 39, 3)).astype("float32")
    return call(x, (3, 4), (6, 8, 10))


@entry.check("even maps, not square", worth=2)
def _(rng):
    x = rng.uniform(-1, 1, size=(1, 29, 45, 3)).astype("float32")
    return call(x, (4, 5), (6, 9))


def _conv(y, filters, kernel=3, **how):
    from keras import layers

    y = layers.Conv2D(filters, kernel, use_bias=False, **how)(y)
    return layers.BatchNormalization()(y)


def _sepconv(y, filters):
    from keras import layers

    y = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(y)
    return layers.BatchNormalization()(y)


def _pool(y):
    from keras import layers

    return layers.MaxPooling2D(3, strides=2, padding="same")(y)


def _relu(y):
    from keras import ops

    return ops.relu(y)


def _stem(x, filters, **how):
    x = _relu(_conv(x, filters[0], strides=2, **how))
    return _relu(_conv(x, filters[1], **how))


def _shortcut(y, filters):
    return _conv(y, filters, 1, strides=2, padding="same")


def _halved(y, filters, *, unit=_sepconv, pool=_pool, shortcut=_shortcut, first_relu=True):
    """Build a block that halves the map; each part may be replaced by a wrong one."""
    way = unit(_relu(y) if first_relu else y, filters[0])
    way = pool(unit(_relu(way), filters[1]))
    return way + shortcut(y, filters[1])


def _entry(x, stem, widths, *, stem_as=_stem, **parts):
    """Build the entry flow; each part may be replaced by a wrong one."""
    outputs = [stem_as(x, stem)]
    for width in widths:
        outputs.append(_halved(outputs[-1], (width, width), **parts))
    return outputs


@entry.misconception(
    "M-STEM-SAME",
    "The stem is padded. Its two convolutions have no padding: 299 pixels become 149, then 147. "
    'Leave out `padding="same"` there.',
    section="the-entry-flow-shrinks-the-image",
)
def _(x, stem, widths):
    return _entry(x, stem, widths, stem_as=lambda y, filters: _stem(y, filters, padding="same"))


@entry.misconception(
    "M-SHORTCUT-RELU",
    "The shortcut starts behind the block's first ReLU. It starts at the block's input, before "
    "the ReLU: keep that input under a name of its own.",
    section="the-entry-flow-shrinks-the-image",
)
def _(x, stem, widths):
    return _entry(x, stem, widths, shortcut=lambda y, filters: _shortcut(_relu(y), filters))


@entry.misconception(
    "M-FIRST-RELU",
    "No block starts with a ReLU. Only block 2 may leave it out, because its input has just "
    "left one; a sum has not.",
    section="the-entry-flow-shrinks-the-image",
)
def _(x, stem, widths):
    return _entry(x, stem, widths, first_relu=False)


@entry.misconception(
    "M-POST-ACT",
    "The ReLUs stand behind the convolutions. In blocks 2 to 13 a ReLU stands before each, so "
    "that nothing is cut off behind the sum.",
    section="the-entry-flow-shrinks-the-image",
)
def _(x, stem, widths):
    def unit(y, filters):
        return _relu(_sepconv(y, filters))

    outputs = [_stem(x, stem)]
    for width in widths:
        y = outputs[-1]
        outputs.append(_pool(unit(unit(y, width), width)) + _shortcut(y, width))
    return outputs


@entry.misconception(
    "M-ORDINARY",
    "The blocks behind the stem have ordinary convolutions. Only the stem has; the others are "
    "`SeparableConv2D`.",
    section="the-entry-flow-shrinks-the-image",
)
def _(x, stem, widths):
    return _entry(x, stem, widths, unit=lambda y, filters: _conv(y, filters, padding="same"))


@entry.misconception(
    "M-POOL-TORCH",
    "The map is padded on all sides before the pool, as PyTorch's `padding=1` does. Keras' "
    '"same" pads an even map only below and on the right.',
    section="mistakes-that-71-pixels-hide",
)
def _(x, stem, widths):
    def pool(y):
        from keras import layers, ops

        rim = ((0, 0), (1, 1), (1, 1), (0, 0))
        return layers.MaxPooling2D(3, strides=2)(ops.pad(y, rim, constant_values=-1e9))

    return _entry(x, stem, widths, pool=pool)


@entry.misconception(
    "M-SHORTCUT-BN",
    "The shortcut has no BatchNorm. Every convolution is followed by one, the 1x1 too.",
    section="the-entry-flow-shrinks-the-image",
)
def _(x, stem, widths):
    def bare(y, filters):
        from keras import layers

        return layers.Conv2D(filters, 1, strides=2, padding="same", use_bias=False)(y)

    return _entry(x, stem, widths, shortcut=bare)


@entry.misconception(
    "M-NO-SHORTCUT",
    "There are no shortcuts. Each block behind the stem returns a sum.",
    section="the-entry-flow-shrinks-the-image",
)
def _(x, stem, widths):
    return _entry(x, stem, widths, shortcut=lambda y, filters: 0)


# --- 9.2 -------------------------------------------------------------------------------------

middle = Exercise(
    "09-middle-flow",
    "Build the middle flow",
    "Write `middle_flow(x, n)`: `n` blocks behind each other, eight in Xception.\n\n"
    "Each block is: three times ReLU, separable 3x3, BatchNorm; then the block's own input is "
    "added. Neither the map nor the number of channels changes. No convolution has a bias.\n\n"
    "Return a list with the output of each block.",
    hints=(
        "How many channels `x` has is told by `x.shape[-1]`.",
        "A layer that is made once and called twice has one set of weights. Where must the "
        "layers be made, so that each block has its own?",
        "Two loops, one in the other: `for _ in range(n)` and `for _ in range(3)`. Before the "
        "inner one note down `start = x`, and after it add it.",
    ),
    engine="keras",
    how=watch_blocks(5),
    seconds=60.0,
)


@middle.reference
def middle_flow(x, n):
    """Put `n` blocks of the middle flow behind a symbolic Keras tensor.

    x: maps (batch, height, width, channels).
    n: how many blocks.
    Returns a list with the output tensor of each block.
    """
    from keras import layers

    channels, outputs = x.shape[-1], []
    for _ in range(n):
        start = x
        for _ in range(3):
            x = layers.ReLU()(x)
            x = layers.SeparableConv2D(channels, 3, padding="same", use_bias=False)(x)
            x = layers.BatchNormalization()(x)
        x = layers.Add()([x, start])
        outputs.append(x)
    return outputs


@middle.alternative
def _(x, n):
    import keras
    from keras import layers

    def block(y):
        way = keras.Sequential()
        for _ in range(3):
            way.add(layers.Activation("relu"))
            way.add(layers.DepthwiseConv2D((3, 3), padding="same", use_bias=False))
            way.add(layers.Conv2D(y.shape[-1], 1, use_bias=False))
            way.add(layers.BatchNormalization())
        return y + way(y)

    outputs = [block(x)]
    while len(outputs) < n:
        outputs.append(block(outputs[-1]))
    return outputs


@middle.alternative
def _(x, n):
    from keras import layers

    # The layers may be made first, as long as there are enough of them.
    c = x.shape[-1]
    convs = [layers.SeparableConv2D(c, 3, padding="same", use_bias=False) for _ in range(3 * n)]
    norms = [layers.BatchNormalization() for _ in convs]
    found = []
    for k in range(n):
        y = x
        for conv, norm in list(zip(convs, norms, strict=True))[3 * k : 3 * k + 3]:
            y = norm(conv(layers.ReLU()(y)))
        x = layers.add([x, y])
        found.append(x)
    return tuple(found)


@middle.check("three blocks", worth=3)
def _(rng):
    return call(rng.normal(size=(2, 5, 6, 7)).astype("float32"), 3)


@middle.check("one block, on a map of a single place")
def _(rng):
    return call(rng.normal(size=(3, 1, 1, 6)).astype("float32"), 1)


def _same(y, relu=_relu, units=3):
    way = y
    for _ in range(units):
        way = _sepconv(relu(way), y.shape[-1])
    return way


@middle.misconception(
    "M-SHARED",
    "All blocks use the same layers. A layer has its weights from the moment it is made: make "
    "new ones inside the loop, or eight blocks learn as one.",
    section="the-middle-flow-repeats-a-block-not-its-weights",
)
def _(x, n):
    from keras import layers

    units = [
        (
            layers.SeparableConv2D(x.shape[-1], 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
        )
        for _ in range(3)
    ]
    outputs = []
    for _ in range(n):
        y = x
        for conv, norm in units:
            y = norm(conv(_relu(y)))
        x = x + y
        outputs.append(x)
    return outputs


@middle.misconception(
    "M-ONE-LAYER",
    "The three convolutions of a block are one layer, called three times. Make a new layer for "
    "each of them.",
    section="the-middle-flow-repeats-a-block-not-its-weights",
)
def _(x, n):
    from keras import layers

    outputs = []
    for _ in range(n):
        conv = layers.SeparableConv2D(x.shape[-1], 3, padding="same", use_bias=False)
        norm, y = layers.BatchNormalization(), x
        for _ in range(3):
            y = norm(conv(_relu(y)))
        x = x + y
        outputs.append(x)
    return outputs


@middle.misconception(
    "M-PARALLEL",
    "Every block reads the first one's input. Each reads what the block before it has returned.",
    section="the-middle-flow-repeats-a-block-not-its-weights",
)
def _(x, n):
    return [x + _same(x) for _ in range(n)]


@middle.misconception(
    "M-NO-SHORTCUT",
    "The block's input is not added to what comes out of it.",
    section="the-middle-flow-repeats-a-block-not-its-weights",
)
def _(x, n):
    outputs = [x]
    for _ in range(n):
        outputs.append(_same(outputs[-1]))
    return outputs[1:]


@middle.misconception(
    "M-SUM-OF-START",
    "What is added is always the input of the whole flow. Add the input of the block itself: "
    "note it down inside the loop.",
    section="the-middle-flow-repeats-a-block-not-its-weights",
)
def _(x, n):
    outputs = [x]
    for _ in range(n):
        outputs.append(x + _same(outputs[-1]))
    return outputs[1:]


@middle.misconception(
    "M-TWO-UNITS",
    "A block of the middle flow has three convolutions; two are for the blocks of the entry flow.",
    section="the-middle-flow-repeats-a-block-not-its-weights",
)
def _(x, n):
    outputs = [x]
    for _ in range(n):
        outputs.append(outputs[-1] + _same(outputs[-1], units=2))
    return outputs[1:]


@middle.misconception(
    "M-SHORTCUT-RELU",
    "What is added has gone through the first ReLU. Add the block's input as it is.",
    section="the-middle-flow-repeats-a-block-not-its-weights",
)
def _(x, n):
    outputs = [x]
    for _ in range(n):
        outputs.append(_relu(outputs[-1]) + _same(outputs[-1]))
    return outputs[1:]


# --- 9.3 -------------------------------------------------------------------------------------

leave = Exercise(
    "09-exit-flow",
    "Build the exit flow and the head",
    "Write `exit_flow(x, block13, block14, classes)`. Xception has `block13=(728, 1024)`, "
    "`block14=(1536, 2048)` and 1000 classes.\n\n"
    "- Block 13 is built like a block of the entry flow: two times ReLU, separable 3x3, "
    "BatchNorm; the max pool; and a shortcut, a 1x1 with stride 2 and BatchNorm. Its two "
    "convolutions have different widths.\n"
    "- Block 14 has no shortcut: two times separable 3x3, BatchNorm, *then* ReLU.\n"
    "- The head: the average over all places, then a dense layer with a softmax.\n\n"
    "Return a list of three: the outputs of block 13, of block 14 and of the head.",
    hints=(
        "How many filters must the 1x1 on the shortcut have, so that the sum is possible?",
        "In block 14 the order changes: the ReLU comes last.",
        "`layers.GlobalAveragePooling2D()` turns (batch, height, width, channels) into "
        "(batch, channels).",
        '`layers.Dense(classes, activation="softmax")` keeps its bias: it is the only layer of '
        "the network that has one.",
    ),
    engine="keras",
    how=watch_blocks(13, head=True),
    seconds=60.0,
)


@leave.reference
def exit_flow(x, block13, block14, classes):
    """Put the exit flow and the head behind a symbolic Keras tensor.

    x: maps (batch, height, width, channels).
    block13: filters of the two convolutions of block 13.
    block14: filters of the two convolutions of block 14.
    classes: outputs of the head.
    Returns a list of three tensors: of block 13, block 14 and the head.
    """
    from keras import layers

    def sepconv(y, filters):
        y = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(y)
        return layers.BatchNormalization()(y)

    shortcut = layers.Conv2D(block13[1], 1, strides=2, padding="same", use_bias=False)(x)
    shortcut = layers.BatchNormalization()(shortcut)
    for filters in block13:
        x = sepconv(layers.ReLU()(x), filters)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    x = layers.Add()([x, shortcut])
    outputs = [x]
    for filters in block14:
        x = layers.ReLU()(sepconv(x, filters))
    outputs.append(x)
    x = layers.GlobalAveragePooling2D()(x)
    outputs.append(layers.Dense(classes, activation="softmax")(x))
    return outputs


@leave.alternative
def _(x, block13, block14, classes):
    from keras import layers, ops

    def sepconv(y, filters):
        y = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(y)
        return layers.BatchNormalization()(layers.Conv2D(filters, 1, use_bias=False)(y))

    first, second = block13
    y = layers.MaxPool2D(3, 2, "same")(sepconv(ops.relu(sepconv(ops.relu(x), first)), second))
    side = layers.Conv2D(second, 1, strides=2, use_bias=False)(x)
    thirteen = layers.BatchNormalization()(side) + y
    fourteen = ops.relu(sepconv(ops.relu(sepconv(thirteen, block14[0])), block14[1]))
    pooled = ops.mean(fourteen, axis=(1, 2))
    return thirteen, fourteen, ops.softmax(layers.Dense(classes)(pooled))


@leave.check("an odd map", worth=2)
def _(rng):
    x = rng.normal(size=(2, 5, 5, 6)).astype("float32")
    return call(x, (6, 8), (9, 12), 4)


@leave.check("an even map, not square", worth=2)
def _(rng):
    x = rng.normal(size=(3, 6, 4, 5)).astype("float32")
    return call(x, (5, 7), (8, 10), 3)


def _last(y, filters):
    for width in filters:
        y = _relu(_sepconv(y, width))
    return y


def _head(y, classes, pooling="GlobalAveragePooling2D", activation="softmax"):
    from keras import layers

    return layers.Dense(classes, activation=activation)(getattr(layers, pooling)()(y))


def _exit(x, block13, block14, classes, *, halved=_halved, last=_last, head=_head):
    """Build the exit flow; each part may be replaced by a wrong one."""
    thirteen = halved(x, block13)
    fourteen = last(thirteen, block14)
    return [thirteen, fourteen, head(fourteen, classes)]


@leave.misconception(
    "M-EXIT-RES",
    "Block 14 has a shortcut. The first and the last block are the two that have none.",
    section="the-exit-flow-ends-in-one-vector",
)
def _(x, block13, block14, classes):
    def last(y, filters):
        return _last(y, filters) + _conv(y, filters[1], 1)

    return _exit(x, block13, block14, classes, last=last)


@leave.misconception(
    "M-PRE-ACT-14",
    "In block 14 the ReLUs stand before the convolutions. There they stand behind: the features "
    "end in a ReLU.",
    section="the-exit-flow-ends-in-one-vector",
)
def _(x, block13, block14, classes):
    def last(y, filters):
        for width in filters:
            y = _sepconv(_relu(y), width)
        return y

    return _exit(x, block13, block14, classes, last=last)


@leave.misconception(
    "M-NO-FINAL-RELU",
    "The last ReLU is missing. The features that are averaged are never negative.",
    section="the-exit-flow-ends-in-one-vector",
)
def _(x, block13, block14, classes):
    def last(y, filters):
        return _sepconv(_relu(_sepconv(y, filters[0])), filters[1])

    return _exit(x, block13, block14, classes, last=last)


@leave.misconception(
    "M-SHORTCUT-WIDTH",
    "The 1x1 on the shortcut has the first width. A sum needs as many channels on both sides: "
    "the second width.",
    section="the-exit-flow-ends-in-one-vector",
)
def _(x, block13, block14, classes):
    def halved(y, filters):
        return _halved(y, filters, shortcut=lambda z, _: _shortcut(z, filters[0]))

    return _exit(x, block13, block14, classes, halved=halved)


@leave.misconception(
    "M-EQUAL-WIDTHS",
    "Both convolutions of block 13 have the second width. The first still has as many filters as "
    "the middle flow; only the second has more.",
    section="the-exit-flow-ends-in-one-vector",
)
def _(x, block13, block14, classes):
    return _exit(x, (block13[1], block13[1]), block14, classes)


@leave.misconception(
    "M-FLATTEN",
    "The map is flattened. Xception takes the average over all places, so that its dense layer "
    "fits images of every size.",
    section="the-exit-flow-ends-in-one-vector",
)
def _(x, block13, block14, classes):
    return _exit(x, block13, block14, classes, head=lambda y, n: _head(y, n, "Flatten"))


@leave.misconception(
    "M-MAX-HEAD",
    "The head takes the maximum over all places. With a top, Xception takes the average.",
    section="the-exit-flow-ends-in-one-vector",
)
def _(x, block13, block14, classes):
    return _exit(x, block13, block14, classes, head=lambda y, n: _head(y, n, "GlobalMaxPooling2D"))


@leave.misconception(
    "M-NO-SOFTMAX",
    'The last layer returns logits. Give it `activation="softmax"`.',
    section="the-exit-flow-ends-in-one-vector",
)
def _(x, block13, block14, classes):
    return _exit(x, block13, block14, classes, head=lambda y, n: _head(y, n, activation=None))


# --- 9.4 -------------------------------------------------------------------------------------

whole = Exercise(
    "09-xception",
    "Build the whole network",
    "Write `xception(x, width, middle_blocks, classes)`: entry flow, middle flow, exit flow and "
    "head. Every number of filters is `width` times that of Xception; `width=1` and "
    "`middle_blocks=8` is the network of the paper.\n\n"
    "Return a list: the output of every block, then the probabilities. You may call your "
    "functions of exercises 9.1 to 9.3.\n\n"
    "The check compares it, block by block, with a network that equals Keras'. It builds both "
    "narrow and on small images, so that it takes seconds.",
    hints=(
        "Each of your three functions returns a list. What does the next one read?",
        "`outputs = entry_flow(x, …)`, then `outputs += middle_flow(outputs[-1], middle_blocks)`.",
        "Filters are whole numbers: `int(round(width * 728))`.",
        "The numbers of filters are 32, 64; 128, 256, 728; then 728 all through the middle flow; "
        "then 728, 1024; 1536, 2048.",
    ),
    engine="keras",
    how=watch_blocks(1, head=True),
    seconds=120.0,
)


@whole.reference
def xception(x, width, middle_blocks, classes):
    """Put Xception behind a symbolic Keras tensor.

    x: images (batch, height, width, 3), as from `keras.Input`.
    width: factor on every number of filters.
    middle_blocks: blocks of the middle flow.
    classes: outputs of the head.
    Returns a list: the output tensor of every block, then the probabilities.
    """
    from keras import layers

    def conv(y, filters, kernel, strides, padding):
        y = layers.Conv2D(filters, kernel, strides=strides, padding=padding, use_bias=False)(y)
        return layers.BatchNormalization()(y)

    def sepconv(y, filters):
        y = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(y)
        return layers.BatchNormalization()(y)

    table = [  # for each block with a shortcut: its filters, and what stands on the shortcut
        ((128, 128), "1x1"),
        ((256, 256), "1x1"),
        ((728, 728), "1x1"),
        *[((728, 728, 728), None)] * middle_blocks,
        ((728, 1024), "1x1"),
    ]
    x = layers.ReLU()(conv(x, round(32 * width), 3, 2, "valid"))
    x = layers.ReLU()(conv(x, round(64 * width), 3, 1, "valid"))
    outputs = [x]
    for row, on_shortcut in table:
        shortcut = x
        for filters in row:
            x = sepconv(layers.ReLU()(x), round(filters * width))
        if on_shortcut == "1x1":
            shortcut = conv(shortcut, x.shape[-1], 1, 2, "same")
            x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        x = layers.Add()([x, shortcut])
        outputs.append(x)
    for filters in (1536, 2048):
        x = layers.ReLU()(sepconv(x, round(filters * width)))
    outputs.append(x)
    x = layers.GlobalAveragePooling2D()(x)
    return [*outputs, layers.Dense(classes, activation="softmax")(x)]


def _scaled(width, *filters):
    return tuple(round(width * n) for n in filters)


def _three_flows(
    x, width, middle_blocks, classes, *, flow=middle_flow, stem=None, start=-1, last=_last
):
    """Build the network out of its flows; each part may be replaced by a wrong one."""
    outputs = entry_flow(x, stem or _scaled(width, 32, 64), _scaled(width, 128, 256, 728))
    outputs += flow(outputs[start], middle_blocks)
    block13, block14 = _scaled(width, 728, 1024), _scaled(width, 1536, 2048)
    return outputs + _exit(outputs[-1], block13, block14, classes, last=last)


@whole.alternative
def _(x, width, middle_blocks, classes):
    def scaled(*filters):
        return [int(n * width) for n in filters]

    outputs = list(entry_flow(x, scaled(32, 64), scaled(128, 256, 728)))
    outputs.extend(middle_flow(outputs[-1], n=middle_blocks))
    outputs.extend(exit_flow(outputs[-1], scaled(728, 1024), scaled(1536, 2048), classes))
    return outputs


@whole.alternative
def _(x, width, middle_blocks, classes):
    from dscourse.xception import Xception

    model = Xception(
        weights=None, input_tensor=x, width=width, middle_blocks=middle_blocks, classes=classes
    )
    ends = {layer.name.split("_")[0]: layer.output for layer in model.layers}
    blocks = [ends[f"block{n}"] for n in range(1, middle_blocks + 7)]
    return [*blocks, model.output]


@whole.check("an eighth of the width, one middle block, odd maps", worth=3)
def _(rng):
    x = rng.uniform(-1, 1, size=(1, 71, 71, 3)).astype("float32")
    return call(x, 0.125, 1, 10)


@whole.check("two middle blocks, even maps, not square", worth=3)
def _(rng):
    x = rng.uniform(-1, 1, size=(2, 78, 94, 3)).astype("float32")
    return call(x, 0.125, 2, 4)


@whole.misconception(
    "M-SHARED",
    "All blocks of the middle flow use the same layers. Each block needs layers of its own.",
    section="the-middle-flow-repeats-a-block-not-its-weights",
)
def _(x, width, middle_blocks, classes):
    from keras import layers

    filters = round(728 * width)
    units = [
        (
            layers.SeparableConv2D(filters, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
        )
        for _ in range(3)
    ]

    def flow(y, n):
        outputs = [y]
        for _ in range(n):
            way = outputs[-1]
            for conv, norm in units:
                way = norm(conv(_relu(way)))
            outputs.append(outputs[-1] + way)
        return outputs[1:]

    return _three_flows(x, width, middle_blocks, classes, flow=flow)


@whole.misconception(
    "M-EIGHT",
    "The middle flow always has eight blocks. Here their number is the argument `middle_blocks`.",
    section="the-table-and-the-builder",
)
def _(x, width, middle_blocks, classes):
    return _three_flows(x, width, 8, classes)


@whole.misconception(
    "M-STEM-WIDTH",
    "The stem keeps its 32 and 64 filters. The factor `width` goes into every number of filters, "
    "those of the stem too.",
    section="the-table-and-the-builder",
)
def _(x, width, middle_blocks, classes):
    return _three_flows(x, width, middle_blocks, classes, stem=(32, 64))


@whole.misconception(
    "M-EXIT-RES",
    "Block 14 has a shortcut. The first and the last block are the two that have none.",
    section="the-exit-flow-ends-in-one-vector",
)
def _(x, width, middle_blocks, classes):
    def last(y, filters):
        return _last(y, filters) + _conv(y, filters[1], 1)

    return _three_flows(x, width, middle_blocks, classes, last=last)


@whole.misconception(
    "M-WRONG-START",
    "The middle flow reads the output of block 3. It reads the *last* output of the entry flow, "
    "`outputs[-1]`.",
    section="the-table-and-the-builder",
)
def _(x, width, middle_blocks, classes):
    return _three_flows(x, width, middle_blocks, classes, start=-2)


# --- 9.5 -------------------------------------------------------------------------------------

mini = Exercise(
    "09-mini-xception",
    "Build a mini-Xception within a budget",
    "Xception was made for photographs of 299 pixels. For small images a small network will do. "
    "Write `mini_xception(size, width, depth)`, which returns a `keras.Model` for images of "
    "`size` x `size` pixels with 3 channels.\n\n"
    '- The stem: one 3x3 with `width` filters and padding `"same"`, BatchNorm, ReLU.\n'
    "- Then `depth` blocks like block 3 of Xception: two times ReLU, separable 3x3, BatchNorm; "
    "max pool; the shortcut with 1x1 and BatchNorm. The first has `2 * width` filters, and each "
    "has twice as many as the one before.\n"
    "- A last ReLU, the average over all places, and a dense softmax layer for 10 classes.\n"
    "- Only this last layer has a bias.\n\n"
    "A network with 100,000 parameters or more is over the budget: raise a `ValueError`.",
    hints=(
        "`keras.Model(image, outputs)` makes a model of an input and what was built behind it; "
        "`image = keras.Input((size, size, 3))`.",
        "Multiply a variable by 2 at the start of every block.",
        "The blocks end in a sum, which may be negative. Hence the last ReLU.",
        "`model.count_params()` counts everything that is kept in the file, the moving "
        'statistics of BatchNorm too. If it is too much: `raise ValueError("too large")`.',
    ),
    engine="keras",
    how=run_model,
    seconds=60.0,
)


@mini.reference
def mini_xception(size, width, depth):
    """Build a small Xception for 10 classes, below 100,000 parameters.

    size: height and width of the images.
    width: filters of the stem.
    depth: how many blocks follow; each halves the map and doubles the filters.
    Returns a keras.Model, or raises a ValueError: 100,000 parameters are too many.
    """
    import keras
    from keras import layers

    def normalized(layer, y):
        return layers.BatchNormalization()(layer(y))

    image = keras.Input((size, size, 3))
    x = normalized(layers.Conv2D(width, 3, padding="same", use_bias=False), image)
    x = layers.ReLU()(x)
    for _ in range(depth):
        width = 2 * width
        start = x
        for _ in range(2):
            x = layers.ReLU()(x)
            x = normalized(layers.SeparableConv2D(width, 3, padding="same", use_bias=False), x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        shortcut = layers.Conv2D(width, 1, strides=2, padding="same", use_bias=False)
        x = layers.Add()([x, normalized(shortcut, start)])
    x = layers.GlobalAveragePooling2D()(layers.ReLU()(x))
    model = keras.Model(image, layers.Dense(10, activation="softmax")(x))
    if model.count_params() >= 100_000:
        raise ValueError(
            f"at most 99,999 parameters fit; this network has {model.count_params():,}"
        )
    return model


@mini.alternative
def _(size, width, depth):
    import keras
    from keras import layers, ops

    def sepconv(y, filters):
        y = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(ops.relu(y))
        return layers.BatchNormalization()(layers.Conv2D(filters, 1, use_bias=False)(y))

    def block(y, filters):
        side = layers.Conv2D(filters, 1, strides=2, use_bias=False)(y)
        way = layers.MaxPool2D(3, 2, "same")(sepconv(sepconv(y, filters), filters))
        return layers.BatchNormalization()(side) + way

    image = x = keras.Input(shape=(size, size, 3))
    x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
    x = ops.relu(layers.BatchNormalization()(x))
    for n in range(1, depth + 1):
        x = block(x, width * 2**n)
    x = ops.mean(ops.relu(x), axis=(1, 2))
    model = keras.Model(inputs=image, outputs=ops.softmax(layers.Dense(10)(x)))
    kept = sum(int(np.prod(w.shape)) for w in model.weights)
    if kept > 99_999:
        raise ValueError("over the budget")
    return model


@mini.check("three blocks for images of 32 pixels", worth=2)
def _(rng):
    return call(32, 8, 3)


@mini.check("two blocks for images of 21 pixels")
def _(rng):
    return call(21, 5, 2)


@mini.check("a network that just fits, and one that is just too large", worth=2)
def _(rng):
    return [call(16, 23, 3), call(16, 106, 1)]  # 99,646 and 100,710 parameters


@mini.check("a network that is far too large")
def _(rng):
    return call(16, 40, 3)


def _mini(size, width, depth, *, factor=2, last_relu=True, first=2, head=_head, count=None):
    """Build the small network; each argument may be replaced by a wrong one."""
    import keras

    image = keras.Input((size, size, 3))
    x, filters = _relu(_conv(image, width, padding="same")), width * first
    for _ in range(depth):
        x, filters = _halved(x, (filters, filters)), filters * factor
    model = keras.Model(image, head(_relu(x) if last_relu else x, 10))
    counted = count(model) if count else model.count_params()
    if counted >= 100_000:
        raise ValueError("too large")
    return model


@mini.misconception(
    "M-BUDGET-TRAINABLE",
    "Only what can be trained is counted. The moving statistics of BatchNorm are parameters too: "
    "`model.count_params()` counts them.",
    section="count-what-can-be-trained-and-what-cannot",
)
def _(size, width, depth):
    def trainable(model):
        return sum(int(np.prod(w.shape)) for w in model.trainable_weights)

    return _mini(size, width, depth, count=trainable)


@mini.misconception(
    "M-NO-BUDGET",
    "A network over the budget is returned. Count the parameters and raise a `ValueError`.",
    section="a-small-sibling",
)
def _(size, width, depth):
    return _mini(size, width, depth, count=lambda model: 0)


@mini.misconception(
    "M-WIDTH-KEPT",
    "All blocks have the same number of filters. Each has twice as many as the one before.",
    section="a-small-sibling",
)
def _(size, width, depth):
    return _mini(size, width, depth, factor=1)


@mini.misconception(
    "M-FIRST-WIDTH",
    "The first block has as many filters as the stem. Double them before the first block already.",
    section="a-small-sibling",
)
def _(size, width, depth):
    return _mini(size, width, depth, first=1)


@mini.misconception(
    "M-NO-FINAL-RELU",
    "The last ReLU is missing: a sum leaves the last block, and sums may be negative.",
    section="a-small-sibling",
)
def _(size, width, depth):
    return _mini(size, width, depth, last_relu=False)


@mini.misconception(
    "M-FLATTEN",
    "The map is flattened, so the number of parameters depends on the size of the images. Take "
    "the average over all places.",
    section="a-small-sibling",
)
def _(size, width, depth):
    return _mini(size, width, depth, head=lambda y, n: _head(y, n, "Flatten"))
