"""Exercises of chapter 5: the depthwise separable convolution from scratch."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dscourse.checking import Exercise, call
from dscourse.conv import block_diagonal_kernel, depthwise_conv2d

channelwise = Exercise(
    "05-depthwise",
    "Write the depthwise convolution",
    "Write `depthwise(x, kernel, stride=1)`: every channel gets filters of its own, and no channel "
    "sees another. No padding.\n\n"
    "Do not call `depthwise_conv2d`: that is the function you are writing.",
    hints=(
        "Along an axis of `size` pixels there are `(size - k) // stride + 1` outputs.",
        "For one tap (u, v) of the kernel, the pixels seen by all outputs are "
        "`x[:, u : u + stride * rows : stride, v : v + stride * cols : stride]`, cut to the size.",
        "Keep c and m as two axes while you sum: `seen[..., None] * kernel[u, v]`. "
        "Reshape (c_in, m) to c_in * m at the end, and channel c * m + i comes out by itself.",
    ),
)


@channelwise.reference
def depthwise(x, kernel, stride=1):
    """Convolve every channel with its own m filters, without padding.

    x: (batch, height, width, c_in)
    kernel: (kh, kw, c_in, m)
    Returns (batch, height', width', c_in * m); filter i of channel c fills channel c * m + i.
    """
    batch, height, width, c_in = x.shape
    kh, kw, _, m = kernel.shape
    rows, cols = (height - kh) // stride + 1, (width - kw) // stride + 1
    y = np.zeros((batch, rows, cols, c_in, m), dtype=x.dtype)
    for u in range(kh):
        for v in range(kw):
            seen = x[:, u::stride, v::stride][:, :rows, :cols]
            y += seen[..., None] * kernel[u, v]
    return y.reshape(batch, rows, cols, c_in * m)


@channelwise.alternative
def _(x, kernel, stride=1):
    windows = sliding_window_view(x, kernel.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    y = np.einsum("bijcuv,uvcm->bijcm", windows, kernel)
    return y.reshape(*y.shape[:3], -1)


@channelwise.alternative
def _(x, kernel, stride=1):
    kh, kw, c_in, m = kernel.shape
    rows, cols = (x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    y = np.zeros((len(x), rows, cols, c_in * m))
    for b, i, j, c, f in np.ndindex(len(x), rows, cols, c_in, m):
        window = x[b, i * stride : i * stride + kh, j * stride : j * stride + kw, c]
        y[b, i, j, c * m + f] = np.sum(window * kernel[:, :, c, f])
    return y


def _depthwise_call(rng, kernel, **options):
    x = rng.normal(size=(2, 6, 5, kernel[2]))
    return call(x, rng.normal(size=kernel), **options)


@channelwise.check("one 3x3 filter for each of three channels")
def _(rng):
    return _depthwise_call(rng, (3, 3, 3, 1))


@channelwise.check("a kernel 2 high and 3 wide")
def _(rng):
    return _depthwise_call(rng, (2, 3, 3, 1))


@channelwise.check("two filters a channel, in the order c * m + i")
def _(rng):
    return _depthwise_call(rng, (3, 3, 3, 2))


@channelwise.check("stride 2, one and two filters a channel")
def _(rng):
    kernels = (3, 3, 3, 1), (2, 2, 3, 2)
    return [_depthwise_call(rng, kernel, stride=2) for kernel in kernels]


@channelwise.misconception(
    "M-DW-SUM",
    "The channels were added up. A depthwise convolution never adds across channels: c_in channels "
    "come in, c_in * m go out.",
    section="one-filter-for-every-channel",
)
def _(x, kernel, stride=1):
    y = depthwise(x, kernel, stride)
    return y.reshape(*y.shape[:3], *kernel.shape[2:]).sum(axis=3)


@channelwise.misconception(
    "M-MULT-ORDER",
    "Your channels are ordered by filter first: i * c_in + c. In Keras the m results of one "
    "channel are neighbours: c * m + i.",
    section="several-filters-for-a-channel",
)
def _(x, kernel, stride=1):
    y = depthwise(x, kernel, stride)
    split = y.reshape(*y.shape[:3], *kernel.shape[2:])
    return split.swapaxes(3, 4).reshape(y.shape)


@channelwise.misconception(
    "M-FLIP",
    "Your kernel is turned by 180 degrees. Deep learning's convolution does not flip: tap (u, v) "
    "meets pixel (i + u, j + v).",
    section="one-filter-for-every-channel",
)
def _(x, kernel, stride=1):
    return depthwise(x, kernel[::-1, ::-1], stride)


@channelwise.misconception(
    "M-SHARED-FILTER",
    "All channels got the filters of channel 0. Each channel has filters of its own.",
    section="one-filter-for-every-channel",
)
def _(x, kernel, stride=1):
    return depthwise(x, np.broadcast_to(kernel[:, :, :1], kernel.shape), stride)


@channelwise.misconception(
    "M-NO-STRIDE",
    "The stride was ignored: the kernel moved by one pixel.",
    section="the-stride-belongs-to-the-depthwise",
)
def _(x, kernel, stride=1):
    return depthwise(x, kernel)


whole = Exercise(
    "05-separable",
    "Build the layer that Keras calls SeparableConv2D",
    "Put the two halves together as Keras does: depthwise, pointwise, bias, activation. "
    "Write `separable(x, depthwise, pointwise, bias, stride, padding, relu)`.\n\n"
    "Use `depthwise_conv2d(x, kernel, strides=…, padding=…)` of `dscourse.conv` for the first "
    "half.",
    hints=(
        "Which of the two halves looks at more than one pixel? The stride and padding are its own.",
        "The 1x1 is a matrix product over the channels: `y @ pointwise`.",
        "There is one bias, of c_out numbers, and it is added after the pointwise. "
        "The activation is the very last step.",
    ),
)


@whole.reference
def separable(x, depthwise, pointwise, bias, stride=1, padding="valid", relu=False):
    """Do what Keras' SeparableConv2D does, with a ReLU as its activation where `relu` is True.

    x: (batch, height, width, c_in)
    depthwise: (kh, kw, c_in, m), pointwise: (c_in * m, c_out), bias: (c_out,)
    Returns (batch, height', width', c_out).
    """
    from dscourse.conv import depthwise_conv2d

    y = depthwise_conv2d(x, depthwise, strides=stride, padding=padding)
    y = y @ pointwise + bias
    return np.maximum(y, 0) if relu else y


@whole.alternative
def _(x, depthwise, pointwise, bias, stride=1, padding="valid", relu=False):
    from dscourse.conv import conv2d, effective_kernel

    kernel = effective_kernel(depthwise, pointwise)
    y = conv2d(x, kernel, strides=stride, padding=padding) + bias
    return y * (y > 0) if relu else y


def _separable_call(rng, m, c_out, **options):
    x, kernel = rng.normal(size=(2, 6, 5, 3)), rng.normal(size=(3, 3, 3, m))
    return call(x, kernel, rng.normal(size=(3 * m, c_out)), rng.normal(size=c_out), **options)


@whole.check("3 channels in, 4 out, then two filters a channel")
def _(rng):
    return [_separable_call(rng, 1, 4), _separable_call(rng, 2, 4)]


@whole.check("as many channels between the halves as at the end")
def _(rng):
    return _separable_call(rng, 1, 3)


@whole.check("with a ReLU")
def _(rng):
    return _separable_call(rng, 1, 3, relu=True)


@whole.check("stride 2 on an image 6 high and 5 wide, padding 'same', then 'valid'")
def _(rng):
    return [_separable_call(rng, 1, 4, stride=2, padding=p) for p in ("same", "valid")]


@whole.misconception(
    "M-BIAS-TWICE",
    "You added a bias after both halves. The layer has one, after the pointwise: 1,350 weights and "
    "not 1,360 for a 5x5 from 10 to 100 channels.",
    section="one-bias-not-two",
)
def _(x, depthwise, pointwise, bias, stride=1, padding="valid", relu=False):
    y = (depthwise_conv2d(x, depthwise, strides=stride, padding=padding) + bias) @ pointwise + bias
    return np.maximum(y, 0) if relu else y


@whole.misconception(
    "M-BIAS-MID",
    "You added the bias between the halves. It has c_out numbers and comes after the pointwise.",
    section="one-bias-not-two",
)
def _(x, depthwise, pointwise, bias, stride=1, padding="valid", relu=False):
    y = (depthwise_conv2d(x, depthwise, strides=stride, padding=padding) + bias) @ pointwise
    return np.maximum(y, 0) if relu else y


@whole.misconception(
    "M-ACT-MID",
    "You applied the activation after both halves, as MobileNet does. In SeparableConv2D it acts "
    "once, at the very end.",
    section="the-activation-comes-last",
)
def _(x, depthwise, pointwise, bias, stride=1, padding="valid", relu=False):
    y = depthwise_conv2d(x, depthwise, strides=stride, padding=padding)
    y = (np.maximum(y, 0) if relu else y) @ pointwise + bias
    return np.maximum(y, 0) if relu else y


@whole.misconception(
    "M-ACT-ONLY-MID",
    "You applied the activation between the halves alone. In SeparableConv2D it acts at the very "
    "end, and nowhere else.",
    section="the-activation-comes-last",
)
def _(x, depthwise, pointwise, bias, stride=1, padding="valid", relu=False):
    y = depthwise_conv2d(x, depthwise, strides=stride, padding=padding)
    return (np.maximum(y, 0) if relu else y) @ pointwise + bias


@whole.misconception(
    "M-ACT-BIAS",
    "You added the bias after the activation. The bias belongs to the convolution, so it comes "
    "first.",
    section="the-activation-comes-last",
)
def _(x, depthwise, pointwise, bias, stride=1, padding="valid", relu=False):
    y = depthwise_conv2d(x, depthwise, strides=stride, padding=padding) @ pointwise
    return (np.maximum(y, 0) if relu else y) + bias


@whole.misconception(
    "M-STRIDE-PW",
    "The stride went to the pointwise. It belongs to the depthwise: there it saves the work on "
    "every pixel that is skipped, and padding 'same' shifts the grid on even sizes.",
    section="the-stride-belongs-to-the-depthwise",
)
def _(x, depthwise, pointwise, bias, stride=1, padding="valid", relu=False):
    y = depthwise_conv2d(x, depthwise, padding=padding)[:, ::stride, ::stride]
    y = y @ pointwise + bias
    return np.maximum(y, 0) if relu else y


@whole.misconception(
    "M-STRIDE-TWICE",
    "Both halves took the stride, so the image shrank twice. Only the depthwise has it.",
    section="the-stride-belongs-to-the-depthwise",
)
def _(x, depthwise, pointwise, bias, stride=1, padding="valid", relu=False):
    return separable(x, depthwise, pointwise, bias, stride, padding, relu)[:, ::stride, ::stride]


product = Exercise(
    "05-effective-kernel",
    "Multiply the two kernels out",
    "A separable convolution equals an ordinary convolution with one dense kernel. "
    "Write `dense_kernel(depthwise, pointwise)`, which returns it.\n\n"
    "Do not call `effective_kernel`: that is the function you are writing.",
    hints=(
        "Follow one input channel c to one output o: through filter i, then weight c * m + i.",
        "Give the pointwise kernel a filter axis first: `pointwise.reshape(c_in, m, c_out)`.",
        'One line does it: `np.einsum("uvcm,cmo->uvco", …)`. The sum runs over m alone.',
    ),
)


@product.reference
def dense_kernel(depthwise, pointwise):
    """Return the kernel (kh, kw, c_in, c_out) of an ordinary convolution that does the same.

    depthwise: (kh, kw, c_in, m)
    pointwise: (c_in * m, c_out), where row c * m + i reads filter i of channel c
    """
    c_in, m = depthwise.shape[2:]
    return np.einsum("uvcm,cmo->uvco", depthwise, pointwise.reshape(c_in, m, -1))


@product.alternative
def _(depthwise, pointwise):
    kh, kw, c_in, m = depthwise.shape
    dense = np.zeros((kh, kw, c_in, pointwise.shape[1]))
    for c in range(c_in):
        dense[:, :, c] = depthwise[:, :, c] @ pointwise[c * m : (c + 1) * m]
    return dense


@product.alternative
def _(depthwise, pointwise):
    kh, kw, c_in, m = depthwise.shape
    paths = depthwise.reshape(kh, kw, c_in * m, 1) * pointwise
    return paths.reshape(kh, kw, c_in, m, -1).sum(axis=3)


def _kernels_call(rng, kh, kw, c_in, m, c_out):
    return call(rng.normal(size=(kh, kw, c_in, m)), rng.normal(size=(c_in * m, c_out)))


@product.check("one filter a channel, 3 channels to 4")
def _(rng):
    return _kernels_call(rng, 3, 3, 3, 1, 4)


@product.check("as many channels out as in")
def _(rng):
    return _kernels_call(rng, 3, 3, 3, 1, 3)


@product.check("two filters a channel, a kernel 2 high and 3 wide", worth=2)
def _(rng):
    return _kernels_call(rng, 2, 3, 3, 2, 4)


@product.misconception(
    "M-MULT-ORDER",
    "Your rows of the pointwise kernel are ordered by filter first: i * c_in + c. The m filters of "
    "a channel are neighbours, so row c * m + i reads filter i of channel c.",
    section="several-filters-for-a-channel",
)
def _(depthwise, pointwise):
    c_in, m = depthwise.shape[2:]
    return np.einsum("uvcm,mco->uvco", depthwise, pointwise.reshape(m, c_in, -1))


@product.misconception(
    "M-SUM-CHANNELS",
    "You summed over the input channels too. They stay apart in the kernel; the convolution sums "
    "over them later.",
    section="one-kernel-for-both-steps",
)
def _(depthwise, pointwise):
    c_in, m = depthwise.shape[2:]
    return np.einsum("uvcm,cmo->uvo", depthwise, pointwise.reshape(c_in, m, -1))


@product.misconception(
    "M-NO-FILTER-SUM",
    "Your kernel has c_in * m input channels. The image has c_in: add up the m paths that start at "
    "the same channel.",
    section="one-kernel-for-both-steps",
)
def _(depthwise, pointwise):
    kh, kw, c_in, m = depthwise.shape
    return depthwise.reshape(kh, kw, c_in * m, 1) * pointwise


@product.misconception(
    "M-BROADCAST",
    "The depthwise filters met the output axis. Filter c belongs to input channel c; on the output "
    "axis you get the kernel of the other order, pointwise first.",
    section="one-kernel-for-both-steps",
)
def _(depthwise, pointwise):
    return depthwise.swapaxes(2, 3) * pointwise


@product.misconception(
    "M-FIRST-FILTER",
    "Only the first filter of every channel is in your kernel. Add up all m of them.",
    section="one-kernel-for-both-steps",
)
def _(depthwise, pointwise):
    return depthwise[..., :1] * pointwise[:: depthwise.shape[3]]


nearest = Exercise(
    "05-nearest",
    "Find the nearest separable kernel ★",
    "Write `nearest_kernel(kernel)`: of all dense kernels that a separable convolution with one "
    "filter a channel can make, return the nearest to `kernel`, and how far away it is.\n\n"
    "Do not call `nearest_separable`: that is the function you are writing.",
    hints=(
        "Which matrix of the dense kernel must have rank 1? There is one for every input channel.",
        "`np.linalg.svd(matrix, full_matrices=False)` returns u, s, vt. The nearest matrix of rank "
        "1 is `s[0] * np.outer(u[:, 0], vt[0])`.",
        "The relative error is the norm of the difference divided by the norm of the kernel.",
    ),
)


@nearest.reference
def nearest_kernel(kernel):
    """Find the nearest kernel whose slice for every input channel has rank 1.

    kernel: (kh, kw, c_in, c_out)
    Returns that kernel, of the same shape, and the relative error |kernel - near| / |kernel|.
    """
    kh, kw, c_in, c_out = kernel.shape
    near = np.zeros_like(kernel)
    for c in range(c_in):
        u, s, vt = np.linalg.svd(kernel[:, :, c].reshape(kh * kw, c_out), full_matrices=False)
        near[:, :, c] = (s[0] * np.outer(u[:, 0], vt[0])).reshape(kh, kw, c_out)
    return near, np.linalg.norm(kernel - near) / np.linalg.norm(kernel)


@nearest.alternative
def _(kernel):
    kh, kw, c_in, c_out = kernel.shape
    matrices = kernel.transpose(2, 0, 1, 3).reshape(c_in, kh * kw, c_out)
    u, s, vt = np.linalg.svd(matrices, full_matrices=False)
    near = np.einsum("cu,c,co->uco", u[:, :, 0], s[:, 0], vt[:, 0]).reshape(kernel.shape)
    return [near, np.sqrt(np.sum(s[:, 1:] ** 2) / np.sum(s**2))]


@nearest.alternative
def _(kernel):
    near = np.empty_like(kernel)
    for c in range(kernel.shape[2]):
        matrix = kernel[:, :, c].reshape(-1, kernel.shape[3])
        best = np.linalg.eigh(matrix.T @ matrix)[1][:, -1]  # the mix of outputs that says most
        near[:, :, c] = np.outer(matrix @ best, best).reshape(near[:, :, c].shape)
    return near, np.sqrt(np.sum((kernel - near) ** 2) / np.sum(kernel**2))


@nearest.check("a 3x3 kernel from 4 to 6 channels")
def _(rng):
    return call(rng.normal(size=(3, 3, 4, 6)))


@nearest.check("a kernel 2 high and 3 wide, of large values")
def _(rng):
    return call(10 * rng.normal(size=(2, 3, 3, 4)))


@nearest.check("a kernel that is nearly separable")
def _(rng):
    depthwise, pointwise = rng.normal(size=(3, 3, 4, 1)), rng.normal(size=(4, 5))
    return call(depthwise * pointwise + 0.1 * rng.normal(size=(3, 3, 4, 5)))


def _rank_one(matrix, power=1):
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    return s[0] ** power * np.outer(u[:, 0], vt[0])


def _relative(kernel, near):
    return near, np.linalg.norm(kernel - near) / np.linalg.norm(kernel)


@nearest.misconception(
    "M-GLOBAL-SVD",
    "One SVD for the whole kernel gives all channels the same filter. Every input channel has a "
    "filter of its own, so it takes one SVD for each.",
    section="the-nearest-separable-kernel",
)
def _(kernel):
    kh, kw, c_in, c_out = kernel.shape
    near = _rank_one(kernel.reshape(kh * kw, c_in * c_out))
    return _relative(kernel, near.reshape(kernel.shape))


@nearest.misconception(
    "M-PER-OUTPUT",
    "You took one SVD for each output channel. That is the other order, pointwise first; here the "
    "depthwise comes first, so each input channel has one filter.",
    section="the-nearest-separable-kernel",
)
def _(kernel):
    kh, kw, c_in, c_out = kernel.shape
    slices = [_rank_one(kernel[..., o].reshape(kh * kw, c_in)) for o in range(c_out)]
    return _relative(kernel, np.stack(slices, axis=-1).reshape(kernel.shape))


@nearest.misconception(
    "M-SIGMA-LOST",
    "The singular value is missing: u and vt have length 1, so s[0] must scale their product.",
    section="the-nearest-separable-kernel",
)
def _(kernel):
    c_in, c_out = kernel.shape[2:]
    slices = [_rank_one(kernel[:, :, c].reshape(-1, c_out), power=0) for c in range(c_in)]
    return _relative(kernel, np.stack(slices, axis=1).reshape(kernel.shape))


@nearest.misconception(
    "M-ERR-ABS",
    "Your kernel is right, but the error is not divided by the norm of the kernel.",
    section="the-nearest-separable-kernel",
)
def _(kernel):
    near, error = nearest_kernel(kernel)
    return near, error * np.linalg.norm(kernel)


@nearest.misconception(
    "M-ERR-SQUARED",
    "Your kernel is right, but the error is squared. Take the root: a norm, not a sum of squares.",
    section="the-nearest-separable-kernel",
)
def _(kernel):
    near, error = nearest_kernel(kernel)
    return near, error**2


layout = Exercise(
    "05-grouped-layout",
    "Load a depthwise kernel into Conv2D(groups=…)",
    "`Conv2D` with as many groups as channels is a depthwise convolution, but it stores its kernel "
    "in another shape. "
    "Write `as_grouped(depthwise)`, which returns that kernel and the number of groups.",
    hints=(
        "A grouped kernel has the shape `(kh, kw, c_in // groups, filters)`. What is groups here?",
        "Each group reads one channel, so the third number is 1.",
        "Group c makes the outputs c * m to c * m + m - 1. Does a plain reshape put them there?",
    ),
)


@layout.reference
def as_grouped(depthwise):
    """Rewrite a depthwise kernel for Conv2D(c_in * m, (kh, kw), groups=…).

    depthwise: (kh, kw, c_in, m)
    Returns the kernel of that layer and its number of groups.
    """
    kh, kw, c_in, m = depthwise.shape
    return depthwise.reshape(kh, kw, 1, c_in * m), c_in


@layout.alternative
def _(depthwise):
    channels = np.split(depthwise, depthwise.shape[2], axis=2)  # each (kh, kw, 1, m)
    return [np.concatenate(channels, axis=3), len(channels)]


@layout.check("one filter for each of three channels")
def _(rng):
    return call(rng.normal(size=(3, 3, 3, 1)))


@layout.check("two filters a channel, a kernel 2 high and 3 wide")
def _(rng):
    return call(rng.normal(size=(2, 3, 3, 2)))


@layout.misconception(
    "M-KERNEL-LAYOUT",
    "That is the layout of DepthwiseConv2D, (kh, kw, c_in, m). In Conv2D the third axis counts the "
    "channels that one group reads: 1.",
    section="the-same-layer-as-conv2d-with-groups",
)
def _(depthwise):
    return depthwise, depthwise.shape[2]


@layout.misconception(
    "M-FILTER-AXIS",
    "Your filters lie on the third axis. That axis counts the channels that one group reads; the "
    "filters are counted on the last.",
    section="the-same-layer-as-conv2d-with-groups",
)
def _(depthwise):
    kh, kw, c_in, m = depthwise.shape
    return depthwise.reshape(kh, kw, c_in * m, 1), c_in


@layout.misconception(
    "M-MULT-ORDER",
    "Your filters are ordered i * c_in + c. The m filters of one channel are neighbours: "
    "c * m + i.",
    section="several-filters-for-a-channel",
)
def _(depthwise):
    kh, kw, c_in, m = depthwise.shape
    return depthwise.swapaxes(2, 3).reshape(kh, kw, 1, c_in * m), c_in


@layout.misconception(
    "M-GROUPS-OUT",
    "There is one group for each input channel, not for each filter: the m filters of a channel "
    "share their group.",
    section="the-same-layer-as-conv2d-with-groups",
)
def _(depthwise):
    kh, kw, c_in, m = depthwise.shape
    return depthwise.reshape(kh, kw, 1, c_in * m), c_in * m


@layout.misconception(
    "M-DENSE",
    "That is a dense kernel with zeros, for an ordinary convolution. A grouped kernel stores the "
    "blocks without the zeros.",
    section="the-same-layer-as-conv2d-with-groups",
)
def _(depthwise):
    kernel, groups = as_grouped(depthwise)
    return block_diagonal_kernel(kernel, groups), groups
