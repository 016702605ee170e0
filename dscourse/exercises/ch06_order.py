"""Exercises of chapter 6: order and non-linearity."""

from itertools import pairwise

import numpy as np

from dscourse.checking import Exercise, call
from dscourse.conv import depthwise_conv2d

# --- 6.1 -------------------------------------------------------------------------------------

params = Exercise(
    "06-order-params",
    "Count the weights of both orders",
    "A k x k depthwise convolution, one filter a channel, and a pointwise convolution lead from "
    "`c_in` to `c_out` channels. Either may come first. There are no biases.\n\n"
    "Write `order_params(k, c_in, c_out)`. It returns a dict with three keys:\n"
    '- `"depthwise_first"` and `"pointwise_first"`: the number of weights;\n'
    '- `"fewer"`: `"depthwise_first"`, `"pointwise_first"` or `"equal"`.',
    hints=(
        "How many channels does the depthwise convolution see in each order?",
        "Behind the pointwise convolution there are `c_out` channels, and each gets a filter.",
        "The pointwise part is `c_in * c_out` in both orders. So only the filters differ: "
        "`k * k * c_in` or `k * k * c_out`.",
    ),
)


@params.reference
def order_params(k, c_in, c_out):
    """Count the weights of a separable convolution in both orders.

    k: side of the depthwise filters
    c_in, c_out: channels before and after both steps
    Returns a dict with the keys "depthwise_first", "pointwise_first" and "fewer".
    """
    depthwise_first = k * k * c_in + c_in * c_out
    pointwise_first = c_in * c_out + k * k * c_out
    if depthwise_first == pointwise_first:
        fewer = "equal"
    else:
        fewer = "depthwise_first" if depthwise_first < pointwise_first else "pointwise_first"
    return {
        "depthwise_first": depthwise_first,
        "pointwise_first": pointwise_first,
        "fewer": fewer,
    }


@params.alternative
def _(k, c_in, c_out):
    first, second = ((k**2 + other) * own for own, other in ((c_in, c_out), (c_out, c_in)))
    names = {-1: "depthwise_first", 0: "equal", 1: "pointwise_first"}
    return {
        "pointwise_first": second,
        "depthwise_first": first,
        "fewer": names[int(np.sign(c_in - c_out))],
    }


@params.check("few channels in, many out")
def _(rng):
    return [call(3, 3, 32), call(3, 2, 64)]


@params.check("many channels in, few out")
def _(rng):
    return [call(3, 128, 16), call(5, 64, 24)]


@params.check("as many channels out as in")
def _(rng):
    return [call(3, 728, 728), call(7, 12, 12)]


def _order_dict(depthwise_first, pointwise_first, fewer=None):
    """Make the answer's dict; without `fewer` it follows from the counts."""
    names = {-1: "depthwise_first", 0: "equal", 1: "pointwise_first"}
    return {
        "depthwise_first": depthwise_first,
        "pointwise_first": pointwise_first,
        "fewer": fewer or names[int(np.sign(depthwise_first - pointwise_first))],
    }


@params.misconception(
    "M-ORDER-EQ",
    "You give both orders the same number of weights. That holds only where c_in = c_out: the "
    "filters belong to the channels that the depthwise convolution sees, c_in before the pointwise "
    "and c_out behind it.",
    section="count-both-orders",
)
def _(k, c_in, c_out):
    return _order_dict(k * k * c_in + c_in * c_out, k * k * c_in + c_in * c_out)


@params.misconception(
    "M-ORDER-EQ-OUT",
    "You give each of the c_out channels a filter in both orders. Where the depthwise comes first, "
    "there are only c_in channels yet.",
    section="count-both-orders",
)
def _(k, c_in, c_out):
    return _order_dict(k * k * c_out + c_in * c_out, k * k * c_out + c_in * c_out)


@params.misconception(
    "M-ORDER-SWAP",
    "Your two orders are swapped: where the depthwise comes first, it sees the input's channels.",
    section="count-both-orders",
)
def _(k, c_in, c_out):
    return _order_dict(k * k * c_out + c_in * c_out, k * k * c_in + c_in * c_out)


@params.misconception(
    "M-DENSE-FILTERS",
    "Your filters span all the channels, as those of an ordinary convolution. A depthwise filter "
    "sees one channel: k * k weights.",
    section="count-both-orders",
)
def _(k, c_in, c_out):
    return _order_dict(k * k * c_in * c_in + c_in * c_out, k * k * c_out * c_out + c_in * c_out)


