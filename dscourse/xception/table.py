"""The fourteen blocks of Xception as a table: figure 5 of the paper, a line a block.

What a chapter changes about the architecture, it changes here; the builder only reads.
"""

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True)
class Block:
    """One module of the paper's figure 5: convolutions one after another, and a way around them.

    Args:
        filters: Output channels of each 3x3 convolution; batch normalization follows each.
        relu: ReLUs stand 'before' or 'after' each convolution, or only 'between' them.
        strides: 2 halves the map: block 1 by its first convolution, the others by max pooling.
        shortcut: What is added to the result: the block's input itself ('identity'), the input
            brought to the new shape by a 1x1 convolution ('conv'), or None.
        conv: 'sepconv' is separable and keeps the map's size; 'conv' is neither.
    """

    filters: tuple[int, ...]
    relu: Literal["before", "after", "between"]
    strides: int = 1
    shortcut: Literal["identity", "conv"] | None = None
    conv: Literal["sepconv", "conv"] = "sepconv"


ENTRY: tuple[Block, ...] = (
    Block((32, 64), relu="after", strides=2, conv="conv"),
    Block((128, 128), relu="between", strides=2, shortcut="conv"),
    Block((256, 256), relu="before", strides=2, shortcut="conv"),
    Block((728, 728), relu="before", strides=2, shortcut="conv"),
)
MIDDLE = Block((728, 728, 728), relu="before", shortcut="identity")
EXIT = (
    Block((728, 1024), relu="before", strides=2, shortcut="conv"),
    Block((1536, 2048), relu="after"),
)


def blocks(
    *,
    width: float = 1.0,
    middle_blocks: int = 8,
    residuals: bool = True,
    small_inputs: bool = False,
) -> tuple[Block, ...]:
    """List the blocks of Xception from the image to the last features.

    Args:
        width: Factor on every number of filters, rounded, and at least one filter is left.
        middle_blocks: How often the middle flow's block is repeated.
        residuals: False leaves out what is added around the blocks.
        small_inputs: True leaves out the first two of five halvings, so that an image of
            32 x 32 still has a map of 4 x 4 at the end.

    Returns:
        One `Block` for each module: `blocks()[1]` is the paper's block 2.

    Source: arXiv 1610.02357, figure 5.

    >>> [block.filters for block in blocks(width=0.125, middle_blocks=0)]
    [(4, 8), (16, 16), (32, 32), (91, 91), (91, 128), (192, 256)]
    """
    entry = ENTRY
    if small_inputs:
        entry = (*(replace(block, strides=1) for block in ENTRY[:2]), *ENTRY[2:])
    return tuple(
        replace(
            block,
            filters=tuple(max(1, round(width * filters)) for filters in block.filters),
            shortcut=block.shortcut if residuals else None,
        )
        for block in (*entry, *[MIDDLE] * middle_blocks, *EXIT)
    )
