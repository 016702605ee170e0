"""Exercises of chapter 10: compare fairly."""

from itertools import count

import numpy as np

from dscourse.checking import Exercise, call

# --- 10.1 ------------------------------------------------------------------------------------

budget = Exercise(
    "10-budget",
    "Match a budget",
    "A network of width w, a whole number of at least 1, has `a * w**2 + b * w + c` parameters. "
    "Write `match_width(a, b, c, budget)`. It returns a dict with three keys:\n"
    '- `"width"`: the width whose number of parameters is nearest to the budget;\n'
    '- `"parameters"`: how many it has then;\n'
    '- `"matched"`: whether they differ from the budget by at most 2 % of the budget.',
    hints=(
        "Widths are whole numbers, so you can simply try them: 1, 2, 3, …",
        "Stop at the first width above the budget. Only this one and the one below it can be the "
        "nearest.",
        "Compare *parameters* with the budget, not widths: "
        "`abs(a * w**2 + b * w + c - budget)`. A network may be too small as well as too large.",
    ),
)


@budget.reference
def match_width(a, b, c, budget):
    """Find the width whose number of parameters is nearest to a budget.

    a, b, c: width w costs a * w**2 + b * w + c parameters; a > 0, b and c are not negative
    budget: the wanted number of parameters
    Returns a dict with the keys "width", "parameters" and "matched".
    """
    width = 1
    while a * width**2 + b * width + c < budget:
        width += 1
    candidates = {w: a * w**2 + b * w + c for w in (max(1, width - 1), width)}
    nearest = min(candidates, key=lambda w: abs(candidates[w] - budget))
    return {
        "width": nearest,
        "parameters": candidates[nearest],
        "matched": abs(candidates[nearest] - budget) <= 0.02 * budget,
    }


def _size(a, b, c, width):
    return a * width**2 + b * width + c


def _root(a, b, c, budget):
    """Return the width, not rounded, that costs exactly the budget."""
    return (-b + max(b**2 - 4 * a * (c - budget), 0.0) ** 0.5) / (2 * a)


def _matched(a, b, c, budget, width):
    """Make the answer's dict for a width."""
    width = max(1, int(width))
    parameters = _size(a, b, c, width)
    return {
        "width": width,
        "parameters": parameters,
        "matched": abs(parameters - budget) <= 0.02 * budget,
    }


@budget.alternative
def _(a, b, c, budget):
    widths = np.arange(1, 2000)
    parameters = a * widths**2 + b * widths + c
    best = np.argmin(np.abs(parameters - budget))
    off = abs(parameters[best] / budget - 1)
    return {"width": widths[best], "parameters": parameters[best], "matched": off <= 0.02}


@budget.alternative
def _(a, b, c, budget):
    low = max(1, int(_root(a, b, c, budget)))
    return min(
        (_matched(a, b, c, budget, w) for w in (low, low + 1)),
        key=lambda found: abs(found["parameters"] - budget),
    )


@budget.check("networks of 50,000 parameters")
def _(rng):
    return [call(31, 1240, 826, 50_000), call(83, 405, 538, 50_000)]


@budget.check("no width is near enough, above or below", worth=2)
def _(rng):
    return [call(279, 318, 538, 50_000), call(279, 318, 538, 48_000)]


@budget.check("narrow networks, where one channel counts")
def _(rng):
    return [call(1000, 0, 0, 6_400), call(1000, 0, 0, 500)]


@budget.misconception(
    "M-BUDGET-ONE-SIDED",
    "You only ask whether the network is too large. One that is too small breaks the comparison "
    "just as much.",
    section="give-every-arm-the-same-budget",
)
def _(a, b, c, budget):
    found = match_width(a, b, c, budget)
    return found | {"matched": found["parameters"] <= 1.02 * budget}


@budget.misconception(
    "M-UNEQUAL-BUDGET",
    "You say that the budget is matched wherever you have found the nearest width. The nearest may "
    "still be several per cent away: then the comparison is not one of equal budgets.",
    section="give-every-arm-the-same-budget",
)
def _(a, b, c, budget):
    return match_width(a, b, c, budget) | {"matched": True}


