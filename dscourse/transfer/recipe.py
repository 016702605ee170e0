"""Fine-tuning in two phases: first the head alone, then the last blocks, slowly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from dscourse.transfer.freezing import freeze, unfreeze_from


@dataclass(frozen=True)
class Phases:
    """What the two phases of `fine_tune` recorded, as `fit` returns it.

    Args:
        head: Of the head behind a frozen base.
        whole: Of the head and the blocks that were unfrozen.
    """

    head: keras.callbacks.History
    whole: keras.callbacks.History


def fine_tune(
    model: keras.Model,
    base: keras.Model,
    x: Any,
    y: Any = None,
    *,
    first_block: str,
    loss: Any,
    epochs: tuple[int, int] = (5, 5),
    rates: tuple[float, float] = (1e-3, 1e-5),
    metrics: Sequence[Any] = ("accuracy",),
    optimizer: Callable[[float], keras.optimizers.Optimizer] = keras.optimizers.Adam,
    callbacks: Callable[[], list[keras.callbacks.Callback]] = list,
    **fitting: Any,
) -> Phases:
    """Train the head of a model, then its last blocks too, with every BatchNormalization frozen.

    A new head sends large gradients at first; behind a frozen base they spoil nothing. Then the
    blocks from `first_block` on learn at a low rate, each phase compiled anew, so that what is
    frozen and what is not takes effect.

    Args:
        model: The whole: base and head, nested or built on the base's output.
        base: The trained part, which must be in `model`.
        x: Images, or a dataset of pairs, as for `fit`.
        y: Labels, or None with a dataset.
        first_block: The name of the first block to unfreeze, as "block13".
        loss: As for `compile`.
        epochs: Of the first and of the second phase.
        rates: Learning rates of the first and of the second phase.
        metrics: As for `compile`.
        optimizer: A function from a learning rate to a new optimizer; each phase has its own.
        callbacks: A function that makes new callbacks for a phase; an early stop that has seen
            the first phase would measure the second against it.
        **fitting: Passed on to `fit`, such as `batch_size`, `validation_data` or `verbose`.

    Returns:
        The histories of both phases.

    Raises:
        ValueError: The base is no part of the model, a number of epochs or a rate is not
            positive, or there is no such block. Nothing is trained then.

    Source: fchollet, "Transfer learning & fine-tuning", the Keras guide, for the two phases; for
    BatchNormalization see `freeze_batch_norm`.
    """
    _check(model, base, epochs, rates)
    unfreeze_from(base, first_block)  # asked for here, so that a wrong name costs no training

    def train(some_epochs: int, rate: float) -> keras.callbacks.History:
        model.compile(optimizer(rate), loss, metrics=list(metrics))
        return model.fit(x, y, epochs=some_epochs, callbacks=callbacks(), **fitting)

    freeze(base)
    head = train(epochs[0], rates[0])
    unfreeze_from(base, first_block)
    return Phases(head, train(epochs[1], rates[1]))


def _check(
    model: keras.Model, base: keras.Model, epochs: tuple[int, int], rates: tuple[float, float]
) -> None:
    own = {id(weight) for weight in model.weights}
    if not all(id(weight) in own for weight in base.weights):
        raise ValueError(
            f"`base` must be a part of `model`; the weights of {base.name!r} are not among those "
            f"of {model.name!r}."
        )
    if min(epochs) < 1 or min(rates) <= 0:
        raise ValueError(
            f"`epochs` and `rates` must be two positive numbers each; got {epochs} and {rates}."
        )
