"""Exercises of chapter 13: fine-tuning without self-deception."""

import numpy as np

from dscourse.checking import Exercise, call
from dscourse.exercises.tuning_observers import (
    learns_after,
    looks_at_the_test,
    phases_of,
    shown_in_epochs,
    trainable_after,
)

# --- keep the statistics ---------------------------------------------------------------------

freeze_norm = Exercise(
    "13-keep-statistics",
    "Unfreeze all but the statistics",
    "Write `prepare`: it gets a base, and afterwards every layer of it learns, except that "
    "BatchNormalization stays as it is: its scale, its offset and its statistics.\n\n"
    "The check compiles, trains one step and looks at which arrays changed. "
    "The base may have been frozen before, as a whole or layer by layer.",
    hints=(
        "A frozen BatchNormalization layer keeps its statistics whatever `training` says.",
        "Ask a layer what it is, not what it is called: "
        "`isinstance(layer, keras.layers.BatchNormalization)`.",
        "Give each layer its own flag, after the base has got its own: setting `base.trainable` "
        "is passed on to all layers, and is skipped where it has that value already.",
    ),
    engine="keras",
    how=learns_after,
    seconds=60.0,
)


@freeze_norm.reference
def prepare(base):
    """Unfreeze a base, but for its BatchNormalization layers.

    base: a Keras model without models inside.
    Returns nothing; the layers' `trainable` is what counts.
    """
    import keras

    base.trainable = True
    for layer in base.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)


@freeze_norm.alternative
def _(base):
    base.trainable = False
    base.trainable = True
    for layer in base.layers:
        if hasattr(layer, "moving_mean"):
            layer.trainable = False


@freeze_norm.alternative
def _(base):
    import keras

    for layer in base.layers:
        layer.trainable = type(layer) is not keras.layers.BatchNormalization


@freeze_norm.check("a base that was frozen as a whole")
def _(rng):
    return call("whole")


@freeze_norm.check("a base whose layers were frozen one by one", worth=2)
def _(rng):
    return call("each layer")


@freeze_norm.check("a base that was not frozen")
def _(rng):
    return call("not")


@freeze_norm.misconception(
    "M-BN-K3",
    "The BatchNormalization layers learn and their statistics move. Calling the base with "
    "training=False does not prevent it: freeze these layers themselves.",
    section="keep-the-statistics",
)
def _(base):
    base.trainable = False
    base.trainable = True


@freeze_norm.misconception(
    "M-NO-OP",
    "Where the layers were frozen one by one, nothing learns. Setting base.trainable = True is "
    "skipped if it is True already, and the layers keep their own flags.",
    section="unfreezing-that-is-skipped",
)
def _(base):
    import keras

    base.trainable = True
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


@freeze_norm.misconception(
    "M-ALL-FROZEN",
    "Nothing in the base learns: the whole base is frozen. Only its BatchNormalization should be.",
    section="trainable-training-and-compile",
)
def _(base):
    base.trainable = False


@freeze_norm.misconception(
    "M-BN-BY-NAME",
    "The BatchNormalization layers behind the shortcuts still learn: they have no `bn` in their "
    "names. Ask for the class of a layer, not for its name.",
    section="keep-the-statistics",
)
def _(base):
    base.trainable = True
    for layer in base.layers:
        layer.trainable = "bn" not in layer.name


# --- unfreeze by name ------------------------------------------------------------------------

unfreeze = Exercise(
    "13-unfreeze-from",
    "Unfreeze from a block on",
    "Write `train_from`: in the inner model that is called `base`, everything from a block on "
    "becomes trainable and everything before it frozen; BatchNormalization is frozen everywhere. "
    "The head is left as it is.\n\n"
    "A layer whose name tells no block belongs to the block before it. "
    "Return how many numbers the whole model can train now.",
    hints=(
        '`model.get_layer("base").layers` lists the layers in the order of the data.',
        "Walk through them and remember whether the block has begun: its layers' names start "
        'with `first + "_"`.',
        "`model.trainable_weights` lists what can be trained now, in the base and in the head; "
        "a weight's numbers are the product of its shape.",
    ),
    engine="keras",
    how=trainable_after,
    seconds=60.0,
)