@params.misconception(
    "M-SIDE-NOT-AREA",
    "A k x k filter has `k * k` weights, not `k`.",
    section="count-both-orders",
)
def _(k, c_in, c_out):
    return _order_dict(k * c_in + c_in * c_out, c_in * c_out + k * c_out)


@params.misconception(
    "M-DW-FEWER",
    "Depthwise first is not always the smaller one: it is larger where there are fewer channels "
    "out than in.",
    section="count-both-orders",
)
def _(k, c_in, c_out):
    return _order_dict(k * k * c_in + c_in * c_out, c_in * c_out + k * k * c_out, "depthwise_first")


@params.misconception(
    "M-FEWER-REVERSED",
    "Your counts are right, but you named the order with *more* weights.",
    section="count-both-orders",
)
def _(k, c_in, c_out):
    right = order_params(k, c_in, c_out)
    other = {"depthwise_first": "pointwise_first", "pointwise_first": "depthwise_first"}
    return right | {"fewer": other.get(right["fewer"], "equal")}


# --- 6.2 -------------------------------------------------------------------------------------

swapped = Exercise(
    "06-pointwise-first",
    "Find the kernel of the other order, and its ranks",
    "Pointwise first, then depthwise: this is one ordinary convolution, too. "
    "Write `pointwise_first_kernel(pointwise, depthwise)`. It returns a dict with three keys:\n"
    '- `"kernel"`: the dense kernel (kh, kw, c_in, c_out);\n'
    '- `"input_ranks"`: a list, for each input channel the rank of its (kh * kw, c_out) matrix;\n'
    '- `"output_ranks"`: a list, for each output channel the rank of its (kh * kw, c_in) matrix.',
    hints=(
        "Follow one input channel c to one output channel o: first its weight, then the filter "
        "of channel o.",
        "The filter of output channel o is `depthwise[:, :, o, 0]`.",
        '`np.einsum("co,uvo->uvco", …)` makes the kernel. For the ranks, cut one channel out, '
        "reshape it to kh * kw rows and ask `np.linalg.matrix_rank`.",
    ),
)


@swapped.reference
def pointwise_first_kernel(pointwise, depthwise):
    """Multiply out pointwise, then depthwise, and find the ranks of the result.

    pointwise: (c_in, c_out)
    depthwise: (kh, kw, c_out, 1), one filter for each channel behind the pointwise
    Returns a dict with the keys "kernel", "input_ranks" and "output_ranks".
    """
    kernel = np.einsum("co,uvo->uvco", pointwise, depthwise[..., 0])
    kh, kw, c_in, c_out = kernel.shape
    inputs = [kernel[:, :, c, :].reshape(kh * kw, c_out) for c in range(c_in)]
    outputs = [kernel[:, :, :, o].reshape(kh * kw, c_in) for o in range(c_out)]
    return {
        "kernel": kernel,
        "input_ranks": [int(np.linalg.matrix_rank(matrix)) for matrix in inputs],
        "output_ranks": [int(np.linalg.matrix_rank(matrix)) for matrix in outputs],
    }


def _ranks(kernel):
    """Return the ranks for each input and for each output channel, as arrays."""
    taps = kernel.reshape(-1, *kernel.shape[2:])
    matrix_rank = np.linalg.matrix_rank
    return matrix_rank(taps.transpose(1, 0, 2)), matrix_rank(taps.transpose(2, 0, 1))


def _kernel_dict(kernel, input_ranks=None, output_ranks=None):
    """Make the answer's dict; ranks that are not given are found."""
    of_inputs, of_outputs = _ranks(kernel)
    return {
        "kernel": kernel,
        "input_ranks": of_inputs.tolist() if input_ranks is None else input_ranks,
        "output_ranks": of_outputs.tolist() if output_ranks is None else output_ranks,
    }


@swapped.alternative
def _(pointwise, depthwise):
    kernel = pointwise[None, None] * depthwise.transpose(0, 1, 3, 2)
    inputs, outputs = _ranks(kernel)
    return {"kernel": kernel, "input_ranks": inputs, "output_ranks": tuple(outputs)}


