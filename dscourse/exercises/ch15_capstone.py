"""The capstone: read the numbers of another street, from few labels, and say truly what you did."""

import numpy as np

from dscourse.checking import Call, Exercise
from dscourse.exercises.capstone_observers import solve_and_audit

PER_CLASS, UNSEEN = 20, 300
READS, READS_WELL = 0.45, 0.65  # features alone reach the first, and not the second

capstone = Exercise(
    "15-capstone",
    "Read the numbers of another street",
    "Write `solve(base, images, labels, unseen)`.\n\n"
    '- `base` is `Xception(weights="mini")` without its top, with average pooling: it reads '
    "letters. Train *this* model, not a copy of it.\n"
    f"- `images`, uint8 (200, 32, 32, 3), show house numbers, {PER_CLASS} of each of ten kinds; "
    "`labels`, from 0 to 9, say which kind. Which digit has which label changes from one call to "
    "the next, so all that you know of digits has to come from the images.\n"
    f"- `unseen` are {UNSEEN} more, of other hands.\n\n"
    "Return a dict with three entries:\n"
    '- `"labels"`: the label of each unseen image, in their order;\n'
    '- `"weights_moved"`: how many weight arrays of `base` training has changed;\n'
    '- `"statistics_moved"`: how many of its BatchNorm layers have other moving statistics than '
    "before.\n\n"
    "A call may take ten minutes; half a minute is enough on a free processor. "
    "Use Keras, NumPy, and `dscourse.transfer`.",
    hints=(
        "Start with features alone: scale the pixels to -1 ... 1, `base.predict`, and a "
        "`Dense(10)` that learns from the 200 features. That is chapter 12, and it is worth the "
        "second check.",
        "Features alone stay under the third check. Show every image many times, each time "
        "changed in a way that its label allows, and train the base too: the head first, then "
        "all of it, at a low rate. That is chapter 13.",
        "`with audit(base) as seen:` around your training, then `seen.total.moved` and "
        "`seen.total.batch_norms_moved`, are the two numbers of your report.",
    ),
    engine="keras",
    how=solve_and_audit,
    seconds=600.0,
    uses=("dscourse.transfer", "dscourse.xception"),
)