@budget.misconception(
    "M-BUDGET-BELOW",
    "You took the largest network that stays below the budget. One just above may be nearer.",
    section="give-every-arm-the-same-budget",
)
def _(a, b, c, budget):
    return _matched(a, b, c, budget, next(w for w in count(1) if _size(a, b, c, w + 1) > budget))


@budget.misconception(
    "M-NEAREST-WIDTH",
    "You rounded the width that costs exactly the budget. Parameters grow with the square of the "
    "width, so the nearest width need not have the nearest number of parameters.",
    section="give-every-arm-the-same-budget",
)
def _(a, b, c, budget):
    return _matched(a, b, c, budget, round(_root(a, b, c, budget)))


@budget.misconception(
    "M-WIDTH-LINEAR",
    "You scaled the width by the ratio of the budgets. Twice the width has about four times the "
    "parameters.",
    section="give-every-arm-the-same-budget",
)
def _(a, b, c, budget):
    return _matched(a, b, c, budget, round(budget / (a + b + c)))


@budget.misconception(
    "M-WIDTH-SQUARE-ONLY",
    "You left out `b * w + c`. The first layer, the head and the normalizations count, too.",
    section="give-every-arm-the-same-budget",
)
def _(a, b, c, budget):
    return _matched(a, b, c, budget, round((budget / a) ** 0.5))


# --- 10.2 ------------------------------------------------------------------------------------

leakage = Exercise(
    "10-leakage",
    "Split without a leak",
    "Write `split_and_scale(images, families, held_out)`. Images of the font families in "
    "`held_out` are for testing, all others for training. It returns `(train, test)`, both in the "
    "order of `images`.\n\n"
    "Scale both so that the *training* images have mean 0 and standard deviation 1 in every "
    "channel. What is done to the test images may depend on the training images, but never the "
    "other way round.",
    hints=(
        "First split, then measure, then scale. In which order could a test image reach the "
        "training images?",
        "`np.isin(families, held_out)` tells which images are for testing.",
        "`train.mean(axis=(0, 1, 2))` has one number a channel. Use it, and the deviation of "
        "`train`, for both splits.",
    ),
)


@leakage.reference
def split_and_scale(images, families, held_out):
    """Split images by font family; scale them by the training images.

    images: (count, height, width, channels)
    families: the name of each image's font family
    held_out: the names of the families for testing
    Returns the training and the test images, scaled.
    """
    tested = np.isin(families, held_out)
    train, test = images[~tested], images[tested]
    mean, deviation = train.mean(axis=(0, 1, 2)), train.std(axis=(0, 1, 2))
    return (train - mean) / deviation, (test - mean) / deviation


def _scaled(images, like, axis=(0, 1, 2)):
    return (images - like.mean(axis=axis)) / like.std(axis=axis)


@leakage.alternative
def _(images, families, held_out):
    train = np.array([x for x, f in zip(images, families, strict=True) if f not in held_out])
    test = np.array([x for x, f in zip(images, families, strict=True) if f in held_out])
    pixels = train.reshape(-1, train.shape[-1]).astype(np.float32)
    mean, variance = pixels.mean(axis=0), pixels.var(axis=0)
    return [(split - mean) / np.sqrt(variance) for split in (train, test)]


def _images(rng, names):
    """Make images whose brightness depends on the family, as it would with real sources."""
    lift = np.array([60.0 * (len(name) % 3) for name in names])[:, None, None, None]
    noise = rng.uniform(0, 100, size=(len(names), 4, 4, 3)) * [1.0, 0.7, 0.4]
    return np.floor(lift + noise).astype(np.uint8)


@leakage.check("one family is held out", worth=2)
def _(rng):
    names = ["Mono", "Serif", "Mono", "Serif", "Sans", "Serif"]
    return call(_images(rng, names), names, ["Serif"])


@leakage.check("two families, the images in any order")
def _(rng):
    names = ["Roman", "Mono", "Serif", "Sans", "Mono", "Roman", "Serif", "Mono"]
    return call(_images(rng, names), names, ["Roman", "Mono"])


