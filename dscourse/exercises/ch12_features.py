"""Exercises of chapter 12: feature extraction."""

import numpy as np

from dscourse.checking import Exercise, call
from dscourse.exercises.feature_observers import watch_extraction

# --- 12.1 ------------------------------------------------------------------------------------

extraction = Exercise(
    "12-extract",
    "Extract features with their labels",
    "Write `extract_pairs(model, dataset)`. It returns two arrays: the features that the model "
    "gives for every image at inference, and the label of each image in the same order.\n\n"
    "`dataset` is a `tf.data.Dataset` of batches `(images, labels)`. It shuffles anew every time "
    "it is read, and its last batch may be smaller. The order of the images is yours to choose; "
    "only a feature and its label must not part.\n\n"
    "The check makes a small trained model and such a dataset from images, labels and a batch "
    "size. Its report names these three.",
    hints=(
        "How often do you read the dataset? Each reading has an order of its own.",
        "One loop: `for images, labels in dataset:`, with two lists that grow together.",
        "A model does at inference what it does in `model.predict_on_batch(images)` or in "
        "`model(images, training=False)`.",
        "`np.concatenate(list_of_batches)` makes one array of batches, whatever their sizes.",
    ),
    engine="keras",
    how=watch_extraction,
    seconds=60.0,
)


@extraction.reference
def extract_pairs(model, dataset):
    """Run all images of a dataset through a model, and keep their labels beside them.

    model: a Keras model that turns images into features.
    dataset: batches (images, labels), in another order every time they are read.
    Returns the features (count, …) and the labels (count,), in the same order.
    """
    features, labels = [], []
    for images, its_labels in dataset:
        features.append(model.predict_on_batch(images))
        labels.append(its_labels)
    return np.concatenate(features), np.concatenate(labels)


@extraction.alternative
def _(model, dataset):
    pairs = [(model(x, training=False), y) for x, y in dataset]
    features, labels = zip(*pairs, strict=True)
    return np.vstack(features), np.hstack(labels)


@extraction.alternative
def _(model, dataset):
    # All images first, then one call: fine as long as they fit into memory.
    images, labels = [], []
    for image, label in dataset.unbatch():
        images.append(image.numpy())
        labels.append(int(label))
    return [model.predict(np.stack(images), verbose=0), labels]


def _labelled(rng, count, side):
    """Make images of clearly different brightness, so that their features differ, and labels."""
    brightness = (rng.permutation(count) + 1.0) / count
    noise = rng.uniform(-0.02, 0.02, size=(count, side, side, 3))
    images = brightness[:, None, None, None] + noise
    labels = rng.permutation(np.arange(count) % 3)
    return images.astype(np.float32), labels


@extraction.check("twelve images in three batches", worth=2)
def _(rng):
    return call(*_labelled(rng, 12, 6), 4)


@extraction.check("eleven images, so that the last batch is smaller", worth=2)
def _(rng):
    return call(*_labelled(rng, 11, 5), 4)


def _pairs(model, dataset, **how):
    features, labels = [], []
    for x, y in dataset:
        features.append(np.asarray(model(x, **how)))
        labels.append(np.asarray(y))
    return features, labels


@extraction.misconception(
    "M-SHUFFLE",
    "You read the dataset twice, once for the features and once for the labels. It shuffles anew "
    "for each reading, so a feature stands beside the label of another image: take both from one "
    "reading.",
    section="read-images-and-labels-together",
)
def _(model, dataset):
    features = [np.asarray(model(x, training=False)) for x, _ in dataset]
    labels = [y for _, y in dataset]
    return np.concatenate(features), np.concatenate(labels)


@extraction.misconception(
    "M-SHUFFLE-PREDICT",
    "`predict` has read the dataset, and you read it again for the labels. It shuffles anew for "
    "each reading, so a feature stands beside the label of another image: take both from one "
    "reading.",
    section="read-images-and-labels-together",
)
def _(model, dataset):
    features = model.predict(dataset, verbose=0)
    return features, np.concatenate([np.asarray(y) for _, y in dataset])


@extraction.misconception(
    "M-SHUFFLE-LABELS-FIRST",
    "You read all labels before you read the images. The second reading of the dataset is in "
    "another order, so the labels belong to other images: take both from one reading.",
    section="read-images-and-labels-together",
)
def _(model, dataset):
    labels = [y for _, y in dataset]
    features = [np.asarray(model(x, training=False)) for x, _ in dataset]
    return np.concatenate(features), np.concatenate(labels)


@extraction.misconception(
    "M-TRAINING",
    "You called the model with `training=True`. BatchNorm then normalises with the batch at hand, "
    "so the features of an image depend on its neighbours, and the moving statistics move.",
    section="extract-at-inference",
)
def _(model, dataset):
    return tuple(map(np.concatenate, _pairs(model, dataset, training=True)))


