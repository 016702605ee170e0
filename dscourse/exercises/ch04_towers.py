"""Exercises of chapter 4: from Inception to towers."""

import operator

import numpy as np

from dscourse.checking import Exercise, call
from dscourse.conv import conv2d

towers = Exercise(
    "04-towers",
    "Run one 3x3 on each segment of the channels",
    "Figure 3 of the Xception paper: one 1x1 convolution for all towers, then one 3x3 for each "
    "segment of its output channels.\n\n"
    "Write `run_towers(x, pointwise, spatial)`. "
    "For the single 3x3s, use `conv2d(x, kernel, padding='same')` of `dscourse.conv`.",
    hints=(
        "The 1x1 is a matrix product over the channels: `x @ pointwise`.",
        "Segment g holds the channels from `g * n` up to, but not including, `(g + 1) * n`.",
        "`np.split(mixed, groups, axis=-1)` cuts the segments; concatenate on the last axis.",
    ),
)


@towers.reference
def run_towers(x, pointwise, spatial):
    """Run one 1x1 convolution, then one 3x3 on each segment of its channels.

    x: (batch, height, width, c_in)
    pointwise: (c_in, groups * n), the one big 1x1 kernel
    spatial: (groups, 3, 3, n, m), one kernel for each segment of n neighbouring channels
    Returns (batch, height, width, groups * m), the segments in their order, padding 'same'.
    """
    from dscourse.conv import conv2d

    segments = np.split(x @ pointwise, len(spatial), axis=-1)
    maps = [conv2d(s, k, padding="same") for s, k in zip(segments, spatial, strict=True)]
    return np.concatenate(maps, axis=-1)


@towers.alternative
def _(x, pointwise, spatial):
    columns = np.split(pointwise, len(spatial), axis=1)  # figure 2: every tower has its own 1x1
    towers = [conv2d(x @ p, k, padding="same") for p, k in zip(columns, spatial, strict=True)]
    return np.concatenate(towers, axis=-1)


@towers.alternative
def _(x, pointwise, spatial):
    groups, kh, kw, n, m = spatial.shape
    mixed = np.einsum("bhwc,cd->bhwd", x, pointwise)
    y = np.zeros((*x.shape[:3], groups * m))
    padded = np.pad(mixed, ((0, 0), (1, 1), (1, 1), (0, 0)))
    for g, u, v in np.ndindex(groups, kh, kw):
        seen = padded[:, u : u + x.shape[1], v : v + x.shape[2], g * n : (g + 1) * n]
        y[..., g * m : (g + 1) * m] += seen @ spatial[g, u, v]
    return y


def _towers_call(rng, groups, n, m):
    x = rng.normal(size=(2, 5, 4, 5))
    return call(x, rng.normal(size=(5, groups * n)), rng.normal(size=(groups, 3, 3, n, m)))


@towers.check("three towers of two channels")
def _(rng):
    return _towers_call(rng, 3, 2, 2)


@towers.check("two towers that turn three channels into two")
def _(rng):
    return _towers_call(rng, 2, 3, 2)


@towers.check("the two ends: a single tower, and a tower for every channel")
def _(rng):
    return [_towers_call(rng, 1, 4, 3), _towers_call(rng, 4, 1, 1)]


@towers.misconception(
    "M-SEG",
    "Every 3x3 was given all the channels. A tower sees only its own segment: split first.",
    section="one-1x1-for-all-towers",
)
def _(x, pointwise, spatial):
    maps = [conv2d(x @ pointwise, kernel, padding="same") for kernel in spatial]
    return np.concatenate(maps, axis=-1)


@towers.misconception(
    "M-SEG-OVERLAP",
    "Your segments overlap, because segment g starts at channel g. It starts at channel g * n.",
    section="one-1x1-for-all-towers",
)
def _(x, pointwise, spatial):
    mixed, n = x @ pointwise, spatial.shape[3]
    maps = [conv2d(mixed[..., g : g + n], k, padding="same") for g, k in enumerate(spatial)]
    return np.concatenate(maps, axis=-1)


