"""Exercises of chapter 1: a convolution does two jobs."""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from dscourse.checking import Exercise, call
from dscourse.exercises.memory_observers import windows_and_memory

# --- 1.1 -------------------------------------------------------------------------------------

loops = Exercise(
    "01-conv2d-loops",
    "Write the convolution as loops",
    "Write `conv2d_loops(x, kernel, strides)`, the convolution of this chapter without padding.\n\n"
    "Use plain loops. One output value is the sum of one window of `x` times one filter.",
    hints=(
        "Count the places first: a window of `kh` rows fits `(height - kh) // strides + 1` times.",
        "The window of output place `(i, j)` starts at row `i * strides`, column `j * strides`.",
        "`window = x[b, top : top + kh, left : left + kw, :]` has shape (kh, kw, c_in), "
        "and so has `kernel[..., o]`: multiply them and sum everything.",
    ),
)


@loops.reference
def conv2d_loops(x, kernel, strides=1):
    """Convolve images with a kernel, without padding.

    x: (batch, height, width, c_in).
    kernel: (kh, kw, c_in, c_out).
    strides: by how many pixels the window moves, down and to the right.
    Returns an array (batch, out_height, out_width, c_out).
    """
    batch, height, width, _ = x.shape
    kh, kw, _, c_out = kernel.shape
    out_height = (height - kh) // strides + 1
    out_width = (width - kw) // strides + 1
    y = np.zeros((batch, out_height, out_width, c_out))
    for b in range(batch):
        for i in range(out_height):
            for j in range(out_width):
                top, left = i * strides, j * strides
                window = x[b, top : top + kh, left : left + kw, :]
                for o in range(c_out):
                    y[b, i, j, o] = np.sum(window * kernel[..., o])
    return y


def _weigh(x, kernel, strides=1, sums="bijcuv,uvco->bijo"):
    """Weigh all windows at once; `sums` names the axes that are summed away."""
    windows = sliding_window_view(x, kernel.shape[:2], axis=(1, 2))[:, ::strides, ::strides]
    return np.einsum(sums, windows, kernel)


loops.alternative(_weigh)


@loops.alternative
def _(x, kernel, strides=1):
    kh, kw = kernel.shape[:2]
    rows, columns = x.shape[1] - kh + 1, x.shape[2] - kw + 1
    return sum(  # one shifted copy of the image for every tap of the kernel
        np.tensordot(x[:, u : u + rows : strides, v : v + columns : strides], kernel[u, v], axes=1)
        for u in range(kh)
        for v in range(kw)
    )


@loops.check("one filter over two channels")
def _(rng):
    return call(rng.normal(size=(1, 5, 4, 2)), rng.normal(size=(3, 3, 2, 1)))


@loops.check("four filters over a batch of two images")
def _(rng):
    return call(rng.normal(size=(2, 5, 6, 3)), rng.normal(size=(3, 3, 3, 4)))


@loops.check("a kernel 2 high and 3 wide")
def _(rng):
    return call(rng.normal(size=(2, 6, 5, 2)), rng.normal(size=(2, 3, 2, 3)))


@loops.check("stride 2", worth=2)
def _(rng):
    return [
        call(rng.normal(size=(2, 7, 6, 2)), rng.normal(size=(3, 3, 2, 3)), strides=2),
        call(rng.normal(size=(2, 6, 9, 3)), rng.normal(size=(2, 3, 3, 2)), strides=2),
    ]


@loops.misconception(
    "M-FLIP",
    "The kernel is flipped: this is convolution as in mathematics. "
    "In deep learning the kernel lies on the image as it is.",
    section="slide-without-flipping",
)
def _(x, kernel, strides=1):
    return _weigh(x, kernel[::-1, ::-1], strides)


@loops.misconception(
    "M-NO-CROSS",
    "The products of each input channel are summed on their own. "
    "One filter sees all channels, so sum over the channels too.",
    section="sum-over-every-input-channel",
)
def _(x, kernel, strides=1):
    return _weigh(x, kernel, strides, "bijcuv,uvco->bijco")


@loops.misconception(
    "M-SUM-FILTERS",
    "All filters are summed into one output channel. "
    "Each filter `kernel[..., o]` makes an output channel of its own.",
    section="sum-over-every-input-channel",
)
def _(x, kernel, strides=1):
    return _weigh(x, kernel, strides, "bijcuv,uvco->bij")[..., np.newaxis]