@extraction.misconception(
    "M-LAST-BATCH",
    "You return the last batch alone: every turn of the loop overwrites what the one before found.",
    section="read-images-and-labels-together",
)
def _(model, dataset):
    features, labels = _pairs(model, dataset, training=False)
    return features[-1], labels[-1]


@extraction.misconception(
    "M-FULL-BATCHES",
    "The last, smaller batch is missing. Its images count as much as all others.",
    section="read-images-and-labels-together",
)
def _(model, dataset):
    features, labels = _pairs(model, dataset, training=False)
    size = len(labels[0])
    whole = [n for n, y in enumerate(labels) if len(y) == size]
    return (
        np.concatenate([features[n] for n in whole]),
        np.concatenate([labels[n] for n in whole]),
    )


@extraction.misconception(
    "M-BATCH-LIST",
    "You return lists of batches. Put the batches behind each other: `np.concatenate`.",
    section="read-images-and-labels-together",
)
def _(model, dataset):
    return _pairs(model, dataset, training=False)


@extraction.misconception(
    "M-NO-LABELS",
    "You return the features alone. Nobody can find their labels again: the next reading of the "
    "dataset is in another order.",
    section="read-images-and-labels-together",
)
def _(model, dataset):
    return model.predict(dataset, verbose=0)


# --- 12.2 ------------------------------------------------------------------------------------

heads = Exercise(
    "12-heads",
    "Count what three heads cost",
    "A base ends in a map of `height x width x channels` numbers, and behind it stands a head. "
    "Write `head_costs(feature_map, classes, hidden=0)`. It returns a dict with the parameters of "
    "three heads:\n\n"
    '- `"flatten"`: all numbers of the map in a row;\n'
    '- `"avg"`: one number a channel, its mean over all places;\n'
    '- `"max"`: one number a channel, the largest of all places.\n\n'
    "Behind each stands a dense layer with `hidden` units and then one with `classes` units, both "
    "with a bias. With `hidden=0` there is only the last.",
    hints=(
        "How many numbers reach the first dense layer? That is all in which the three differ.",
        "A dense layer from n numbers to m has `n * m` weights and `m` biases.",
        "Flattening and pooling have no parameters of their own.",
        "With a hidden layer there are two dense layers behind each other: `n` to `hidden`, then "
        "`hidden` to `classes`.",
    ),
)


@heads.reference
def head_costs(feature_map, classes, hidden=0):
    """Count the parameters of three heads behind one map.

    feature_map: height, width and channels of the map
    classes: number of classes
    hidden: units of a dense layer before the last one, or 0 for none
    Returns a dict with the keys "flatten", "avg" and "max".
    """
    height, width, channels = feature_map

    def dense(inputs):
        if hidden == 0:
            return inputs * classes + classes
        return inputs * hidden + hidden + hidden * classes + classes

    return {
        "flatten": dense(height * width * channels),
        "avg": dense(channels),
        "max": dense(channels),
    }


@heads.alternative
def _(feature_map, classes, hidden=0):
    widths = [hidden, classes] if hidden else [classes]
    costs = {}
    for name, n in [
        ("flatten", np.prod(feature_map)),
        *((k, feature_map[2]) for k in ("avg", "max")),
    ]:
        costs[name] = 0
        for m in widths:
            costs[name] += (n + 1) * m
            n = m
    return costs


@heads.check("Xception at 299 pixels, 1000 classes", worth=2)
def _(rng):
    return call((10, 10, 2048), 1000)


@heads.check("a map that is not square, a few classes")
def _(rng):
    return call((5, 7, 256), 10)


@heads.check("a hidden layer in between")
def _(rng):
    return [call((4, 4, 256), 10, 64), call((7, 5, 96), 12, hidden=256)]


def _heads(feature_map, cost):
    height, width, channels = feature_map
    pooled = cost(channels)
    return {"flatten": cost(height * width * channels), "avg": pooled, "max": pooled}


def _dense(n, classes, hidden, bias=1):
    widths, total = ([hidden] if hidden else []) + [classes], 0
    for m in widths:
        total, n = total + (n + bias) * m, m
    return total


@heads.misconception(
    "M-FLATTEN",
    "You count the pooled heads as if the whole map went into them. Pooling leaves one number a "
    "channel.",
    section="choose-what-stands-behind-the-map",
)
def _(feature_map, classes, hidden=0):
    cost = _dense(int(np.prod(feature_map)), classes, hidden)
    return dict.fromkeys(("flatten", "avg", "max"), cost)


