"""Exercises of chapter 3: the Inception module."""

from dscourse.checking import Exercise, call
from dscourse.exercises.observers import build_and_run

# --- 3.1 -------------------------------------------------------------------------------------

module = Exercise(
    "03-inception-v1",
    "Build the Inception module in Keras",
    "Write `inception_v1`, the module of GoogLeNet's figure 2(b), with Keras layers.\n\n"
    "- It joins four branches: the 1x1, the 3x3, the 5x5 and the pool, in this order.\n"
    "- The 3x3 and the 5x5 each stand behind a 1x1 reduction; a 1x1 projection stands behind the "
    "3x3 max pool.\n"
    "- Each of the six convolutions is a layer of its own, with a bias and a ReLU. "
    "All branches keep the grid.\n\n"
    "The check fills both models, yours and ours, with the same weights and compares what they "
    "compute. Names of layers do not matter.",
    hints=(
        "Start with `from keras import layers`. A layer is made first and called then: "
        '`layers.Conv2D(filters, kernel, padding="same", activation="relu")(x)`.',
        "Each branch starts from `x`, so keep that name for the input alone.",
        '`layers.MaxPooling2D(3, strides=1, padding="same")` keeps the grid; without `strides` '
        "it would step by 3.",
        "`layers.Concatenate()([one, three, five, pool])` joins along the last axis.",
    ),
    engine="keras",
    how=build_and_run,
    seconds=60.0,
)


@module.reference
def inception_v1(x, conv_1x1, reduce_3x3, conv_3x3, reduce_5x5, conv_5x5, pool_projection):
    """Put an Inception module behind a symbolic Keras tensor.

    x: images (batch, height, width, c_in), as from `keras.Input`.
    The other arguments: how many channels each of the six convolutions returns.
    Returns a symbolic tensor (batch, height, width, c_out).
    """
    from keras import layers

    def conv(y, filters, kernel):
        return layers.Conv2D(filters, kernel, padding="same", activation="relu")(y)

    one = conv(x, conv_1x1, 1)
    three = conv(conv(x, reduce_3x3, 1), conv_3x3, 3)
    five = conv(conv(x, reduce_5x5, 1), conv_5x5, 5)
    pool = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    return layers.Concatenate()([one, three, five, conv(pool, pool_projection, 1)])


@module.alternative
def _(x, conv_1x1, reduce_3x3, conv_3x3, reduce_5x5, conv_5x5, pool_projection):
    from keras import layers, ops

    # A 1x1 convolution is a Dense layer at each place; the branches are built from the last on.
    pool = layers.MaxPool2D((3, 3), (1, 1), "same")(x)
    pool = layers.ReLU()(layers.Dense(pool_projection)(pool))
    five = layers.Dense(reduce_5x5, activation="relu")(x)
    five = layers.ReLU()(layers.Conv2D(conv_5x5, 5, padding="same")(five))
    three = layers.Dense(reduce_3x3, activation="relu")(x)
    three = layers.Activation("relu")(layers.Conv2D(conv_3x3, 3, padding="same")(three))
    one = layers.Dense(conv_1x1, activation="relu")(x)
    return ops.concatenate([one, three, five, pool], axis=3)


@module.alternative
def _(x, conv_1x1, reduce_3x3, conv_3x3, reduce_5x5, conv_5x5, pool_projection):
    import keras
    from keras import layers

    def conv(filters, kernel):  # the ReLU is taken once, after the joining
        return layers.Conv2D(filters, kernel, padding="same")

    def relu(filters):
        return layers.Conv2D(filters, 1, activation="relu")

    rows = [
        [conv(conv_1x1, 1)],
        [relu(reduce_3x3), conv(conv_3x3, 3)],
        [relu(reduce_5x5), conv(conv_5x5, 5)],
        [layers.MaxPooling2D(3, 1, "same"), conv(pool_projection, 1)],
    ]
    return layers.ReLU()(layers.concatenate([keras.Sequential(row)(x) for row in rows]))


@module.check("four branches of different widths", worth=3)
def _(rng):
    x = rng.normal(size=(2, 8, 9, 5)).astype("float32")
    return call(x, 3, 4, 6, 2, 7, 8)