@leakage.misconception(
    "M-LEAK",
    "You measured mean and deviation on all images, before the split. So the test images have "
    "changed the training images: a leak.",
    section="keep-the-test-images-out",
)
def _(images, families, held_out):
    tested = np.isin(families, held_out)
    scaled = _scaled(images, images)
    return scaled[~tested], scaled[tested]


@leakage.misconception(
    "M-LEAK-OWN-SCALE",
    "You scaled the test images by their own mean and deviation. A network meets them one at a "
    "time, and must treat them as it was taught: with the training images' numbers.",
    section="keep-the-test-images-out",
)
def _(images, families, held_out):
    tested = np.isin(families, held_out)
    return _scaled(images[~tested], images[~tested]), _scaled(images[tested], images[tested])


@leakage.misconception(
    "M-LEAK-FAMILY",
    "You split by position, so images of one family are in both splits. A network that has "
    "learnt a font by heart looks good then.",
    section="keep-the-test-images-out",
)
def _(images, families, held_out):
    cut = len(images) - int(np.isin(families, held_out).sum())
    train, test = images[:cut], images[cut:]
    return _scaled(train, train), _scaled(test, train)


@leakage.misconception(
    "M-LEAK-SWAPPED",
    "You trained on the families that were held out.",
    section="keep-the-test-images-out",
)
def _(images, families, held_out):
    tested = np.isin(families, held_out)
    test, train = images[~tested], images[tested]
    return _scaled(train, train), _scaled(test, train)


@leakage.misconception(
    "M-SCALE-ALL-CHANNELS",
    "You took one mean and one deviation for all channels together: take one a channel.",
    section="keep-the-test-images-out",
)
def _(images, families, held_out):
    tested = np.isin(families, held_out)
    train, test = images[~tested], images[tested]
    return _scaled(train, train, axis=None), _scaled(test, train, axis=None)


@leakage.misconception(
    "M-SCALE-PIXELS",
    "You took a mean and a deviation for every pixel. A letter can stand anywhere, so take one "
    "number a channel, over images, rows and columns.",
    section="keep-the-test-images-out",
)
def _(images, families, held_out):
    tested = np.isin(families, held_out)
    train, test = images[~tested], images[tested]
    with np.errstate(divide="ignore", invalid="ignore"):
        return _scaled(train, train, axis=0), _scaled(test, train, axis=0)


# --- 10.3 ------------------------------------------------------------------------------------

paired = Exercise(
    "10-paired",
    "Put an interval around a difference",
    "Two arms that share a seed share training images, so their accuracies rise and fall together. "
    "Write `paired_difference(rows, first, second, t)`, where each row is a dict with the keys "
    '`"arm"`, `"seed"` and `"test_accuracy"`, in no particular order.\n\n'
    "For every seed that *both* arms have, take the difference first − second. "
    "Return a dict with four keys:\n"
    '- `"seeds"`: the number n of differences;\n'
    '- `"mean"`: of the differences;\n'
    '- `"low"` and `"high"`: the mean minus and plus `t[n] * s / sqrt(n)`, where s is the standard '
    "deviation of the differences, with n - 1 in its denominator.",
    hints=(
        "Which two numbers belong together? The order of the rows does not tell.",
        "Make a dict from seed to accuracy for each arm; the seeds of both are "
        "`set(one) & set(other)`.",
        "From here on there is only one list of numbers, the differences. Its interval is that of "
        "exercise 6.5; `np.std(…, ddof=1)` has n - 1 in its denominator.",
    ),
)


@paired.reference
def paired_difference(rows, first, second, t):
    """Say how much better the first arm is than the second, seed by seed.

    rows: a list of dicts with the keys "arm", "seed" and "test_accuracy"
    first, second: names of arms
    t: a dict from a number of differences to the factor of the interval
    Returns a dict with the keys "seeds", "mean", "low" and "high".
    """
    one, other = (
        {row["seed"]: row["test_accuracy"] for row in rows if row["arm"] == arm}
        for arm in (first, second)
    )
    differences = [one[seed] - other[seed] for seed in one if seed in other]
    n = len(differences)
    half = t[n] * np.std(differences, ddof=1) / np.sqrt(n)
    mean = np.mean(differences)
    return {"seeds": n, "mean": mean, "low": mean - half, "high": mean + half}


