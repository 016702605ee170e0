"""PyTorch, with the channels last in memory."""

from typing import Any

from benchmarks.case import Array, Case
from benchmarks.engines import Prepared, engine


@engine("torch", "separable", "torch")
@engine("torch", "ordinary", "torch")
def torch_channels_last(case: Case) -> Prepared:
    """Call `conv2d`, with one group a channel for the depthwise step."""
    import torch
    from torch.nn.functional import conv2d

    torch.set_num_threads(case.threads)
    last = torch.channels_last

    def tensor(array: Array, *axes: int) -> Any:
        return torch.from_numpy(array.transpose(axes).copy()).contiguous(memory_format=last)

    x = tensor(case.x, 0, 3, 1, 2)
    if case.task == "ordinary":
        kernel = tensor(case.kernel, 3, 2, 0, 1)
        steps = [lambda y: conv2d(y, kernel, padding=1)]
    else:
        depthwise = tensor(case.depthwise, 2, 3, 0, 1)
        pointwise = tensor(case.pointwise, 3, 2, 0, 1)
        steps = [
            lambda y: conv2d(y, depthwise, padding=1, groups=case.layer.c_in),
            lambda y: conv2d(y, pointwise),
        ]

    def call() -> Any:
        y = x
        with torch.inference_mode():
            for step in steps:
                y = step(y)
        return y

    return call, lambda y: y.permute(0, 2, 3, 1).numpy()
