"""Few labels, and a network that knows another task: the ways to use it, and their controls.

The task is `colour_digits`, or `house_numbers` in the capstone, and the network
`Xception(weights="mini")`, which knows letters.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dscourse.data import colour_digits, glyphs, house_numbers
from dscourse.experiments.arms import MOMENTUM, described
from dscourse.experiments.pretraining import scaled
from dscourse.experiments.studies import Study

if TYPE_CHECKING:
    import keras

Images = NDArray[np.float32]
Labels = NDArray[np.int64]
Row = dict[str, Any]

DIGITS = 10

# Steps. Augmented images stay new for longer, so all that learn from them take the same, higher
# number: a difference between two arms with them is then none of patience.
SCRATCH, TUNED, AUGMENTED = 300, 150, 500


@dataclass(frozen=True)
class TransferArm:
    """One way to come to a classifier of digits.

    Args:
        name: As it stands in tables and figures.
        per_class: Labelled images of each digit.
        weights: What the network begins with: "mini", or None for random weights.
        learns: "head" alone; or "all" of the network, after the head where the network is a
            trained one; or "all but BatchNorm".
        augment: Whether every image shown is shifted, inverted and its channels are exchanged.
        steps: Of training more than the head; with `augment`, of the head too.
    """

    name: str
    per_class: int
    weights: Literal["mini"] | None
    learns: Literal["head", "all but BatchNorm", "all"]
    augment: bool = False
    steps: int = 0


@dataclass(frozen=True)
class TransferSetting:
    """What is the same for all arms.

    Args:
        head_steps: Of the head alone.
        head_rate: Of a head that is followed by the rest.
        batch: Images a step.
        letters: Images of the old task, to measure what is left of it.
    """

    head_steps: int = 300
    head_rate: float = 0.01
    batch: int = 25
    letters: int = 520
    draw: ClassVar[Callable[..., tuple[NDArray[np.uint8], Labels]]] = staticmethod(colour_digits)


@dataclass(frozen=True)
class CapstoneSetting(TransferSetting):
    """The same with the digits of another street.

    Args:
        images: What `dscourse.data` calls them.
    """

    images: str = "house_numbers"
    draw = staticmethod(house_numbers)


def few_labels(per_class: int) -> tuple[TransferArm, ...]:
    """Return the ways without and with a trained network that stays as it is.

    Args:
        per_class: Labelled images of each digit.
    """
    return _named(
        per_class,
        ("from scratch", None, "all", False, SCRATCH),
        ("from scratch, augmented", None, "all", True, AUGMENTED),
        ("random features", None, "head"),
        ("trained features", "mini", "head"),
        ("trained features, augmented", "mini", "head", True, AUGMENTED),
    )


def fine_tuning(per_class: int) -> tuple[TransferArm, ...]:
    """Return the ways to train a trained network on.

    Args:
        per_class: Labelled images of each digit.
    """
    return _named(
        per_class,
        ("fine-tuned", "mini", "all but BatchNorm", False, TUNED),
        ("fine-tuned, augmented", "mini", "all but BatchNorm", True, AUGMENTED),
        ("fine-tuned, live BatchNorm", "mini", "all", False, TUNED),
    )


def _named(per_class: int, *ways: tuple[Any, ...]) -> tuple[TransferArm, ...]:
    return tuple(
        TransferArm(f"{name}, {per_class} a class", per_class, *others) for name, *others in ways
    )


def train(
    arm: TransferArm,
    seed: int,
    rate: float,
    setting: TransferSetting = TransferSetting(),
    *,
    test: bool = True,
) -> Row:
    """Train an arm and measure it, on the digits and, where it began with letters, on those.

    The seed chooses the labelled originals, their colours, random weights and the order of images;
    arms with one seed share what they have in common. Validation and test show all originals of
    their split.

    Args:
        arm: The way to come to a classifier.
        seed: A non-negative integer.
        rate: Adam's learning rate at the start, of what the arm trains last.
        setting: What is the same for all arms.
        test: False leaves the test images alone: for choosing a rate.

    Returns:
        The conditions, "train_accuracy" (of the labelled images, at the end),
        "validation_accuracy" (a list of one number), "test_accuracy" (None without `test`),
        "letters_accuracy" (None without trained weights), "statistics_moved" (BatchNorm layers
        whose moving statistics changed) and processor "seconds".
    """
    import keras

    from dscourse.transfer import audit

    begun = time.process_time()
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    network = _Network.of(arm)
    images, labels = _digits(setting, "train", seed, arm.per_class)
    watch = audit(network.base)
    if arm.learns == "head":
        steps = arm.steps or setting.head_steps
        _train_head(network, _Shown(images, labels, arm.augment, seed), steps, rate, setting)
    else:
        if arm.weights:
            plain = _Shown(images, labels, False, seed)
            _train_head(network, plain, setting.head_steps, setting.head_rate, setting)
        _train_whole(arm, network, _Shown(images, labels, arm.augment, seed), rate, setting)
    return {
        "arm": arm.name,
        "seed": seed,
        "rate": rate,
        "network": described(arm),
        "setting": asdict(setting),
        "train_accuracy": network.accuracy(images, labels),
        "validation_accuracy": [network.accuracy(*_digits(setting, "validation", seed))],
        "test_accuracy": network.accuracy(*_digits(setting, "test", seed)) if test else None,
        "letters_accuracy": network.letters_accuracy(setting.letters) if arm.weights else None,
        "statistics_moved": watch.look().total.batch_norms_moved,
        "seconds": round(time.process_time() - begun),
    }


@dataclass(frozen=True)
class _Network:
    """A base that gives features, the head for digits, and the two together."""

    base: "keras.Model"
    head: "keras.Model"
    whole: "keras.Model"

    @classmethod
    def of(cls, arm: TransferArm) -> "_Network":
        import keras

        from dscourse.xception import MINI, Xception

        base = Xception(
            weights=arm.weights,
            include_top=False,
            pooling="avg",
            input_shape=(32, 32, 3),
            momentum=MOMENTUM,
            **MINI,
        )
        head = keras.Sequential([keras.Input(base.output_shape[1:]), keras.layers.Dense(DIGITS)])
        return cls(base, head, keras.Sequential([base, head]))

    def features(self, images: Images) -> Images:
        features: Images = self.base.predict(images, batch_size=100, verbose=0)
        return features

    def accuracy(self, images: Images, labels: Labels) -> float:
        kernel, bias = self.head.get_weights()
        return _agreement(self.features(images), kernel, bias, labels)

    def letters_accuracy(self, count: int) -> float:
        """Return how well the base still reads letters, with the top that it was trained with."""
        from dscourse.xception.mini import read_mini

        of_letters = read_mini()
        kernel, bias = (
            of_letters[f"predictions/{n}"].astype(np.float32) for n in ("kernel", "bias")
        )
        images, labels = glyphs(count, "test")
        return _agreement(self.features(scaled(images)), kernel, bias, labels)


def _agreement(features: Images, kernel: Images, bias: Images, labels: Labels) -> float:
    return round(float(np.mean((features @ kernel + bias).argmax(axis=1) == labels)), 4)


@dataclass(frozen=True)
class _Shown:
    """The labelled images, and in which order and how changed training shows them."""

    images: Images
    labels: Labels
    augment: bool
    seed: int

    def places(self, length: int) -> NDArray[np.intp]:
        return _order(len(self.images), length, self.seed)

    def sequence(self, places: NDArray[np.intp]) -> Images:
        shown = self.images[places]
        return augmented(shown, np.random.default_rng(self.seed)) if self.augment else shown


def _train_head(
    network: _Network, shown: _Shown, steps: int, rate: float, setting: TransferSetting
) -> None:
    """Train the head on standardised features, then let it take features as they come.

    Features of an untrained network are thousands of times smaller than those of a trained one. A
    rate that suits one would not suit the other.
    """
    places = shown.places(steps * setting.batch)
    if shown.augment:  # every image is a new one, and so are its features
        features = network.features(shown.sequence(places))
    else:
        features = network.features(shown.images)[places]
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    deviation[deviation == 0] = 1.0
    standard = (features - mean) / deviation
    _fit(network.head, standard, shown.labels[places], rate, setting.batch)
    kernel, bias = network.head.get_weights()
    kernel = kernel / deviation[:, None]
    network.head.set_weights([kernel, bias - mean @ kernel])


def _train_whole(
    arm: TransferArm, network: _Network, shown: _Shown, rate: float, setting: TransferSetting
) -> None:
    from dscourse.transfer import unfreeze_from

    unfreeze_from(network.whole, "block1", batch_norm=arm.learns == "all")
    places = shown.places(arm.steps * setting.batch)
    _fit(network.whole, shown.sequence(places), shown.labels[places], rate, setting.batch)


def _fit(model: "keras.Model", x: Images, y: Labels, rate: float, batch: int) -> None:
    """Train on images in the order given, once; the rate falls to 0 along half a cosine."""
    import keras

    falling = keras.optimizers.schedules.CosineDecay(rate, len(x) // batch)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(falling), loss)
    model.fit(x, y, batch_size=batch, shuffle=False, verbose=0)


def _order(count: int, length: int, seed: int) -> NDArray[np.intp]:
    """Return one random order of `count` items after another, `length` places in all."""
    rng = np.random.default_rng(seed)
    rounds = [rng.permutation(count) for _ in range(-(-length // count))]
    return np.concatenate(rounds)[:length]


def augmented(images: Images, rng: np.random.Generator) -> Images:
    """Change every image as its label allows: shift it, invert it, exchange its channels.

    Args:
        images: Images (count, height, width, channels) with values from -1 to 1.
        rng: Where all that is random comes from.

    >>> augmented(np.ones((1, 8, 8, 3), np.float32), np.random.default_rng(0)).shape
    (1, 8, 8, 3)
    """
    count, height, width, channels = images.shape
    down, right = rng.integers(-2, 3, size=(2, count, 1, 1, 1))
    rows = (np.arange(height)[:, None, None] - down) % height
    columns = (np.arange(width)[:, None] - right) % width
    channel = rng.permuted(np.tile(np.arange(channels), (count, 1)), axis=1)[:, None, None, :]
    moved = images[np.arange(count)[:, None, None, None], rows, columns, channel]
    sign = rng.choice(np.array([-1.0, 1.0], dtype=np.float32), size=(count, 1, 1, 1))
    changed: Images = moved * sign
    return changed


def _digits(
    setting: TransferSetting, split: Any, seed: int, per_class: int | None = None
) -> tuple[Images, Labels]:
    images, labels = setting.draw(split, n_per_class=per_class, seed=seed)
    return scaled(images), labels


LABELS = (5, 20)  # a class
_CAPSTONE = [
    f"{name}, 20 a class"
    for name in ("from scratch, augmented", "trained features", "fine-tuned, augmented")
]
TRANSFER_STUDIES = {
    "few-labels": Study(
        "With few labels a class, what is a network worth that knows another task?",
        tuple(arm for count in LABELS for arm in few_labels(count)),
        # With augmentation, from scratch, 0.003 is the best of the usual three: so one below it.
        rates=(0.001, 0.003, 0.01, 0.03),
        setting=TransferSetting(),
        train=train,
    ),
    "fine-tuning": Study(
        "Does it help to train such a network on, and what becomes of what it knew?",
        tuple(arm for count in LABELS for arm in fine_tuning(count)),
        rates=(0.0003, 0.001, 0.003, 0.01),
        setting=TransferSetting(),
        train=train,
    ),
    "capstone": Study(
        "What can be reached on the house numbers of the capstone?",
        tuple(
            replace(arm, name=arm.name.removesuffix(", 20 a class"))
            for arm in (*few_labels(20), *fine_tuning(20))
            if arm.name in _CAPSTONE
        ),
        rates=(0.0003, 0.001, 0.003, 0.01),
        setting=CapstoneSetting(),
        train=train,
    ),
}