@module.check("four branches of the same width")
def _(rng):
    x = rng.normal(size=(2, 6, 7, 4)).astype("float32")
    return call(x, 6, 3, 6, 2, 6, 6)


@module.check("a grid smaller than the largest kernel")
def _(rng):
    x = rng.normal(size=(1, 3, 4, 6)).astype("float32")
    return call(x, 4, 5, 7, 3, 2, 8)


def _conv(y, filters, kernel, padding="same", activation="relu"):
    from keras import layers

    return layers.Conv2D(filters, kernel, padding=padding, activation=activation)(y)


def _pool(y, strides=1, padding="same"):
    from keras import layers

    return layers.MaxPooling2D(3, strides=strides, padding=padding)(y)


def _branches(x, widths, pool=_pool, conv=_conv, reduce=_conv):
    """Build the four branches; each argument may be replaced by a wrong one."""
    one, reduce_3x3, three, reduce_5x5, five, projection = widths
    return [
        conv(x, one, 1),
        conv(reduce(x, reduce_3x3, 1), three, 3),
        conv(reduce(x, reduce_5x5, 1), five, 5),
        conv(pool(x), projection, 1),
    ]


def _joined(branches, axis=-1):
    from keras import layers

    return layers.Concatenate(axis=axis)(branches)


@module.misconception(
    "M-ADD-CONCAT",
    "The branches are added up. They are laid side by side: the module has as many channels as "
    "its four branches together.",
    section="lay-the-branches-side-by-side",
)
def _(x, *widths):
    from keras import layers

    return layers.Add()(_branches(x, widths))


@module.misconception(
    "M-AXIS",
    "The branches are joined along axis 1, the height. In NHWC the channels are the last axis, "
    "axis 3 or -1.",
    section="lay-the-branches-side-by-side",
)
def _(x, *widths):
    return _joined(_branches(x, widths), axis=1)


@module.misconception(
    "M-POOL-STRIDE",
    "The pool has stride 2 and halves the grid, so its channels no longer fit beside the others. "
    "Here a pool has stride 1.",
    section="keep-the-grid",
)
def _(x, *widths):
    return _joined(_branches(x, widths, pool=lambda y: _pool(y, strides=2)))


@module.misconception(
    "M-POOL-DEFAULT",
    "`MaxPooling2D(3)` steps by the size of its window, 3, where nothing else is said. "
    "Add `strides=1`.",
    section="keep-the-grid",
)
def _(x, *widths):
    return _joined(_branches(x, widths, pool=lambda y: _pool(y, strides=None)))


@module.misconception(
    "M-VALID",
    "The 3x3 and the 5x5 have no padding and shrink the grid by 2 and by 4 pixels. "
    'Add `padding="same"` to both.',
    section="keep-the-grid",
)
def _(x, *widths):
    def valid(y, filters, kernel):
        return _conv(y, filters, kernel, padding="valid")

    return _joined(_branches(x, widths, conv=valid))


@module.misconception(
    "M-POOL-VALID",
    "The pool has no padding and shrinks the grid by 2 pixels. "
    'Pools have a `padding` too: set it to "same".',
    section="keep-the-grid",
)
def _(x, *widths):
    return _joined(_branches(x, widths, pool=lambda y: _pool(y, padding="valid")))


@module.misconception(
    "M-PROJ-FIRST",
    "The projection stands before the pool. It stands behind it: first the maximum over the "
    "neighbours, then the 1x1.",
    section="reduce-before-you-look",
)
def _(x, *widths):
    *others, _ = _branches(x, widths)
    return _joined([*others, _pool(_conv(x, widths[5], 1))])


@module.misconception(
    "M-NO-REDUCE",
    "The 3x3 and the 5x5 read all channels of the input. Each needs a 1x1 reduction before it.",
    section="reduce-before-you-look",
)
def _(x, *widths):
    return _joined(_branches(x, widths, reduce=lambda y, filters, kernel: y))


