"""Exercises of chapter 2: 1x1 convolutions and bottlenecks."""

import numpy as np

from dscourse.checking import Exercise, call

# --- 2.1 -------------------------------------------------------------------------------------

pointwise_task = Exercise(
    "02-pointwise",
    "Write the 1x1 convolution as one product",
    "Write `pointwise(x, kernel)`, the 1x1 convolution: at each place the channels are mixed by "
    "the matrix `kernel[0, 0]`.\n\n"
    "No loop is needed. One line is enough.",
    hints=(
        "Which axis of `x` disappears, and which axis of the kernel does it meet?",
        "`kernel[0, 0]` is a matrix (c_in, c_out), and the channels are the last axis of `x`.",
        "`x @ matrix` multiplies the last axis of `x` with the first axis of the matrix, "
        "at every place of every image.",
    ),
)


@pointwise_task.reference
def pointwise(x, kernel):
    """Mix the channels at every place of every image.

    x: (batch, height, width, c_in).
    kernel: (1, 1, c_in, c_out).
    Returns an array (batch, height, width, c_out).
    """
    return x @ kernel[0, 0]


@pointwise_task.alternative
def _(x, kernel):
    return np.einsum("bijc,uvco->bijo", x, kernel)


@pointwise_task.alternative
def _(x, kernel):
    y = np.zeros((*x.shape[:3], kernel.shape[3]))
    for place in np.ndindex(x.shape[:3]):
        for o in range(kernel.shape[3]):
            y[place][o] = sum(x[place] * kernel[0, 0, :, o])
    return y


@pointwise_task.check("the pixel of the text: three channels become two")
def _(rng):
    mixing = np.array([[1.0, 0.0], [1.0, 2.0], [1.0, -1.0]])
    return call(np.array([[[[2.0, 3.0, 4.0]]]]), mixing.reshape(1, 1, 3, 2))


@pointwise_task.check("two images, five channels become three")
def _(rng):
    return call(rng.normal(size=(2, 4, 6, 5)), rng.normal(size=(1, 1, 5, 3)))


@pointwise_task.check("two images, three channels become eight")
def _(rng):
    return call(rng.normal(size=(2, 6, 4, 3)), rng.normal(size=(1, 1, 3, 8)))


@pointwise_task.check("as many channels as before")
def _(rng):
    return call(rng.normal(size=(2, 5, 3, 4)), rng.normal(size=(1, 1, 4, 4)))


@pointwise_task.misconception(
    "M-1X1-NOOP",
    "The image comes back as it was. A 1x1 convolution does not look sideways, "
    "but it mixes the channels of each pixel: multiply them with the matrix.",
    section="one-channel-is-the-exception",
)
def _(x, kernel):
    return x.copy()


@pointwise_task.misconception(
    "M-NO-CROSS",
    "Each channel is only scaled, by its own weight. Each output channel is a sum over *all* "
    "input channels.",
    section="one-channel-is-the-exception",
)
def _(x, kernel):
    return x * np.diagonal(kernel[0, 0])


@pointwise_task.misconception(
    "M-KERNEL-TRANSPOSED",
    "The matrix is transposed. `kernel[0, 0]` has the shape (c_in, c_out): a column holds the "
    "weights of one output channel.",
    section="a-matrix-at-every-pixel",
)
def _(x, kernel):
    return x @ kernel[0, 0].T


@pointwise_task.misconception(
    "M-RESHAPE-KERNEL",
    "`reshape` does not transpose: it keeps the order of the numbers in memory and deals them "
    "out anew. The matrix is `kernel[0, 0]`, as it is.",
    section="a-matrix-at-every-pixel",
)
def _(x, kernel):
    c_in, c_out = kernel.shape[2:]
    return x @ kernel.reshape(c_out, c_in).T


@pointwise_task.misconception(
    "M-EQUAL-WEIGHTS",
    "The channels are added up before they are weighted. Each input channel has a weight of its "
    "own for each output channel.",
    section="a-matrix-at-every-pixel",
)
def _(x, kernel):
    return x.sum(axis=-1, keepdims=True) * kernel[0, 0].sum(axis=0)


@pointwise_task.misconception(
    "M-MEAN-CHANNELS",
    "The weighted channels are averaged. A convolution adds them up.",
    section="a-matrix-at-every-pixel",
)
def _(x, kernel):
    return x @ kernel[0, 0] / x.shape[-1]


# --- 2.2 -------------------------------------------------------------------------------------

bottleneck = Exercise(
    "02-bottleneck-width",
    "Choose the width of a bottleneck",
    "A bottleneck first reduces `c_in` channels to `c_mid` with a 1x1 convolution, then computes "
    "`c_out` channels with a k x k convolution. Both keep the grid of `height` x `width` "
    "pixels.\n\n"
    "Write `widest_bottleneck`: the largest `c_mid` for which both convolutions *together* need "
    "at most `budget` multiply-adds. Where not even one channel fits, the answer is 0.",
    hints=(
        "Write down the multiply-adds at one pixel, first of the 1x1, then of the k x k.",
        "At one pixel: `c_in * c_mid + k * k * c_mid * c_out`. Both terms have the factor `c_mid`.",
        "Divide the budget by the cost of one channel in the middle, and round down.",
    ),
)