@unfreeze.reference
def train_from(model, first):
    """Unfreeze the base of a model from a block on, with frozen BatchNormalization.

    model: a Keras model with a layer "base" that is a model itself.
    first: the name of the first block to train, as "block2".
    Returns the number of trainable parameters of the whole model.
    """
    import keras

    base = model.get_layer("base")
    base.trainable = True
    begun = False
    for layer in base.layers:
        begun = begun or layer.name.startswith(f"{first}_")
        layer.trainable = begun and not isinstance(layer, keras.layers.BatchNormalization)
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


@unfreeze.alternative
def _(model, first):
    import keras

    layers = model.get_layer("base").layers
    start = min(n for n, layer in enumerate(layers) if layer.name.split("_")[0] == first)
    model.get_layer("base").trainable = False
    for layer in layers[start:]:
        if not isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = True
    return sum(weight.numpy().size for weight in model.trainable_variables)


@unfreeze.check("the last block of a base that was frozen as a whole")
def _(rng):
    return call("whole", "block3")


@unfreeze.check("the last two blocks, after each layer was frozen", worth=2)
def _(rng):
    return call("each layer", "block2")


@unfreeze.check("all blocks of a base that was not frozen")
def _(rng):
    return call("not", "block1")


def _from(layers, holds):
    """Unfreeze the layers that a rule picks, freeze the others and all BatchNormalization."""
    import keras

    for layer in layers:
        norm = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = bool(holds(layer)) and not norm


def _count(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


@unfreeze.misconception(
    "M-INDEX",
    "The place where training begins is a fixed number of layers from the end. Another block "
    "begins elsewhere: find it by its name.",
    section="unfreeze-by-name",
)
def _(model, first):
    layers = model.get_layer("base").layers
    late = layers[-5:]
    _from(layers, lambda layer: layer in late)
    return _count(model.trainable_weights)


@unfreeze.misconception(
    "M-NESTED",
    "The layers of the outer model are few, and the base is one of them: its blocks are in "
    '`model.get_layer("base").layers`.',
    section="look-inside-the-base",
)
def _(model, first):
    begun = False
    for layer in model.layers:
        begun = begun or layer.name.startswith(first)
        layer.trainable = begun or layer.name == "predictions"
    return _count(model.trainable_weights)


@unfreeze.misconception(
    "M-ONE-BLOCK",
    "Only the named block is trainable. Everything after it must be as well: its weights fit the "
    "features as they were.",
    section="unfreeze-by-name",
)
def _(model, first):
    base = model.get_layer("base")
    inside = [layer for layer in base.layers if layer.name.startswith(f"{first}_")]
    start = base.layers.index(inside[0])
    after = [
        n
        for n, layer in enumerate(base.layers)
        if n > start and layer.name.startswith("block") and layer not in inside
    ]
    stop = min(after, default=len(base.layers))
    own = base.layers[start:stop]
    _from(base.layers, lambda layer: layer in own)
    return _count(model.trainable_weights)


@unfreeze.misconception(
    "M-NAMED-ONLY",
    "The shortcuts stay frozen: they have no block in their names. Such a layer belongs to the "
    "block before it.",
    section="unfreeze-by-name",
)
def _(model, first):
    layers = model.get_layer("base").layers
    _from(
        layers, lambda layer: layer.name.startswith("block") and layer.name.split("_")[0] >= first
    )
    return _count(model.trainable_weights)


@unfreeze.misconception(
    "M-BASE-ONLY",
    "The right weights are trainable, but those of the head are not counted: it trains as well.",
    section="trainable-training-and-compile",
)
def _(model, first):
    train_from(model, first)
    return _count(model.get_layer("base").trainable_weights)


# --- five broken scripts ---------------------------------------------------------------------

# Five scripts to repair. The first four have one signature, and mean the same two phases.

_SCRIPT = (
    "{task}\n\n"
    "It does not. Run it, read what the check saw, and repair it: one thing is wrong. "
    "The check notes at each `fit` what learned, at which rate, and whether statistics moved.\n\n"
    "`freeze`, `unfreeze_from` and `freeze_batch_norm` come from `dscourse.transfer` and do what "
    "they say."
)


def _script(number: int, title: str, task: str, hints: tuple[str, ...]) -> Exercise:
    return Exercise(
        f"13-script-{number}",
        title,
        _SCRIPT.format(task=task),
        hints=hints,
        engine="keras",
        how=phases_of,
        seconds=60.0,
        uses=("dscourse.transfer",),
    )


def _train(model, x, y, rate):
    """Compile with a rate and train."""
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(rate), loss)
    model.fit(x, y, epochs=5)