@module.misconception(
    "M-NAIVE",
    "This is the naive module of figure 2(a), without reductions and without the projection "
    "behind the pool. Figure 2(b) has all three.",
    section="reduce-before-you-look",
)
def _(x, *widths):
    return _joined(
        [_conv(x, widths[0], 1), _conv(x, widths[2], 3), _conv(x, widths[4], 5), _pool(x)]
    )


@module.misconception(
    "M-CHAIN",
    "The branches stand behind each other: each reads what the one before returned. "
    "All four start from the same input, so do not assign to `x`.",
    section="four-looks-at-one-place",
)
def _(x, *widths):
    one, reduce_3x3, three, reduce_5x5, five, projection = widths
    first = _conv(x, one, 1)
    second = _conv(_conv(first, reduce_3x3, 1), three, 3)
    third = _conv(_conv(second, reduce_5x5, 1), five, 5)
    return _joined([first, second, third, _conv(_pool(third), projection, 1)])


@module.misconception(
    "M-NO-RELU",
    'No convolution has an activation. Each of the six ends in a ReLU: `activation="relu"`.',
    section="reduce-before-you-look",
)
def _(x, *widths):
    def linear(y, filters, kernel):
        return _conv(y, filters, kernel, activation=None)

    return _joined(_branches(x, widths, conv=linear, reduce=linear))


@module.misconception(
    "M-LINEAR-REDUCE",
    "The reductions have no ReLU. Without it a reduction and the convolution behind it are one "
    "linear map.",
    section="reduce-before-you-look",
)
def _(x, *widths):
    def linear(y, filters, kernel):
        return _conv(y, filters, kernel, activation=None)

    return _joined(_branches(x, widths, reduce=linear))


# --- 3.2 -------------------------------------------------------------------------------------

params = Exercise(
    "03-inception-params",
    "Count the parameters of an Inception module",
    "Write `inception_params`, which counts the parameters of each of the six convolutions, "
    "*with* biases, and their total.\n\n"
    "For GoogLeNet's module 3a, with 192 input channels, the total is 163,696.",
    hints=(
        "A k x k convolution from `c_in` to `c_out` channels has `k * k * c_in * c_out` weights "
        "and `c_out` biases.",
        "What does the 3x3 read? Not the input of the module.",
        "The max pool has no parameters, and it returns as many channels as it reads.",
    ),
)


@params.reference
def inception_params(c_in, conv_1x1, reduce_3x3, conv_3x3, reduce_5x5, conv_5x5, pool_projection):
    """Count the parameters of an Inception module, biases included.

    c_in: channels of the module's input.
    The other arguments: how many channels each convolution returns.
    Returns a dict with the keys "conv_1x1", "reduce_3x3", "conv_3x3", "reduce_5x5", "conv_5x5",
    "pool_projection" and "total".
    """

    def conv(k, reads, returns):
        return (k * k * reads + 1) * returns

    counts = {
        "conv_1x1": conv(1, c_in, conv_1x1),
        "reduce_3x3": conv(1, c_in, reduce_3x3),
        "conv_3x3": conv(3, reduce_3x3, conv_3x3),
        "reduce_5x5": conv(1, c_in, reduce_5x5),
        "conv_5x5": conv(5, reduce_5x5, conv_5x5),
        "pool_projection": conv(1, c_in, pool_projection),
    }
    return {**counts, "total": sum(counts.values())}


_NAMES = ("conv_1x1", "reduce_3x3", "conv_3x3", "reduce_5x5", "conv_5x5", "pool_projection")
_TAPS = (1, 1, 9, 1, 25, 1)


def _counted(c_in, widths, *, taps=_TAPS, reads=None, bias=1):
    """Count by a table; what a wrong idea changes is an argument."""
    reads = reads or (c_in, c_in, widths[1], c_in, widths[3], c_in)
    counts = {
        name: (tap * read + bias) * returns
        for name, tap, read, returns in zip(_NAMES, taps, reads, widths, strict=True)
    }
    return counts | {"total": sum(counts.values())}


@params.alternative
def _(c_in, *widths):
    return _counted(c_in, widths)