@heads.misconception(
    "M-POOL-CHANNELS",
    "You pooled over the channels and kept the places. Global pooling is over the *places*: what "
    "remains is one number a channel.",
    section="choose-what-stands-behind-the-map",
)
def _(feature_map, classes, hidden=0):
    costs = head_costs(feature_map, classes, hidden)
    pooled = _dense(feature_map[0] * feature_map[1], classes, hidden)
    return costs | {"avg": pooled, "max": pooled}


@heads.misconception(
    "M-BIAS",
    "The biases are missing: each dense layer has one for every unit.",
    section="choose-what-stands-behind-the-map",
)
def _(feature_map, classes, hidden=0):
    return _heads(feature_map, lambda n: _dense(n, classes, hidden, bias=0))


@heads.misconception(
    "M-POOL-WEIGHTS",
    "You gave the average weights of its own, one for each place. A mean has nothing to learn.",
    section="choose-what-stands-behind-the-map",
)
def _(feature_map, classes, hidden=0):
    costs = head_costs(feature_map, classes, hidden)
    return costs | {"avg": costs["avg"] + feature_map[0] * feature_map[1]}


@heads.misconception(
    "M-NO-HIDDEN",
    "You left the hidden layer out. It stands between the map and the classes, and behind a "
    "flattened map it holds nearly all parameters.",
    section="choose-what-stands-behind-the-map",
)
def _(feature_map, classes, hidden=0):
    return _heads(feature_map, lambda n: _dense(n, classes, 0))


@heads.misconception(
    "M-HIDDEN-BESIDE",
    "You let the last layer read the map once more. Layers stand behind each other: the last one "
    "reads the `hidden` numbers and nothing else.",
    section="choose-what-stands-behind-the-map",
)
def _(feature_map, classes, hidden=0):
    first = (lambda n: n * hidden + hidden) if hidden else (lambda n: 0)
    return _heads(feature_map, lambda n: first(n) + n * classes + classes)


@heads.misconception(
    "M-HALF-MAP",
    "You flattened the height only. A flattened map has height x width x channels numbers.",
    section="choose-what-stands-behind-the-map",
)
def _(feature_map, classes, hidden=0):
    costs = head_costs(feature_map, classes, hidden)
    return costs | {"flatten": _dense(feature_map[0] * feature_map[2], classes, hidden)}


# --- 12.3 ------------------------------------------------------------------------------------

shifting = Exercise(
    "12-shift",
    "Shift a map and compare",
    "Write `shift_test(feature_map, down, right)`. It shifts a map by `down` rows and `right` "
    "columns; what leaves the map is gone, and zeros come in. A negative number shifts the other "
    "way.\n\n"
    "Return an array of three numbers: by how much the vector changes that a head reads, for "
    "`flatten`, `avg` and `max`, in this order. The change is the length of the difference, "
    "divided by the length of the vector before the shift. The length of a vector is the root of "
    "the sum of its squares, `np.linalg.norm`.",
    hints=(
        "First the shifted map, then three vectors of each map, then three changes.",
        "Begin with zeros, and copy the part of the map that stays inside. Which rows of the old "
        "map land in which rows of the new one?",
        "Pad the map with zeros by more than the shift, and cut out a window of the old size: "
        "its corner is at `pad - down, pad - right`.",
        "The three vectors: `m.reshape(-1)`, `m.mean(axis=(0, 1))` and `m.max(axis=(0, 1))`.",
    ),
)


@shifting.reference
def shift_test(feature_map, down, right):
    """Measure how much three vectors of a map change when the map is shifted.

    feature_map: (height, width, channels)
    down, right: rows and columns to shift by; negative for up and left
    Returns an array of the relative changes of flatten, avg and max.
    """
    height, width, _ = feature_map.shape
    pad = abs(down) + abs(right)
    padded = np.pad(feature_map, ((pad, pad), (pad, pad), (0, 0)))
    shifted = padded[pad - down : pad - down + height, pad - right : pad - right + width]
    vectors = [
        (m.reshape(-1), m.mean(axis=(0, 1)), m.max(axis=(0, 1))) for m in (feature_map, shifted)
    ]
    return np.array(
        [
            np.linalg.norm(after - before) / np.linalg.norm(before)
            for before, after in zip(*vectors, strict=True)
        ]
    )


@shifting.alternative
def _(feature_map, down, right):
    height, width, channels = feature_map.shape
    shifted = np.zeros_like(feature_map)
    for i in range(height):
        for j in range(width):
            if 0 <= i - down < height and 0 <= j - right < width:
                shifted[i, j] = feature_map[i - down, j - right]
    change = []
    for vector in (
        lambda m: [v for row in m for place in row for v in place],
        lambda m: [sum(m[:, :, c].ravel()) / (height * width) for c in range(channels)],
        lambda m: [max(m[:, :, c].ravel()) for c in range(channels)],
    ):
        old, new = np.array(vector(feature_map)), np.array(vector(shifted))
        change.append(float(np.sqrt(((new - old) ** 2).sum() / (old**2).sum())))
    return change