@swapped.alternative
def _(pointwise, depthwise):
    c_in, c_out = pointwise.shape
    kh, kw = depthwise.shape[:2]
    kernel = np.zeros((kh, kw, c_in, c_out), np.float32)
    for c in range(c_in):
        for o in range(c_out):
            kernel[:, :, c, o] = pointwise[c, o] * depthwise[:, :, o, 0]
    # The matrices are given lying: a matrix and its transpose have the same rank.
    inputs = [np.linalg.matrix_rank(kernel[:, :, c].reshape(-1, c_out).T) for c in range(c_in)]
    outputs = [np.linalg.matrix_rank(kernel[..., o].reshape(-1, c_in).T) for o in range(c_out)]
    return {"kernel": kernel, "input_ranks": inputs, "output_ranks": outputs}


@swapped.check("3 channels to 5")
def _(rng):
    return call(rng.normal(size=(3, 5)), rng.normal(size=(3, 3, 5, 1)))


@swapped.check("as many channels out as in")
def _(rng):
    return call(rng.normal(size=(4, 4)), rng.normal(size=(3, 3, 4, 1)))


@swapped.check("filters 2 high and 1 wide, so that the ranks meet their bound")
def _(rng):
    return call(rng.normal(size=(3, 4)), rng.normal(size=(2, 1, 4, 1)))


@swapped.check("all channels have the same filter")
def _(rng):
    return call(rng.normal(size=(3, 4)), np.repeat(rng.normal(size=(3, 3, 1, 1)), 4, axis=2))


@swapped.misconception(
    "M-ORDER-SAME",
    "That is the kernel of the other order, depthwise first: your filters belong to the *input* "
    "channels. It fits only where c_in = c_out, and even there it is another kernel.",
    section="find-the-kernel-of-each-order",
)
def _(pointwise, depthwise):
    return _kernel_dict(depthwise * pointwise)


@swapped.misconception(
    "M-RANK-AXIS",
    "Your kernel is right, but the ranks are swapped: an input channel's matrix has one column for "
    "each *output* channel.",
    section="compare-the-ranks",
)
def _(pointwise, depthwise):
    right = _kernel_dict(pointwise * depthwise.swapaxes(2, 3))
    return right | {"input_ranks": right["output_ranks"], "output_ranks": right["input_ranks"]}


@swapped.misconception(
    "M-RANK-ONE",
    "Your kernel is right, but not all of its slices have rank 1: only the output channels have "
    "one filter each.",
    section="compare-the-ranks",
)
def _(pointwise, depthwise):
    c_in, c_out = pointwise.shape
    return _kernel_dict(pointwise * depthwise.swapaxes(2, 3), [1] * c_in, [1] * c_out)


@swapped.misconception(
    "M-RANK-FULL",
    "You took the largest rank that a matrix of this shape can have. Ask the matrix itself: "
    "the filters of this order leave less.",
    section="compare-the-ranks",
)
def _(pointwise, depthwise):
    kernel = pointwise * depthwise.swapaxes(2, 3)
    kh, kw, c_in, c_out = kernel.shape
    full = [min(kh * kw, c_out)] * c_in, [min(kh * kw, c_in)] * c_out
    return _kernel_dict(kernel, *full)


@swapped.misconception(
    "M-RANK-TAPS",
    "You took the rank of the c_in x c_out matrix of each tap. Take one channel, and lay out its "
    "taps as rows.",
    section="compare-the-ranks",
)
def _(pointwise, depthwise):
    kernel = pointwise * depthwise.swapaxes(2, 3)
    of_taps = np.linalg.matrix_rank(kernel)
    return _kernel_dict(kernel, of_taps.ravel().tolist(), of_taps.ravel().tolist())


@swapped.misconception(
    "M-SUM-CHANNELS",
    "You summed over the input channels. They stay apart in the kernel; the convolution sums over "
    "them later.",
    section="find-the-kernel-of-each-order",
)
def _(pointwise, depthwise):
    kernel = np.einsum("co,uvo->uvo", pointwise, depthwise[..., 0])
    ranks = _ranks(pointwise * depthwise.swapaxes(2, 3))
    return {"kernel": kernel, "input_ranks": ranks[0], "output_ranks": ranks[1]}


# --- 6.3 -------------------------------------------------------------------------------------