script_one = _script(
    1,
    "A script that stands still",
    "`script_1` is meant to train the head behind the frozen base at a rate of 0.1, and then the "
    "blocks from `first` on too, at 0.001.",
    (
        "In the second `fit` no block learned. What did `unfreeze_from` change, and who has "
        "noticed?",
        "`fit` goes on with the training step of the first time. Only `compile` has a new one "
        "made.",
        "Put `model.compile(keras.optimizers.SGD(0.001), loss)` in the place of the line that "
        "sets the rate.",
    ),
)


@script_one.reference
def script_1(model, base, first, x, y):
    """Train the head, then the blocks from `first` on too.

    model: the whole network, with logits; base: the model inside it.
    first: the name of a block; x, y: images and labels.
    """
    import keras

    from dscourse.transfer import freeze, unfreeze_from

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    freeze(base)
    model.compile(keras.optimizers.SGD(0.1), loss)
    model.fit(x, y, epochs=5)
    unfreeze_from(base, first)
    model.compile(keras.optimizers.SGD(0.001), loss)
    model.fit(x, y, epochs=5)


@script_one.starter
def script_1(model, base, first, x, y):
    """Train the head, then the blocks from `first` on too.

    model: the whole network, with logits; base: the model inside it.
    first: the name of a block; x, y: images and labels.
    """
    import keras

    from dscourse.transfer import freeze, unfreeze_from

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    freeze(base)
    model.compile(keras.optimizers.SGD(0.1), loss)
    model.fit(x, y, epochs=5)
    unfreeze_from(base, first)
    model.optimizer.learning_rate = 0.001
    model.fit(x, y, epochs=5)


@script_one.alternative
def _(model, base, first, x, y):
    import keras

    from dscourse.transfer import fine_tune

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rates, epochs = (0.1, 0.001), (5, 5)
    fine_tune(model, base, x, y, first_block=first, loss=loss, rates=rates, epochs=epochs)


@script_one.alternative
def _(model, base, first, x, y):
    from dscourse.transfer import freeze, unfreeze_from

    freeze(base)
    _train(model, x, y, 0.1)
    model.compile("sgd", model.loss)
    unfreeze_from(base, first)  # behind compile, and yet in front of its first fit
    model.optimizer.learning_rate = 0.001
    model.fit(x, y, epochs=3)


@script_one.check("the last of three blocks", worth=3)
def _(rng):
    return call("block3")


@script_one.misconception(
    "M-NO-COMPILE",
    "The second `fit` trains the head alone, as the first did: there is no `compile` after "
    "unfreezing, and Keras 3 says nothing then.",
    section="trainable-training-and-compile",
)
def _(model, base, first, x, y):
    from dscourse.transfer import freeze, unfreeze_from

    freeze(base)
    _train(model, x, y, 0.1)
    unfreeze_from(base, first)
    model.optimizer.learning_rate = 0.001
    model.fit(x, y, epochs=5)


@script_one.misconception(
    "M-OLD-RATE",
    "Now the block learns, but at the rate of the head: `compile` gets a new optimizer with a "
    "rate of its own.",
    section="a-low-rate",
)
def _(model, base, first, x, y):
    from dscourse.transfer import freeze, unfreeze_from

    freeze(base)
    _train(model, x, y, 0.1)
    unfreeze_from(base, first)
    _train(model, x, y, 0.1)


@script_one.misconception(
    "M-HEAD-UNTRAINED",
    "The block learns in the first `fit` already, while the head is still random: unfreeze after "
    "it.",
    section="train-the-head-first",
)
def _(model, base, first, x, y):
    from dscourse.transfer import unfreeze_from

    unfreeze_from(base, first)
    _train(model, x, y, 0.1)
    _train(model, x, y, 0.001)


script_two = _script(
    2,
    "A script that tunes the head alone",
    "`script_2` is meant to train the head behind the frozen base at a rate of 0.1, and then "
    "the whole base too, at 0.001. BatchNormalization stays as it is. `first` is not used.",
    (
        "In the second `fit` no block learned, although there is a `compile`. So look at "
        "`base.trainable_weights` before it.",
        "`base.trainable` was never set to False: the layers were. Setting it to True is skipped.",
        "Freeze with `freeze(base)`, or write `base.trainable = False` before "
        "`base.trainable = True`.",
    ),
)