@params.check("module 3a of GoogLeNet", worth=2)
def _(rng):
    return call(192, 64, 96, 128, 16, 32, 32)


@params.check("module 4d of GoogLeNet")
def _(rng):
    return call(512, 112, 144, 288, 32, 64, 64)


@params.check("a small module with reductions wider than its input")
def _(rng):
    return call(6, 3, 8, 5, 7, 4, 2)


@params.misconception(
    "M-REDUCE-IGNORED",
    "The reductions are left out: they have no parameters here, and the 3x3 and the 5x5 read the "
    "whole input. That is the naive module.",
    section="count-the-parameters",
)
def _(c_in, *widths):
    counts = _counted(c_in, widths, reads=[c_in] * 6) | {"reduce_3x3": 0, "reduce_5x5": 0}
    total = sum(count for name, count in counts.items() if name != "total")
    return counts | {"total": total}


@params.misconception(
    "M-READS-INPUT",
    "The reductions are counted, but the 3x3 and the 5x5 still read the whole input. "
    "They read what their reduction returns.",
    section="count-the-parameters",
)
def _(c_in, *widths):
    return _counted(c_in, widths, reads=[c_in] * 6)


@params.misconception(
    "M-BIAS",
    "The biases are missing: one for each output channel of each convolution.",
    section="count-the-parameters",
)
def _(c_in, *widths):
    return _counted(c_in, widths, bias=0)


@params.misconception(
    "M-BIAS-EACH",
    "A bias is counted for each pair of channels. A convolution has one bias for each output "
    "channel.",
    section="count-the-parameters",
)
def _(c_in, *widths):
    return _counted(c_in, widths, taps=[tap + 1 for tap in _TAPS], bias=0)


@params.misconception(
    "M-POOL-WEIGHTS",
    "The projection is counted as a 3x3. The window of 3 x 3 belongs to the max pool, which has "
    "no weights; the projection behind it is a 1x1.",
    section="count-the-parameters",
)
def _(c_in, *widths):
    return _counted(c_in, widths, taps=(1, 1, 9, 1, 25, 9))


@params.misconception(
    "M-SIDE-NOT-AREA",
    "A k x k kernel has `k * k` taps, not `k`.",
    section="count-the-parameters",
)
def _(c_in, *widths):
    return _counted(c_in, widths, taps=(1, 1, 3, 1, 5, 1))


# --- 3.3 -------------------------------------------------------------------------------------

fields = Exercise(
    "03-receptive-fields",
    "See how far each branch sees",
    "Each branch of a module is given as the list of its kernel sizes, all with stride 1. "
    "A pool counts like a convolution of its size.\n\n"
    "Write `receptive_fields(branches, size)`. It returns a dict with two keys:\n"
    '- `"fields"`: a dict with each branch\'s receptive field, in pixels along one side;\n'
    '- `"choice"`: the branch that sees a pattern of `size` pixels with the *smallest* field that '
    'is large enough. Where two are equal, the first; where none sees that far, `"none"`.',
    hints=(
        "One 3-wide window sees 3 pixels. Behind another 3-wide window it sees 5: each end "
        "reaches one pixel further.",
        "A kernel of size k adds k - 1 pixels. A kernel of size 1 adds nothing.",
        "Keep the branches whose field is at least `size`; `min(..., key=...)` takes the first of "
        "equal ones.",
    ),
)


def _choice(sees, size):
    """Return the answer's dict for given receptive fields."""
    enough = [name for name, field in sees.items() if field >= size]
    return {
        "fields": sees,
        "choice": min(enough, key=lambda name: sees[name]) if enough else "none",
    }


@fields.reference
def receptive_fields(branches, size):
    """Return how far each branch sees, and which one sees just far enough.

    branches: a dict of names to lists of kernel sizes, from the input on.
    size: pixels of the pattern that is to be seen.
    Returns a dict with the keys "fields" and "choice".
    """
    sees = {name: 1 + sum(k - 1 for k in kernels) for name, kernels in branches.items()}
    enough = [name for name in sees if sees[name] >= size]
    return {
        "fields": sees,
        "choice": min(enough, key=lambda name: sees[name]) if enough else "none",
    }


