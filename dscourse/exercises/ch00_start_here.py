"""Exercises of chapter 0: how to use this course."""

import numpy as np

from dscourse.checking import Exercise, call

# --- 0.1 -------------------------------------------------------------------------------------

layout = Exercise(
    "00-layout",
    "Say the shape of a batch of images",
    "Every array of images in this course is **NHWC**: batch, height, width, channels.\n\n"
    "Write `batch_shape(count, height, width, channels)`, which returns that shape as a tuple.",
    hints=(
        "N counts the images. C counts the channels: 3 for colour.",
        "Return a tuple of four numbers, in the order of the four letters.",
    ),
)


@layout.reference
def batch_shape(count, height, width, channels):
    """Return the shape of `count` images as a tuple in NHWC order."""
    return (count, height, width, channels)


@layout.alternative
def _(count, height, width, channels):
    return (count, *(height, width), channels)


@layout.check("two colour images, 4 high and 5 wide")
def _(rng):
    return call(2, 4, 5, 3)


@layout.check("one grey image, 28 high and 30 wide")
def _(rng):
    return call(1, 28, 30, 1)


@layout.misconception(
    "M-LAYOUT",
    "This is NCHW, the order of PyTorch. Keras and this course keep the channels last.",
    section="the-shape-of-an-image",
)
def _(count, height, width, channels):
    return (count, channels, height, width)


@layout.misconception(
    "M-WIDTH-FIRST",
    "Width came before height, as in a screen's 1920 x 1080. An array counts rows first: height.",
    section="the-shape-of-an-image",
)
def _(count, height, width, channels):
    return (count, width, height, channels)


@layout.misconception(
    "M-NO-CHANNEL",
    "A grey image has one channel, and the axis for it stays: a convolution needs all four axes.",
    section="the-shape-of-an-image",
)
def _(count, height, width, channels):
    return (count, height, width) if channels == 1 else (count, height, width, channels)


@layout.misconception(
    "M-NO-BATCH",
    "This is the shape of one image. A batch has one axis more, in front, even for one image.",
    section="the-shape-of-an-image",
)
def _(count, height, width, channels):
    return (height, width, channels)


# --- 0.2 -------------------------------------------------------------------------------------

colour_means_task = Exercise(
    "00-colour-means",
    "Repair a function from its report",
    "`colour_means` should return the mean colour of *each* image, but it has one bug.\n\n"
    "Run the cell as it is and read the report. Then repair the function and run the cell again.",
    hints=(
        "The report says which shape is wanted. Which axis is missing from yours?",
        "`axis=(0, 1, 2)` also averages over axis 0, the images. Leave that axis alone.",
    ),
)


@colour_means_task.reference
def colour_means(images):
    """Return the mean of every channel of every image.

    images: (batch, height, width, channels).
    Returns an array (batch, channels).
    """
    return images.mean(axis=(1, 2))


@colour_means_task.starter
def colour_means(images):
    """Return the mean of every channel of every image.

    images: (batch, height, width, channels).
    Returns an array (batch, channels).
    """
    return images.mean(axis=(0, 1, 2))


@colour_means_task.alternative
def _(images):
    batch, height, width, channels = images.shape
    pixels = images.reshape(batch, height * width, channels)
    return np.array([image.sum(axis=0) / len(image) for image in pixels])


@colour_means_task.check("the two small images of the text")
def _(rng):
    return call(np.arange(24.0).reshape(2, 2, 2, 3))


@colour_means_task.check("two other images, 4 high and 5 wide")
def _(rng):
    return call(rng.normal(size=(2, 4, 5, 3)))


@colour_means_task.check("three images with two channels")
def _(rng):
    return call(rng.normal(size=(3, 5, 4, 2)))


@colour_means_task.misconception(
    "M-BATCH-MEAN",
    "The mean also runs over axis 0, so all images became one. Average over height and width only.",
    section="read-a-report",
)
def _(images):
    return images.mean(axis=(0, 1, 2))


@colour_means_task.misconception(
    "M-TAMPER",
    "These are the numbers that the report asked for, written into the function. "
    "A check tries other inputs too: repair the computation.",
    section="repair-the-function-not-the-report",
)
def _(images):
    return np.array([[4.5, 5.5, 6.5], [16.5, 17.5, 18.5]])


@colour_means_task.misconception(
    "M-LAYOUT",
    "Axes 2 and 3 are height and width in NCHW. Here the layout is NHWC: they are axes 1 and 2.",
    section="the-shape-of-an-image",
)
def _(images):
    return images.mean(axis=(2, 3))


@colour_means_task.misconception(
    "M-ALL-AXES",
    "The mean also runs over the channels, so the colours became grey. "
    "Average over height and width only.",
    section="read-a-report",
)
def _(images):
    return images.mean(axis=(1, 2, 3))


# --- 0.3 -------------------------------------------------------------------------------------

