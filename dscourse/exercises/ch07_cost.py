"""Exercises of chapter 7: parameters, multiply-adds, bytes and time."""

from statistics import mean, median

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dscourse.checking import Exercise, call
from dscourse.conv import separable_conv2d
from dscourse.exercises.memory_observers import output_and_memory

# --- 7.1 -------------------------------------------------------------------------------------

ratio = Exercise(
    "07-ratio",
    "Compare a separable convolution with an ordinary one",
    "Write `sep_ratio(kernel_size, c_in, c_out, multiplier)`: the multiply-adds of a separable "
    "convolution divided by those of an ordinary one between the same maps.\n\n"
    "`multiplier` is the number of filters for each input channel. Count no biases.",
    hints=(
        "Both make the same number of pixels, so it is enough to count the weights.",
        "How many channels lie between the two halves? The pointwise half reads all of them.",
        "Separable: `taps * c_in * multiplier + c_in * multiplier * c_out`. "
        "Ordinary: `taps * c_in * c_out`.",
    ),
)


@ratio.reference
def sep_ratio(kernel_size, c_in, c_out, multiplier=1):
    """Divide the multiply-adds of a separable convolution by those of an ordinary one.

    kernel_size: (kh, kw).
    c_in, c_out: channels of the input and of the output.
    multiplier: filters for each input channel.
    """
    kh, kw = kernel_size
    c_mid = c_in * multiplier
    separable = kh * kw * c_mid + c_mid * c_out
    return separable / (kh * kw * c_in * c_out)


@ratio.alternative
def _(kernel_size, c_in, c_out, multiplier=1):
    return multiplier * (1 / c_out + 1 / np.prod(kernel_size))


@ratio.check("Xception's middle: 3 x 3, 728 channels to 728")
def _(rng):
    return call((3, 3), 728, 728)


@ratio.check("few outputs, and a kernel 1 high and 5 wide")
def _(rng):
    return [call((5, 5), 10, 4), call((1, 5), 6, 12)]


@ratio.check("1 x 1: nothing to separate")
def _(rng):
    return call((1, 1), 9, 6)


@ratio.check("several filters for each channel")
def _(rng):
    return [call((3, 3), 16, 32, 2), call((3, 3), 3, 12, multiplier=6)]


@ratio.misconception(
    "M-RATIO-K2",
    "This is 1 / (kh * kw): the depthwise half has become the whole layer's price. "
    "The pointwise half costs that much; the depthwise half adds 1 / c_out.",
    section="the-ratio-has-two-terms",
)
def _(kernel_size, c_in, c_out, multiplier=1):
    return multiplier / (kernel_size[0] * kernel_size[1])


@ratio.misconception(
    "M-RATIO-INVERSE",
    "This says how many times less it costs. The ratio asked for is separable over ordinary.",
    section="the-ratio-has-two-terms",
)
def _(kernel_size, c_in, c_out, multiplier=1):
    return 1 / sep_ratio(kernel_size, c_in, c_out, multiplier)


@ratio.misconception(
    "M-RATIO-SAVING",
    "This is the part that is saved. The ratio is the part that remains.",
    section="the-ratio-has-two-terms",
)
def _(kernel_size, c_in, c_out, multiplier=1):
    return 1 - sep_ratio(kernel_size, c_in, c_out, multiplier)


@ratio.misconception(
    "M-RATIO-CIN",
    "You divided by the input channels. They are in every count and cancel; the output channels "
    "stay.",
    section="the-ratio-has-two-terms",
)
def _(kernel_size, c_in, c_out, multiplier=1):
    return sep_ratio(kernel_size, c_out, c_in, multiplier)


@ratio.misconception(
    "M-RATIO-ONE-SIDE",
    "Only one side of the kernel is counted. A kernel has kh * kw taps.",
    section="the-ratio-has-two-terms",
)
def _(kernel_size, c_in, c_out, multiplier=1):
    return sep_ratio((kernel_size[0], 1), c_in, c_out, multiplier)


@ratio.misconception(
    "M-NEVER-DEARER",
    "Your ratio never exceeds 1. It can: with a 1x1 kernel, with few outputs or with many filters "
    "a channel, a separable convolution costs more.",
    section="when-it-costs-more",
)
def _(kernel_size, c_in, c_out, multiplier=1):
    return min(1, sep_ratio(kernel_size, c_in, c_out, multiplier))


@ratio.misconception(
    "M-MULT-IGNORED",
    "The multiplier is ignored: there are several filters for each input channel.",
    section="when-it-costs-more",
)
def _(kernel_size, c_in, c_out, multiplier=1):
    return sep_ratio(kernel_size, c_in, c_out)


