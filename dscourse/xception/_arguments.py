"""Check what Xception is asked for, before a layer is built.

Wherever Keras raises, this raises a ValueError too. It also raises where Keras would ignore an
argument or build something else than was asked for.
"""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import keras

from dscourse.xception.mini import MINI

Rule = tuple[Callable[[Any], bool], str]


def check(**given: Any) -> None:
    """Demand that every argument is possible, and that each has something to act on."""
    for name, (holds, rule) in RULES.items():
        if not holds(given[name]):
            raise ValueError(f"`{name}` must be {rule}; got {given[name]!r}.")
    (_check_top if given["include_top"] else _check_no_top)(**given)
    if given["weights"] in TRAINED:
        _check_trained(**given)


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real) and math.isfinite(value)


def is_integer(value: Any, least: int) -> bool:
    """Tell whether a value is a whole number, `least` or more.

    >>> is_integer(3, 1), is_integer(True, 1), is_integer(3.0, 1)
    (True, False, False)
    """
    return not isinstance(value, bool) and isinstance(value, Integral) and int(value) >= least


def _is_weights(value: Any) -> bool:
    is_path = isinstance(value, str | os.PathLike)
    return value is None or (is_path and (value in TRAINED or Path(value).is_file()))


def _one_of(*choices: Any) -> Rule:
    *most, last = map(repr, choices)
    return lambda value: value in choices, f"{', '.join(most)} or {last}"


RULES: dict[str, Rule] = {
    "include_top": _one_of(True, False),
    "weights": (_is_weights, "None, 'imagenet', 'mini' or the path of an existing file"),
    "pooling": _one_of(None, "avg", "max"),
    "classes": (lambda value: is_integer(value, 1), "a positive integer"),
    "width": (lambda value: _is_number(value) and value > 0, "a positive number"),
    "middle_blocks": (lambda value: is_integer(value, 0), "an integer, 0 or more"),
    "between": _one_of(None, "relu", "elu"),
    "order": _one_of("depthwise-first", "pointwise-first"),
    "residuals": _one_of(True, False),
    "momentum": (lambda value: _is_number(value) and 0 <= value < 1, "a number in [0, 1)"),
    "small_inputs": _one_of(True, False),
}

PAPER = {
    "width": 1,
    "middle_blocks": 8,
    "between": None,
    "order": "depthwise-first",
    "residuals": True,
    "small_inputs": False,
}


@dataclass(frozen=True)
class Trained:
    """What weights were trained with. `momentum` is free: it changes no weight.

    Args:
        knobs: The arguments that they fix.
        classes: Outputs of their top.
        way_out: What to pass to have these knobs, as the beginning of a list.
    """

    knobs: dict[str, Any]
    classes: int
    way_out: str = ""


TRAINED = {
    "imagenet": Trained(PAPER, 1000),
    "mini": Trained(PAPER | MINI, 26, "**dscourse.xception.MINI, or "),
}


def _check_trained(**given: Any) -> None:
    trained = TRAINED[given["weights"]]
    for name, value in trained.knobs.items():
        if given[name] != value:
            raise ValueError(
                f"`{name}` must be {value!r} with `weights={given['weights']!r}`, which were "
                f"trained so; got {given[name]!r}, so pass {trained.way_out}weights=None to train "
                "your own."
            )


def _check_top(
    pooling: Any, classes: int, weights: Any, classifier_activation: Any, **_: Any
) -> None:
    if pooling is not None:
        raise ValueError(
            f"`pooling` must be None with `include_top=True`, whose top pools by itself; got "
            f"{pooling!r}, so pass include_top=False for pooled features."
        )
    if weights in TRAINED and classes != TRAINED[weights].classes:
        raise ValueError(
            f"`classes` must be {TRAINED[weights].classes} with `include_top=True` and "
            f"`weights={weights!r}`; got {classes}, so pass include_top=False and add a head of "
            "your own."
        )
    pretrained = (keras.activations.softmax, keras.activations.linear)
    if weights is not None and keras.activations.get(classifier_activation) not in pretrained:
        raise ValueError(
            f"`classifier_activation` must be 'softmax' or None with pretrained weights; got "
            f"{classifier_activation!r}."
        )


def _check_no_top(classes: int, classifier_activation: Any, **_: Any) -> None:
    for name, value, default in [
        ("classes", classes, 1000),
        ("classifier_activation", classifier_activation, "softmax"),
    ]:
        if value != default:
            raise ValueError(
                f"`{name}` belongs to the top, which `include_top=False` leaves out; got "
                f"{value!r}, so omit it or pass include_top=True."
            )