def _accuracies(rows, arm):
    """Return the accuracies of an arm by seed."""
    return {row["seed"]: row["test_accuracy"] for row in rows if row["arm"] == arm}


def _pairs(rows, first, second):
    """Return the accuracies of both arms, for the seeds that both have."""
    one, other = _accuracies(rows, first), _accuracies(rows, second)
    seeds = sorted(set(one) & set(other))
    return np.array([one[s] for s in seeds]), np.array([other[s] for s in seeds])


def _around(mean, half, n):
    return {"seeds": n, "mean": mean, "low": mean - half, "high": mean + half}


@paired.alternative
def _(rows, first, second, t):
    table: dict[int, dict[str, float]] = {}
    for row in rows:
        table.setdefault(row["seed"], {})[row["arm"]] = row["test_accuracy"]
    gaps = [arms[first] - arms[second] for arms in table.values() if {first, second} <= set(arms)]
    n, mean = len(gaps), sum(gaps) / len(gaps)
    s = (sum((gap - mean) ** 2 for gap in gaps) / (n - 1)) ** 0.5
    return {
        "low": mean - t[n] * s / n**0.5,
        "high": mean + t[n] * s / n**0.5,
        "mean": mean,
        "seeds": n,
    }


@paired.alternative
def _(rows, first, second, t):
    one, other = _pairs(rows, first, second)
    gaps = one - other
    return _around(gaps.mean(), t[gaps.size] * gaps.std(ddof=1) / gaps.size**0.5, gaps.size)


_T = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365}


def _rows(rng, seeds, order=None):
    """Make accuracies of which the seed explains most; `order` says how the rows lie."""
    luck = dict(zip(range(10), rng.normal(0.0, 0.04, size=10), strict=True))
    rows = [
        {"arm": arm, "seed": seed, "test_accuracy": float(level + luck[seed] + rng.normal(0, 0.01))}
        for arm, level in (("plain", 0.80), ("separable", 0.83))
        for seed in seeds[arm]
    ]
    return rows if order is None else [rows[place] for place in order]


@paired.check("five seeds in order")
def _(rng):
    seeds = {"plain": range(5), "separable": range(5)}
    return call(_rows(rng, seeds), "separable", "plain", _T)


@paired.check("rows in no particular order")
def _(rng):
    seeds = {"plain": range(4), "separable": range(4)}
    return call(_rows(rng, seeds, [6, 0, 3, 5, 2, 7, 1, 4]), "separable", "plain", _T)


@paired.check("a seed that one arm lacks", worth=2)
def _(rng):
    seeds = {"plain": [0, 1, 2, 4, 5], "separable": [1, 2, 3, 4, 5]}
    return call(_rows(rng, seeds), "plain", "separable", _T)


@paired.misconception(
    "M-UNPAIRED",
    "You added the variances of the two arms, as for arms that have nothing in common. What a seed "
    "does to both then counts as noise, although it cancels in the difference.",
    section="compare-pairs-not-bars",
)
def _(rows, first, second, t):
    one, other = _pairs(rows, first, second)
    n = len(one)
    half = t[n] * np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / n)
    return _around(np.mean(one - other), half, n)


@paired.misconception(
    "M-OVERLAP",
    "You compared the ends of two intervals, one for each arm. That they overlap says little about "
    "the difference: take the differences first, then one interval.",
    section="compare-pairs-not-bars",
)
def _(rows, first, second, t):
    one, other = _pairs(rows, first, second)
    n = len(one)
    half = t[n] * (one.std(ddof=1) + other.std(ddof=1)) / np.sqrt(n)
    return _around(np.mean(one - other), half, n)


@paired.misconception(
    "M-PAIR-BY-PLACE",
    "You paired the rows by their place in the list. Pair them by their seed.",
    section="compare-pairs-not-bars",
)
def _(rows, first, second, t):
    one, other = (
        np.array([row["test_accuracy"] for row in rows if row["arm"] == arm])
        for arm in (first, second)
    )
    n = min(len(one), len(other))
    gaps = one[:n] - other[:n]
    return _around(gaps.mean(), t[n] * gaps.std(ddof=1) / np.sqrt(n), n)