stack = Exercise(
    "06-regroup",
    "Regroup a stack",
    "A stack of linear blocks, each *pointwise, then depthwise*, is to be read as blocks of the "
    "other order, without changing what it computes.\n\n"
    "Write `regroup(blocks)`. It returns a list of groups, in the order of computation. A group is "
    "a list of kernels; as many of them as possible are `[depthwise, pointwise]`.",
    hints=(
        "Write down the layers of three blocks in a row: P1, D1, P2, D2, P3, D3. "
        "Where can you put brackets around a D followed by a P?",
        "The first layer and the last one find no partner. Each is a group of its own.",
        "Block i gives its depthwise kernel, block i + 1 its pointwise kernel: "
        "`zip(blocks, blocks[1:])`.",
    ),
)


@stack.reference
def regroup(blocks):
    """Group the layers of a stack as depthwise, then pointwise.

    blocks: a list of at least one [pointwise, depthwise], in the order of computation
    Returns a list of groups, each a list of kernels.
    """
    groups = [[blocks[0][0]]]
    for number in range(1, len(blocks)):
        groups.append([blocks[number - 1][1], blocks[number][0]])
    return [*groups, [blocks[-1][1]]]


@stack.alternative
def _(blocks):
    layers = [kernel for block in blocks for kernel in block]
    return [tuple(layers[max(i, 0) : i + 2]) for i in range(-1, len(layers), 2)]


@stack.alternative
def _(blocks):
    pointwise, depthwise = zip(*blocks, strict=True)
    middle = [list(pair) for pair in zip(depthwise, pointwise[1:], strict=False)]
    return [[pointwise[0]], *middle, [depthwise[-1]]]


def _blocks(rng, widths):
    """Make a stack that leads through these numbers of channels."""
    return [
        [rng.normal(size=(c_in, c_out)), rng.normal(size=(3, 3, c_out, 1))]
        for c_in, c_out in pairwise(widths)
    ]


@stack.check("three blocks", worth=2)
def _(rng):
    return call(_blocks(rng, [3, 4, 5, 6]))


@stack.check("a single block")
def _(rng):
    return call(_blocks(rng, [3, 4]))


@stack.check("five blocks of one width")
def _(rng):
    return call(_blocks(rng, [4] * 6))


@stack.misconception(
    "M-REGROUP",
    "The first pointwise and the last depthwise layer are gone. They find no partner, and each "
    "must stay as a group of its own: without them the stack computes something else.",
    section="regroup-a-stack",
)
def _(blocks):
    return [[first[1], second[0]] for first, second in pairwise(blocks)]


@stack.misconception(
    "M-SWAP-IN-BLOCK",
    "You swapped the two layers inside of every block. That changes their order, so it changes "
    "what they compute. Move the brackets, not the layers.",
    section="regroup-a-stack",
)
def _(blocks):
    return [[depthwise, pointwise] for pointwise, depthwise in blocks]


@stack.misconception(
    "M-KEEP",
    "These are the blocks as they came: pointwise, then depthwise.",
    section="regroup-a-stack",
)
def _(blocks):
    return [list(block) for block in blocks]


@stack.misconception(
    "M-FLAT",
    "These are the layers one by one. Put the ones that belong together into a group.",
    section="regroup-a-stack",
)
def _(blocks):
    return [kernel for block in blocks for kernel in block]


@stack.misconception(
    "M-ALL-ALONE",
    "Every layer is a group of its own here. Join each depthwise layer with the pointwise one "
    "behind it.",
    section="regroup-a-stack",
)
def _(blocks):
    return [[kernel] for block in blocks for kernel in block]


@stack.misconception(
    "M-PAIR-TURNED",
    "Your groups are right, but inside of them the pointwise stands first. The depthwise layer is "
    "computed before it.",
    section="regroup-a-stack",
)
def _(blocks):
    first, *middle, last = regroup(blocks)
    return [first, *[[pointwise, depthwise] for depthwise, pointwise in middle], last]


@stack.misconception(
    "M-ENDS-TOGETHER",
    "You joined the two ends into one group. They stand at opposite ends of the stack.",
    section="regroup-a-stack",
)
def _(blocks):
    first, *middle, last = regroup(blocks)
    return [*middle, [last[0], first[0]]]


# --- 6.4 -------------------------------------------------------------------------------------