@shifting.alternative
def _(feature_map, down, right):
    shifted = np.roll(feature_map.astype(np.float32), (down, right), axis=(0, 1))
    for steps, lines in ((down, shifted), (right, shifted.swapaxes(0, 1))):
        if steps > 0:
            lines[:steps] = 0
        elif steps < 0:
            lines[steps:] = 0

    def change(pool):
        return np.linalg.norm(pool(shifted) - pool(feature_map)) / np.linalg.norm(pool(feature_map))

    places = "ijc->c"
    return np.stack(
        [
            change(np.ravel),
            change(lambda m: np.einsum(places, m)),  # the number of places cancels
            change(lambda m: np.amax(m, axis=(0, 1))),
        ]
    )


def _map(rng, height, width, channels, rim=0):
    """Make a map as a ReLU leaves it, with a rim of zeros around its content."""
    content = rng.uniform(0.2, 2.0, size=(height - 2 * rim, width - 2 * rim, channels))
    return np.pad(content, ((rim, rim), (rim, rim), (0, 0)))


@shifting.check("all that is in the map stays inside")
def _(rng):
    return [call(_map(rng, 7, 8, 3, rim=2), 1, 2), call(_map(rng, 6, 8, 2, rim=2), -2, 1)]


@shifting.check("something leaves the map", worth=2)
def _(rng):
    return [call(_map(rng, 5, 6, 3), 1, 2), call(_map(rng, 4, 7, 3), -1, -3)]


@shifting.check("only down, only right, and no shift at all")
def _(rng):
    one = _map(rng, 5, 4, 3)
    return [call(one, 2, 0), call(one, 0, -1), call(one, 0, 0)]


def _slid(m, down, right):
    height, width, _ = m.shape
    pad = abs(down) + abs(right)
    padded = np.pad(m, ((pad, pad), (pad, pad), (0, 0)))
    return padded[pad - down : pad - down + height, pad - right : pad - right + width]


_POOLS = (np.ravel, lambda m: m.mean(axis=(0, 1)), lambda m: m.max(axis=(0, 1)))


def _changes(before, after, pools=_POOLS, over=None):
    """Compare two maps as heads see them; `over` takes both vectors to what divides."""
    pairs = [(pool(before), pool(after)) for pool in pools]
    norms = [over(a, b) if over else np.linalg.norm(a) for a, b in pairs]
    return np.array([np.linalg.norm(b - a) / n for (a, b), n in zip(pairs, norms, strict=True)])


@shifting.misconception(
    "M-FREE-POOLING",
    "You take for granted that a pooled vector never changes. That holds only while nothing leaves "
    "the map: measure it like the flattened one.",
    section="test-what-a-shift-does",
)
def _(feature_map, down, right):
    return _changes(feature_map, _slid(feature_map, down, right)) * [1, 0, 0]


@shifting.misconception(
    "M-ROLL",
    "What leaves the map on one side comes in on the other: `np.roll` does that. Here it is gone, "
    "and zeros come in.",
    section="test-what-a-shift-does",
)
def _(feature_map, down, right):
    return _changes(feature_map, np.roll(feature_map, (down, right), axis=(0, 1)))


@shifting.misconception(
    "M-SHIFT-SIGN",
    "You shift up and left where it should be down and right: row 0 of the old map lands in row "
    "`down` of the new one.",
    section="test-what-a-shift-does",
)
def _(feature_map, down, right):
    return _changes(feature_map, _slid(feature_map, -down, -right))


@shifting.misconception(
    "M-SHIFT-SWAP",
    "Rows and columns are swapped: `down` moves along axis 0, `right` along axis 1.",
    section="test-what-a-shift-does",
)
def _(feature_map, down, right):
    return _changes(feature_map, _slid(feature_map, right, down))


@shifting.misconception(
    "M-POOL-CHANNELS",
    "You pooled over the channels. A head pools over the places, axes 0 and 1, and keeps one "
    "number a channel.",
    section="test-what-a-shift-does",
)
def _(feature_map, down, right):
    pools = (np.ravel, lambda m: m.mean(axis=-1).ravel(), lambda m: m.max(axis=-1).ravel())
    return _changes(feature_map, _slid(feature_map, down, right), pools)