@paired.misconception(
    "M-DIFFERENCE-SIGN",
    "Your difference has the wrong sign: the first arm minus the second.",
    section="compare-pairs-not-bars",
)
def _(rows, first, second, t):
    return paired_difference(rows, second, first, t)


@paired.misconception(
    "M-ONE-SEED",
    "You compared the best seed of each arm. A best seed is luck, and luck has no interval.",
    section="compare-pairs-not-bars",
)
def _(rows, first, second, t):
    one, other = _pairs(rows, first, second)
    return _around(one.max() - other.max(), 0.0, len(one))


@paired.misconception(
    "M-SPREAD-NOT-ERROR",
    "You did not divide by the root of n. The spread of the seeds says how far *one* run may be "
    "off; the mean of n runs is known better.",
    section="compare-pairs-not-bars",
)
def _(rows, first, second, t):
    one, other = _pairs(rows, first, second)
    gaps = one - other
    return _around(gaps.mean(), t[len(gaps)] * gaps.std(ddof=1), len(gaps))


@paired.misconception(
    "M-POPULATION-SPREAD",
    "Your standard deviation has n in its denominator, NumPy's default. From a sample it comes out "
    "too small: use n - 1.",
    section="compare-pairs-not-bars",
)
def _(rows, first, second, t):
    one, other = _pairs(rows, first, second)
    gaps = one - other
    return _around(gaps.mean(), t[len(gaps)] * gaps.std() / np.sqrt(len(gaps)), len(gaps))


# --- 10.4 ------------------------------------------------------------------------------------

claims = Exercise(
    "10-claims",
    "Say what the numbers allow",
    "The accuracy of arm A minus that of arm B was measured on the data `measured`, and its 95 % "
    "interval is from `low` to `high`. A claim is a dict with three keys:\n"
    '- `"about"`: the data that it speaks of;\n'
    '- `"says"`: `"higher"` (A is better than B by more than the margin) or `"equal"` (A and B '
    "differ by less than the margin, either way);\n"
    '- `"margin"`: 0 or more; for `"equal"` more than 0.\n\n'
    'Write `verdict(claim, measured, low, high)`. It returns `"supported"` if the claim is true of '
    'every difference in the interval and `"contradicted"` if it is true of none. In all other '
    'cases, and for a claim about other data, it returns `"not shown"`.',
    hints=(
        "Draw the interval on a line, and mark on it the differences of which the claim is true.",
        'For `"higher"` these are all numbers above the margin. The interval lies wholly inside, '
        "wholly outside, or it does neither.",
        'For `"equal"` they lie between −margin and margin. The interval is wholly outside if it '
        "begins above the margin or ends below −margin.",
    ),
)


@claims.reference
def verdict(claim, measured, low, high):
    """Judge a claim about the difference between two arms by its interval.

    claim: a dict with the keys "about", "says" and "margin"
    measured: the data on which the difference was measured
    low, high: the ends of the interval of accuracy A - accuracy B
    Returns "supported", "contradicted" or "not shown".
    """
    margin = claim["margin"]
    if claim["about"] != measured:
        return "not shown"
    if claim["says"] == "higher":
        inside, outside = low > margin, high < margin
    else:
        inside, outside = -margin < low and high < margin, low > margin or high < -margin
    return "supported" if inside else "contradicted" if outside else "not shown"


@claims.alternative
def _(claim, measured, low, high):
    if claim["about"] == measured:
        top = float("inf") if claim["says"] == "higher" else claim["margin"]
        bottom = claim["margin"] if claim["says"] == "higher" else -claim["margin"]
        if bottom < low and high < top:
            return "supported"
        if high < bottom or top < low:
            return "contradicted"
    return "not shown"


@claims.alternative
def _(claim, measured, low, high):
    grid = np.linspace(low, high, 5001)
    true = grid > claim["margin"] if claim["says"] == "higher" else abs(grid) < claim["margin"]
    if claim["about"] != measured or (true.any() and not true.all()):
        return "not shown"
    return "supported" if true.all() else "contradicted"