@script_two.reference
def script_2(model, base, first, x, y):
    """Train the head, then the whole base too.

    model: the whole network, with logits; base: the model inside it.
    first: not used; x, y: images and labels.
    """
    import keras

    from dscourse.transfer import freeze_batch_norm

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    base.trainable = False
    model.compile(keras.optimizers.SGD(0.1), loss)
    model.fit(x, y, epochs=5)
    base.trainable = True
    freeze_batch_norm(base)
    model.compile(keras.optimizers.SGD(0.001), loss)
    model.fit(x, y, epochs=5)


@script_two.starter
def script_2(model, base, first, x, y):
    """Train the head, then the whole base too.

    model: the whole network, with logits; base: the model inside it.
    first: not used; x, y: images and labels.
    """
    import keras

    from dscourse.transfer import freeze_batch_norm

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    for layer in base.layers:
        layer.trainable = False
    model.compile(keras.optimizers.SGD(0.1), loss)
    model.fit(x, y, epochs=5)
    base.trainable = True
    freeze_batch_norm(base)
    model.compile(keras.optimizers.SGD(0.001), loss)
    model.fit(x, y, epochs=5)


@script_two.alternative
def _(model, base, first, x, y):
    import keras

    for layer in base.layers:
        layer.trainable = False
    _train(model, x, y, 0.1)
    for layer in base.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    _train(model, x, y, 0.001)


@script_two.alternative
def _(model, base, first, x, y):
    from dscourse.transfer import freeze, unfreeze_from

    freeze(base)
    _train(model, x, y, 0.1)
    unfreeze_from(model, "block1")
    _train(model, x, y, 0.001)


@script_two.check("a base of three blocks", worth=3)
def _(rng):
    return call("block1")


@script_two.misconception(
    "M-LEFT-FROZEN",
    "The second `fit` trains the head alone: the base is still frozen. `base.trainable = True` is "
    "skipped where it is True already, and `compile` unfreezes nothing.",
    section="unfreezing-that-is-skipped",
)
def _(model, base, first, x, y):
    base.trainable = False
    _train(model, x, y, 0.1)
    _train(model, x, y, 0.001)


@script_two.misconception(
    "M-BN-K3",
    "Now all of the base learns, its statistics too. Freeze the BatchNormalization layers *after* "
    "unfreezing the base, which unfreezes them as well.",
    section="keep-the-statistics",
)
def _(model, base, first, x, y):
    base.trainable = False
    _train(model, x, y, 0.1)
    base.trainable = True
    _train(model, x, y, 0.001)


@script_two.misconception(
    "M-NEVER-FROZEN",
    "Now the base learns from the first `fit` on. It has to be frozen there: the head is random.",
    section="train-the-head-first",
)
def _(model, base, first, x, y):
    from dscourse.transfer import freeze_batch_norm

    freeze_batch_norm(base)
    _train(model, x, y, 0.1)
    _train(model, x, y, 0.001)


script_three = _script(
    3,
    "A script that forgets what it was told",
    "`script_3` is meant to train the head behind the frozen base at a rate of 0.1, and then the "
    "blocks from `first` on too, at 0.001.",
    (
        "Every block learns when it should. Compare the rates.",
        "The rate is set on an optimizer that is thrown away two lines later.",
        '`"sgd"` is a new optimizer at its default rate, 0.01. Write '
        "`keras.optimizers.SGD(0.001)` in its place.",
    ),
)


@script_three.reference
def script_3(model, base, first, x, y):
    """Train the head, then the blocks from `first` on too.

    model: the whole network, with logits; base: the model inside it.
    first: the name of a block; x, y: images and labels.
    """
    import keras

    from dscourse.transfer import freeze, unfreeze_from

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    freeze(base)
    model.compile(keras.optimizers.SGD(0.1), loss)
    model.fit(x, y, epochs=5)
    unfreeze_from(base, first)
    model.compile(keras.optimizers.SGD(0.001), loss)
    model.fit(x, y, epochs=5)


@script_three.starter
def script_3(model, base, first, x, y):
    """Train the head, then the blocks from `first` on too.

    model: the whole network, with logits; base: the model inside it.
    first: the name of a block; x, y: images and labels.
    """
    import keras

    from dscourse.transfer import freeze, unfreeze_from

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    freeze(base)
    model.compile(keras.optimizers.SGD(0.1), loss)
    model.fit(x, y, epochs=5)
    model.optimizer.learning_rate = 0.001
    unfreeze_from(base, first)
    model.compile("sgd", loss)
    model.fit(x, y, epochs=5)