@shifting.misconception(
    "M-POOL-ALL",
    "You pooled the channels together as well, to one number for the whole map. Keep one number a "
    "channel.",
    section="test-what-a-shift-does",
)
def _(feature_map, down, right):
    pools = (np.ravel, lambda m: np.array([m.mean()]), lambda m: np.array([m.max()]))
    return _changes(feature_map, _slid(feature_map, down, right), pools)


@shifting.misconception(
    "M-ABSOLUTE",
    "You did not divide by the length of the vector. A flattened vector has many more numbers than "
    "a pooled one, so their lengths cannot be compared as they are.",
    section="test-what-a-shift-does",
)
def _(feature_map, down, right):
    return _changes(feature_map, _slid(feature_map, down, right), over=lambda a, b: 1.0)


@shifting.misconception(
    "M-AFTER-LENGTH",
    "You divided by the length after the shift. Divide by the one before it.",
    section="test-what-a-shift-does",
)
def _(feature_map, down, right):
    after = _slid(feature_map, down, right)
    return _changes(feature_map, after, over=lambda a, b: np.linalg.norm(b))


@shifting.misconception(
    "M-LENGTHS-ONLY",
    "You compared the lengths of the two vectors. They can be equally long and point elsewhere: "
    "take the length of their *difference*.",
    section="test-what-a-shift-does",
)
def _(feature_map, down, right):
    shifted = _slid(feature_map, down, right)
    lengths = [
        (np.linalg.norm(pool(feature_map)), np.linalg.norm(pool(shifted))) for pool in _POOLS
    ]
    return np.array([abs(after - before) / before for before, after in lengths])


# --- 12.4 ------------------------------------------------------------------------------------

scaling = Exercise(
    "12-standardise",
    "Standardise with the training features alone",
    "Write `standardise(train, test)`. Both are features, a row for each image. Shift and scale "
    "every feature so that it has mean 0 and standard deviation 1 over the *training* images, and "
    "treat the test features with the same numbers. Return both, `(train, test)`.\n\n"
    "A ReLU can leave a feature that is the same for every training image. Such a feature is "
    "shifted, but not scaled, in both.",
    hints=(
        "Which numbers may depend on the test features? None.",
        "`train.mean(axis=0)` has one number a feature; so has `train.std(axis=0)`.",
        "A deviation of 0 cannot divide. Which divisor leaves a feature as it is?",
        "`np.where(deviation == 0, 1, deviation)`. A tiny number added to the deviation will not "
        "do: a test image that *has* the feature is then divided by nearly nothing.",
    ),
)


@scaling.reference
def standardise(train, test):
    """Give every feature mean 0 and standard deviation 1 on the training images.

    train, test: features (count, features)
    Returns both, scaled by numbers of the training features.
    """
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    deviation = np.where(deviation == 0, 1, deviation)
    return (train - mean) / deviation, (test - mean) / deviation


@scaling.alternative
def _(train, test):
    columns = []
    for n in range(train.shape[1]):
        column = [float(value) for value in train[:, n]]
        mean = sum(column) / len(column)
        spread = (sum((v - mean) ** 2 for v in column) / len(column)) ** 0.5
        if min(column) == max(column):
            spread = 1.0
        columns.append((mean, spread))
    return tuple(
        [[(row[n] - m) / s for n, (m, s) in enumerate(columns)] for row in split]
        for split in (train, test)
    )


@scaling.alternative
def _(train, test):
    centre = np.average(train, axis=0)
    moved, moved_test = train - centre, test - centre
    spread = np.sqrt(np.einsum("nd,nd->d", moved, moved) / len(train))
    alive = np.ptp(train, axis=0) > 0
    moved[:, alive] /= spread[alive]
    moved_test[:, alive] /= spread[alive]
    return [moved, moved_test]


def _features(rng, train, test, still=None):
    """Make features of very different size, of other mean in the test.

    Some are `still`, of one value for all training images. All are multiples of 1/64, so the
    deviation of those comes out as exactly 0, in whatever order it is computed.
    """
    sizes = 64.0 * np.array([8, 1, 4, 2, 16, 1])
    rows = rng.uniform(0, 1, size=(train + test, len(sizes)))
    rows[train:] = 1.3 * rows[train:] + 0.4
    features = np.round(rows * sizes) / 64
    for place, value in (still or {}).items():
        features[:train, place] = value
    return features[:train], features[train:]


@scaling.check("features of very different size", worth=2)
def _(rng):
    return call(*_features(rng, 9, 5))


@scaling.check("features that are the same for all training images, but not in the test", worth=2)
def _(rng):
    return [
        call(*_features(rng, 8, 4, still={2: 0.0})),
        call(*_features(rng, 6, 3, still={0: 0.0, 4: 1.5})),
    ]


