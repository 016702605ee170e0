"""The loop: the same steps over the same batches, however many workers share each batch."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from dscourse.training import checkpoint
from dscourse.training.progress import Meter
from dscourse.training.task import Task
from dscourse.training.workers import ALONE, Workers

Step = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Result:
    """A finished training.

    Args:
        model: The trained model.
        steps: Steps that this run took; fewer than the task has if it went on from a checkpoint.
        loss: Mean loss of the last step's global batch.
        examples_per_second: Over all workers, without the first step, which compiles.
    """

    model: keras.Model
    steps: int
    loss: float
    examples_per_second: float


def train(
    task: Task,
    folder: Path | str,
    *,
    workers: Workers = ALONE,
    checkpoint_every: int = 100,
    tell: Callable[[str], None] | None = None,
) -> Result:
    """Train, and go on from the folder's checkpoint where there is one.

    With n workers each computes the gradient of its n-th part of every batch; the parts are summed
    before each takes the same step. BatchNorm takes its statistics over the whole batch. So the
    weights are those of one process, up to the rounding of sums in another order. Layers that draw
    random numbers, such as dropout, draw others with another number of workers.

    Args:
        task: What to train.
        folder: For the checkpoint. Workers on several machines need one that all of them see.
        workers: All processes, and which this one is.
        checkpoint_every: Steps between two checkpoints: what a crash costs at most.
        tell: Gets a line of progress about once a second, in worker 0.

    Raises:
        ValueError: The batch cannot be shared out, or the checkpoint is of something else.
        tensorflow.errors.UnavailableError: Another worker has died.

    >>> import tempfile
    >>> x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    >>> model = lambda: keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    >>> read = lambda n: (x[n], (x[n, 0] > 0).astype(int))
    >>> task = Task(model, lambda: keras.optimizers.SGD(0.5), 64, read, batch=16, epochs=10)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = train(task, folder)
    >>> result.steps, result.loss < 0.3
    (40, True)
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    workers.share(np.arange(task.batch))  # refuse before the others are waited for
    strategy = workers.strategy()
    with strategy.scope():
        keras.utils.set_random_seed(task.seed)
        model, optimizer = task.model(), task.optimizer()
        optimizer.build(model.trainable_variables)
        variables = [*model.variables, *optimizer.variables]
        first = checkpoint.restore(folder, variables)
    _synchronize_batch_norm(model)
    step = _compiled_step(task, model, optimizer, strategy)
    meter = Meter(task, first, tell if workers.is_chief else None)
    loss = float("nan")
    for number in range(first, task.steps):
        images, labels = task.read(workers.share(_batch(task, number)))
        loss = float(step(tf.constant(images), tf.constant(labels)))
        meter.count(number + 1, loss)
        due = (number + 1) % checkpoint_every == 0 or number + 1 == task.steps
        if due and workers.is_chief:
            checkpoint.save(folder, variables, number + 1)
    return Result(model, task.steps - first, loss, meter.examples_per_second)


def _batch(task: Task, step: int) -> NDArray[Any]:
    """Return the example numbers of one step: the same for every worker, run and restart."""
    epoch, place = divmod(step, task.steps_per_epoch)
    order = np.random.default_rng([task.seed, epoch]).permutation(task.examples)
    return order[place * task.batch : (place + 1) * task.batch]


def _compiled_step(
    task: Task, model: keras.Model, optimizer: keras.Optimizer, strategy: tf.distribute.Strategy
) -> Step:
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=None)
    weights = model.trainable_variables

    def on_this_worker(images: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            # Divided by the global batch: the sum over workers is then the mean of all examples.
            loss = tf.reduce_sum(cross_entropy(labels, model(images, training=True))) / task.batch
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        optimizer.apply(gradients, weights)  # Keras' optimizer sums over the workers first
        context = tf.distribute.get_replica_context()
        return context.all_reduce(tf.distribute.ReduceOp.SUM, loss)

    step: Step = tf.function(lambda *batch: strategy.run(on_this_worker, args=batch))
    return step


def _synchronize_batch_norm(model: keras.Model) -> None:
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = True
        elif isinstance(layer, keras.Model):
            _synchronize_batch_norm(layer)