def _claim(says, margin=0.0, about="letters"):
    return {"about": about, "says": says, "margin": margin}


@claims.check("A is better than B")
def _(rng):
    ends = [(0.011, 0.034), (-0.034, -0.011), (-0.030, 0.008), (-0.008, 0.030)]
    return [call(_claim("higher"), "letters", *pair) for pair in ends]


@claims.check("A is better by more than 2 points")
def _(rng):
    ends = [(0.024, 0.051), (0.002, 0.013), (0.006, 0.037), (-0.02, 0.01)]
    return [call(_claim("higher", 0.02), "letters", *pair) for pair in ends]


@claims.check("A and B differ by less than 2 points", worth=2)
def _(rng):
    ends = [(-0.012, 0.009), (-0.05, -0.028), (0.028, 0.05), (-0.005, 0.055), (0.003, 0.031)]
    ends += [(0.004, 0.015), (-0.031, 0.011), (-0.05, 0.03)]
    return [call(_claim("equal", 0.02), "letters", *pair) for pair in ends]


@claims.check("claims about other data")
def _(rng):
    return [
        call(_claim("higher", about="photographs"), "letters", 0.011, 0.034),
        call(_claim("higher", about="photographs"), "letters", -0.034, -0.011),
        call(_claim("equal", 0.02, "photographs"), "letters", -0.012, 0.009),
    ]


def _unscoped(claim, measured, low, high):
    return verdict(claim | {"about": measured}, measured, low, high)


@claims.misconception(
    "M-OVERCLAIM",
    "You judge a claim about other data by this interval. What holds for small letters was never "
    "measured on photographs.",
    section="say-what-the-numbers-allow",
)
def _(claim, measured, low, high):
    return _unscoped(claim, measured, low, high)


@claims.misconception(
    "M-NO-DIFFERENCE",
    "You call two arms equal because the interval holds 0. A wide interval holds 0, too, and then "
    "it is simply not known: ask whether it lies *inside* the margins.",
    section="say-what-the-numbers-allow",
)
def _(claim, measured, low, high):
    if claim["says"] == "equal" and claim["about"] == measured and low < 0 < high:
        return "supported"
    return verdict(claim, measured, low, high)


@claims.misconception(
    "M-MARGIN-FORGOTTEN",
    "You judged `higher` without its margin: better is not yet better by 2 points.",
    section="say-what-the-numbers-allow",
)
def _(claim, measured, low, high):
    if claim["says"] == "higher":
        return verdict(claim | {"margin": 0.0}, measured, low, high)
    return verdict(claim, measured, low, high)


@claims.misconception(
    "M-NOT-SHOWN-IS-FALSE",
    "A claim that is not shown is not false. It is contradicted only if it is true of *no* "
    "difference in the interval.",
    section="say-what-the-numbers-allow",
)
def _(claim, measured, low, high):
    right = verdict(claim, measured, low, high)
    return "contradicted" if right == "not shown" and claim["about"] == measured else right


@claims.misconception(
    "M-SOME-IS-ENOUGH",
    "You support a claim that is true of *some* differences in the interval. It must be true of "
    "all.",
    section="say-what-the-numbers-allow",
)
def _(claim, measured, low, high):
    right = verdict(claim, measured, low, high)
    return "supported" if right == "not shown" and claim["about"] == measured else right


@claims.misconception(
    "M-EQUAL-ONE-SIDED",
    "For `equal` you look at one side only. The difference must stay above −margin as well as "
    "below the margin.",
    section="say-what-the-numbers-allow",
)
def _(claim, measured, low, high):
    if claim["says"] == "higher" or claim["about"] != measured:
        return verdict(claim, measured, low, high)
    margin = claim["margin"]
    return "supported" if high < margin else "contradicted" if low > margin else "not shown"


@claims.misconception(
    "M-MEAN-ONLY",
    "You judge by the middle of the interval alone. Then there is always a winner, and the seeds "
    "were for nothing.",
    section="say-what-the-numbers-allow",
)
def _(claim, measured, low, high):
    middle = (low + high) / 2
    return verdict(claim, measured, middle, middle)
