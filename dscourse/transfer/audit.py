"""Watch a model while it trains: who is trainable, who moved, and what the difference tells."""

from types import TracebackType
from typing import Any, Self

import keras
import numpy as np
from numpy.typing import NDArray

from dscourse.transfer import audit_table
from dscourse.transfer.blocks import Placed, block_names, placed_layers
from dscourse.transfer.seen import Row, Seen, rows
from dscourse.transfer.traps import warnings_about

_STATISTICS = ("moving_mean", "moving_variance")


class Audit:
    """What became of the weights of a model since a moment; made by `audit`.

    It holds a copy of all weights: 92 MB for Xception.
    """

    def __init__(self, model: keras.Model) -> None:
        if not model.weights:
            raise ValueError(
                "`model` must have weights to watch; got none, so call it on a batch first."
            )
        self.model = model
        self.seen: tuple[Seen, ...] = ()
        self._before = _copies(model)
        self._by = "block" if block_names(model) else "layer"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.look()

    def look(self) -> Self:
        """Compare the weights of now with those of the beginning."""
        learning = {id(weight) for weight in self.model.trainable_weights}
        self.seen = tuple(_seen(p, w, old, learning) for p, w, old in self._before)
        return self

    def rows(self, by: str = "") -> list[Row]:
        """Count by "block" or by "layer"; by default by block where the names tell one.

        Args:
            by: "block", "layer" or "" for the default.

        Raises:
            ValueError: `by` is none of them.
        """
        return rows(self.seen, by or self._by)

    @property
    def total(self) -> Row:
        """All arrays in one row."""
        return Row("all", self.seen)

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence for each trap that was stepped into."""
        return warnings_about(self.total) if self.seen else ()

    def __str__(self) -> str:
        return audit_table.text(self.rows(), self.total, self.warnings)

    def __repr__(self) -> str:
        return f"Audit: {audit_table.summary(self.total)}" if self.seen else "Audit: watching"

    def _repr_html_(self) -> str:
        return audit_table.html(self.rows(), self.total, self.warnings)


def audit(model: keras.Model) -> Audit:
    """Watch a model: its weights are copied now, and compared later.

    Use it around a block of code, `with audit(model) as seen: model.fit(…)`, or in two calls,
    `seen = audit(model)` and later `seen.look()`. Then `seen` is a table, `seen.warnings` says in
    words what went wrong, and `dscourse.figures.audit_strips` draws it.

    Args:
        model: The whole model that is trained; models inside it are looked into.

    Raises:
        ValueError: The model is not built.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="dense")])
    >>> with audit(model) as seen:
    ...     model.set_weights([weight + 1 for weight in model.get_weights()])
    >>> seen
    Audit: 2 of 2 weights moved, 2 are trainable.
    """
    return Audit(model)


def _copies(model: keras.Model) -> list[tuple[Placed, Any, NDArray[Any]]]:
    found, known = [], set()
    for placed in placed_layers(model):
        for weight in placed.layer.weights:
            if id(weight) not in known:  # a layer can stand in two places
                known.add(id(weight))
                found.append((placed, weight, _value(weight)))
    return found


def _seen(placed: Placed, weight: Any, old: NDArray[Any], learning: set[int]) -> Seen:
    new = _value(weight)
    normalizes = isinstance(placed.layer, keras.layers.BatchNormalization)
    statistic = normalizes and weight.name in _STATISTICS
    return Seen(
        layer=placed.path,
        block=placed.block,
        inside=placed.inside,
        statistic=statistic,
        # No gradient is for statistics: they move where their own layer is not frozen.
        trainable=placed.layer.trainable if statistic else id(weight) in learning,
        moved=not np.array_equal(old, new, equal_nan=True),
        finite=bool(np.all(np.isfinite(new))),
    )


def _value(weight: Any) -> NDArray[Any]:
    return np.array(weight.numpy())