@towers.misconception(
    "M-SEG-STRIDED",
    "Your segments take every G-th channel. A segment is a run of neighbours: 0 to n - 1, then n "
    "to 2n - 1.",
    section="one-1x1-for-all-towers",
)
def _(x, pointwise, spatial):
    mixed, groups = x @ pointwise, len(spatial)
    maps = [conv2d(mixed[..., g::groups], k, padding="same") for g, k in enumerate(spatial)]
    return np.concatenate(maps, axis=-1)


@towers.misconception(
    "M-ADD-CONCAT",
    "The outputs of the towers were added. Towers are concatenated along the channels.",
    section="keep-only-what-the-argument-needs",
)
def _(x, pointwise, spatial):
    segments = np.split(x @ pointwise, len(spatial), axis=-1)
    return sum(conv2d(s, k, padding="same") for s, k in zip(segments, spatial, strict=True))


@towers.misconception(
    "M-INTERLEAVE",
    "Your output channels are interleaved: one of each tower in turn. Concatenate whole towers.",
    section="one-1x1-for-all-towers",
)
def _(x, pointwise, spatial):
    segments = np.split(x @ pointwise, len(spatial), axis=-1)
    maps = [conv2d(s, k, padding="same") for s, k in zip(segments, spatial, strict=True)]
    return np.stack(maps, axis=-1).reshape(*x.shape[:3], -1)


@towers.misconception(
    "M-NO-PADDING",
    "Without padding the 3x3 loses the border. Pass padding='same', so that maps keep their size.",
    section="keep-only-what-the-argument-needs",
)
def _(x, pointwise, spatial):
    segments = np.split(x @ pointwise, len(spatial), axis=-1)
    maps = [conv2d(s, k) for s, k in zip(segments, spatial, strict=True)]
    return np.concatenate(maps, axis=-1)


fuse = Exercise(
    "04-fuse",
    "Fuse towers into one 1x1 and one grouped convolution",
    "You get the kernels of G separate towers. "
    "Write `fuse_kernels(pointwise_kernels, spatial_kernels)`, which returns the two kernels of "
    "the fused form: one 1x1, then one `Conv2D` with `groups=G`.",
    hints=(
        "All 1x1s read the same image. Which axis of a 1x1 kernel counts its output channels?",
        "The grouped kernel keeps n input channels; its output axis holds G blocks of m filters.",
        "Both kernels are concatenated on their last axis, tower after tower.",
    ),
)


@fuse.reference
def fuse_kernels(pointwise_kernels, spatial_kernels):
    """Write G towers as one 1x1 kernel and one grouped 3x3 kernel.

    pointwise_kernels: a list of G arrays (c_in, n)
    spatial_kernels: a list of G arrays (3, 3, n, m)
    Returns the two arrays (c_in, G * n) and (3, 3, n, G * m), with the first tower first.
    """
    return np.concatenate(pointwise_kernels, axis=1), np.concatenate(spatial_kernels, axis=3)


@fuse.alternative
def _(pointwise_kernels, spatial_kernels):
    (c_in, n), (kh, kw, _, m) = pointwise_kernels[0].shape, spatial_kernels[0].shape
    groups = len(pointwise_kernels)
    pointwise, grouped = np.zeros((c_in, groups * n)), np.zeros((kh, kw, n, groups * m))
    for g in range(groups):
        pointwise[:, g * n : (g + 1) * n] = pointwise_kernels[g]
        grouped[..., g * m : (g + 1) * m] = spatial_kernels[g]
    return [pointwise, grouped]


@fuse.alternative
def _(pointwise_kernels, spatial_kernels):
    pointwise = np.stack(pointwise_kernels, axis=1)  # (c_in, G, n)
    grouped = np.stack(spatial_kernels, axis=3)  # (3, 3, n, G, m)
    return pointwise.reshape(len(pointwise), -1), grouped.reshape(*grouped.shape[:3], -1)