@script_three.alternative
def _(model, base, first, x, y):
    from dscourse.transfer import freeze, unfreeze_from

    freeze(base)
    _train(model, x, y, 0.1)
    unfreeze_from(base, first)
    model.compile("sgd", model.loss)
    model.optimizer.learning_rate = 0.001
    model.fit(x, y, epochs=5)


@script_three.alternative
def _(model, base, first, x, y):
    import keras

    from dscourse.transfer import freeze, unfreeze_from

    freeze(base)
    _train(model, x, y, 0.1)
    unfreeze_from(base, first)
    model.compile(keras.optimizers.Adam(learning_rate=1e-3), model.loss)
    model.fit(x, y)


@script_three.check("the last two of three blocks", worth=3)
def _(rng):
    return call("block2")


@script_three.misconception(
    "M-HIGH-RATE",
    "The second `fit` runs at 0.01, which nobody wrote: `compile` takes a new optimizer with the "
    "default rate, and a rate that was set on the old one is lost.",
    section="a-low-rate",
)
def _(model, base, first, x, y):
    from dscourse.transfer import freeze, unfreeze_from

    freeze(base)
    _train(model, x, y, 0.1)
    unfreeze_from(base, first)
    _train(model, x, y, 0.01)


@script_three.misconception(
    "M-NO-COMPILE",
    "Now the rate is right and no block learns: without `compile` after unfreezing, `fit` goes on "
    "with the old training step.",
    section="trainable-training-and-compile",
)
def _(model, base, first, x, y):
    from dscourse.transfer import freeze, unfreeze_from

    freeze(base)
    _train(model, x, y, 0.1)
    unfreeze_from(base, first)
    model.optimizer.learning_rate = 0.001
    model.fit(x, y, epochs=5)


@script_three.misconception(
    "M-LOW-HEAD",
    "Now the head learns slowly too. Its weights are random and have far to go; only what is "
    "trained already needs small steps.",
    section="a-low-rate",
)
def _(model, base, first, x, y):
    from dscourse.transfer import freeze, unfreeze_from

    freeze(base)
    _train(model, x, y, 0.001)
    unfreeze_from(base, first)
    _train(model, x, y, 0.001)


script_four = _script(
    4,
    "A script in a hurry",
    "`script_4` is meant to train the head behind the frozen base at a rate of 0.1, and then the "
    "blocks from `first` on too, at 0.001.",
    (
        "How many times is `fit` called, and who learns at the first time?",
        "A random head pushes the blocks behind it in random directions. Let it learn first, "
        "alone.",
        "Put three lines in front: `freeze(base)`, a `compile` with the rate 0.1, and a `fit`.",
    ),
)


@script_four.reference
def script_4(model, base, first, x, y):
    """Train the head, then the blocks from `first` on too.

    model: the whole network, with logits; base: the model inside it.
    first: the name of a block; x, y: images and labels.
    """
    import keras

    from dscourse.transfer import freeze, unfreeze_from

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    freeze(base)
    model.compile(keras.optimizers.SGD(0.1), loss)
    model.fit(x, y, epochs=5)
    unfreeze_from(base, first)
    model.compile(keras.optimizers.SGD(0.001), loss)
    model.fit(x, y, epochs=5)


@script_four.starter
def script_4(model, base, first, x, y):
    """Train the head, then the blocks from `first` on too.

    model: the whole network, with logits; base: the model inside it.
    first: the name of a block; x, y: images and labels.
    """
    import keras

    from dscourse.transfer import unfreeze_from

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    unfreeze_from(base, first)
    model.compile(keras.optimizers.SGD(0.001), loss)
    model.fit(x, y, epochs=10)


@script_four.alternative
def _(model, base, first, x, y):
    from dscourse.transfer import unfreeze_from

    unfreeze_from(model, "head")
    _train(model, x, y, 0.1)
    unfreeze_from(model, first)
    _train(model, x, y, 0.001)


@script_four.check("the last two of three blocks", worth=3)
def _(rng):
    return call("block2")


@script_four.misconception(
    "M-HEAD-UNTRAINED",
    "Blocks and head learn at once, and the head is random. The first gradients that it sends "
    "back mean nothing; train it alone first.",
    section="train-the-head-first",
)
def _(model, base, first, x, y):
    from dscourse.transfer import unfreeze_from

    unfreeze_from(base, first)
    _train(model, x, y, 0.001)


