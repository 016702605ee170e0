"""The two small exercises, as an instructor declares private ones."""

# An answer is written as a learner would.
# ruff: noqa: ANN001, ANN201, ANN202

from dscourse.checking import Exercise, call

first = Exercise("05-scale", "Scale channels", "Scale c by factors[c].", hints=["Broadcast."])


@first.reference
def scale(x, factors):
    """Scale the channels of images."""
    return x * factors


@first.check("one image", worth=1)
def _(rng):
    return call(rng.normal(size=(1, 2, 3, 4)), rng.normal(size=4))


@first.check("two images", worth=1)
def _(rng):
    return call(rng.normal(size=(2, 3, 4, 5)), rng.normal(size=5))


second = Exercise("05-weights", "Count weights", "Count a separable layer's.", hints=["Add."])


@second.reference
def weights(k, c_in, c_out):
    """Count the weights of a separable layer without a bias."""
    return k * k * c_in + c_in * c_out


@second.check("a kernel of 3", worth=1)
def _(rng):
    return call(3, 4, 8)


@second.check("a kernel of 5", worth=1)
def _(rng):
    return call(5, 6, 2)