@scaling.check("a single test image")
def _(rng):
    return call(*_features(rng, 7, 1))


def _like(features, source, axis=0):
    mean, deviation = source.mean(axis=axis), source.std(axis=axis)
    return (features - mean) / np.where(deviation == 0, 1, deviation)


@scaling.misconception(
    "M-LEAK",
    "You measured mean and deviation over training and test images together. So the test images "
    "have changed the training features: a leak.",
    section="scale-by-the-training-features",
)
def _(train, test):
    both = np.concatenate([train, test])
    return _like(train, both), _like(test, both)


@scaling.misconception(
    "M-LEAK-OWN-SCALE",
    "You scaled the test features by their own mean and deviation. Then the same image gets other "
    "features in other company, and a single test image is all zeros.",
    section="scale-by-the-training-features",
)
def _(train, test):
    return _like(train, train), _like(test, test)


@scaling.misconception(
    "M-DEAD-FEATURE",
    "You divide by a deviation of 0. A feature that is the same for every training image makes "
    "`nan` or `inf`.",
    section="scale-by-the-training-features",
)
def _(train, test):
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (train - mean) / deviation, (test - mean) / deviation


@scaling.misconception(
    "M-TINY-DIVISOR",
    "You added a tiny number to the deviation. No `nan` then, but a test image that has a feature "
    "which no training image had gets a value in the millions, and it outweighs all others.",
    section="scale-by-the-training-features",
)
def _(train, test):
    mean, deviation = train.mean(axis=0), train.std(axis=0) + 1e-8
    return (train - mean) / deviation, (test - mean) / deviation


@scaling.misconception(
    "M-ONE-SCALE",
    "You took one mean and one deviation for all features together. Then the large features still "
    "drown the small ones.",
    section="scale-by-the-training-features",
)
def _(train, test):
    return _like(train, train, axis=None), _like(test, train, axis=None)


@scaling.misconception(
    "M-PER-IMAGE",
    "You scaled every image by its own features, along axis 1. Scale every *feature* over the "
    "images, along axis 0.",
    section="scale-by-the-training-features",
)
def _(train, test):
    return tuple(_like(split.T, split.T).T for split in (train, test))


@scaling.misconception(
    "M-VARIANCE",
    "You divided by the variance. Divide by its root, the standard deviation.",
    section="scale-by-the-training-features",
)
def _(train, test):
    mean, variance = train.mean(axis=0), train.var(axis=0)
    variance = np.where(variance == 0, 1, variance)
    return (train - mean) / variance, (test - mean) / variance


@scaling.misconception(
    "M-TRAIN-ONLY",
    "You left the test features as they were. A classifier of scaled features must be asked in "
    "scaled features.",
    section="scale-by-the-training-features",
)
def _(train, test):
    return _like(train, train), test


# --- 12.5 ------------------------------------------------------------------------------------

control = Exercise(
    "12-control",
    "Claim no more than the control allows",
    'Every row of an experiment is a dict with the keys `"arm"`, `"seed"` and '
    '`"test_accuracy"`, in no particular order. There are three arms: `"trained features"`, '
    '`"random features"` (the same network, never trained) and `"from scratch"` (all of it is '
    "trained on the few labels). All arms have the same seeds.\n\n"
    "Write `judge_transfer(rows, chance, t)`. It returns a dict with five keys:\n\n"
    '- `"architecture"`: how far the random features are above `chance`, as a mean over the '
    "seeds;\n"
    '- `"low"` and `"high"`: the 95 % interval of what training on the *old* task has brought, '
    "seed by seed: the mean difference minus and plus `t * s / sqrt(n)`, where s is the standard "
    "deviation of the n differences, with n - 1 in its denominator;\n"
    '- `"transfers"`: whether the old task has helped;\n'
    '- `"worth it"`: whether the trained features are better than no old task at all, trained '
    "from scratch.\n\n"
    'Both verdicts are `"shown"` if the interval lies above 0, `"contradicted"` if it lies below, '
    'and otherwise `"not shown"`.',
    hints=(
        "What differs between the trained and the random features? Nothing but the old task. "
        "What differs between the trained features and chance?",
        'Make a dict from seed to accuracy for each arm. Then `"low"` and `"high"` are those of '
        "exercise 10.3.",
        "Write a function `interval(arm)` of trained features minus another arm. You need it for "
        '`"random features"` and for `"from scratch"`.',
        'The verdict: `"shown" if low > 0 else "contradicted" if high < 0 else "not shown"`.',
    ),
)


