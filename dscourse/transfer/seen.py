"""What an audit saw: weight by weight, and counted by layer or by block."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """One array of a model, and what became of it.

    Args:
        layer: The path of its layer.
        block: The layer's block, "head" after the last map, or "" before the first block.
        inside: True where a model that is itself a layer holds it.
        statistic: True for a moving mean or variance of a BatchNormalization layer.
        trainable: Whether the next `compile` would let it move.
        moved: Whether it changed.
        finite: Whether all its values are numbers.
    """

    layer: str
    block: str
    inside: bool
    statistic: bool
    trainable: bool
    moved: bool
    finite: bool = True


@dataclass(frozen=True)
class Row:
    """A layer or a block, with the arrays in it.

    Args:
        name: The path of the layer, or the name of the block.
        seen: Its arrays.

    >>> Row("block1", (Seen("conv", "block1", False, False, True, moved=False),)).stuck
    1
    """

    name: str
    seen: tuple[Seen, ...]

    @property
    def weights(self) -> int:
        """Number of kernels, offsets and scales, for which there are gradients."""
        return len(self._weights())

    @property
    def trainable(self) -> int:
        """How many of the weights are trainable."""
        return sum(s.trainable for s in self._weights())

    @property
    def moved(self) -> int:
        """How many of the weights changed."""
        return sum(s.moved for s in self._weights())

    @property
    def stuck(self) -> int:
        """How many weights are trainable, in a layer in which none changed."""
        alive = {s.layer for s in self._weights() if s.moved}
        return sum(s.trainable and s.layer not in alive for s in self._weights())

    @property
    def slipped(self) -> int:
        """How many weights are not trainable, and changed."""
        return sum(s.moved and not s.trainable for s in self._weights())

    @property
    def batch_norms(self) -> int:
        """Number of layers with statistics."""
        return len(self._layers(lambda s: True))

    @property
    def batch_norms_moved(self) -> int:
        """How many of them changed their statistics."""
        return len(self._layers(lambda s: s.moved))

    @property
    def batch_norms_slipped(self) -> int:
        """How many of them are frozen, and changed their statistics."""
        return len(self._layers(lambda s: s.moved and not s.trainable))

    def _weights(self) -> list[Seen]:
        return [s for s in self.seen if not s.statistic]

    def _layers(self, holds: Callable[[Seen], bool]) -> set[str]:
        return {s.layer for s in self.seen if s.statistic and holds(s)}


def rows(seen: Iterable[Seen], by: str) -> list[Row]:
    """Count what was seen.

    Args:
        seen: The arrays, in the order of the model.
        by: "layer" or "block"; what stands before the first block is called "start".

    Raises:
        ValueError: `by` is neither.

    >>> kernel = Seen("base/conv", "block1", True, False, True, moved=True)
    >>> [row.name for row in rows([kernel], "block")]
    ['block1']
    """
    if by not in ("layer", "block"):
        raise ValueError(f"`by` must be 'layer' or 'block'; got {by!r}.")
    groups: dict[str, list[Seen]] = {}
    for each in seen:
        groups.setdefault(each.layer if by == "layer" else each.block or "start", []).append(each)
    return [Row(name, tuple(group)) for name, group in groups.items()]