_QUESTIONS = """Eight questions; choose one letter for each.
`"?"` means "I do not know yet", and that is a good answer.
For each question that stays open, the report names the chapter to read.

**filter**: a 3 x 3 convolution reads 32 channels. How many weights does *one* of its filters have?
- a: 9
- b: 288
- c: 32

**pointwise**: what does a 1 x 1 convolution do at a pixel?
- a: nothing, or it scales the pixel
- b: it mixes the channels of the pixel
- c: it compares the pixel with its neighbours

**branches**: four branches of an Inception module give 64, 128, 32 and 32 channels,
each on a grid of 28 x 28. What shape does the module give?
- a: 28 x 28 x 256
- b: 28 x 28 x 64
- c: 112 x 112 x 64

**depthwise**: how many weights has a depthwise 3 x 3 convolution of 32 channels, without bias?
- a: 9
- b: 9,216
- c: 288

**time**: a layer needs eight times fewer multiply-adds than another. How much faster does it run?
- a: eight times
- b: it has to be measured, because moving the numbers through memory takes time too
- c: not at all, because a machine computes everything at once

**batchnorm**: which mean does batch normalization subtract when a trained network predicts?
- a: the one that it stored during training
- b: the one of the batch at hand
- c: none

**top**: what does `Xception(include_top=False)` return for one image of 299 x 299?
- a: 1,000 probabilities
- b: a vector of 2,048 features
- c: a map of 10 x 10 places with 2,048 features each

**compile**: the base of a Keras model was frozen when you called `compile` and `fit`.
Now you set `base.trainable = True` and call `fit` again. Does the base learn?
- a: yes
- b: not before you call `compile` again
- c: no, Keras raises an error

Copy these lines into the function, and put a letter in the place of each question mark:

```python
choices = {
    "filter": "?", "pointwise": "?", "branches": "?", "depthwise": "?",
    "time": "?", "batchnorm": "?", "top": "?", "compile": "?",
}
return choices[question]
```"""

diagnostic = Exercise(
    "00-diagnostic",
    "Find your starting point",
    _QUESTIONS,
    hints=(
        'There is nothing to compute. Choose what you believe, and `"?"` where you are not sure.',
        "An open question is no loss: the title of its check names the chapter that answers it.",
    ),
)


@diagnostic.reference
def choose(question):
    """Return your choice for one question.

    question: one of the eight names.
    Returns "a", "b", "c", or "?" for "I do not know yet".
    """
    choices = {
        "filter": "b",
        "pointwise": "b",
        "branches": "a",
        "depthwise": "c",
        "time": "b",
        "batchnorm": "a",
        "top": "c",
        "compile": "b",
    }
    return choices[question]


# For each question: the title of its check, which routes the reader, and the misconception behind
# its tempting answer (code, letter, note).
_ROUTES = {
    "filter": (
        "chapter 1: what one filter of a convolution sees",
        "M-NO-CROSS",
        "a",
        "A filter has 3 x 3 weights for *each* of the 32 channels that it reads.",
    ),
    "pointwise": (
        "chapter 2: what a 1 x 1 convolution does",
        "M-1X1-NOOP",
        "a",
        "That is true of a single channel. With many, it is a matrix that mixes them.",
    ),
    "branches": (
        "chapter 3: how an Inception module joins its branches",
        "M-ADD-CONCAT",
        "b",
        "The branches are laid side by side, not added, so their numbers of channels add up.",
    ),
    "depthwise": (
        "chapters 4 and 5: from towers to depthwise convolutions",
        "M-DENSE-DEPTHWISE",
        "b",
        "That is an ordinary convolution from 32 to 32 channels. "
        "A depthwise one has one small filter for each channel.",
    ),
    "time": (
        "chapters 6 and 7: what changes, and what it costs",
        "M-MACS-TIME",
        "a",
        "Multiply-adds are one cost; moving numbers through memory is another. Measure.",
    ),
    "batchnorm": (
        "chapters 8 to 10: residuals, batch normalization, and a whole Xception",
        "M-BN-BATCH",
        "b",
        "The batch at hand gives the mean during training alone.",
    ),
    "top": (
        "chapters 11 and 12: a network without its top",
        "M-NOTOP-VEC",
        "b",
        "Without its top the network ends in a map. "
        "It becomes a vector with `pooling='avg'` or `pooling='max'`.",
    ),
    "compile": (
        "chapters 13 and 14: fine-tuning, and beyond",
        "M-NO-COMPILE",
        "a",
        "`fit` goes on with the training step of the first time, in which the base is frozen. "
        "Only `compile` has a new one made, and no warning tells you.",
    ),
}


@diagnostic.alternative
def _(question):
    return dict(zip(_ROUTES, "BBACBACB", strict=True))[question]


@diagnostic.misconception(
    "M-UNSURE",
    "That is an honest answer. Read the chapter that this check names, then come back.",
    section="where-to-start",
)
def _(question):
    return "?"


def _asks(question):
    return lambda rng: call(question)


def _tempted(question, letter):
    """Return the answers of a learner who knows everything but one thing."""
    return lambda asked: letter if asked == question else choose(asked)


for _question, (_title, _code, _letter, _note) in _ROUTES.items():
    diagnostic.check(_title)(_asks(_question))
    diagnostic.misconception(_code, _note, section="where-to-start")(_tempted(_question, _letter))
