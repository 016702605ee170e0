"""Find the block in which two models part."""

import re

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray


def first_difference(
    a: keras.Model, b: keras.Model, x: ArrayLike, *, tolerance: float = 1e-4
) -> str | None:
    """Name the first block whose output differs between two models of the same weights.

    A block is the run of layers named `block1_…`, `block2_…` and so on; a layer without such a
    name belongs to the block before it. What follows the last map is the block `head`.

    Args:
        a: A model with layers named as in Xception; `copy_weights` gives both the same weights.
        b: Another such model.
        x: Images (batch, height, width, channels) for both.
        tolerance: The largest difference that counts as rounding: the norm of the difference
            of two outputs, divided by the norm of the output of `a`.

    Returns:
        The block's name, as 'block3' or 'head', or None where all blocks agree. A block that
        only one model has differs too.

    Raises:
        ValueError: A model has no layer whose name begins with `block1_`.

    >>> from dscourse.xception import Xception, copy_weights
    >>> small = {"weights": None, "width": 0.1, "middle_blocks": 1, "small_inputs": True}
    >>> right, wrong = Xception(**small), Xception(**small, between="relu")
    >>> copy_weights(right, wrong)
    >>> first_difference(right, wrong, np.ones((1, 32, 32, 3)))
    'block2'
    """
    of_a, of_b = _block_outputs("a", a, x), _block_outputs("b", b, x)
    for block in of_a | of_b:
        if block not in of_a or block not in of_b:
            return block
        if not _agree(of_a[block], of_b[block], tolerance):
            return block
    return None


def _block_outputs(name: str, model: keras.Model, x: ArrayLike) -> dict[str, NDArray[np.float64]]:
    ends = _last_layers(model)
    if "block1" not in ends:
        raise ValueError(
            f"`{name}` must have layers named 'block1_…', 'block2_…' and so on, to tell its blocks "
            f"apart; its first layers are {[layer.name for layer in model.layers[:4]]}."
        )
    watched = keras.Model(model.inputs[0], [layer.output for layer in ends.values()])
    outputs = watched(np.asarray(x, dtype=np.float32), training=False)
    arrays = [np.asarray(keras.ops.convert_to_numpy(y), dtype=np.float64) for y in outputs]
    return dict(zip(ends, arrays, strict=True))


def _last_layers(model: keras.Model) -> dict[str, keras.Layer]:
    """Return the last layer of each block, in the order of the blocks."""
    ends: dict[str, keras.Layer] = {}
    block = None
    for layer in model.layers:
        named = re.match(r"(block\d+)_", layer.name)
        if named:
            block = named[1]
        elif len(layer.output.shape) != 4:
            block = "head"
        if block:
            ends[block] = layer  # overwritten until the block ends
    return ends


def _agree(wanted: NDArray[np.float64], got: NDArray[np.float64], tolerance: float) -> bool:
    if wanted.shape != got.shape:
        return False
    # NaN compares as false, so it never counts as agreement.
    return bool(np.linalg.norm(wanted - got) <= tolerance * np.linalg.norm(wanted))