@fields.alternative
def _(branches, size):
    sees, best = {}, "none"
    for name, kernels in branches.items():
        left = right = 0  # the outermost pixels seen so far
        for k in kernels:
            left, right = left - (k - 1) // 2, right + k // 2
        sees[name] = right - left + 1
        if sees[name] >= size and (best == "none" or sees[name] < sees[best]):
            best = name
    return {"fields": sees, "choice": best}


_GOOGLENET = {"1x1": [1], "3x3": [1, 3], "5x5": [1, 5], "pool": [3, 1]}


@fields.check("GoogLeNet's module and a pattern of 3 pixels", worth=2)
def _(rng):
    return call(_GOOGLENET, 3)


@fields.check("GoogLeNet's module and patterns of 1, 4 and 6 pixels")
def _(rng):
    return [call(_GOOGLENET, 1), call(_GOOGLENET, 4), call(_GOOGLENET, 6)]


@fields.check("longer branches", worth=2)
def _(rng):
    branches = {"seven": [1, 7], "twice": [1, 3, 3], "mixed": [1, 3, 5, 1], "even": [4, 2]}
    return [call(branches, 5), call(branches, 6)]


@fields.misconception(
    "M-5X5-BEST",
    "The branch with the largest field is chosen, whatever the pattern. A pattern of 3 pixels is "
    "seen by a 3x3 too, and a 5x5 spends 25 weights on it instead of 9.",
    section="is-the-largest-kernel-the-best",
)
def _(branches, size):
    sees = receptive_fields(branches, size)["fields"]
    largest = max(sees, key=lambda name: sees[name])
    return {"fields": sees, "choice": largest if sees[largest] >= size else "none"}


@fields.misconception(
    "M-RF-SUM",
    "The kernel sizes are added up. Neighbouring windows overlap: a kernel of size k adds k - 1 "
    "pixels, and a 1x1 adds none.",
    section="how-far-each-branch-sees",
)
def _(branches, size):
    return _choice({name: sum(kernels) for name, kernels in branches.items()}, size)


@fields.misconception(
    "M-RF-LARGEST",
    "Only the largest kernel is counted. Each kernel of a branch widens the view: two 3x3 see 5 "
    "pixels.",
    section="how-far-each-branch-sees",
)
def _(branches, size):
    return _choice({name: max(kernels) for name, kernels in branches.items()}, size)


@fields.misconception(
    "M-RF-LAST",
    "Only the last kernel is counted. What stands before it has looked sideways too, "
    "as the pool before the projection.",
    section="how-far-each-branch-sees",
)
def _(branches, size):
    return _choice({name: kernels[-1] for name, kernels in branches.items()}, size)


@fields.misconception(
    "M-RF-PRODUCT",
    "The kernel sizes are multiplied. With stride 1 neighbouring windows overlap: a kernel of "
    "size k adds k - 1 pixels.",
    section="how-far-each-branch-sees",
)
def _(branches, size):
    sees = {}
    for name, kernels in branches.items():
        sees[name] = 1
        for k in kernels:
            sees[name] *= k
    return _choice(sees, size)


@fields.misconception(
    "M-STRICT-SIZE",
    "A field of exactly `size` pixels is enough: compare with `>=`, not with `>`.",
    section="is-the-largest-kernel-the-best",
)
def _(branches, size):
    return _choice(receptive_fields(branches, size)["fields"], size + 1)


# --- 3.4 -------------------------------------------------------------------------------------

depths = Exercise(
    "03-depth-growth",
    "Follow the depth through a stack of modules",
    "Several Inception modules with the same widths stand behind each other.\n\n"
    "Write `output_depths`, which lists how many channels leave each of them. "
    "`pool_projection` is `None` in the naive module, which has no 1x1 behind its pool.",
    hints=(
        "The output's channels are those of the four branches together.",
        "How many channels leave a max pool that reads `c` channels?",
        "In a naive stack the pool passes on everything that the module before has returned.",
    ),
)


