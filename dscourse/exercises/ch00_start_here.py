"""Exercises of chapter 0: how to use this course."""

from dscourse.checking import Exercise, call

layout = Exercise(
    "00-layout",
    "Say the shape of a batch of images",
    "Every array of images in this course is **NHWC**: batch, height, width, channels.\n\n"
    "Write `batch_shape(count, height, width, channels)`, which returns that shape as a tuple.",
    hints=(
        "N is the number of images. C is the number of channels, three for colour.",
        "Return a tuple of four numbers, in the order of the four letters.",
    ),
)


@layout.reference
def batch_shape(count, height, width, channels):
    """Return the shape of `count` images as a tuple in NHWC order."""
    return (count, height, width, channels)


@layout.alternative
def _(count, height, width, channels):
    return tuple([count, *(height, width), channels])


@layout.check("two colour images, 4 high and 5 wide")
def _(rng):
    return call(2, 4, 5, 3)


@layout.misconception(
    "M-LAYOUT",
    "this is NCHW, the order of PyTorch. Keras and this course keep the channels last.",
    section="the-shape-of-an-image",
)
def _(count, height, width, channels):
    return (count, channels, height, width)
