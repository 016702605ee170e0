"""On paper: what a step costs on n workers, in arithmetic and on the wire."""

from dataclasses import dataclass

# Forward; then the gradient of the inputs and that of the weights, which each cost as much again.
PASSES = 3


@dataclass(frozen=True)
class Worker:
    """What one worker can do.

    Args:
        multiply_adds_per_second: That it reaches in training, not its peak.
        bytes_per_second: That it can send, and receive at the same time.
        latency: Seconds until a message's first byte arrives.
    """

    multiply_adds_per_second: float
    bytes_per_second: float
    latency: float = 0.0


@dataclass(frozen=True)
class StepTime:
    """The time of one step when nothing overlaps: an upper bound for a good engine.

    Args:
        workers: How many there are.
        images: In the global batch.
        compute: Seconds of arithmetic.
        communication: Seconds of summing gradients.
    """

    workers: int
    images: int
    compute: float
    communication: float

    @property
    def images_per_second(self) -> float:
        """Throughput over all workers."""
        return self.images / (self.compute + self.communication)

    @property
    def efficiency(self) -> float:
        """Throughput divided by that of as many workers that never have to talk."""
        return self.compute / (self.compute + self.communication)


def all_reduce_bytes(parameters: int, workers: int, bytes_per_value: int = 4) -> float:
    """Count the bytes that each worker sends to sum one gradient over all of them.

    In a ring each worker sends 1/n of the gradient n - 1 times to be summed, and n - 1 times more
    to spread the sums: 2 (n - 1) / n times the gradient, which never exceeds twice its size.

    Args:
        parameters: Trainable ones.
        workers: n.
        bytes_per_value: 4 for float32.

    Source: Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of
    workstations", 2009, doi:10.1016/j.jpdc.2008.09.002.

    >>> all_reduce_bytes(1_000_000, workers=1), all_reduce_bytes(1_000_000, workers=4)
    (0.0, 6000000.0)
    """
    return 2 * (workers - 1) / workers * parameters * bytes_per_value


def step_time(
    parameters: int, multiply_adds: int, images_per_worker: int, worker: Worker, workers: int
) -> StepTime:
    """Estimate one step of synchronous training.

    Args:
        parameters: Trainable parameters.
        multiply_adds: Of the forward pass for one image.
        images_per_worker: The global batch is that times `workers`.
        worker: What each of them can do.
        workers: How many there are.

    >>> slow_wire = Worker(multiply_adds_per_second=1e12, bytes_per_second=1e9)
    >>> two = step_time(25_000_000, 10**9, 32, slow_wire, workers=2)
    >>> two.compute, two.communication, round(two.efficiency, 2)
    (0.096, 0.1, 0.49)
    """
    compute = PASSES * multiply_adds * images_per_worker / worker.multiply_adds_per_second
    rounds = 2 * (workers - 1)
    wire = all_reduce_bytes(parameters, workers) / worker.bytes_per_second
    return StepTime(workers, workers * images_per_worker, compute, wire + rounds * worker.latency)
