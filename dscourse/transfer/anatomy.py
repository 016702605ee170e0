"""What `keras.applications.Xception` builds for every combination of its arguments, or refuses.

`python -m dscourse.transfer` runs them all and writes `dscourse/results/applications.json`; that
takes a quarter of an hour. The pretrained weights are 92 MB in another place: a file of the same
form with random numbers stands in for them, so shapes, parameters and errors are Keras' own.
"""

import inspect
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any
from unittest import mock

import keras

Arguments = Mapping[str, Any]

# The first of each is Keras' default. 70 is one pixel too small; "sum" is no pooling there is.
CHOICES: Mapping[str, Sequence[Any]] = {
    "include_top": [True, False],
    "weights": ["imagenet", None],
    "input_shape": [None, *([n, n, 3] for n in (70, 71, 96, 150, 224, 299, None))],
    "pooling": [None, "avg", "max", "sum"],
    "classes": [1000, 10],
    "classifier_activation": ["softmax", None, "relu"],
}
# An input shape is never ignored: it may only be the one that was meant anyway.
_CAN_BE_IGNORED = ("pooling", "classes", "classifier_activation")
_BUILT = ("input", "map", "tail", "output", "parameters")
_LAST_MAP = "block14_sepconv2_act"


def combinations() -> Iterator[dict[str, Any]]:
    """Return every combination of the choices, the last argument changing fastest."""
    for values in product(*CHOICES.values()):
        yield dict(zip(CHOICES, values, strict=True))


def outcome(arguments: Arguments) -> dict[str, Any]:
    """Call `keras.applications.Xception` and tell what came of it.

    Args:
        arguments: As in `CHOICES`. For weights="imagenet" call it inside `stand_in_weights`, or
            Keras downloads them.

    Returns:
        "input", "map" and "output" as shapes without the batch, "tail" with the layers after the
        map, and "parameters"; or "error" with what Keras said. What does not apply is None.

    >>> outcome({"weights": None, "input_shape": [70, 70, 3]})["error"]
    'ValueError: Input size must be at least 71x71; Received: input_shape=(70, 70, 3)'
    """
    keras.backend.clear_session()  # or the names of unnamed layers go on counting
    shape = arguments.get("input_shape")
    try:
        model = keras.applications.Xception(
            **{**arguments, "input_shape": tuple(shape) if shape else None}
        )
    except ValueError as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        said = re.sub(r" at 0x\w+", "", said)  # where a function lies in memory is news every time
        return {**dict.fromkeys(_BUILT), "error": said}
    names = [layer.name for layer in model.layers]
    built = {
        "input": list(model.input_shape[1:]),
        "map": list(model.get_layer(_LAST_MAP).output.shape[1:]),
        "tail": [_told(layer) for layer in model.layers[names.index(_LAST_MAP) + 1 :]],
        "output": list(model.output_shape[1:]),
        "parameters": model.count_params(),
    }
    return {**built, "error": None}


def ignored(arguments: Arguments, outcomes: Mapping[str, Arguments]) -> list[str]:
    """Name the arguments that were given and made no difference to what Keras built.

    Args:
        arguments: One combination.
        outcomes: The outcome of every combination, by `key`.
    """
    own = outcomes[key(arguments)]
    if own["error"]:
        return []
    without = {n: {**arguments, n: CHOICES[n][0]} for n in _CAN_BE_IGNORED}
    return [
        name
        for name, others in without.items()
        if arguments[name] != others[name] and outcomes[key(others)] == own
    ]


def key(arguments: Arguments) -> str:
    """Return a combination as one string, as a page's script finds it again.

    >>> key({"include_top": True, "input_shape": [71, 71, 3], "pooling": None})
    'True|71,71,3|None'
    """
    return "|".join(
        ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for value in arguments.values()
    )


@contextmanager
def stand_in_weights() -> Iterator[None]:
    """Let weights="imagenet" load random numbers from files of the same form, without a network."""
    builder = inspect.getmodule(keras.applications.Xception)
    with tempfile.TemporaryDirectory() as folder:
        paths = {top: Path(folder, f"{top}.weights.h5") for top in (True, False)}
        for top, path in paths.items():
            keras.applications.Xception(include_top=top, weights=None).save_weights(path)

        def get_file(name: str, *_: Any, **__: Any) -> str:
            return str(paths["notop" not in name])

        with mock.patch.object(builder.file_utils, "get_file", get_file):  # type: ignore[union-attr]
            yield


def table(chosen: Iterable[Arguments] | None = None) -> Iterator[tuple[Arguments, Arguments]]:
    """Return combinations with their outcomes, one after another.

    Args:
        chosen: Some combinations; by default all.
    """
    with stand_in_weights():
        for arguments in chosen or combinations():
            yield arguments, outcome(arguments)


def _told(layer: keras.Layer) -> str:
    activation = getattr(layer, "activation", None)
    kind = type(layer).__name__
    return f"{kind}({layer.units}, {activation.__name__})" if activation else kind