linear = Exercise(
    "06-laws",
    "Show that no kernel exists",
    "The layer is f(x) = pointwise(a(depthwise(x))), without padding and biases, with an "
    "activation a between the two halves. Whatever is one convolution with a kernel obeys three "
    "laws:\n\n"
    "- *sign*: f(-x) = -f(x)\n"
    "- *scale*: f(3 x) = 3 f(x)\n"
    "- *sum*: f(x + y) = f(x) + f(y)\n\n"
    "Write `obeyed_laws`, which tries them on the two images. It returns a dict of four bools: "
    '`"sign"`, `"scale"`, `"sum"`, and `"one_kernel"`: can one kernel do what this layer does?\n\n'
    'The activations are `"none"`, `"relu"`: max(z, 0), `"elu"`: z above 0 and exp(z) - 1 below, '
    'and `"tanh"`.',
    hints=(
        "Write a function `f(image)` inside of it first. `depthwise_conv2d` and "
        "`pointwise_conv2d` of `dscourse.conv` do the two halves.",
        "Compare with `np.allclose`. What it returns is a bool.",
        "One broken law is enough: then there is no kernel.",
    ),
)


@linear.reference
def obeyed_laws(x, y, depthwise, pointwise, activation):
    """Try three laws of convolutions on a separable layer with an activation in between.

    x, y: images (batch, height, width, c_in)
    depthwise: (kh, kw, c_in, 1), pointwise: (c_in, c_out)
    activation: "none", "relu", "elu" or "tanh"
    Returns a dict of bools with the keys "sign", "scale", "sum" and "one_kernel".
    """
    from dscourse.conv import depthwise_conv2d, pointwise_conv2d

    activations = {
        "none": lambda z: z,
        "relu": lambda z: np.maximum(z, 0),
        "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
        "tanh": lambda z: np.tanh(z),
    }

    def f(image):
        return pointwise_conv2d(
            activations[activation](depthwise_conv2d(image, depthwise)), pointwise
        )

    sign = np.allclose(f(-x), -f(x))
    scale = np.allclose(f(3 * x), 3 * f(x))
    total = np.allclose(f(x + y), f(x) + f(y))
    return {"sign": sign, "scale": scale, "sum": total, "one_kernel": sign and scale and total}


@linear.alternative
def _(x, y, depthwise, pointwise, activation):
    def act(z):
        if activation == "relu":
            return z * (z > 0)
        if activation == "elu":
            return np.where(z > 0, z, np.exp(z) - 1)
        return np.tanh(z) if activation == "tanh" else z

    def f(image):
        return act(depthwise_conv2d(image, depthwise)) @ pointwise

    gaps = {
        "sign": f(x) + f(-x),
        "scale": f(3 * x) - 3 * f(x),
        "sum": f(x + y) - f(x) - f(y),
    }
    held = {law: bool(np.abs(gap).max() < 1e-6) for law, gap in gaps.items()}
    return held | {"one_kernel": all(held.values())}


@linear.alternative
def _(x, y, depthwise, pointwise, activation):
    # Only the identity is linear among the four, so the last answer needs no image.
    tried = obeyed_laws(x, y, depthwise, pointwise, activation)
    return tried | {"one_kernel": activation == "none"}


def _laws_call(rng, activation):
    x, y = rng.normal(size=(2, 1, 6, 5, 3))
    return call(x, y, rng.normal(size=(3, 3, 3, 1)), rng.normal(size=(3, 4)), activation)


@linear.check("nothing between the halves")
def _(rng):
    return _laws_call(rng, "none")


@linear.check("a ReLU between")
def _(rng):
    return _laws_call(rng, "relu")


@linear.check("an ELU between")
def _(rng):
    return _laws_call(rng, "elu")


@linear.check("a tanh between, which keeps the sign")
def _(rng):
    return _laws_call(rng, "tanh")


# Before M-LINEAR-ANYWAY, which does the same in the check of the ReLU and more elsewhere.
@linear.misconception(
    "M-RELU-LINEAR",
    "You call a ReLU linear because it is made of two straight lines. The kink at 0 is what breaks "
    "the sum and the sign.",
    section="find-no-kernel-with-a-relu-between",
)
def _(x, y, depthwise, pointwise, activation):
    if activation in ("none", "relu"):
        return dict.fromkeys(["sign", "scale", "sum", "one_kernel"], True)
    return obeyed_laws(x, y, depthwise, pointwise, activation)


