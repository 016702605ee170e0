"""Freeze and unfreeze by the names of blocks.

Each of these takes effect at the next `compile`. Keras 3 says nothing where it is forgotten.
"""

from collections.abc import Iterable

import keras

from dscourse.transfer.blocks import HEAD, Placed, block_names, placed_layers

_STATISTICS = ("moving_mean", "moving_variance")


def freeze(base: keras.Model) -> None:
    """Freeze a whole base: its weights, and the statistics of its BatchNormalization layers.

    Args:
        base: The model whose weights are to stay; call `compile` on the model you train after it.

    >>> base = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> freeze(base)
    >>> base.trainable_weights
    []
    """
    _set([base, *_models(base), *(placed.layer for placed in placed_layers(base))], trainable=False)


def unfreeze_from(model: keras.Model, block: str, *, batch_norm: bool = False) -> None:
    """Unfreeze a block and all that follows, freeze all that comes before.

    Args:
        model: The base, or the whole model that holds it; then call `compile` on the whole.
        block: The name of the first block to train, as "block13". "head" trains the head alone.
        batch_norm: Whether the BatchNormalization layers from there on are trained too. By
            default they are frozen everywhere: passing `training=False` does not protect their
            statistics in a model that `fit` trains.

    Raises:
        ValueError: There is no such block; those that there are are named.

    >>> from dscourse.transfer import trainable_parameters
    >>> base = keras.applications.Xception(include_top=False, weights=None, input_shape=(71, 71, 3))
    >>> unfreeze_from(base, "block14")
    >>> trainable_parameters(base)
    4741632
    """
    placed = placed_layers(model)
    first = _first_of(block, placed, model)
    # A model passes its flag on to all its layers, so the models come first, the layers after.
    _set([model, *_models(model)], trainable=True)
    _set((p.layer for p in placed[:first]), trainable=False)
    _set((p.layer for p in placed[first:]), trainable=True)
    if not batch_norm:
        freeze_batch_norm(model)


def freeze_batch_norm(model: keras.Model) -> int:
    """Freeze every BatchNormalization layer of a model and return how many there are.

    A frozen one normalises with the statistics it has, whatever `training` says, and keeps its
    scale and offset. All other layers stay as they are.

    Args:
        model: The base, or the whole model that holds it; then call `compile` on the whole.

    Raises:
        ValueError: A layer of the model's own kind holds one inside, where it cannot be seen.

    Source: Keras, "BatchNormalization layer", on setting `layer.trainable = False`.

    >>> freeze_batch_norm(keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization()]))
    1
    """
    layers = [placed.layer for placed in placed_layers(model)]
    norms = [layer for layer in layers if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in layers:
        if layer not in norms and any(w.name in _STATISTICS for w in layer.weights):
            raise ValueError(
                f"`model` must show its BatchNormalization as layers; the layer {layer.name!r} "
                f"holds one inside, so set {layer.name}.trainable = False as a whole."
            )
    _set(norms, trainable=False)
    return len(norms)


def _first_of(block: str, placed: list[Placed], model: keras.Model) -> int:
    places = [place for place, p in enumerate(placed) if p.block == block]
    if not places or not block:
        known = ", ".join([*block_names(model), *([HEAD] if placed[-1].block == HEAD else [])])
        rule = f"be one of the model's blocks ({known})" if known else "name a block"
        hint = "" if known else "; the model has no layer named as 'block1_conv'"
        raise ValueError(f"`block` must {rule}; got {block!r}{hint}.")
    return places[0]


def _models(model: keras.Model) -> list[keras.Model]:
    inner = [layer for layer in model.layers if isinstance(layer, keras.Model)]
    return [found for each in inner for found in (each, *_models(each))]


def _set(layers: Iterable[keras.Layer], *, trainable: bool) -> None:
    for layer in layers:
        # TensorFlow's attributes skip setting a value that is there already, and with it all that
        # Keras would do to the weights and layers inside.
        layer.trainable = not trainable
        layer.trainable = trainable