@control.reference
def judge_transfer(rows, chance, t):
    """Say what an experiment with a control shows about transfer.

    rows: a list of dicts with the keys "arm", "seed" and "test_accuracy"
    chance: the accuracy of guessing
    t: the factor of the interval for this number of seeds
    Returns a dict with the keys "architecture", "low", "high", "transfers" and "worth it".
    """
    found = {(row["arm"], row["seed"]): row["test_accuracy"] for row in rows}
    seeds = {seed for _, seed in found}

    def interval(other):
        gaps = [found["trained features", seed] - found[other, seed] for seed in seeds]
        half = t * np.std(gaps, ddof=1) / np.sqrt(len(gaps))
        return np.mean(gaps) - half, np.mean(gaps) + half

    def verdict(low, high):
        return "shown" if low > 0 else "contradicted" if high < 0 else "not shown"

    low, high = interval("random features")
    return {
        "architecture": np.mean([found["random features", seed] for seed in seeds]) - chance,
        "low": low,
        "high": high,
        "transfers": verdict(low, high),
        "worth it": verdict(*interval("from scratch")),
    }


_TRAINED, _RANDOM, _SCRATCH = "trained features", "random features", "from scratch"


@control.alternative
def _(rows, chance, t):
    arms: dict[str, list[float]] = {}
    for row in sorted(rows, key=lambda row: row["seed"]):
        arms.setdefault(row["arm"], []).append(row["test_accuracy"])
    ends = []
    for other in (_RANDOM, _SCRATCH):
        gaps = np.subtract(arms[_TRAINED], arms[other])
        half = t * gaps.std(ddof=1) / gaps.size**0.5
        ends.append((float(gaps.mean() - half), float(gaps.mean() + half)))
    words = ["shown" if a > 0 else "contradicted" if b < 0 else "not shown" for a, b in ends]
    return {
        "transfers": words[0],
        "worth it": words[1],
        "low": ends[0][0],
        "high": ends[0][1],
        "architecture": sum(arms[_RANDOM]) / len(arms[_RANDOM]) - chance,
    }


@control.alternative
def _(rows, chance, t):
    seeds = sorted({row["seed"] for row in rows})
    table = np.zeros((3, len(seeds)), dtype=np.float64)
    names = [_TRAINED, _RANDOM, _SCRATCH]
    for row in rows:
        table[names.index(row["arm"]), seeds.index(row["seed"])] = row["test_accuracy"]
    gaps = table[0] - table[1:]
    n = len(seeds)
    half = t * np.sqrt(((gaps - gaps.mean(1, keepdims=True)) ** 2).sum(1) / (n - 1) / n)
    low, high = gaps.mean(1) - half, gaps.mean(1) + half
    said = np.where(low > 0, "shown", np.where(high < 0, "contradicted", "not shown"))
    return {
        "architecture": (table[1] - chance).mean(),
        "low": low[0],
        "high": high[0],
        "transfers": str(said[0]),
        "worth it": str(said[1]),
    }


def _experiment(rng, trained, random, scratch, *, seeds=5, spread=0.004, luck=0.03):
    """Make rows of three arms that share the luck of a seed; they lie in no order.

    `spread` is what a seed does to the trained features one way and to the others the other way. It
    is evenly spaced, so that a verdict is never luck.
    """
    common, own = rng.uniform(-luck, luck, size=seeds), spread * np.linspace(-1, 1, seeds)
    own = rng.permutation(own)
    arms = ((_TRAINED, trained, own), (_RANDOM, random, -own), (_SCRATCH, scratch, -own))
    rows = [
        {"arm": arm, "seed": seed, "test_accuracy": float(level + common[seed] + alone[seed])}
        for arm, level, alone in arms
        for seed in range(seeds)
    ]
    return [rows[place] for place in rng.permutation(len(rows))]


@control.check("the old task helps, and training from scratch does not", worth=2)
def _(rng):
    return call(_experiment(rng, 0.72, 0.31, 0.25), 0.1, 2.776)


@control.check("features that owe everything to the architecture")
def _(rng):
    return call(_experiment(rng, 0.556, 0.55, 0.30, spread=0.02), 0.1, 2.776)


@control.check("the old task helps, and from scratch is better")
def _(rng):
    return [
        call(_experiment(rng, 0.74, 0.40, 0.84, seeds=4), 0.1, 3.182),
        call(_experiment(rng, 0.20, 0.28, 0.40), 0.1, 2.776),
    ]


@control.check("a small gain in every seed", worth=1)
def _(rng):
    return call(_experiment(rng, 0.66, 0.64, 0.66, luck=0.1), 0.25, 2.776)


def _by_seed(rows, arm):
    return np.array(
        [r["test_accuracy"] for r in sorted(rows, key=lambda r: r["seed"]) if r["arm"] == arm]
    )


def _said(low, high):
    return "shown" if low > 0 else "contradicted" if high < 0 else "not shown"


