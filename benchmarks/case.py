"""One convolution to measure: its arrays, and what the right answer is."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmarks.layers import Layer

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Case:
    """A layer with random float32 images and weights.

    Args:
        task: 'separable', or 'ordinary' for the 3x3 convolution that it replaces.
        layer: Sizes.
        batch: Images at once.
        threads: How many an engine may use.
    """

    task: str
    layer: Layer
    batch: int = 1
    threads: int = 1
    seed: int = field(default=0, repr=False)

    @cached_property
    def x(self) -> Array:
        """Images (batch, height, width, c_in)."""
        size = self.layer.size
        return self._normal(0, self.batch, size, size, self.layer.c_in)

    @cached_property
    def kernel(self) -> Array:
        """Weights (3, 3, c_in, c_out) of the ordinary convolution."""
        return self._normal(1, 3, 3, self.layer.c_in, self.layer.c_out)

    @cached_property
    def depthwise(self) -> Array:
        """Weights (3, 3, c_in, 1)."""
        return self._normal(2, 3, 3, self.layer.c_in, 1)

    @cached_property
    def pointwise(self) -> Array:
        """Weights (1, 1, c_in, c_out)."""
        return self._normal(3, 1, 1, self.layer.c_in, self.layer.c_out)

    @property
    def weights(self) -> tuple[Array, ...]:
        """The kernels of the task, in the order of their use."""
        return (self.kernel,) if self.task == "ordinary" else (self.depthwise, self.pointwise)

    @cached_property
    def answer(self) -> NDArray[np.float64]:
        """Compute in float64, tap by tap: the plainest way, and used by no engine."""
        size = self.layer.size
        padded = np.pad(self.x.astype(np.float64), ((0, 0), (1, 1), (1, 1), (0, 0)))
        first, *rest = (w.astype(np.float64) for w in self.weights)
        y: NDArray[np.float64] = np.zeros(1)
        for u, v in np.ndindex(3, 3):
            view = padded[:, u : u + size, v : v + size]
            y = y + (view * first[u, v, :, 0] if rest else _mix(view, first[u, v]))
        return _mix(y, rest[0][0, 0]) if rest else y

    def error(self, got: Array) -> float:
        """Measure the largest error, on the scale of the answer's root mean square."""
        if got.shape != self.answer.shape:
            raise ValueError(f"`got` must have shape {self.answer.shape}; got {got.shape}.")
        return float(np.abs(got - self.answer).max() / np.sqrt(np.mean(self.answer**2)))

    def _normal(self, stream: int, *shape: int) -> Array:
        return np.random.default_rng([self.seed, stream]).standard_normal(shape, dtype=np.float32)


def _mix(x: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    y: NDArray[np.float64] = x.reshape(-1, x.shape[3]) @ matrix
    return y.reshape(*x.shape[:3], -1)