@bottleneck.reference
def widest_bottleneck(height, width, c_in, c_out, k, budget):
    """Return the largest number of channels between the two convolutions.

    height, width: the grid, in pixels.
    c_in, c_out: channels before and after the bottleneck.
    k: the side of the second kernel.
    budget: multiply-adds that both convolutions may need together.
    """
    macs_per_channel = height * width * (c_in + k * k * c_out)
    return budget // macs_per_channel


@bottleneck.alternative
def _(height, width, c_in, c_out, k, budget):
    c_mid = 0
    while height * width * ((c_mid + 1) * c_in + k**2 * (c_mid + 1) * c_out) <= budget:
        c_mid += 1
    return c_mid


@bottleneck.alternative
def _(height, width, c_in, c_out, k, budget):
    return int(np.floor(np.divide(budget, height * width) / (c_in + k**2 * c_out)))


@bottleneck.check("the 5x5 branch of the text, with 12.5 million multiply-adds")
def _(rng):
    return call(28, 28, 192, 32, 5, 12_500_000)


@bottleneck.check("a 3x3 branch on a grid that is not square", worth=2)
def _(rng):
    return [call(20, 12, 96, 64, 3, 5_000_000), call(7, 9, 512, 48, 3, 3_300_000)]


@bottleneck.check("a budget that is spent to the last multiply-add")
def _(rng):
    return call(14, 10, 60, 16, 3, 14 * 10 * (60 + 9 * 16) * 24)


@bottleneck.check("a budget too small for one channel")
def _(rng):
    return call(28, 28, 256, 64, 3, 600_000)


@bottleneck.misconception(
    "M-FREE-REDUCE",
    "The 1x1 convolution was taken as free. It reads all `c_in` channels at every pixel: "
    "add `c_in * c_mid` multiply-adds for each.",
    section="the-reduction-is-not-free",
)
def _(height, width, c_in, c_out, k, budget):
    return budget // (height * width * k * k * c_out)


@bottleneck.misconception(
    "M-ONLY-REDUCE",
    "Only the 1x1 convolution is counted. The k x k convolution behind it reads the `c_mid` "
    "channels and costs `k * k * c_mid * c_out` multiply-adds a pixel.",
    section="the-reduction-is-not-free",
)
def _(height, width, c_in, c_out, k, budget):
    return budget // (height * width * c_in)


@bottleneck.misconception(
    "M-REDUCE-K2",
    "The 1x1 convolution is counted with `k * k` weights a channel, like the k x k convolution. "
    "It has one weight for each pair of channels.",
    section="the-reduction-is-not-free",
)
def _(height, width, c_in, c_out, k, budget):
    return budget // (height * width * k * k * (c_in + c_out))


@bottleneck.misconception(
    "M-NO-PIXELS",
    "These are the weights, not the multiply-adds. Each weight is used once at every pixel: "
    "multiply by the height and the width of the grid.",
    section="count-a-bottleneck",
)
def _(height, width, c_in, c_out, k, budget):
    return budget // (c_in + k * k * c_out)


@bottleneck.misconception(
    "M-SIDE-NOT-AREA",
    "A k x k kernel has `k * k` taps, not `k`.",
    section="count-a-bottleneck",
)
def _(height, width, c_in, c_out, k, budget):
    return budget // (height * width * (c_in + k * c_out))


@bottleneck.misconception(
    "M-2X",
    "A multiply-add is counted as two operations. The budget is in multiply-adds: "
    "one multiplication and its addition count as one.",
    section="count-a-bottleneck",
)
def _(height, width, c_in, c_out, k, budget):
    return budget // (2 * height * width * (c_in + k * k * c_out))


