"""What is allowed as an argument, in words for whoever asks for something else."""

from collections.abc import Collection
from typing import Any, Literal

import numpy as np

Split = Literal["train", "validation", "test"]


def require_integers(**given: tuple[Any, int]) -> None:
    """Demand that each value is an integer, and at least what stands beside it.

    >>> require_integers(size=(32, 8))
    """
    for name, (value, least) in given.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"`{name}` must be an integer of at least {least}; got {value!r}.")


def require_split(split: Any, known: Collection[str]) -> None:
    """Demand that a split is one of those that there are.

    >>> require_split("test", ["train", "test"])
    """
    if split not in known:
        raise ValueError(f"`split` must be one of {', '.join(known)}; got {split!r}.")