@script_four.misconception(
    "M-HEAD-LAST",
    "The head is trained alone, but last. By then the blocks have been changed for a random head.",
    section="train-the-head-first",
)
def _(model, base, first, x, y):
    from dscourse.transfer import freeze, unfreeze_from

    unfreeze_from(base, first)
    _train(model, x, y, 0.001)
    freeze(base)
    _train(model, x, y, 0.1)


@script_four.misconception(
    "M-LEFT-FROZEN",
    "Now the head is trained first, and nothing else after it: the blocks are not unfrozen again.",
    section="trainable-training-and-compile",
)
def _(model, base, first, x, y):
    from dscourse.transfer import freeze

    freeze(base)
    _train(model, x, y, 0.1)
    _train(model, x, y, 0.001)


script_five = Exercise(
    "13-script-5",
    "A script that shows the same images again",
    "`script_5` is meant to train a head behind a frozen base, and in every epoch it should see "
    "*other* random changes of the images. A frozen base gives the same features every time, so "
    "the script computes them once. What goes wrong? Repair it.\n\n"
    "The check counts how many different draws `learn` was shown.",
    hints=(
        "`augment` draws new changes each time it is called. How often is it called?",
        "Features of an image that changes cannot be computed once.",
        "Move the line with `extract` into the loop.",
    ),
    how=shown_in_epochs,
)


@script_five.reference
def script_5(extract, augment, learn, images, labels, epochs):
    """Train a head on features of randomly changed images, anew in every epoch.

    extract: extract(images) gives the features of the frozen base.
    augment: augment(images) changes them at random, other than the time before.
    learn: learn(features, labels) trains the head for one epoch.
    """
    for _ in range(epochs):
        features = extract(augment(images))
        learn(features, labels)


@script_five.starter
def script_5(extract, augment, learn, images, labels, epochs):
    """Train a head on features of randomly changed images, anew in every epoch.

    extract: extract(images) gives the features of the frozen base.
    augment: augment(images) changes them at random, other than the time before.
    learn: learn(features, labels) trains the head for one epoch.
    """
    features = extract(augment(images))
    for _ in range(epochs):
        learn(features, labels)


@script_five.alternative
def _(extract, augment, learn, images, labels, epochs):
    changed = [augment(images) for _ in range(epochs)]
    for features in map(extract, changed):
        learn(features=features, labels=labels)


@script_five.alternative
def _(extract, augment, learn, images, labels, epochs):
    epoch = 0
    while epoch < epochs:
        rows = [extract(image[None]) for image in augment(images)]
        learn(np.concatenate(rows), np.array(labels))
        epoch += 1


@script_five.check("three epochs", worth=3)
def _(rng):
    return call(rng.uniform(-1, 1, (5, 4, 4, 3)), 3)


@script_five.misconception(
    "M-FROZEN-DRAW",
    "All epochs show the same draw: the random changes were made once, before the features were "
    "kept.",
    section="random-changes-do-not-keep",
)
def _(extract, augment, learn, images, labels, epochs):
    features = extract(augment(images))
    for _ in range(epochs):
        learn(features, labels)


@script_five.misconception(
    "M-AUGMENT-FEATURES",
    "The features are changed, not the images. A shift of an image is not a shift of its features.",
    section="random-changes-do-not-keep",
)
def _(extract, augment, learn, images, labels, epochs):
    features = extract(images)
    for _ in range(epochs):
        learn(augment(features), labels)


@script_five.misconception(
    "M-NO-AUGMENT",
    "Now the kept features are right, and nothing is changed any more. Give up the keeping, not "
    "the random changes.",
    section="random-changes-do-not-keep",
)
def _(extract, augment, learn, images, labels, epochs):
    features = extract(images)
    for _ in range(epochs):
        learn(features, labels)


# --- read an audit ---------------------------------------------------------------------------

read_audit = Exercise(
    "13-read-an-audit",
    "Tell from what moved what went wrong",
    "Write `diagnose`: it gets what an audit saw of the base while a script meant to fine-tune it "
    "from some block on. Each argument is a set of names of layers.\n\n"
    'Return `"compile"` if `trainable` was changed without `compile`, `"frozen"` if nothing in the '
    'base was set to learn, `"statistics"` if BatchNormalization moved, and `"fine"` otherwise. '
    "Where several hold, return the first of them in this order.",
    hints=(
        "After a change without `compile`, what moved is not what is trainable.",
        "Compare the two sets as wholes: a layer too many is as wrong as one too few.",
        'An empty set is false: `if not trainable` means "none".',
    ),
)