@bottleneck.misconception(
    "M-ROUND-UP",
    "The width is rounded up, so the bottleneck needs more than the budget. Round down.",
    section="the-reduction-is-not-free",
)
def _(height, width, c_in, c_out, k, budget):
    return -(-budget // (height * width * (c_in + k * k * c_out)))


@bottleneck.misconception(
    "M-STRICT-BUDGET",
    "A bottleneck that needs exactly the budget is allowed: 'at most' is `<=`, not `<`.",
    section="the-reduction-is-not-free",
)
def _(height, width, c_in, c_out, k, budget):
    return (budget - 1) // (height * width * (c_in + k * k * c_out))


# --- 2.3 -------------------------------------------------------------------------------------

stack = Exercise(
    "02-shortest-stack",
    "Merge two 1x1 layers, where that is possible",
    "Two 1x1 layers follow each other. Each is a pair `(kernel, bias)`, and between them stands "
    'an `activation`, `"linear"` (none) or `"relu"`.\n\n'
    "Write `shortest_stack`, which returns the shortest list of layers that computes the same for "
    "*every* image: one layer where the two can be merged, and both of them where they cannot.",
    hints=(
        "Write the output at one pixel as a formula and multiply out the brackets.",
        "`(x @ A + a) @ B + b` is `x @ (A @ B) + (a @ B + b)`: a matrix and a bias again.",
        "A ReLU between them bends the line. Then no single matrix gives the same for all images, "
        "and the list keeps both layers.",
    ),
)


@stack.reference
def shortest_stack(first, second, activation):
    """Return a list of one or two layers that computes the same for every image.

    first: a pair of a kernel (1, 1, c_in, c_mid) and a bias (c_mid,).
    second: a pair of a kernel (1, 1, c_mid, c_out) and a bias (c_out,).
    activation: what stands between them, "linear" or "relu".
    Returns a list of pairs (kernel, bias), with kernels of four axes.
    """
    if activation == "relu":
        return [first, second]
    (kernel_1, bias_1), (kernel_2, bias_2) = first, second
    kernel = kernel_1 @ kernel_2
    bias = bias_1 @ kernel_2[0, 0] + bias_2
    return [(kernel, bias)]


@stack.alternative
def _(first, second, activation):
    if activation != "linear":
        return [first, second]
    kernel = np.einsum("uvcm,uvmo->uvco", first[0], second[0])
    bias = np.einsum("m,uvmo->o", first[1], second[0]) + second[1]
    return [(kernel, bias)]


@stack.alternative
def _(first, second, activation):
    def run(x):  # a map without a bend is known by what it does to zero and to each channel
        return (x @ first[0][0, 0] + first[1]) @ second[0][0, 0] + second[1]

    c_in = first[0].shape[2]
    bias = run(np.zeros(c_in))
    kernel = (run(np.eye(c_in)) - bias)[np.newaxis, np.newaxis]
    return {"linear": [(kernel, bias)], "relu": [first, second]}[activation]


def _layer(rng, c_in, c_out):
    return rng.normal(size=(1, 1, c_in, c_out)), rng.normal(size=c_out)


@stack.check("three channels to five to two, nothing between", worth=2)
def _(rng):
    return call(_layer(rng, 3, 5), _layer(rng, 5, 2), "linear")


@stack.check("a wide middle: four channels to sixteen to four, nothing between")
def _(rng):
    return call(_layer(rng, 4, 16), _layer(rng, 16, 4), "linear")


@stack.check("as many channels everywhere, nothing between")
def _(rng):
    return call(_layer(rng, 4, 4), _layer(rng, 4, 4), "linear")


@stack.check("a ReLU between them")
def _(rng):
    return call(_layer(rng, 3, 5), _layer(rng, 5, 2), "relu")


@stack.misconception(
    "M-LIN-COLLAPSE",
    "Both layers are kept although nothing stands between them. More weights are not more "
    "capacity: one layer does the same.",
    section="two-layers-that-are-one",
)
def _(first, second, activation):
    return [first, second]


def _merged(first, second, activation):
    (kernel_1, bias_1), (kernel_2, bias_2) = first, second
    return [(kernel_1 @ kernel_2, bias_1 @ kernel_2[0, 0] + bias_2)]


stack.misconception(
    "M-RELU-COLLAPSE",
    "The layers are merged through the ReLU. For an image whose middle channels are negative the "
    "merged layer gives something else.",
    section="a-relu-between-makes-two-of-them",
)(_merged)


@stack.misconception(
    "M-PRODUCT-ORDER",
    "The matrices are multiplied in the wrong order. The pixel `x` stands on the left and meets "
    "the first layer first: `x @ A @ B`.",
    section="two-layers-that-are-one",
)
def _(first, second, activation):
    if activation == "relu":
        return [first, second]
    (kernel_1, bias_1), (kernel_2, bias_2) = first, second
    return [(kernel_2 @ kernel_1, bias_1 @ kernel_2[0, 0] + bias_2)]


@stack.misconception(
    "M-ADD-KERNELS",
    "The kernels are added, and that is what two layers side by side do. One layer after "
    "the other multiplies.",
    section="two-layers-that-are-one",
)
def _(first, second, activation):
    if activation == "relu":
        return [first, second]
    return [(first[0] + second[0], first[1] + second[1])]


@stack.misconception(
    "M-BIAS-LOST",
    "The first layer's bias is lost. It passes through the second layer too: `a @ B + b`.",
    section="two-layers-that-are-one",
)
def _(first, second, activation):
    if activation == "relu":
        return [first, second]
    return [(first[0] @ second[0], second[1])]


@stack.misconception(
    "M-BIAS-UNMIXED",
    "The two biases are added as they are. The first one passes through the second layer's "
    "matrix before it reaches the output: `a @ B + b`.",
    section="two-layers-that-are-one",
)
def _(first, second, activation):
    if activation == "relu":
        return [first, second]
    return [(first[0] @ second[0], first[1] + second[1])]