@capstone.reference
def solve(base, images, labels, unseen):
    """Learn from the labelled images, label the unseen ones, and report what moved.

    base: a trained model, from images with values from -1 to 1 to 256 features
    images: uint8 (200, 32, 32, 3);  labels: integers (200,), from 0 to 9
    unseen: uint8 (300, 32, 32, 3)
    Returns a dict with "labels", "weights_moved" and "statistics_moved".
    """
    import keras

    from dscourse.transfer import audit, freeze, unfreeze_from

    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    model = keras.Sequential([base, keras.layers.Dense(10)])

    def scaled(pixels):
        return pixels.astype("float32") / 127.5 - 1

    def changed(image):  # shifted, perhaps dark on light for light on dark, in other colours
        shifted = np.roll(image, rng.integers(-2, 3, size=2), axis=(0, 1))
        return shifted[..., rng.permutation(3)] * rng.choice([-1, 1])

    def train(epochs, rate):
        order = np.concatenate([rng.permutation(len(images)) for _ in range(epochs)])
        shown = np.stack([changed(image) for image in scaled(images)[order]])
        falling = keras.optimizers.schedules.CosineDecay(rate, len(order) // 25)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(falling), loss)
        model.fit(shown, labels[order], batch_size=25, shuffle=False, verbose=0)

    with audit(base) as seen:
        freeze(base)
        train(5, 0.01)
        unfreeze_from(base, "block1")
        train(16, 0.001)
    return {
        "labels": model.predict(scaled(unseen), verbose=0).argmax(axis=1),
        "weights_moved": seen.total.moved,
        "statistics_moved": seen.total.batch_norms_moved,
    }


@capstone.alternative
def _(base, images, labels, unseen):
    import keras

    from dscourse.transfer import fine_tune

    rng = np.random.default_rng(1)
    shown, targets = [], []
    for _ in range(25):
        for image, label in zip(images / np.float32(127.5) - 1, labels, strict=True):
            shifted = np.roll(np.roll(image, rng.integers(-2, 3), 0), rng.integers(-2, 3), 1)
            shown.append(shifted[:, :, rng.permutation(3)] * rng.choice([-1, 1]))
            targets.append(label)
    order = rng.permutation(len(shown))
    x, y = np.array(shown, np.float32)[order], np.eye(10)[targets][order]
    inputs = keras.Input(base.input_shape[1:])
    outputs = keras.layers.Dense(10, activation="softmax")(base(inputs))
    model = keras.Model(inputs, outputs)
    before = [w.numpy() for w in base.trainable_weights], _statistics(base)
    fine_tune(
        model,
        base,
        x,
        y,
        first_block="block1",
        loss="categorical_crossentropy",
        epochs=(1, 1),
        rates=(0.01, 0.0005),
        batch_size=25,
        verbose=0,
    )
    base.trainable = True
    after = [w.numpy() for w in base.trainable_weights], _statistics(base)
    scores = model.predict(unseen / np.float32(127.5) - 1, verbose=0)
    return {
        "labels": [int(row.argmax()) for row in scores],
        "weights_moved": sum(map(_differ, before[0], after[0])),
        "statistics_moved": sum(map(_differ, before[1], after[1])),
    }


def _statistics(base):
    return [x.numpy() for x in base.non_trainable_weights if x.name == "moving_mean"]


def _differ(one, other):
    return not np.array_equal(one, other)


# --- the checks: one call, four verdicts ------------------------------------------------------


def _form(value, asked):
    answer, wanted = value["answer"], {"labels", "weights_moved", "statistics_moved"}
    if not isinstance(answer, dict) or set(answer) != wanted:
        return f"return a dict with the keys {', '.join(sorted(wanted))}."
    labels = np.asarray(answer["labels"])
    if labels.shape != (UNSEEN,):
        return f"`labels` should have the shape ({UNSEEN},), but yours has {labels.shape}."
    if not np.isin(labels, np.arange(10)).all():
        return "`labels` should hold the given labels, integers from 0 to 9."
    return ""


@capstone.check("a label for every unseen image", worth=1, accept=_form)
def _(rng):
    from dscourse.data import house_numbers

    seed = int(rng.integers(2**31))
    images, digits = house_numbers(n_per_class=PER_CLASS, seed=seed)
    unseen, truth = house_numbers("test", seed=seed)
    label_of = rng.permutation(10)  # what a network may know of digits is of no use
    given = images, label_of[digits], unseen[:UNSEEN]
    return Call(given, hidden=label_of[truth[:UNSEEN]])


def _right(value, asked):
    return float(np.mean(np.asarray(value["answer"]["labels"]) == asked.hidden))


@capstone.also(f"more than {100 * READS:.0f} % of them right", worth=4)
def _(value, asked):
    right = _right(value, asked)
    if right > READS:
        return ""
    chance = " Chance is 10 %: are pixels scaled, and labels in the order of their images?"
    return f"{100 * right:.0f} % of the unseen images are right.{chance if right < 0.2 else ''}"


@capstone.also(f"more than {100 * READS_WELL:.0f} % of them right", worth=5)
def _(value, asked):
    right = _right(value, asked)
    if right > READS_WELL:
        return ""
    advice = "Show changed images, and train the base too."
    return f"{100 * right:.0f} % of the unseen images are right. {advice}"


@capstone.also("the report says what moved", worth=4)
def _(value, asked):
    names = {"weights_moved": "weight arrays", "statistics_moved": "BatchNorm layers' statistics"}
    for key, what in names.items():
        said, found = value["answer"][key], value["audit"][key]
        if said != found:
            return f"your report says that {said} {what} of `base` moved; the audit found {found}."
    return ""


# --- what goes wrong ---------------------------------------------------------------------------


def _by_features(base, images, labels, unseen, scaled):
    """Read with the trained features alone: the nearest of ten lines, by least squares."""
    known, new = (np.array(base(scaled(pixels), training=False)) for pixels in (images, unseen))
    mean, deviation = known.mean(axis=0), known.std(axis=0) + 1e-6
    known, new = ((features - mean) / deviation for features in (known, new))
    square = known.T @ known + 300 * np.eye(known.shape[1])
    lines = np.linalg.solve(square, known.T @ np.eye(10)[labels])
    return (new @ lines).argmax(axis=1)


def _scaled(pixels):
    return pixels.astype("float32") / 127.5 - 1


def _report(labels, weights=0, statistics=0):
    return {"labels": labels, "weights_moved": weights, "statistics_moved": statistics}


@capstone.misconception(
    "M-FEATURES-ONLY",
    "You use the features as they are. They were made for letters that stand alone; neighbours and "
    "walls are new to them. Train the base too, with images that change.",
    section="then-train-the-base",
)
def _(base, images, labels, unseen):
    return _report(_by_features(base, images, labels, unseen, _scaled))


@capstone.misconception(
    "M-PREPROC",
    "You gave the network pixels from 0 to 255. It was trained on values from -1 to 1.",
    section="start-from-features",
)
def _(base, images, labels, unseen):
    return _report(_by_features(base, images, labels, unseen, lambda x: x.astype("float32")))


@capstone.misconception(
    "M-SHUFFLE",
    "Your labels are in another order than the unseen images.",
    section="start-from-features",
)
def _(base, images, labels, unseen):
    order = np.random.default_rng(0).permutation(len(unseen))
    return _report(_by_features(base, images, labels, unseen[order], _scaled))


@capstone.misconception(
    "M-TRAINABLE-IS-NOT-MOVED",
    "You counted the weights that *may* move. The report is about those that did: compare them "
    "with a copy from before.",
    section="say-what-you-did",
)
def _(base, images, labels, unseen):
    moved = len(base.trainable_weights)
    return _report(_by_features(base, images, labels, unseen, _scaled), moved)


@capstone.misconception(
    "M-BN-K3",
    "You report that no statistics moved, since you called the base with `training=False`. In "
    "Keras 3, `fit` overrules that in a functional model: freeze the BatchNorm layers.",
    section="say-what-you-did",
)
def _(base, images, labels, unseen):
    import keras

    keras.utils.set_random_seed(0)
    inputs = keras.Input(base.input_shape[1:])
    outputs = keras.layers.Dense(10)(base(inputs, training=False))
    model = keras.Model(inputs, outputs)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1e-6), loss)
    model.fit(_scaled(images[:25]), labels[:25], batch_size=25, verbose=0)
    guess = model.predict(_scaled(unseen), verbose=0).argmax(axis=1)
    return _report(guess, len(base.trainable_weights))