def _kernels_call(rng, groups, n, m):
    pointwise = [rng.normal(size=(5, n)) for _ in range(groups)]
    return call(pointwise, [rng.normal(size=(3, 3, n, m)) for _ in range(groups)])


@fuse.check("three towers of two channels")
def _(rng):
    return _kernels_call(rng, 3, 2, 2)


@fuse.check("two towers that turn three channels into two")
def _(rng):
    return _kernels_call(rng, 2, 3, 2)


@fuse.check("four towers of one channel: the grouped convolution is a depthwise one")
def _(rng):
    return _kernels_call(rng, 4, 1, 1)


@fuse.misconception(
    "M-GROUP-ORDER",
    "Your channels are interleaved: one of each tower in turn. A grouped convolution cuts runs of "
    "neighbours, so all channels of a tower must lie side by side.",
    section="the-3x3s-are-one-grouped-convolution",
)
def _(pointwise_kernels, spatial_kernels):
    pointwise = np.stack(pointwise_kernels, axis=-1)
    grouped = np.stack(spatial_kernels, axis=-1)
    return pointwise.reshape(len(pointwise), -1), grouped.reshape(*grouped.shape[:3], -1)


@fuse.misconception(
    "M-FUSE-AXIS",
    "The 3x3 kernels were joined on their input axis. A grouped kernel holds only the n input "
    "channels of one group; the groups lie along its output axis.",
    section="the-3x3s-are-one-grouped-convolution",
)
def _(pointwise_kernels, spatial_kernels):
    return np.concatenate(pointwise_kernels, axis=1), np.concatenate(spatial_kernels, axis=2)


@fuse.misconception(
    "M-ADD-KERNELS",
    "The kernels were added. That adds the towers' outputs, but an Inception module concatenates "
    "them.",
    section="keep-only-what-the-argument-needs",
)
def _(pointwise_kernels, spatial_kernels):
    return sum(pointwise_kernels), sum(spatial_kernels)


@fuse.misconception(
    "M-TOWER-AXIS",
    "Your kernels have an extra axis for the towers. A layer has one kernel: join the towers on "
    "the output axis that is there already.",
    section="the-3x3s-are-one-grouped-convolution",
)
def _(pointwise_kernels, spatial_kernels):
    return np.stack(pointwise_kernels), np.stack(spatial_kernels)


blocks = Exercise(
    "04-block-diagonal",
    "Write a grouped convolution as a dense one with zeros",
    "Write `block_diagonal(kernel, groups)`: the kernel of an ordinary convolution that does the "
    "same as the grouped one. "
    "Do not call `block_diagonal_kernel`: that is the function you are writing.",
    hints=(
        "Start from zeros of shape `(kh, kw, n * groups, c_out)`.",
        "Group g reads the input channels from `g * n` and writes the outputs from `g * m`, "
        "where `m = c_out // groups`.",
        "A loop over g with one assignment is enough. Everything you do not write stays zero.",
    ),
)


@blocks.reference
def block_diagonal(kernel, groups):
    """Write the kernel of a grouped convolution as the kernel of an ordinary one.

    kernel: (kh, kw, n, c_out), where each of the groups reads n input channels
    Returns (kh, kw, n * groups, c_out), with zeros where a group does not look.
    """
    kh, kw, n, c_out = kernel.shape
    m = c_out // groups
    dense = np.zeros((kh, kw, n * groups, c_out), dtype=kernel.dtype)
    for g in range(groups):
        outputs = slice(g * m, (g + 1) * m)
        dense[:, :, g * n : (g + 1) * n, outputs] = kernel[:, :, :, outputs]
    return dense


