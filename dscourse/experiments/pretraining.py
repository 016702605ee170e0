"""Make the weights of `Xception(weights="mini")`: letters, epoch by epoch, resumed if interrupted.

The command is `make weights`. It writes the weights, their checksum and the training curve into the
package. Several machines can train the same task: `python -m dscourse.training
dscourse.experiments.pretraining:task --folder …`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dscourse.data import LETTERS, glyphs
from dscourse.experiments.arms import MOMENTUM
from dscourse.experiments.runner import packages
from dscourse.results import Record, save

if TYPE_CHECKING:
    import keras

    from dscourse.training import Task

IMAGES, EPOCHS, BATCH, RATE = 26_000, 5, 64, 0.003
TESTED, KNOWN = 2600, 1300  # images that measure: in new fonts, and in those of the training

Row = dict[str, Any]


def task(images: int = IMAGES) -> "Task":
    """Return what is trained, for `dscourse.training`.

    Args:
        images: Number of training images.
    """
    import keras

    from dscourse.training import Task

    def optimizer() -> keras.Optimizer:
        steps = EPOCHS * (images // BATCH)
        return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps))

    return Task(_model, optimizer, images, partial(_read, images), batch=BATCH, epochs=EPOCHS)


def make(
    folder: Path, images: int = IMAGES, say: Callable[[str], None] = print
) -> tuple["keras.Model", list[Row]]:
    """Train, and measure after every epoch; what the folder holds is not done again.

    Args:
        folder: For the checkpoint and the rows so far.
        images: Number of training images.
        say: Is called with a line of progress.

    Returns:
        The model, and a row for each epoch: "known_fonts", the accuracy on fresh images in the
        fonts of the training, "validation_accuracy", and after the last "test_accuracy".
    """
    from dscourse.training import train

    folder.mkdir(parents=True, exist_ok=True)
    curve = folder / "curve.json"
    rows = json.loads(curve.read_text(encoding="utf-8")) if curve.exists() else []
    whole = task(images)
    # A checkpoint of the last epoch whose row is missing is measured and nothing more.
    for epoch in range(min(len(rows) + 1, EPOCHS), EPOCHS + 1):
        model = train(replace(whole, epochs=epoch), folder, tell=say).model
        rows = [*rows[: epoch - 1], {"epoch": epoch} | _measured(model, last=epoch == EPOCHS)]
        say(f"epoch {epoch}: validation accuracy {rows[-1]['validation_accuracy']:.3f}")
        curve.write_text(json.dumps(rows), encoding="utf-8")
    return model, rows


def _model() -> "keras.Model":
    from dscourse.xception import MINI, Xception

    return Xception(
        weights=None,
        classes=len(LETTERS),
        classifier_activation=None,  # logits
        momentum=MOMENTUM,
        **MINI,
    )


def _read(images: int, numbers: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    pixels, labels = _drawn(images)
    return scaled(pixels[numbers]), labels[numbers]


@cache
def _drawn(images: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    return glyphs(images, "train")


def scaled(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Bring pixels to values from -1 to 1, as the weights expect them.

    >>> scaled(np.array([0, 255], dtype=np.uint8)).tolist()
    [-1.0, 1.0]
    """
    return (images / 127.5 - 1.0).astype(np.float32)


def _measured(model: "keras.Model", *, last: bool) -> Row:
    return {
        "known_fonts": accuracy(model, *glyphs(KNOWN, "train", seed=1)),
        "validation_accuracy": accuracy(model, *glyphs(TESTED, "validation")),
        "test_accuracy": accuracy(model, *glyphs(TESTED, "test")) if last else None,
    }


def accuracy(model: "keras.Model", images: NDArray[np.uint8], labels: NDArray[np.int64]) -> float:
    """Return the part of images whose label a model of letters finds.

    Args:
        model: With one output a class.
        images: Images as `glyphs` draws them.
        labels: Of the images.
    """
    outputs = model.predict(scaled(images), batch_size=200, verbose=0)
    return round(float(np.mean(outputs.argmax(axis=1) == labels)), 4)


def publish(model: "keras.Model", rows: Sequence[Row]) -> Path:
    """Replace the weights of the package and their training curve; return the path of the weights.

    Args:
        model: As `make` returns it.
        rows: Of its curve.
    """
    from dscourse.xception.mini import save_mini

    save(Record.of_now("make weights", rows, packages()), "mini")
    return save_mini(model)
