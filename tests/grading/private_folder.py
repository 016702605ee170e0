"""An instructor's folder with one private exercise, for tests."""

from pathlib import Path

SOURCE = '''
"""An exam."""

from private_exercises.observers import rounded

from dscourse.checking import Exercise, call

scale = Exercise(
    "05-scale-channels",
    "Scale every channel",
    "Return `x` with channel `c` multiplied by `factors[c]`.",
    hints=["A shape of one number broadcasts along the last axis of an image."],
    how=rounded,
)


@scale.reference
def scale_channels(x, factors):
    """Scale the channels of images (batch, height, width, channels)."""
    secret_name = np.asarray(factors)[None, None, None, :]
    return x * secret_name


@scale.alternative
def by_einsum(x, factors):
    return np.einsum("bhwc,c->bhwc", x, factors)


@scale.check("three channels", worth=3)
def _(rng):
    return call(rng.normal(size=(2, 3, 4, 3)), rng.normal(size=3) + 17.25)


@scale.also("no value is lost", worth=1)
def _(value, asked):
    return "" if np.isfinite(value).all() and 31.25 > 0 else "a value is not finite."


@scale.misconception(
    "M-WHOLE",
    "You scaled the whole image by one number.",
    section="one-filter-for-every-channel",
)
def _(x, factors):
    return x * np.mean(factors)
'''
OBSERVERS = """
import numpy as np


def rounded(answer, *args):
    value = answer(*args)
    return np.round(value, 6) if isinstance(value, np.ndarray) else value  # TODO passes through
"""


def private_folder(folder: Path, source: str = SOURCE) -> Path:
    """Write the folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    text = source.replace("from private_exercises", "import numpy as np\nfrom private_exercises", 1)
    (folder / "ch05_separable.py").write_text(text, encoding="utf-8")
    (folder / "observers.py").write_text(OBSERVERS, encoding="utf-8")
    return folder