@blocks.alternative
def _(kernel, groups):
    n, c_out = kernel.shape[2:]
    mask = np.kron(np.eye(groups), np.ones((n, c_out // groups)))
    return np.tile(kernel, (1, 1, groups, 1)) * mask


@blocks.alternative
def _(kernel, groups):
    kh, kw, n, c_out = kernel.shape
    split = kernel.reshape(kh, kw, n, groups, c_out // groups)
    dense = np.einsum("uvngm,gf->uvfngm", split, np.eye(groups))
    return dense.reshape(kh, kw, n * groups, c_out)


@blocks.check("three groups that read two channels and write one")
def _(rng):
    return call(rng.normal(size=(3, 3, 2, 3)), 3)


@blocks.check("two groups, a kernel 2 high and 3 wide, more outputs than inputs")
def _(rng):
    return call(rng.normal(size=(2, 3, 2, 6)), 2)


@blocks.check("the two ends: one group, and a group for every channel")
def _(rng):
    return [call(rng.normal(size=(3, 3, 4, 5)), 1), call(rng.normal(size=(3, 3, 1, 4)), 4)]


@blocks.misconception(
    "M-NO-ZEROS",
    "Your kernel has no zeros: every output would see the channels of all groups. Only the blocks "
    "on the diagonal are filled.",
    section="a-grouped-convolution-is-a-dense-one-with-zeros",
)
def _(kernel, groups):
    return np.tile(kernel, (1, 1, groups, 1))


@blocks.misconception(
    "M-ZERO-AXIS",
    "The zeros were added along the output axis. The outputs are all there already; it is the "
    "input axis that grows from n to n * groups.",
    section="a-grouped-convolution-is-a-dense-one-with-zeros",
)
def _(kernel, groups):
    kh, kw, n, c_out = kernel.shape
    m = c_out // groups
    dense = np.zeros((kh, kw, n, groups * c_out), dtype=kernel.dtype)
    for g in range(groups):
        start = g * c_out + g * m
        dense[..., start : start + m] = kernel[..., g * m : (g + 1) * m]
    return dense


@blocks.misconception(
    "M-FIRST-GROUP",
    "All groups read the first n input channels. Group g reads the channels from g * n.",
    section="a-grouped-convolution-is-a-dense-one-with-zeros",
)
def _(kernel, groups):
    kh, kw, n, c_out = kernel.shape
    dense = np.zeros((kh, kw, n * groups, c_out), dtype=kernel.dtype)
    dense[:, :, :n] = kernel
    return dense


@blocks.misconception(
    "M-GROUP-ORDER",
    "Group g reads every G-th channel in your kernel. The channels of a group are neighbours: "
    "from g * n to (g + 1) * n - 1.",
    section="the-3x3s-are-one-grouped-convolution",
)
def _(kernel, groups):
    kh, kw, n, c_out = kernel.shape
    m = c_out // groups
    dense = np.zeros((kh, kw, n * groups, c_out), dtype=kernel.dtype)
    for g in range(groups):
        outputs = slice(g * m, (g + 1) * m)
        dense[:, :, g::groups, outputs] = kernel[:, :, :, outputs]
    return dense


budget = Exercise(
    "04-budget",
    "Find the fewest towers that fit a budget",
    "A module has a 1x1 from `c_in` to `channels` channels, then G towers of 3x3 that keep the "
    "number of channels. No biases.\n\n"
    "Write `fewest_towers(c_in, channels, limit)`: the smallest allowed G whose weights fit.",
    hints=(
        "Write down the weights of one tower's 3x3, then multiply by the number of towers.",
        "The 1x1 has `c_in * channels` weights for every G. The 3x3s have `9 * channels**2 / G`.",
        "G must divide `channels`. Try the numbers from 1 upwards and stop at the first that fits.",
    ),
)


@budget.reference
def fewest_towers(c_in, channels, limit):
    """Find the smallest number of towers with at most `limit` weights.

    Returns a dict with the keys "towers" and "weights", or None where no number fits.
    """
    for towers in range(1, channels + 1):
        weights = c_in * channels + 9 * channels**2 // towers
        if channels % towers == 0 and weights <= limit:
            return {"towers": towers, "weights": weights}
    return None


@budget.alternative
def _(c_in, channels, limit):
    allowed = [g for g in range(1, channels + 1) if channels % g == 0]
    counts = {g: c_in * channels + g * 3 * 3 * (channels // g) ** 2 for g in allowed}
    fits = [g for g, count in counts.items() if count <= limit]
    return {"towers": fits[0], "weights": counts[fits[0]]} if fits else None


def _divides(towers, channels):
    return channels % towers == 0


def _weights(c_in, channels, towers):
    return c_in * channels + 9 * channels**2 // towers


def _search(weights=_weights, allowed=_divides, fits=operator.le, order=range):
    """Return the reference's search, with one of its rules replaced by a wrong one."""

    def answer(c_in, channels, limit):
        for towers in order(1, channels + 1):
            count = weights(c_in, channels, towers)
            if allowed(towers, channels) and fits(count, limit):
                return {"towers": towers, "weights": count}
        return None

    return answer


@budget.check("5 channels in, 12 in the towers: a budget between two numbers of towers")
def _(rng):
    return call(5, 12, 500)


@budget.check("a budget that is met to the last weight, and one that misses it by one")
def _(rng):
    return [call(5, 12, 384), call(5, 12, 383)]


@budget.check("30 channels, for which 4 towers are not allowed")
def _(rng):
    return call(8, 30, 2300)


@budget.check("the two ends: one tower, one for every channel, and a budget too small for any")
def _(rng):
    return [call(5, 12, 1356), call(5, 12, 168), call(5, 12, 167)]


budget.misconception(
    "M-G-BOTH",
    "You divided both convolutions by G. The big 1x1 keeps all its weights; only the 3x3s "
    "see a G-th of the channels.",
    section="count-the-weights",
)(_search(lambda c_in, channels, g: (c_in * channels + 9 * channels**2) // g))

budget.misconception(
    "M-ONE-TOWER",
    "You counted the 3x3 of one tower. There are G of them.",
    section="count-the-weights",
)(_search(lambda c_in, channels, g: c_in * channels + 9 * (channels // g) ** 2))

budget.misconception(
    "M-FREE-1X1",
    "You left out the weights of the 1x1. It has c_in * channels of them, whatever G is.",
    section="count-the-weights",
)(_search(lambda c_in, channels, g: 9 * channels**2 // g))

budget.misconception(
    "M-G-NO-EFFECT",
    "You counted dense 3x3s, so G changes nothing. A tower's 3x3 reads and writes only "
    "channels / G channels.",
    section="count-the-weights",
)(_search(lambda c_in, channels, g: c_in * channels + 9 * channels**2))

budget.misconception(
    "M-ANY-G",
    "You allowed a number of towers that does not divide the channels. A grouped convolution "
    "needs equal segments.",
    section="which-numbers-of-towers-are-allowed",
)(_search(allowed=lambda g, channels: True))

budget.misconception(
    "M-BUDGET-STRICT",
    "A module that uses the budget to the last weight fits too: compare with <=.",
    section="count-the-weights",
)(_search(fits=operator.lt))

budget.misconception(
    "M-CHEAPEST",
    "You took the cheapest module that fits. Asked for is the smallest number of towers.",
    section="count-the-weights",
)(_search(order=lambda start, stop: range(stop - 1, start - 1, -1)))


kinds = Exercise(
    "04-kinds",
    "Name eight layers",
    "The check shows your function eight layers. Each is a list of one or two convolutions, and "
    "each convolution a pair, as Keras stores it: the shape of its kernel, "
    "`(kh, kw, c_in // groups, c_out)`, and `groups`. "
    "An ordinary 5x5 from 3 to 16 channels is `[((5, 5, 3, 16), 1)]`.\n\n"
    'Write `kind(steps)`, which names the layer with one of: `"regular"`, `"pointwise"`, '
    '`"grouped"`, `"depthwise"`, `"depthwise separable"`, `"extreme Inception"`, '
    '`"spatially separable"`.',
    hints=(
        "First name every step by itself, then look at the pair of names.",
        "With more than one group, the third number tells grouped (above 1) from depthwise (1).",
        "Two steps in space, tall then wide, are spatially separable. One step in space and one "
        "across channels are one of the other two: the order decides.",
    ),
)


@kinds.reference
def kind(steps):
    """Name a chain of convolutions.

    steps: a list of one or two pairs (kernel shape, groups), in the order in which they run
    Returns the name as a string.
    """
    names = []
    for (kh, kw, read, _), groups in steps:
        if groups > 1:
            names.append("depthwise" if read == 1 else "grouped")
        elif min(kh, kw) == 1:
            names.append("pointwise" if kh == kw else "line")
        else:
            names.append("regular")
    pairs = {
        "depthwise, pointwise": "depthwise separable",
        "pointwise, depthwise": "extreme Inception",
        "line, line": "spatially separable",
    }
    return pairs.get(", ".join(names), names[0])


@kinds.alternative
def _(steps):
    (kh, kw, read, _), groups = steps[0]
    if len(steps) == 2:
        if steps[1][1] > 1:
            return "extreme Inception"
        return "depthwise separable" if groups > 1 else "spatially separable"
    if groups == 1:
        return "pointwise" if kh * kw == 1 else "regular"
    return "depthwise" if read * groups == groups else "grouped"


def _kind_with(wrong):
    """Return the reference's answers, but for the chains on which `wrong` answers."""
    return lambda steps: wrong(steps) or kind(steps)


@kinds.check("one convolution in one group: 3x3 and 1x1")
def _(rng):
    return [call([((3, 3, 8, 16), 1)]), call([((1, 1, 8, 16), 1)])]


@kinds.check("one convolution in groups: three of them, or one for every channel", worth=2)
def _(rng):
    return [call([((3, 3, 4, 12), 3)]), call([((3, 3, 1, 8), 8)]), call([((5, 5, 1, 24), 8)])]


@kinds.check("two steps: one in space and one across channels", worth=2)
def _(rng):
    depthwise, pointwise = ((3, 3, 1, 8), 8), ((1, 1, 8, 16), 1)
    return [call([depthwise, pointwise]), call([((1, 1, 5, 8), 1), depthwise])]


@kinds.check("two steps in space: 3x1, then 1x3")
def _(rng):
    return call([((3, 1, 8, 16), 1), ((1, 3, 16, 16), 1)])


kinds.misconception(
    "M-SPATIAL-SEP",
    "You swapped the two meanings of separable. Depthwise separable splits space from channels; "
    "spatially separable splits height from width.",
    section="two-meanings-of-separable",
)(
    _kind_with(
        lambda steps: {
            "depthwise separable": "spatially separable",
            "spatially separable": "depthwise separable",
        }.get(kind(steps))
    )
)

kinds.misconception(
    "M-ORDER-BLIND",
    "The order counts: the layer that frameworks call separable runs the depthwise step first. "
    "The extreme Inception module runs the pointwise step first.",
    section="the-two-ends-of-the-spectrum",
)(_kind_with(lambda steps: len(steps) == 2 and steps[1][1] > 1 and "depthwise separable"))

kinds.misconception(
    "M-GROUP-DW",
    "Not every convolution in groups is depthwise: only one whose groups read a single channel.",
    section="the-two-ends-of-the-spectrum",
)(_kind_with(lambda steps: len(steps) == 1 and steps[0][1] > 1 and "depthwise"))

kinds.misconception(
    "M-DW-IS-DSC",
    "A depthwise convolution alone is not separable: it never mixes channels. The pointwise step "
    "is missing.",
    section="two-meanings-of-separable",
)(_kind_with(lambda steps: kind(steps) == "depthwise" and "depthwise separable"))

kinds.misconception(
    "M-MULT-GROUPED",
    "A depthwise convolution may give each channel several filters. What makes it depthwise is "
    "that a filter reads one channel.",
    section="the-two-ends-of-the-spectrum",
)(_kind_with(lambda steps: steps[0][0][3] > steps[0][1] > 1 == len(steps) and "grouped"))