@loops.misconception(
    "M-HW-SWAP",
    "Height and width of the kernel are swapped. Its axes are (kh, kw, c_in, c_out).",
    section="slide-without-flipping",
)
def _(x, kernel, strides=1):
    return _weigh(x, kernel.transpose(1, 0, 2, 3), strides)


@loops.misconception(
    "M-OFF-BY-ONE",
    "The last row and the last column of windows are missing. "
    "A window of `kh` rows fits `(height - kh) // strides + 1` times.",
    section="move-the-window-stride",
)
def _(x, kernel, strides=1):
    (_, height, width, _), (kh, kw, _, _) = x.shape, kernel.shape
    y = _weigh(x, kernel, strides)
    return y[:, : (height - kh) // strides, : (width - kw) // strides]


@loops.misconception(
    "M-STRIDE-IGNORED",
    "The window moves by one pixel, whatever `strides` says.",
    section="move-the-window-stride",
)
def _(x, kernel, strides=1):
    return _weigh(x, kernel)


@loops.misconception(
    "M-STRIDE-PLACE",
    "The output has the right size, but window (i, j) starts at pixel (i, j). "
    "It starts at (i * strides, j * strides).",
    section="move-the-window-stride",
)
def _(x, kernel, strides=1):
    _, rows, columns, _ = _weigh(x, kernel, strides).shape
    return _weigh(x, kernel)[:, :rows, :columns]


# --- 1.2 -------------------------------------------------------------------------------------

padding = Exercise(
    "01-same-padding",
    "Count the zeros of 'same' padding",
    "Write `same_padding(size, k, stride)`: how many zeros go before and after one axis of an "
    "image, so that a kernel with `k` taps gives `ceil(size / stride)` outputs.\n\n"
    "Follow TensorFlow and Keras: where the zeros cannot be shared evenly, the odd one goes after.",
    hints=(
        "How many outputs are there, and how far does the last window reach? "
        "What the image lacks is padded.",
        "`(outputs - 1) * stride + k` pixels are needed. The image has `size` of them.",
        "Before: half of what is missing, rounded down. After: the rest. Nothing is ever cut off.",
    ),
)


@padding.reference
def same_padding(size, k, stride):
    """Return the numbers of zeros (before, after) along one axis.

    size: pixels of the image along the axis.
    k: taps of the kernel along the axis.
    stride: by how many pixels the window moves.
    """
    outputs = -(-size // stride)  # rounds up
    missing = max((outputs - 1) * stride + k - size, 0)
    before = missing // 2
    return before, missing - before


@padding.alternative
def _(size, k, stride):
    left_over = size % stride or stride  # pixels from the start of the last window onwards
    missing = max(k - left_over, 0)
    return [int(np.floor(missing / 2)), int(np.ceil(missing / 2))]


@padding.check("an odd kernel, stride 1")
def _(rng):
    return [call(6, 3, 1), call(7, 5, 1)]


@padding.check("an even kernel, stride 1")
def _(rng):
    return [call(6, 2, 1), call(7, 4, 1)]


@padding.check("an odd kernel, stride 2", worth=2)
def _(rng):
    return [call(6, 3, 2), call(7, 3, 2), call(299, 3, 2), call(8, 5, 2)]


@padding.check("an even kernel, stride 2")
def _(rng):
    return [call(6, 4, 2), call(7, 2, 2)]


@padding.check("a stride larger than the kernel")
def _(rng):
    return [call(8, 1, 3), call(10, 2, 4)]


@padding.misconception(
    "M-PAD-SYM",
    "`k // 2` zeros on both sides is PyTorch's habit. "
    "It is too many for an even kernel, and for stride 2 on an image of even size.",
    section="why-the-odd-zero-goes-to-the-end",
)
def _(size, k, stride):
    return k // 2, k // 2


@padding.misconception(
    "M-PAD-STRIDE",
    "This is the padding of stride 1. "
    "With a larger stride the last window may end earlier, so fewer zeros are missing.",
    section="why-the-odd-zero-goes-to-the-end",
)
def _(size, k, stride):
    return (k - 1) // 2, k // 2


@padding.misconception(
    "M-PAD-BEFORE",
    "The odd zero stands before the image. TensorFlow and Keras put it after.",
    section="why-the-odd-zero-goes-to-the-end",
)
def _(size, k, stride):
    before, after = same_padding(size, k, stride)
    return after, before


@padding.misconception(
    "M-PAD-NEGATIVE",
    "A negative number of zeros would cut the image. Where nothing is missing, pad nothing.",
    section="why-the-odd-zero-goes-to-the-end",
)
def _(size, k, stride):
    missing = (-(-size // stride) - 1) * stride + k - size
    return missing // 2, missing - missing // 2


@padding.misconception(
    "M-PAD-KEEP",
    "This keeps the output as large as the image. "
    "With a stride, 'same' means `ceil(size / stride)` outputs.",
    section="pad-the-border-valid-and-same",
)
def _(size, k, stride):
    missing = (size - 1) * stride + k - size
    return missing // 2, missing - missing // 2


# --- 1.3 -------------------------------------------------------------------------------------

params = Exercise(
    "01-conv-params",
    "Count the parameters of a convolution",
    "Write `conv_params(image_size, kernel_size, c_in, c_out, use_bias)`: how many numbers does "
    "the layer learn?\n\nNot every argument needs to matter.",
    hints=(
        "Write down the shape of the kernel. How many numbers does it hold?",
        "A bias is one number for each filter, whatever the image's size.",
    ),
)


@params.reference
def conv_params(image_size, kernel_size, c_in, c_out, use_bias):
    """Count the weights and biases of a convolution.

    image_size: (height, width) of the images.
    kernel_size: (kh, kw).
    c_in, c_out: channels of the input and of the output.
    use_bias: True where the layer adds a bias.
    """
    kh, kw = kernel_size
    biases = c_out if use_bias else 0
    return kh * kw * c_in * c_out + biases


@params.alternative
def _(image_size, kernel_size, c_in, c_out, use_bias):
    return sum(np.prod(kernel_size) * c_in + int(use_bias) for _ in range(c_out))


@params.check("3 x 3, from 3 to 8 channels, with bias")
def _(rng):
    return call((32, 24), (3, 3), 3, 8, True)


@params.check("the same without bias")
def _(rng):
    return call((32, 24), (3, 3), 3, 8, False)


@params.check("the first layer of Xception")
def _(rng):
    return call((299, 299), (3, 3), 3, 32, False)


@params.check("a kernel 1 high and 5 wide")
def _(rng):
    return [call((14, 20), (1, 5), 6, 4, True), call((28, 40), (1, 5), 6, 4, True)]


@params.misconception(
    "M-BIAS",
    "The biases are missing: with `use_bias` every filter has one.",
    section="count-the-parameters",
)
def _(image_size, kernel_size, c_in, c_out, use_bias):
    return conv_params(image_size, kernel_size, c_in, c_out, False)


@params.misconception(
    "M-BIAS-ALWAYS",
    "A bias is counted although `use_bias` is False.",
    section="count-the-parameters",
)
def _(image_size, kernel_size, c_in, c_out, use_bias):
    return conv_params(image_size, kernel_size, c_in, c_out, True)


@params.misconception(
    "M-BIAS-PIXEL",
    "A bias is counted for every pixel. A filter adds the same bias at all places.",
    section="count-the-parameters",
)
def _(image_size, kernel_size, c_in, c_out, use_bias):
    biases = image_size[0] * image_size[1] * c_out if use_bias else 0
    return kernel_size[0] * kernel_size[1] * c_in * c_out + biases


@params.misconception(
    "M-BIAS-IN",
    "A bias is counted for each input channel. It belongs to a filter, so to an output channel.",
    section="count-the-parameters",
)
def _(image_size, kernel_size, c_in, c_out, use_bias):
    return conv_params(image_size, kernel_size, c_in, c_out, False) + (c_in if use_bias else 0)


@params.misconception(
    "M-NO-CROSS",
    "Each filter is counted for one channel. It has weights for every one of the `c_in` channels.",
    section="sum-over-every-input-channel",
)
def _(image_size, kernel_size, c_in, c_out, use_bias):
    return conv_params(image_size, kernel_size, 1, c_out, use_bias)


@params.misconception(
    "M-WEIGHT-PIXEL",
    "The weights are counted anew at every pixel. The same filter is used everywhere.",
    section="count-the-parameters",
)
def _(image_size, kernel_size, c_in, c_out, use_bias):
    return (
        image_size[0] * image_size[1] * conv_params(image_size, kernel_size, c_in, c_out, use_bias)
    )


# --- 1.4 -------------------------------------------------------------------------------------

macs = Exercise(
    "01-conv-macs",
    "Count the multiply-adds of a convolution",
    "Write `conv_macs(image_size, kernel_size, c_in, c_out, strides, padding)`: the number of "
    "multiply-adds for one image.\n\n"
    "Count a product with a padded zero like any other, and leave the bias out.",
    hints=(
        "Two factors: how many output values there are, and how many products each one sums.",
        "One output value sums `kh * kw * c_in` products.",
        "The number of places follows the *output*: `ceil(size / strides)` for 'same', "
        "`(size - k) // strides + 1` for 'valid'.",
    ),
)


@macs.reference
def conv_macs(image_size, kernel_size, c_in, c_out, strides, padding):
    """Count the multiply-adds of a convolution on one image.

    image_size: (height, width).
    kernel_size: (kh, kw).
    c_in, c_out: channels of the input and of the output.
    strides: by how many pixels the window moves.
    padding: "valid" or "same".
    """
    height, width = image_size
    kh, kw = kernel_size
    if padding == "same":
        rows, columns = -(-height // strides), -(-width // strides)  # rounded up
    else:
        rows, columns = (height - kh) // strides + 1, (width - kw) // strides + 1
    return rows * columns * kh * kw * c_in * c_out


@macs.alternative
def _(image_size, kernel_size, c_in, c_out, strides, padding):
    window = np.array([1, 1]) if padding == "same" else np.array(kernel_size)
    places = np.ceil((np.array(image_size) - window + 1) / strides).prod()
    return int(places) * c_out * np.prod([*kernel_size, c_in])


@macs.check("3 x 3, stride 1, same")
def _(rng):
    return call((8, 10), (3, 3), 4, 6, 1, "same")


@macs.check("stride 2, same", worth=2)
def _(rng):
    return [call((7, 9), (3, 3), 4, 6, 2, "same"), call((9, 5), (2, 2), 3, 5, 2, "same")]


@macs.check("stride 2, valid: the first layer of Xception, and a kernel of 4 x 4")
def _(rng):
    return [call((299, 299), (3, 3), 3, 32, 2, "valid"), call((9, 11), (4, 4), 3, 5, 2, "valid")]


@macs.check("a kernel 1 high and 5 wide, valid")
def _(rng):
    return call((14, 20), (1, 5), 6, 4, 1, "valid")


@macs.misconception(
    "M-MAC-IN",
    "The places are those of the input. Work is done once for each place of the *output*.",
    section="count-the-multiply-adds",
)
def _(image_size, kernel_size, c_in, c_out, strides, padding):
    return conv_macs(image_size, kernel_size, c_in, c_out, 1, "same")


@macs.misconception(
    "M-2X",
    "These are FLOPs: a multiplication and an addition counted as two. "
    "One multiply-add counts once.",
    section="macs-are-not-flops",
)
def _(image_size, kernel_size, c_in, c_out, strides, padding):
    return 2 * conv_macs(image_size, kernel_size, c_in, c_out, strides, padding)


@macs.misconception(
    "M-MAC-ONCE",
    "These are the weights. Each weight is used again at every place of the output.",
    section="count-the-multiply-adds",
)
def _(image_size, kernel_size, c_in, c_out, strides, padding):
    return kernel_size[0] * kernel_size[1] * c_in * c_out


@macs.misconception(
    "M-MAC-SAME",
    "The padding is taken for 'same'. Without padding fewer windows fit.",
    section="pad-the-border-valid-and-same",
)
def _(image_size, kernel_size, c_in, c_out, strides, padding):
    return conv_macs(image_size, kernel_size, c_in, c_out, strides, "same")


@macs.misconception(
    "M-PLACES-ROUNDED-UP",
    "Without padding the last window must fit as a whole, so the number of steps is rounded down.",
    section="move-the-window-stride",
)
def _(image_size, kernel_size, c_in, c_out, strides, padding):
    if padding == "same":
        return conv_macs(image_size, kernel_size, c_in, c_out, strides, padding)
    (height, width), (kh, kw) = image_size, kernel_size
    rows, columns = -(-(height - kh) // strides) + 1, -(-(width - kw) // strides) + 1
    return rows * columns * kh * kw * c_in * c_out


@macs.misconception(
    "M-STRIDE-ONCE",
    "The stride is applied to one axis only. It thins out rows and columns.",
    section="move-the-window-stride",
)
def _(image_size, kernel_size, c_in, c_out, strides, padding):
    (height, width), (kh, kw) = image_size, kernel_size
    rows = conv_macs((height, 1), (kh, 1), 1, 1, strides, padding) // kh
    columns = conv_macs((1, width), (1, kw), 1, 1, 1, padding) // kw
    return rows * columns * kh * kw * c_in * c_out


@macs.misconception(
    "M-NO-CROSS",
    "Each output value sums over one channel only. It sums over all `c_in` channels.",
    section="sum-over-every-input-channel",
)
def _(image_size, kernel_size, c_in, c_out, strides, padding):
    return conv_macs(image_size, kernel_size, 1, c_out, strides, padding)


# --- 1.5 -------------------------------------------------------------------------------------

windows_task = Exercise(
    "01-windows",
    "See every window without copying a number ★",
    "Write `windows(x, kernel_size, strides)`: all windows of `x` in one array of shape "
    "(batch, out_height, out_width, kh, kw, c_in), without padding.\n\n"
    "The result must be a *view*: it shares its memory with `x`. NumPy's "
    "`np.lib.stride_tricks.sliding_window_view` makes one.",
    hints=(
        "`sliding_window_view(x, kernel_size, axis=(1, 2))` gives all windows of stride 1. "
        "Print its shape.",
        "A slice with steps, `[:, ::strides, ::strides]`, leaves windows out and is still a view.",
        "NumPy puts the axes of the window last, after the channels. "
        "`.transpose(...)` reorders axes without copying.",
    ),
    how=windows_and_memory,
)


@windows_task.reference
def windows(x, kernel_size, strides=1):
    """Return a view of all windows.

    x: (batch, height, width, c_in).
    kernel_size: (kh, kw).
    strides: by how many pixels the window moves.
    Returns a view (batch, out_height, out_width, kh, kw, c_in) of x.
    """
    view = np.lib.stride_tricks.sliding_window_view(x, kernel_size, axis=(1, 2))
    view = view[:, ::strides, ::strides]  # (batch, out_height, out_width, c_in, kh, kw)
    return view.transpose(0, 1, 2, 4, 5, 3)


@windows_task.alternative
def _(x, kernel_size, strides=1):
    (batch, height, width, c_in), (kh, kw) = x.shape, kernel_size
    rows, columns = (height - kh) // strides + 1, (width - kw) // strides + 1
    image, down, right, channel = x.strides  # in bytes
    shape = (batch, rows, columns, kh, kw, c_in)
    steps = (image, strides * down, strides * right, down, right, channel)
    return as_strided(x, shape, steps, writeable=False)


@windows_task.check("3 x 3 windows of two images")
def _(rng):
    return call(rng.normal(size=(2, 5, 6, 3)), (3, 3), 1)


@windows_task.check("windows 2 high and 3 wide")
def _(rng):
    return call(rng.normal(size=(2, 6, 5, 4)), (2, 3), 1)


@windows_task.check("stride 2", worth=2)
def _(rng):
    return [
        call(rng.normal(size=(2, 7, 6, 2)), (3, 3), 2),
        call(rng.normal(size=(1, 6, 9, 3)), (2, 3), 2),
    ]


@windows_task.misconception(
    "M-COPY",
    "The values are right, but they were copied into a new array. "
    "Slices and transposes of a sliding view copy nothing.",
    section="a-view-costs-no-memory",
)
def _(x, kernel_size, strides):
    return windows(x, kernel_size, strides).copy()


@windows_task.misconception(
    "M-WINDOW-ORDER",
    "The channels stand before the window's own axes. "
    "The kernel is (kh, kw, c_in, c_out), so a window must be (kh, kw, c_in).",
    section="one-matrix-product",
)
def _(x, kernel_size, strides):
    return np.moveaxis(windows(x, kernel_size, strides), -1, 3)


@windows_task.misconception(
    "M-STRIDE-IGNORED",
    "These are the windows of stride 1. Keep every window that `strides` steps to.",
    section="move-the-window-stride",
)
def _(x, kernel_size, strides):
    return windows(x, kernel_size)


@windows_task.misconception(
    "M-TILES",
    "These windows do not overlap: they lie side by side like tiles. "
    "The window moves by `strides`, not by its own size.",
    section="move-the-window-stride",
)
def _(x, kernel_size, strides):
    kh, kw = kernel_size
    return windows(x, kernel_size)[:, ::kh, ::kw]


@windows_task.misconception(
    "M-STRIDE-DILATE",
    "The stride is taken inside the window, which then skips pixels. "
    "It says how far the *window* moves.",
    section="move-the-window-stride",
)
def _(x, kernel_size, strides):
    kh, kw = kernel_size
    reach = (kh - 1) * strides + 1, (kw - 1) * strides + 1
    return windows(x, reach)[:, :, :, ::strides, ::strides]