@depths.reference
def output_depths(c_in, conv_1x1, conv_3x3, conv_5x5, pool_projection, modules):
    """List the output channels of each module of a stack.

    c_in: channels that the first module reads.
    conv_1x1, conv_3x3, conv_5x5: channels that these branches return.
    pool_projection: channels of the 1x1 behind the pool, or None in the naive module.
    modules: how many modules stand behind each other.
    Returns a list of `modules` numbers.
    """
    found, channels = [], c_in
    for _ in range(modules):
        pool = channels if pool_projection is None else pool_projection
        channels = conv_1x1 + conv_3x3 + conv_5x5 + pool
        found.append(channels)
    return found


@depths.alternative
def _(c_in, conv_1x1, conv_3x3, conv_5x5, pool_projection, modules):
    new = conv_1x1 + conv_3x3 + conv_5x5
    if pool_projection is None:
        return [c_in + new * n for n in range(1, modules + 1)]
    return [new + pool_projection] * modules


@depths.check("three naive modules with the widths of 3a", worth=2)
def _(rng):
    return call(192, 64, 128, 32, None, 3)


@depths.check("three modules with the projection of 3a")
def _(rng):
    return call(192, 64, 128, 32, 32, 3)


@depths.check("five small naive modules, and one alone")
def _(rng):
    return [call(7, 2, 3, 4, None, 5), call(5, 3, 2, 6, None, 1)]


@depths.misconception(
    "M-POOL-DEPTH",
    "The pool branch is missing. A pool has no weights, but it returns a channel for each channel "
    "that it reads.",
    section="why-the-naive-module-grows",
)
def _(c_in, conv_1x1, conv_3x3, conv_5x5, pool_projection, modules):
    return [conv_1x1 + conv_3x3 + conv_5x5 + (pool_projection or 0)] * modules


@depths.misconception(
    "M-POOL-FIRST-INPUT",
    "Every pool passes on the `c_in` channels of the first module. Each reads the output of the "
    "module before it.",
    section="why-the-naive-module-grows",
)
def _(c_in, conv_1x1, conv_3x3, conv_5x5, pool_projection, modules):
    pool = c_in if pool_projection is None else pool_projection
    return [conv_1x1 + conv_3x3 + conv_5x5 + pool] * modules


@depths.misconception(
    "M-PROJ-ADDED",
    "The pool's channels are counted beside those of the projection. The projection reads them "
    "and replaces them by its own.",
    section="why-the-naive-module-grows",
)
def _(c_in, conv_1x1, conv_3x3, conv_5x5, pool_projection, modules):
    new = conv_1x1 + conv_3x3 + conv_5x5 + (pool_projection or 0)
    return [c_in + new * n for n in range(1, modules + 1)]


@depths.misconception(
    "M-ADD-CONCAT",
    "The branches are added up, so that the widest one decides. They are laid side by side: "
    "add their widths.",
    section="lay-the-branches-side-by-side",
)
def _(c_in, conv_1x1, conv_3x3, conv_5x5, pool_projection, modules):
    return [max(conv_1x1, conv_3x3, conv_5x5, pool_projection or c_in)] * modules


@depths.misconception(
    "M-INPUT-LISTED",
    "The list starts with the channels of the input. It should hold one number for each module.",
    section="why-the-naive-module-grows",
)
def _(c_in, conv_1x1, conv_3x3, conv_5x5, pool_projection, modules):
    found = output_depths(c_in, conv_1x1, conv_3x3, conv_5x5, pool_projection, modules)
    return [c_in, *found]


# --- 3.5 -------------------------------------------------------------------------------------

factors = Exercise(
    "03-factorise",
    "Replace a large kernel by small ones",
    "Write `factorise(k, form)` for an odd `k`. It replaces a k x k convolution by a stack with "
    "the *same receptive field*, all with stride 1.\n"
    '- `form="square"`: as many 3x3 as it takes.\n'
    '- `form="asymmetric"`: a 1 x k, then a k x 1.\n\n'
    'Return a dict with two keys: `"kernels"`, a list of pairs (height, width), and `"cost"`, the '
    "stack's weights divided by those of the k x k. All layers have the same number of channels.",
    hints=(
        "Each 3x3 widens the view by 2 pixels. From 1 pixel to k pixels it takes ... of them?",
        "With equal channels everywhere a kernel costs its height times its width.",
        "For k = 5 the square form needs 18 weights in the place of 25.",
    ),
)