@read_audit.reference
def diagnose(trainable, moved, statistics):
    """Name the cause of what an audit saw.

    trainable: names of the layers that say that they can be trained.
    moved: names of the layers whose kernels, scales or offsets changed.
    statistics: names of the BatchNormalization layers whose moving mean or variance changed.
    Returns "compile", "frozen", "statistics" or "fine".
    """
    if moved != trainable:
        return "compile"
    if not trainable:
        return "frozen"
    return "statistics" if statistics else "fine"


@read_audit.alternative
def _(trainable, moved, statistics):
    causes = {
        "compile": bool(set(moved) ^ set(trainable)),
        "frozen": len(trainable) == 0,
        "statistics": len(statistics) > 0,
        "fine": True,
    }
    return next(cause for cause, holds in causes.items() if holds)


_LATE = {"block13_sepconv1", "block14_sepconv1"}


@read_audit.check("unfrozen without compile: too little moved")
def _(rng):
    return call(set(_LATE), set(), set())


@read_audit.check("frozen without compile: too much moved")
def _(rng):
    return [call(set(), set(_LATE), set()), call(set(_LATE), _LATE | {"block1_conv1"}, {"bn"})]


@read_audit.check("a base left frozen")
def _(rng):
    return call(set(), set(), set())


@read_audit.check("BatchNormalization that moved")
def _(rng):
    return call(set(_LATE), set(_LATE), {"block1_conv1_bn"})


@read_audit.check("as it was meant")
def _(rng):
    return call(set(_LATE), set(_LATE), set())


@read_audit.misconception(
    "M-ONLY-STUCK",
    "A layer that is frozen and moves is passed over. That too is a change without compile.",
    section="trainable-training-and-compile",
)
def _(trainable, moved, statistics):
    if trainable - moved:
        return "compile"
    if not trainable:
        return "frozen"
    return "statistics" if statistics else "fine"


@read_audit.misconception(
    "M-STILL-MEANS-FROZEN",
    "That nothing moved does not mean that nothing was set to learn: look at `trainable`.",
    section="trainable-training-and-compile",
)
def _(trainable, moved, statistics):
    if not moved:
        return "frozen"
    if moved != trainable:
        return "compile"
    return "statistics" if statistics else "fine"


@read_audit.misconception(
    "M-STATISTICS-ARE-FINE",
    "Statistics that moved are taken to be fine. They came with the weights, and the blocks that "
    "stay frozen were trained on them.",
    section="keep-the-statistics",
)
def _(trainable, moved, statistics):
    return "compile" if moved != trainable else "frozen" if not trainable else "fine"


# --- choose ----------------------------------------------------------------------------------

choosing = Exercise(
    "13-choose-and-report",
    "Choose on one set, report another",
    "Write `choose`: it gets several settings, chooses the one to trust, and returns it with the "
    "accuracy that may be reported.\n\n"
    "`validate(setting)` trains with a setting and returns the accuracy on the validation images, "
    "`test(setting)` on the test images. The check counts how often you look at the test images.",
    hints=(
        "The test images may be looked at once, after the choice.",
        "Two settings never have the same accuracy here, so `max(settings, key=validate)` will do.",
    ),
    how=looks_at_the_test,
)


@choosing.reference
def choose(settings, validate, test):
    """Choose a setting and say how good it is.

    settings: a list of learning rates.
    validate: validate(setting) is its accuracy on the validation images.
    test: test(setting) is its accuracy on the test images.
    Returns the chosen setting and the accuracy to report.
    """
    best = max(settings, key=validate)
    return best, test(best)


@choosing.alternative
def _(settings, validate, test):
    reached = np.array([validate(setting) for setting in settings])
    best = settings[int(reached.argmax())]
    return [best, float(test(best))]


@choosing.alternative
def _(settings, validate, test):
    best, highest = None, -1.0
    for setting in settings:
        accuracy = validate(setting)
        if accuracy > highest:
            best, highest = setting, accuracy
    return best, test(best)


_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03)


@choosing.check("six settings, of which another one does best on the test images", worth=2)
def _(rng):
    test = rng.uniform(0.5, 0.8, 6)
    validation = test + rng.uniform(0.01, 0.02, 6)
    lucky, chosen = np.argsort(test)[[5, 2]]
    validation[chosen] = 0.95
    validation[lucky] = 0.4
    return call(_RATES, [float(v) for v in validation], [float(t) for t in test])


