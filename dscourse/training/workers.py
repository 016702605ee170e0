"""Who takes part: one process alone, or several that know each other's addresses."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray


@dataclass(frozen=True)
class Workers:
    """The processes of one training, and which of them this one is.

    Args:
        addresses: `host:port` of every worker, in the same order for all; () for one process.
        index: The place of this process in `addresses`; worker 0 writes checkpoints and progress.

    Raises:
        ValueError: The index is not that of an address.

    >>> Workers(("host-a:3000", "host-b:3000"), index=1).count
    2
    """

    addresses: tuple[str, ...] = ()
    index: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.count:
            raise ValueError(
                f"`index` must be from 0 to {self.count - 1} with {self.count} worker(s); "
                f"got {self.index}."
            )

    @property
    def count(self) -> int:
        """How many processes train together."""
        return max(1, len(self.addresses))

    @property
    def is_chief(self) -> bool:
        """Whether this process writes what all share."""
        return self.index == 0

    def strategy(self) -> tf.distribute.Strategy:
        """Connect to the other workers; waits until all of them have come.

        Must be called before TensorFlow runs its first operation in this process.
        """
        if self.count == 1:
            return tf.distribute.get_strategy()
        cluster = tf.train.ClusterSpec({"worker": list(self.addresses)})
        resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
            cluster, task_type="worker", task_id=self.index, rpc_layer="grpc"
        )
        return tf.distribute.MultiWorkerMirroredStrategy(resolver)

    def share(self, batch: NDArray[Any]) -> NDArray[Any]:
        """Return this worker's part of a global batch of example numbers.

        >>> Workers(("a:1", "b:1"), index=1).share(np.arange(6)).tolist()
        [3, 4, 5]
        """
        if len(batch) % self.count:
            raise ValueError(
                f"`batch` must be a multiple of the {self.count} workers; got {len(batch)}."
            )
        part: NDArray[Any] = np.split(batch, self.count)[self.index]
        return part


ALONE = Workers()