@factors.reference
def factorise(k, form):
    """Return small kernels with the receptive field of k x k, and their relative cost.

    k: an odd kernel size, 3 or more.
    form: "square" or "asymmetric".
    Returns a dict with the keys "kernels" and "cost".
    """
    kernels = [(1, k), (k, 1)]
    if form == "square":
        kernels = [(3, 3)] * ((k - 1) // 2)
    cost = sum(height * width for height, width in kernels) / (k * k)
    return {"kernels": kernels, "cost": cost}


@factors.alternative
def _(k, form):
    if form == "asymmetric":
        return {"kernels": [(1, k), (k, 1)], "cost": 2 / k}
    kernels, field = [], 1
    while field < k:
        kernels.append((3, 3))
        field += 2
    return {"kernels": kernels, "cost": 9 * len(kernels) / k**2}


@factors.check("a 5x5 as 3x3", worth=2)
def _(rng):
    return call(5, "square")


@factors.check("a 7x7 and a 9x9 as 3x3")
def _(rng):
    return [call(7, "square"), call(9, "square")]


@factors.check("a 3x3 and a 7x7 as strips", worth=2)
def _(rng):
    return [call(3, "asymmetric"), call(7, "asymmetric")]


def _with_cost(k, kernels):
    return {"kernels": kernels, "cost": sum(h * w for h, w in kernels) / k**2}


@factors.misconception(
    "M-RF-UNEQUAL",
    "The sizes of the small kernels add up to k, but the views do not: a 3x3 and a 2x2 see 4 "
    "pixels, not 5. A kernel of size n widens the view by n - 1.",
    section="two-3x3-for-one-5x5",
)
def _(k, form):
    if form != "square":
        return factorise(k, form)
    rest = [(k % 3, k % 3)] if k % 3 else []
    return _with_cost(k, [(3, 3)] * (k // 3) + rest)


@factors.misconception(
    "M-AREA",
    "The small kernels cover the area of the large one, k * k taps. What counts is how far "
    "the stack sees: each 3x3 widens the view by 2 pixels.",
    section="two-3x3-for-one-5x5",
)
def _(k, form):
    if form != "square":
        return factorise(k, form)
    return _with_cost(k, [(3, 3)] * -(-k * k // 9))


@factors.misconception(
    "M-ALWAYS-TWO",
    "Two 3x3 see 5 pixels, and that is enough for k = 5 alone. A larger kernel needs more of them.",
    section="two-3x3-for-one-5x5",
)
def _(k, form):
    return factorise(k, form) if form != "square" else _with_cost(k, [(3, 3)] * 2)


@factors.misconception(
    "M-COST-ONE",
    "Only one kernel of the stack is paid for. Add up the weights of all of them.",
    section="two-3x3-for-one-5x5",
)
def _(k, form):
    answer = factorise(k, form)
    (height, width), *_ = answer["kernels"]
    return answer | {"cost": height * width / k**2}


@factors.misconception(
    "M-COST-INVERSE",
    "The ratio is upside down: divide the stack's weights by those of the k x k. "
    "A saving is a number below 1.",
    section="two-3x3-for-one-5x5",
)
def _(k, form):
    answer = factorise(k, form)
    return answer | {"cost": 1 / answer["cost"]}


@factors.misconception(
    "M-SAVING",
    "This is what is saved. The cost is what remains: 1 minus the saving.",
    section="two-3x3-for-one-5x5",
)
def _(k, form):
    answer = factorise(k, form)
    return answer | {"cost": 1 - answer["cost"]}


@factors.misconception(
    "M-ONE-STRIP",
    "One strip looks along a single direction. A second one, k x 1, brings the other direction.",
    section="a-row-then-a-column",
)
def _(k, form):
    return factorise(k, form) if form == "square" else _with_cost(k, [(1, k)])