@ratio.misconception(
    "M-MULT-HALF",
    "The multiplier is counted in the depthwise half alone. The pointwise half reads all "
    "c_in * multiplier channels that it makes.",
    section="when-it-costs-more",
)
def _(kernel_size, c_in, c_out, multiplier=1):
    return multiplier / c_out + 1 / (kernel_size[0] * kernel_size[1])


# --- 7.2 -------------------------------------------------------------------------------------

first_layer = Exercise(
    "07-first-layer",
    "Explain a published number",
    "A paper prints how many weights its first layer has, but no formula. "
    "Suppose that the layer is a separable convolution: which number of filters a channel comes "
    "nearest to the printed number?\n\n"
    "Write `fit_multiplier(size, c_in, c_out, stride, k, weights)`. It returns a dict with the "
    'keys `"multiplier"` (at least 1), `"weights"` and `"multiply_adds"` of that layer. '
    "The image has `size` x `size` pixels, the padding is 'same', and there are no biases.",
    hints=(
        "How many weights does the layer get for *one* more filter a channel? "
        "Do not forget the half that reads the result.",
        "One more filter a channel brings `c_in * (k * k + c_out)` weights. "
        "Divide, and round to the nearest whole number.",
        "With padding 'same' there are `ceil(size / stride)` outputs along a side, and each "
        "weight is used once at each of them.",
    ),
)