def _around(gaps, t):
    half = t * np.std(gaps, ddof=1) / np.sqrt(len(gaps))
    return np.mean(gaps) - half, np.mean(gaps) + half


def _judged(rows, chance, t, interval):
    """Judge by the interval that `interval(trained, other)` gives."""
    trained, random, scratch = (_by_seed(rows, arm) for arm in (_TRAINED, _RANDOM, _SCRATCH))
    low, high = interval(trained, random)
    return {
        "architecture": random.mean() - chance,
        "low": low,
        "high": high,
        "transfers": _said(low, high),
        "worth it": _said(*interval(trained, scratch)),
    }


@control.misconception(
    "M-NO-CONTROL",
    "You compared the trained features with chance. A network that was never trained is above "
    "chance too: only the random features tell what the *old task* has brought.",
    section="ask-for-a-control",
)
def _(rows, chance, t):
    low, high = _around(_by_seed(rows, _TRAINED) - chance, t)
    right = judge_transfer(rows, chance, t)
    return right | {"low": low, "high": high, "transfers": _said(low, high)}


@control.misconception(
    "M-WRONG-CONTROL",
    "You compared with `from scratch` to say what the old task has brought. That arm differs in "
    "more: all of it is trained. The random features differ in the old task alone.",
    section="ask-for-a-control",
)
def _(rows, chance, t):
    low, high = _around(_by_seed(rows, _TRAINED) - _by_seed(rows, _SCRATCH), t)
    right = judge_transfer(rows, chance, t)
    return right | {"low": low, "high": high, "transfers": _said(low, high)}


@control.misconception(
    "M-NO-BASELINE",
    "You judge both by the random features. That the old task helps does not mean that it is worth "
    "it: without it one may train everything from scratch, and that may be better.",
    section="ask-for-a-control",
)
def _(rows, chance, t):
    right = judge_transfer(rows, chance, t)
    return right | {"worth it": right["transfers"]}


@control.misconception(
    "M-ARCHITECTURE-ABSOLUTE",
    "You forgot to take chance away. What the architecture gives is what it gives above guessing.",
    section="ask-for-a-control",
)
def _(rows, chance, t):
    right = judge_transfer(rows, chance, t)
    return right | {"architecture": right["architecture"] + chance}


@control.misconception(
    "M-UNPAIRED",
    "You added the variances of two arms. They share the luck of each seed, which cancels in the "
    "difference: take it seed by seed.",
    section="ask-for-a-control",
)
def _(rows, chance, t):
    def interval(one, other):
        half = t * np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / len(one))
        return (one - other).mean() - half, (one - other).mean() + half

    return _judged(rows, chance, t, interval)


@control.misconception(
    "M-PAIR-BY-PLACE",
    "You paired the rows by their place in the list. Pair them by their seed.",
    section="ask-for-a-control",
)
def _(rows, chance, t):
    def by_place(arm):
        return np.array([row["test_accuracy"] for row in rows if row["arm"] == arm])

    low, high = _around(by_place(_TRAINED) - by_place(_RANDOM), t)
    return {
        "architecture": by_place(_RANDOM).mean() - chance,
        "low": low,
        "high": high,
        "transfers": _said(low, high),
        "worth it": _said(*_around(by_place(_TRAINED) - by_place(_SCRATCH), t)),
    }


@control.misconception(
    "M-MEAN-ONLY",
    "You judge by the mean alone. Then there is always a winner: ask where the whole interval "
    "lies.",
    section="ask-for-a-control",
)
def _(rows, chance, t):
    def word(other):
        gap = (_by_seed(rows, _TRAINED) - _by_seed(rows, other)).mean()
        return _said(gap, gap)

    right = judge_transfer(rows, chance, t)
    return right | {"transfers": word(_RANDOM), "worth it": word(_SCRATCH)}


@control.misconception(
    "M-NOT-SHOWN-IS-FALSE",
    "What is not shown is not contradicted: the interval must lie below 0 for that.",
    section="ask-for-a-control",
)
def _(rows, chance, t):
    right = judge_transfer(rows, chance, t)
    wrong = {k: "contradicted" for k in ("transfers", "worth it") if right[k] == "not shown"}
    return right | wrong


@control.misconception(
    "M-POPULATION-SPREAD",
    "Your standard deviation has n in its denominator, NumPy's default. From a sample it comes out "
    "too small: use n - 1.",
    section="ask-for-a-control",
)
def _(rows, chance, t):
    def interval(one, other):
        half = t * (one - other).std() / np.sqrt(len(one))
        return (one - other).mean() - half, (one - other).mean() + half

    return _judged(rows, chance, t, interval)
