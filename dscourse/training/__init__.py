"""The same training on one process or on several: one script, one batch, the same weights.

Engine: TensorFlow's `MultiWorkerMirroredStrategy` with a training step of our own. It comes with
the TensorFlow that the course installs. Keras 3's `fit` does not work under it; its layers and its
optimizers do.
"""

from dscourse.training.launch import launch
from dscourse.training.loop import Result, train
from dscourse.training.scaling import StepTime, Worker, all_reduce_bytes, step_time
from dscourse.training.task import Task, find_task
from dscourse.training.workers import ALONE, Workers

__all__ = [
    "ALONE",
    "Result",
    "StepTime",
    "Task",
    "Worker",
    "Workers",
    "all_reduce_bytes",
    "find_task",
    "launch",
    "step_time",
    "train",
]