@first_layer.reference
def fit_multiplier(size, c_in, c_out, stride, k, weights):
    """Find the separable convolution whose number of weights is nearest to `weights`.

    size: height and width of the image.
    c_in, c_out: channels of the input and of the output.
    stride: by how many pixels the window moves.
    k: height and width of the kernel.
    weights: the number to come near to.
    Returns a dict with the keys "multiplier", "weights" and "multiply_adds".
    """
    one = c_in * k * k + c_in * c_out  # one filter a channel, and the rows that read it
    multiplier = max(1, round(weights / one))
    places = (-(-size // stride)) ** 2  # rounded up
    return {
        "multiplier": multiplier,
        "weights": multiplier * one,
        "multiply_adds": places * multiplier * one,
    }


@first_layer.alternative
def _(size, c_in, c_out, stride, k, weights):
    def count(m):
        return k * k * c_in * m + c_in * m * c_out

    best = min(range(1, weights + 1), key=lambda m: abs(count(m) - weights))
    side = int(np.ceil(size / stride))
    made = {"multiplier": best, "weights": count(best)}
    return made | {"multiply_adds": side * side * count(best)}


@first_layer.check("GoogLeNet's first layer: 224 x 224 pixels, 7 x 7, stride 2, 2.7 thousand")
def _(rng):
    return call(224, 3, 64, 2, 7, 2700)


@first_layer.check("the same with other kernels")
def _(rng):
    return [call(224, 3, 64, 2, k, 2700) for k in (3, 5, 11)]


@first_layer.check("an odd image")
def _(rng):
    return call(15, 4, 10, 2, 3, 300)


@first_layer.check("a number below the smallest layer")
def _(rng):
    return call(8, 4, 10, 1, 5, 50)


@first_layer.misconception(
    "M-MULT-HALF",
    "The pointwise half is counted with c_in rows. It reads all c_in * multiplier channels, so it "
    "grows with the multiplier too.",
    section="test-a-published-count",
)
def _(size, c_in, c_out, stride, k, weights):
    multiplier = max(1, round((weights - c_in * c_out) / (k * k * c_in)))
    count = k * k * c_in * multiplier + c_in * c_out
    places = (-(-size // stride)) ** 2
    return {"multiplier": multiplier, "weights": count, "multiply_adds": places * count}


@first_layer.misconception(
    "M-DEPTHWISE-ALONE",
    "Only the depthwise half is counted. The pointwise half has weights too.",
    section="test-a-published-count",
)
def _(size, c_in, c_out, stride, k, weights):
    return fit_multiplier(size, c_in, 0, stride, k, weights)


@first_layer.misconception(
    "M-ROUND-DOWN",
    "The multiplier is rounded down. The nearest one may lie above.",
    section="test-a-published-count",
)
def _(size, c_in, c_out, stride, k, weights):
    one = c_in * (k * k + c_out)
    return fit_multiplier(size, c_in, c_out, stride, k, max(1, weights // one) * one)


@first_layer.misconception(
    "M-NO-FILTER",
    "A multiplier of 0 is no layer: every channel has at least one filter.",
    section="test-a-published-count",
)
def _(size, c_in, c_out, stride, k, weights):
    if round(weights / (c_in * (k * k + c_out))) > 0:
        return fit_multiplier(size, c_in, c_out, stride, k, weights)
    return {"multiplier": 0, "weights": 0, "multiply_adds": 0}


@first_layer.misconception(
    "M-MAC-IN",
    "The multiply-adds are counted at every place of the input. The stride leaves places out.",
    section="test-a-published-count",
)
def _(size, c_in, c_out, stride, k, weights):
    return fit_multiplier(size, c_in, c_out, 1, k, weights)


@first_layer.misconception(
    "M-PLACES-ROUNDED-DOWN",
    "With padding 'same' the last place counts although its window hangs over: the number of "
    "places is rounded up.",
    section="test-a-published-count",
)
def _(size, c_in, c_out, stride, k, weights):
    return fit_multiplier(size - size % stride, c_in, c_out, stride, k, weights)


@first_layer.misconception(
    "M-PLAIN",
    "This is an ordinary convolution: every filter reads every channel.",
    section="test-a-published-count",
)
def _(size, c_in, c_out, stride, k, weights):
    count, places = k * k * c_in * c_out, (-(-size // stride)) ** 2
    return {"multiplier": 1, "weights": count, "multiply_adds": places * count}


# --- 7.3 -------------------------------------------------------------------------------------

census_task = Exercise(
    "07-census",
    "Take a census of a network's weights",
    "Write `census(weights)`. It gets all weights of a network as pairs: a name such as "
    '`"block2_sepconv1/depthwise_kernel"` and a shape. It returns how many numbers do which job, '
    "as a dict with four keys:\n"
    '- `"space"`: depthwise kernels, which look sideways and never mix channels;\n'
    '- `"channels"`: kernels that mix channels and never look sideways;\n'
    '- `"both"`: kernels that do both;\n'
    '- `"neither"`: biases, and whatever else is one number a channel.',
    hints=(
        "The name tells the two kernels of a separable convolution apart. "
        "For the others the shape is enough.",
        "How many axes has a bias, how many has the matrix of a dense layer? "
        "Which of the four jobs does that matrix do?",
        "A name that ends in `depthwise_kernel`: space. One axis: neither. Two axes, or a kernel "
        "of 1 x 1: channels. Everything else: both.",
    ),
)


@census_task.reference
def census(weights):
    """Count the numbers in a network's weights by the job they do.

    weights: a list of pairs (name, shape). A separable convolution has a depthwise_kernel
        (kh, kw, c_in, m) and a pointwise_kernel (1, 1, c_in * m, c_out); an ordinary one a kernel
        (kh, kw, c_in, c_out); a dense layer a kernel (c_in, c_out).
    Returns a dict with the keys "space", "channels", "both" and "neither".
    """
    counts = {"space": 0, "channels": 0, "both": 0, "neither": 0}
    for name, shape in weights:
        if name.endswith("depthwise_kernel"):
            job = "space"
        elif len(shape) == 1:
            job = "neither"
        elif len(shape) == 2 or tuple(shape[:2]) == (1, 1):
            job = "channels"
        else:
            job = "both"
        counts[job] += int(np.prod(shape))
    return counts


@census_task.alternative
def _(weights):
    def job(name, shape):
        sideways = np.prod(shape[:-2]) > 1  # an empty product is 1
        if "depthwise" in name:
            return "space"
        if len(shape) == 1:
            return "neither"
        return "both" if sideways else "channels"

    found = [(job(*weight), np.prod(weight[1])) for weight in weights]
    jobs = ("neither", "both", "channels", "space")
    return {wanted: sum(n for which, n in found if which == wanted) for wanted in jobs}


_SEPARABLE = [
    ("block2_sepconv1/depthwise_kernel", (3, 3, 64, 1)),
    ("block2_sepconv1/pointwise_kernel", (1, 1, 64, 128)),
]
_NORMALIZATION = [
    (f"block2_sepconv1_bn/{name}", (128,))
    for name in ("gamma", "beta", "moving_mean", "moving_variance")
]


@census_task.check("one separable convolution and its BatchNorm")
def _(rng):
    return call(_SEPARABLE + _NORMALIZATION)


@census_task.check("ordinary convolutions: 3 x 3, 1 x 1, and a strip 1 high and 3 wide")
def _(rng):
    kernels = ("conv", (3, 3, 3, 32)), ("shortcut", (1, 1, 32, 16)), ("strip", (1, 3, 16, 8))
    return call([(f"{name}/kernel", shape) for name, shape in kernels] + [("conv/bias", (32,))])


@census_task.check("a dense layer behind it")
def _(rng):
    head = [("predictions/kernel", (128, 10)), ("predictions/bias", (10,))]
    return call(_SEPARABLE + head)


@census_task.check("two filters a channel, 5 x 5")
def _(rng):
    kernels = ("depthwise_kernel", (5, 5, 6, 2)), ("pointwise_kernel", (1, 1, 12, 4))
    return call([(f"wide/{name}", shape) for name, shape in kernels])


def _job(name, shape):
    alone = census([(name, shape)])
    return max(alone, key=lambda job: alone[job])


def _tally(weights, job):
    """Take a census with another idea of the jobs."""
    counts = census([])
    for name, shape in weights:
        counts[job(name, shape)] += int(np.prod(shape))
    return counts


@census_task.misconception(
    "M-WHERE-PARAMS",
    "The pointwise kernels are counted as looking at space, since they belong to a 3x3 layer. "
    "They are 1x1 and mix channels: that is where the weights are.",
    section="where-xception-keeps-its-weights",
)
def _(weights):
    return _tally(weights, lambda n, s: "space" if "pointwise" in n else _job(n, s))


@census_task.misconception(
    "M-DW-BOTH",
    "The depthwise kernels are counted as doing both jobs. Each of their filters sees one channel.",
    section="where-xception-keeps-its-weights",
)
def _(weights):
    return _tally(weights, lambda n, s: "both" if "depthwise" in n else _job(n, s))


@census_task.misconception(
    "M-1X1-BOTH",
    "The 1x1 of an ordinary layer is counted as doing both jobs. It sees one pixel.",
    section="where-xception-keeps-its-weights",
)
def _(weights):
    def job(name, shape):
        plain = len(shape) == 4 and name.endswith("/kernel")
        return "both" if plain else _job(name, shape)

    return _tally(weights, job)


@census_task.misconception(
    "M-STRIP",
    "A kernel 1 high and 3 wide is taken for a 1x1. It looks sideways along the row.",
    section="where-xception-keeps-its-weights",
)
def _(weights):
    return _tally(weights, lambda n, s: "channels" if s[0] == 1 else _job(n, s))


@census_task.misconception(
    "M-DENSE-NEITHER",
    "The matrix of the dense layer is left out of the mixing. It is a 1x1 convolution of one "
    "pixel.",
    section="where-xception-keeps-its-weights",
)
def _(weights):
    return _tally(weights, lambda n, s: "neither" if len(s) == 2 else _job(n, s))


@census_task.misconception(
    "M-VECTORS-MIX",
    "Vectors are counted as mixing channels. One number a channel scales or shifts that channel "
    "and mixes nothing.",
    section="where-xception-keeps-its-weights",
)
def _(weights):
    return _tally(weights, lambda n, s: "channels" if len(s) == 1 else _job(n, s))


@census_task.misconception(
    "M-COUNT-KERNELS",
    "These are the arrays, one for each pair. Count the numbers in them.",
    section="where-xception-keeps-its-weights",
)
def _(weights):
    jobs = [_job(*weight) for weight in weights]
    return {job: jobs.count(job) for job in census([])}


# --- 7.4 -------------------------------------------------------------------------------------

traffic_task = Exercise(
    "07-traffic",
    "Count the bytes of a separable convolution",
    "Write `traffic(size, c_in, c_out, k, fused)` for a separable convolution in float32 on an "
    "image of `size` x `size` pixels, with stride 1, padding 'same' and one filter a channel.\n\n"
    "Each layer reads its input and its weights once and writes its output once. "
    "With `fused=False` the two halves are two layers: the map in between is written to memory "
    "and read again. With `fused=True` it never leaves the processor.\n\n"
    'Return a dict with the keys `"bytes"` and `"intensity"`, the operations for each byte. '
    "A multiply-add is two operations.",
    hints=(
        "List the arrays that the two halves read and write. Which of them appears twice?",
        "In numbers: `size * size * c_in` for the input, the same again for the map in between, "
        "`size * size * c_out` for the output; `k * k * c_in` and `c_in * c_out` weights. "
        "A float32 has four bytes.",
        "The operations do not depend on `fused`: twice the multiply-adds, "
        "`size * size * (k * k * c_in + c_in * c_out)`.",
    ),
)


@traffic_task.reference
def traffic(size, c_in, c_out, k, fused):
    """Count the bytes that a separable convolution moves, and the operations for each of them.

    size: height and width of the image, and of the output.
    c_in, c_out: channels of the input and of the output.
    k: height and width of the depthwise kernel.
    fused: whether the map between the two halves stays in the processor.
    Returns a dict with the keys "bytes" and "intensity".
    """
    pixels = size * size
    weights = k * k * c_in + c_in * c_out
    middle = 0 if fused else 2 * pixels * c_in  # written, then read
    moved = 4 * (pixels * c_in + weights + middle + pixels * c_out)
    return {"bytes": moved, "intensity": 2 * pixels * weights / moved}


@traffic_task.alternative
def _(size, c_in, c_out, k, fused):
    def layer(reads, weights, makes):
        numbers = size**2 * np.array([reads, makes]).sum() + weights
        return np.array([4 * numbers, 2 * weights * size**2])

    halves = layer(c_in, k * k * c_in, c_in) + layer(c_in, c_in * c_out, c_out)
    moved, operations = halves
    if fused:
        moved -= 8 * size**2 * c_in
    return {"intensity": operations / moved, "bytes": moved}


@traffic_task.check("two layers, Xception's middle")
def _(rng):
    return call(19, 728, 728, 3, False)


@traffic_task.check("fused")
def _(rng):
    return call(19, 728, 728, 3, True)


@traffic_task.check("a large image with few channels, both ways")
def _(rng):
    return [call(149, 32, 64, 3, fused) for fused in (False, True)]


@traffic_task.check("a small image with many channels, 5 x 5")
def _(rng):
    return [call(4, 256, 512, 5, fused) for fused in (True, False)]


@traffic_task.misconception(
    "M-NO-WEIGHTS",
    "The weights are ignored. They are read as well; on small images they are most of the bytes.",
    section="count-the-bytes",
)
def _(size, c_in, c_out, k, fused):
    right = traffic(size, c_in, c_out, k, fused)
    moved = right["bytes"] - 4 * (k * k * c_in + c_in * c_out)
    return {"bytes": moved, "intensity": right["intensity"] * right["bytes"] / moved}


@traffic_task.misconception(
    "M-MIDDLE-FREE",
    "The map between the halves is never counted. Two separate layers write it to memory and read "
    "it again.",
    section="count-the-bytes",
)
def _(size, c_in, c_out, k, fused):
    return traffic(size, c_in, c_out, k, True)


@traffic_task.misconception(
    "M-MIDDLE-ONCE",
    "The map between the halves is counted once. The first half writes it and the second reads it.",
    section="count-the-bytes",
)
def _(size, c_in, c_out, k, fused):
    right = traffic(size, c_in, c_out, k, fused)
    moved = right["bytes"] - (0 if fused else 4 * size * size * c_in)
    return {"bytes": moved, "intensity": right["intensity"] * right["bytes"] / moved}


@traffic_task.misconception(
    "M-FUSED-IGNORED",
    "`fused` is ignored: the map in between is counted although it never leaves the processor.",
    section="count-the-bytes",
)
def _(size, c_in, c_out, k, fused):
    return traffic(size, c_in, c_out, k, False)


@traffic_task.misconception(
    "M-HALF",
    "The bytes are right, but a multiply-add is two operations: a product and a sum.",
    section="count-the-bytes",
)
def _(size, c_in, c_out, k, fused):
    right = traffic(size, c_in, c_out, k, fused)
    return {"bytes": right["bytes"], "intensity": right["intensity"] / 2}


@traffic_task.misconception(
    "M-NUMBERS",
    "These are numbers, not bytes. A float32 has four bytes.",
    section="count-the-bytes",
)
def _(size, c_in, c_out, k, fused):
    right = traffic(size, c_in, c_out, k, fused)
    return {"bytes": right["bytes"] // 4, "intensity": right["intensity"] * 4}


@traffic_task.misconception(
    "M-READ-PER-TAP",
    "The input is read again for each of the k * k taps. Neighbouring windows share their pixels, "
    "and the cache keeps them: each number is fetched once.",
    section="count-the-bytes",
)
def _(size, c_in, c_out, k, fused):
    right = traffic(size, c_in, c_out, k, fused)
    moved = right["bytes"] + 4 * (k * k - 1) * size * size * c_in
    return {"bytes": moved, "intensity": right["intensity"] * right["bytes"] / moved}


# --- 7.5 -------------------------------------------------------------------------------------

stopwatch = Exercise(
    "07-stopwatch",
    "Read a stopwatch",
    "Two programs were timed on a computer that also did other things. "
    "Each measurement is a pair (calls, seconds): so many calls in a row took so long. "
    "The very first measurement of each program may include compiling.\n\n"
    "Write `speedup(slow, fast, shortest)`. It returns a dict with the seconds that *one call* of "
    'each takes by itself (keys `"slow"` and `"fast"`), and how many times faster the fast one '
    'is (`"speedup"`). Leave out measurements of less than `shortest` seconds: they say more '
    "about the clock than about the program.",
    hints=(
        "Other programs, a cold cache and a compiler add time. What makes a run shorter than the "
        "program itself needs?",
        "Nothing does. So of all the measurements that are long enough for the clock, the "
        "shortest time for one call is nearest to the truth.",
        "`min(seconds / calls for calls, seconds in slow if seconds >= shortest)`, the same for "
        "`fast`, and their ratio.",
    ),
)


@stopwatch.reference
def speedup(slow, fast, shortest):
    """Compare two programs by their measured times.

    slow, fast: lists of pairs (calls, seconds).
    shortest: seconds; a shorter measurement is left out.
    Returns a dict with the keys "slow", "fast" (seconds a call) and "speedup".
    """

    def best(measurements):
        return min(seconds / calls for calls, seconds in measurements if seconds >= shortest)

    return {"slow": best(slow), "fast": best(fast), "speedup": best(slow) / best(fast)}


@stopwatch.alternative
def _(slow, fast, shortest):
    found = []
    for measurements in (slow, fast):
        calls, seconds = np.array(measurements[1:], dtype=float).T  # without the warm-up
        long_enough = seconds >= shortest
        found.append(np.sort(seconds[long_enough] / calls[long_enough])[0])
    return {"slow": found[0], "fast": found[1], "speedup": found[0] / found[1]}


def _measured(rng, calls, alone, disturbed=(), first=0.0):
    """Invent measurements: the time alone, plus noise that never helps."""
    noise = rng.uniform(0.02, 0.2, size=len(calls))
    noise[len(calls) // 2] = 0.0
    seconds = [n * alone * (1 + extra) for n, extra in zip(calls, noise, strict=True)]
    seconds = [s * (3 if place in disturbed else 1) for place, s in enumerate(seconds)]
    seconds[0] += first
    return [(n, round(s, 6)) for n, s in zip(calls, seconds, strict=True)]


@stopwatch.check("a first call that compiles")
def _(rng):
    slow = _measured(rng, [1] * 5, rng.uniform(0.02, 0.03))
    return call(slow, _measured(rng, [1] * 5, rng.uniform(0.004, 0.006), first=1.5), 0.001)


@stopwatch.check("a busy moment")
def _(rng):
    slow = _measured(rng, [1] * 7, rng.uniform(0.02, 0.03), disturbed=(0, 1, 4, 5, 6))
    fast = _measured(rng, [1] * 7, rng.uniform(0.004, 0.006), disturbed=(1, 2))
    return call(slow, fast, 0.001)


@stopwatch.check("many calls in one measurement")
def _(rng):
    slow = _measured(rng, [1, 10, 20, 20, 10], rng.uniform(0.02, 0.03), first=0.4)
    fast = _measured(rng, [1, 50, 100, 50, 100], rng.uniform(0.004, 0.006), first=0.7)
    return call(slow, fast, 0.001)


@stopwatch.check("measurements that are too short for the clock")
def _(rng):
    slow = _measured(rng, [1, 20, 20, 20, 20], rng.uniform(2e-4, 3e-4))
    fast = _measured(rng, [1, 200, 200, 200, 200], rng.uniform(4e-5, 6e-5))
    return call([*slow, (1, 0.0), (1, 1e-5)], [*fast, (1, 1e-6), (2, 2e-6)], 0.001)


def _compared(slow, fast, one):
    """Do the comparison with another idea of the time for one call."""
    times = {"slow": one(slow), "fast": one(fast)}
    return times | {"speedup": times["slow"] / times["fast"]}


def _per_call(measurements, shortest):
    return [seconds / calls for calls, seconds in measurements if seconds >= shortest]


@stopwatch.misconception(
    "M-TIMING",
    "The first measurement is averaged in: it pays for compiling and for a cold cache, once.",
    section="read-a-stopwatch",
)
def _(slow, fast, shortest):
    return _compared(slow, fast, lambda m: mean(_per_call(m, shortest)))


@stopwatch.misconception(
    "M-TIMING-TOTAL",
    "All seconds are divided by all calls. So the warm-up and every disturbance are in the result.",
    section="read-a-stopwatch",
)
def _(slow, fast, shortest):
    def one(measurements):
        kept = [m for m in measurements if m[1] >= shortest]
        return sum(seconds for _, seconds in kept) / sum(calls for calls, _ in kept)

    return _compared(slow, fast, one)


@stopwatch.misconception(
    "M-TIMING-MEAN",
    "The warm-up is left out, but the rest is averaged. Disturbances only add time, so the mean "
    "measures them too; the shortest run is nearest to the program itself.",
    section="read-a-stopwatch",
)
def _(slow, fast, shortest):
    return _compared(slow, fast, lambda m: mean(_per_call(m[1:], shortest)))


@stopwatch.misconception(
    "M-TIMING-MEDIAN",
    "This is the median. It forgives a few bad runs, not a computer that is busy half of the time; "
    "the shortest run is nearest to the program itself.",
    section="read-a-stopwatch",
)
def _(slow, fast, shortest):
    return _compared(slow, fast, lambda m: median(_per_call(m, shortest)))


@stopwatch.misconception(
    "M-TIMING-CALLS",
    "A measurement may hold many calls: divide its seconds by them.",
    section="read-a-stopwatch",
)
def _(slow, fast, shortest):
    return _compared(slow, fast, lambda m: min(_per_call([(1, s) for _, s in m], shortest)))


@stopwatch.misconception(
    "M-TIMING-CLOCK",
    "Measurements of less than `shortest` seconds are believed. A clock that has not moved on says "
    "nothing.",
    section="read-a-stopwatch",
)
def _(slow, fast, shortest):
    return speedup(slow, fast, 0.0)


@stopwatch.misconception(
    "M-TIMING-CHERRY",
    "The slowest run of one was compared with the fastest run of the other. Treat both alike.",
    section="read-a-stopwatch",
)
def _(slow, fast, shortest):
    worst = max(_per_call(slow, shortest))
    right = speedup(slow, fast, shortest)
    return right | {"slow": worst, "speedup": worst / right["fast"]}


@stopwatch.misconception(
    "M-SPEEDUP-INVERSE",
    "The ratio is upside down: how many times faster is slow over fast.",
    section="read-a-stopwatch",
)
def _(slow, fast, shortest):
    right = speedup(slow, fast, shortest)
    return right | {"speedup": 1 / right["speedup"]}


# --- 7.6 -------------------------------------------------------------------------------------

blocks_task = Exercise(
    "07-blocks",
    "Work in blocks that fit into the cache ★",
    "Write `separable_in_blocks(x, depthwise, pointwise, rows)`: a separable convolution without "
    "padding that makes `rows` rows of the output at a time.\n\n"
    "For each block do both halves, so that the map between them is never there as a whole. "
    "The last block may be smaller. You may call `depthwise_conv2d` of `dscourse.conv`.\n\n"
    "The check also looks at the memory that your function takes.",
    hints=(
        "Make the output with `np.empty`, then fill it: `for top in range(0, height, rows)`, where "
        "`height` is that of the *output*.",
        "To make 4 rows of output, a 3x3 kernel must see 6 rows of input.",
        "`part = depthwise_conv2d(x[:, top : top + rows + kh - 1], depthwise)`, then "
        "`y[:, top : top + rows] = part @ pointwise`. Slices stop at the end by themselves.",
    ),
    how=output_and_memory,
)


@blocks_task.reference
def separable_in_blocks(x, depthwise, pointwise, rows):
    """Convolve depthwise, then pointwise, for `rows` rows of the output at a time.

    x: (batch, height, width, c_in)
    depthwise: (kh, kw, c_in, m), pointwise: (c_in * m, c_out)
    Returns (batch, height - kh + 1, width - kw + 1, c_out).
    """
    from dscourse.conv import depthwise_conv2d

    kh, kw = depthwise.shape[:2]
    height, width = x.shape[1] - kh + 1, x.shape[2] - kw + 1
    y = np.empty((len(x), height, width, pointwise.shape[1]), x.dtype)
    for top in range(0, height, rows):
        block = depthwise_conv2d(x[:, top : top + rows + kh - 1], depthwise)
        y[:, top : top + rows] = block @ pointwise
    return y


@blocks_task.alternative
def _(x, depthwise, pointwise, rows):
    kh, kw = depthwise.shape[:2]

    def block(top):
        windows = sliding_window_view(x[:, top : top + rows + kh - 1], (kh, kw), axis=(1, 2))
        part = np.einsum("bijcuv,uvcm->bijcm", windows, depthwise)
        return part.reshape(*part.shape[:3], -1) @ pointwise

    return np.concatenate([block(top) for top in range(0, x.shape[1] - kh + 1, rows)], axis=1)


@blocks_task.alternative
def _(x, depthwise, pointwise, rows):
    kh, kw, c_in, m = depthwise.shape
    batch, high, wide = len(x), x.shape[1] - kh + 1, x.shape[2] - kw + 1
    out = np.zeros((batch, high, wide, pointwise.shape[1]))
    for b in range(batch):
        for top in range(0, high, rows):
            bottom = min(top + rows, high)
            block = np.zeros((bottom - top, wide, c_in, m))
            for u in range(kh):
                for v in range(kw):
                    block += x[b, top + u : bottom + u, v : v + wide, :, None] * depthwise[u, v]
            out[b, top:bottom] = block.reshape(bottom - top, wide, -1) @ pointwise
    return out


# Many channels in between, few at the end: the map between is eight times the output.
def _blocks_call(rng, height, rows, kernel=(3, 3), batch=1):
    x = rng.normal(size=(batch, height, 22, 4))
    return call(x, rng.normal(size=(*kernel, 4, 8)), rng.normal(size=(32, 4)), rows)


@blocks_task.check("80 rows in blocks of 4")
def _(rng):
    return _blocks_call(rng, 82, 4)


@blocks_task.check("81 rows in blocks of 4: the last block is smaller")
def _(rng):
    return _blocks_call(rng, 83, 4)


@blocks_task.check("a kernel 2 high and 5 wide, two images, blocks of 3")
def _(rng):
    return _blocks_call(rng, 81, 3, kernel=(2, 5), batch=2)


@blocks_task.misconception(
    "M-WHOLE-MAP",
    "The values are right, but the whole map between the halves was in memory. Do both halves for "
    "a block before you begin the next.",
    section="rung-4-work-in-blocks",
)
def _(x, depthwise, pointwise, rows):
    return separable_conv2d(x, depthwise, pointwise)


@blocks_task.misconception(
    "M-NO-HALO",
    "The rows at the seams are missing: each block saw only `rows` rows of the image. A kernel of "
    "height kh needs kh - 1 rows more.",
    section="rung-4-work-in-blocks",
)
def _(x, depthwise, pointwise, rows):
    kh = depthwise.shape[0]
    cut = [x[:, top : top + rows] for top in range(0, x.shape[1], rows)]
    done = [separable_conv2d(part, depthwise, pointwise) for part in cut if part.shape[1] >= kh]
    return np.concatenate(done, axis=1)


@blocks_task.misconception(
    "M-SEAM-PADDED",
    "Zeros stand at the seams: each block was padded as if the image ended there. Take the "
    "neighbouring rows of the image instead.",
    section="rung-4-work-in-blocks",
)
def _(x, depthwise, pointwise, rows):
    kh = depthwise.shape[0]
    y = separable_conv2d(x, depthwise, pointwise)
    for top in range(0, y.shape[1], rows):
        part = np.zeros_like(x[:, top : top + rows + kh - 1])
        part[:, :rows] = x[:, top : top + rows]
        y[:, top : top + rows] = separable_conv2d(part, depthwise, pointwise)
    return y


@blocks_task.misconception(
    "M-LAST-BLOCK",
    "The last block is missing: the rows that do not fill a whole block are part of the output "
    "too.",
    section="rung-4-work-in-blocks",
)
def _(x, depthwise, pointwise, rows):
    high = x.shape[1] - depthwise.shape[0] + 1
    return separable_in_blocks(x[:, : x.shape[1] - high % rows], depthwise, pointwise, rows)


@blocks_task.misconception(
    "M-LAST-BLOCK-EMPTY",
    "The last block is there but was never filled: the rows that do not fill a whole block must be "
    "computed too.",
    section="rung-4-work-in-blocks",
)
def _(x, depthwise, pointwise, rows):
    y = separable_in_blocks(x, depthwise, pointwise, rows)
    y[:, y.shape[1] - y.shape[1] % rows :] = 0
    return y


@blocks_task.misconception(
    "M-MULT-ORDER",
    "Your channels are ordered by filter first: i * c_in + c. In Keras the m results of one "
    "channel are neighbours: c * m + i.",
    section="rung-4-work-in-blocks",
)
def _(x, depthwise, pointwise, rows):
    c_in, m = depthwise.shape[2:]
    swapped = pointwise.reshape(m, c_in, -1).swapaxes(0, 1).reshape(pointwise.shape)
    return separable_in_blocks(x, depthwise, swapped, rows)