@linear.misconception(
    "M-LINEAR-ANYWAY",
    "You took for granted that convolutions make the whole layer linear. The activation between "
    "them does not obey the three laws: try them on the images.",
    section="find-no-kernel-with-a-relu-between",
)
def _(x, y, depthwise, pointwise, activation):
    return dict.fromkeys(["sign", "scale", "sum", "one_kernel"], True)


@linear.misconception(
    "M-SIGN-ONLY",
    "Your first three answers are right, but the sign alone cannot tell: tanh keeps it and is not "
    "linear. There is a kernel only where all three laws hold.",
    section="find-no-kernel-with-a-relu-between",
)
def _(x, y, depthwise, pointwise, activation):
    right = obeyed_laws(x, y, depthwise, pointwise, activation)
    return right | {"one_kernel": right["sign"]}


@linear.misconception(
    "M-SCALE-ONLY",
    "Your first three answers are right, but the scale alone cannot tell: a ReLU obeys it for "
    "every positive factor and is not linear.",
    section="find-no-kernel-with-a-relu-between",
)
def _(x, y, depthwise, pointwise, activation):
    right = obeyed_laws(x, y, depthwise, pointwise, activation)
    return right | {"one_kernel": right["scale"]}


@linear.misconception(
    "M-ANY-LAW",
    "Your first three answers are right, but one law that holds is not enough. One that is broken "
    "is.",
    section="find-no-kernel-with-a-relu-between",
)
def _(x, y, depthwise, pointwise, activation):
    right = obeyed_laws(x, y, depthwise, pointwise, activation)
    return right | {"one_kernel": right["sign"] or right["scale"] or right["sum"]}


@linear.misconception(
    "M-ALL-BROKEN",
    "You took for granted that an activation breaks every law. A ReLU keeps the scale, a tanh "
    "keeps the sign.",
    section="find-no-kernel-with-a-relu-between",
)
def _(x, y, depthwise, pointwise, activation):
    return dict.fromkeys(["sign", "scale", "sum", "one_kernel"], activation == "none")


# --- 6.5 -------------------------------------------------------------------------------------

seeds = Exercise(
    "06-intervals",
    "Report an interval over seeds",
    "Several networks, the *arms*, were trained with several seeds. Each row of the results is a "
    'dict with the keys `"arm"`, `"seed"` and `"test_accuracy"`, in no particular order.\n\n'
    "Write `intervals(rows, t)`. It returns a dict from each arm to a dict with four keys:\n"
    '- `"seeds"`: how many rows it has;\n'
    '- `"mean"`: of their accuracies;\n'
    '- `"low"` and `"high"`: the mean minus and plus `t[n] * s / sqrt(n)`, where n is the number '
    "of seeds and s the standard deviation of the sample, with n - 1 in its denominator.",
    hints=(
        "Collect the accuracies of each arm in a list first.",
        "`np.std(values, ddof=1)` divides by n - 1. Without `ddof` it divides by n.",
        "`t` is a dict: `t[5]` is 2.776, the factor of a 95 % interval from five seeds.",
    ),
)


@seeds.reference
def intervals(rows, t):
    """Summarise each arm of an experiment by its mean and an interval over seeds.

    rows: a list of dicts with the keys "arm", "seed" and "test_accuracy"
    t: a dict from a number of seeds to the factor of the interval
    Returns a dict from each arm to a dict with the keys "seeds", "mean", "low" and "high".
    """
    result = {}
    for arm in {row["arm"] for row in rows}:
        values = [row["test_accuracy"] for row in rows if row["arm"] == arm]
        n, mean = len(values), np.mean(values)
        half = t[n] * np.std(values, ddof=1) / np.sqrt(n)
        result[arm] = {"seeds": n, "mean": mean, "low": mean - half, "high": mean + half}
    return result


@seeds.alternative
def _(rows, t):
    answer = {}
    for arm in sorted(row["arm"] for row in rows):  # again and again, which does no harm
        values = [row["test_accuracy"] for row in rows if row["arm"] == arm]
        n = len(values)
        mean = sum(values) / n
        variance = sum((v - mean) ** 2 for v in values) / (n - 1)
        half = t[n] * (variance / n) ** 0.5
        answer[arm] = {"high": mean + half, "low": mean - half, "mean": mean, "seeds": n}
    return answer