@choosing.check("two settings")
def _(rng):
    return call((0.001, 0.01), [0.7, 0.6], [0.55, 0.65])


@choosing.misconception(
    "M-TEST-TUNE",
    "The setting is chosen by its test accuracy. The best of several is best partly by luck, and "
    "on new images it is worse than that number says.",
    section="choose-on-validation-images",
)
def _(settings, validate, test):
    best = max(settings, key=test)
    return best, test(best)


@choosing.misconception(
    "M-PEEK",
    "The right setting and the right number, but every setting was tried on the test images. "
    "Whoever has seen those numbers can no longer choose without them.",
    section="choose-on-validation-images",
)
def _(settings, validate, test):
    tested = {setting: test(setting) for setting in settings}
    best = max(settings, key=validate)
    return best, tested[best]


@choosing.misconception(
    "M-REPORT-VALIDATION",
    "The accuracy on the validation images is reported. They took part in the choice; report the "
    "test images.",
    section="choose-on-validation-images",
)
def _(settings, validate, test):
    best = max(settings, key=validate)
    return best, validate(best)


# --- forget ----------------------------------------------------------------------------------

forget = Exercise(
    "13-forgetting",
    "Measure what was forgotten",
    "Write `forgotten`: by how many percentage points did the accuracy on the *source* task fall "
    "through fine-tuning on another?\n\n"
    "The old head was kept, so both networks can still be asked for the old classes.",
    hints=(
        "Accuracy is the mean of `guesses == labels`.",
        "A fall is before minus after; a percentage point is a hundredth.",
    ),
)


@forget.reference
def forgotten(before, after, labels):
    """Measure the fall of the accuracy on the source task, in percentage points.

    before: what the network guessed before fine-tuning, a class for each source image.
    after: what it guesses after fine-tuning.
    labels: the right classes.
    Returns a number; a rise is negative.
    """
    return 100 * (np.mean(before == labels) - np.mean(after == labels))


@forget.alternative
def _(before, after, labels):
    def right(guesses):
        return sum(1 for guess, label in zip(guesses, labels, strict=True) if guess == label)

    return 100 * (right(before) - right(after)) / len(labels)


def _guesses(rng, labels, share):
    wrong = (labels + rng.integers(1, 5, len(labels))) % 5
    order = rng.permutation(len(labels))
    return np.where(order < share * len(labels), labels, wrong)


@forget.check("a network that forgot", worth=2)
def _(rng):
    labels = rng.integers(0, 5, 40)
    return call(_guesses(rng, labels, 0.9), _guesses(rng, labels, 0.4), labels)


@forget.check("a network that got better")
def _(rng):
    labels = rng.integers(0, 5, 20)
    return call(_guesses(rng, labels, 0.5), _guesses(rng, labels, 0.7), labels)


@forget.misconception(
    "M-CHANGED-IS-FORGOTTEN",
    "Every changed guess is counted. Some were wrong before, and some got right.",
    section="what-is-forgotten",
)
def _(before, after, labels):
    return 100 * np.mean(before != after)


@forget.misconception(
    "M-ONLY-LOST",
    "What was right and is wrong now is counted, and what was wrong and is right now is not.",
    section="what-is-forgotten",
)
def _(before, after, labels):
    return 100 * np.mean((before == labels) & (after != labels))


@forget.misconception(
    "M-NO-BASELINE",
    "The error after fine-tuning is returned. Without the accuracy before, it says nothing about "
    "forgetting.",
    section="what-is-forgotten",
)
def _(before, after, labels):
    return 100 * np.mean(after != labels)


@forget.misconception(
    "M-FALL-SIGN",
    "The sign is wrong: a fall is the accuracy before minus the accuracy after.",
    section="what-is-forgotten",
)
def _(before, after, labels):
    return 100 * (np.mean(after == labels) - np.mean(before == labels))


@forget.misconception(
    "M-FRACTION",
    "A part of one was returned. Percentage points are 100 times as large.",
    section="what-is-forgotten",
)
def _(before, after, labels):
    return np.mean(before == labels) - np.mean(after == labels)


@forget.misconception(
    "M-PERCENT-OF",
    "The fall is given as a part of the old accuracy. Percentage points are the difference itself.",
    section="what-is-forgotten",
)
def _(before, after, labels):
    old, new = np.mean(before == labels), np.mean(after == labels)
    return 100 * (old - new) / old