def _rows(rng, counts):
    """Make rows whose arms take turns, with the seeds backwards."""
    return [
        {"arm": arm, "seed": seed, "test_accuracy": float(rng.uniform(0.4, 0.8))}
        for seed in reversed(range(max(counts.values())))
        for arm, count in counts.items()
        if seed < count
    ]


_T = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365}


@seeds.check("three arms, five seeds each", worth=2)
def _(rng):
    return call(_rows(rng, {"none": 5, "relu": 5, "elu": 5}), _T)


@seeds.check("arms with different numbers of seeds")
def _(rng):
    return call(_rows(rng, {"none": 8, "relu": 3}), _T)


@seeds.check("a single arm with two seeds")
def _(rng):
    return call(_rows(rng, {"plain": 2}), _T)


def _summaries(rows, t, summary):
    """Summarise each arm by a function of its rows that returns mean and half width."""
    answer = {}
    for arm in {row["arm"] for row in rows}:
        own = [row for row in rows if row["arm"] == arm]
        mean, half = summary([row["test_accuracy"] for row in own], t[len(own)])
        answer[arm] = {"seeds": len(own), "mean": mean, "low": mean - half, "high": mean + half}
    return answer


@seeds.misconception(
    "M-ONE-SEED",
    "You report a single row of each arm. One seed cannot tell the arm from the accident of its "
    "seed: take all of them.",
    section="distrust-a-single-seed",
)
def _(rows, t):
    first = {row["arm"]: row["test_accuracy"] for row in reversed(rows)}
    return {arm: {"seeds": 1, "mean": a, "low": a, "high": a} for arm, a in first.items()}


@seeds.misconception(
    "M-BEST-SEED",
    "You report the best seed of each arm. The best of several is a lucky one: take their mean.",
    section="distrust-a-single-seed",
)
def _(rows, t):
    return _summaries(
        rows, t, lambda v, factor: (max(v), factor * np.std(v, ddof=1) / len(v) ** 0.5)
    )


@seeds.misconception(
    "M-RANGE",
    "You report the smallest and the largest value. They move apart with every seed that you add; "
    "an interval of the mean gets narrower.",
    section="distrust-a-single-seed",
)
def _(rows, t):
    answer = _summaries(rows, t, lambda v, factor: (np.mean(v), 0.0))
    for arm, line in answer.items():
        values = [row["test_accuracy"] for row in rows if row["arm"] == arm]
        line |= {"low": min(values), "high": max(values)}
    return answer


@seeds.misconception(
    "M-POP-STD",
    "Your standard deviation divides by n. For a sample it is n - 1: `np.std(values, ddof=1)`.",
    section="distrust-a-single-seed",
)
def _(rows, t):
    return _summaries(rows, t, lambda v, factor: (np.mean(v), factor * np.std(v) / len(v) ** 0.5))


@seeds.misconception(
    "M-NO-ROOT",
    "You left out the root of n. That is an interval for the next single run; the mean of n runs "
    "is known better, by the root of n.",
    section="distrust-a-single-seed",
)
def _(rows, t):
    return _summaries(rows, t, lambda v, factor: (np.mean(v), factor * np.std(v, ddof=1)))


@seeds.misconception(
    "M-DIVIDE-N",
    "You divided by n instead of its root: the interval is too narrow.",
    section="distrust-a-single-seed",
)
def _(rows, t):
    return _summaries(rows, t, lambda v, factor: (np.mean(v), factor * np.std(v, ddof=1) / len(v)))


@seeds.misconception(
    "M-NO-T",
    "The factor t is missing. The mean plus and minus s / sqrt(n) alone covers the truth far less "
    "often than 95 times in 100.",
    section="distrust-a-single-seed",
)
def _(rows, t):
    return _summaries(rows, t, lambda v, factor: (np.mean(v), np.std(v, ddof=1) / len(v) ** 0.5))


@seeds.misconception(
    "M-NORMAL-T",
    "The factor 1.96 is for very many runs. With few seeds the spread itself is uncertain, and the "
    "factor is larger: t[n].",
    section="distrust-a-single-seed",
)
def _(rows, t):
    return _summaries(
        rows, t, lambda v, factor: (np.mean(v), 1.96 * np.std(v, ddof=1) / len(v) ** 0.5)
    )
