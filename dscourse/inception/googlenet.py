"""The Inception module of GoogLeNet, with and without its reductions.

Four branches look at the same grid in different ways; their channels are laid side by side.
Source: Szegedy et al., "Going Deeper with Convolutions", https://arxiv.org/abs/1409.4842.
"""

import keras

from dscourse.inception.steps import Branch, Step, join_branches
from dscourse.inception.table import InceptionFilters


def branches(filters: InceptionFilters, *, reduce: bool = True) -> tuple[Branch, ...]:
    """List the four branches of a module, each a row of layers.

    Args:
        filters: The widths.
        reduce: False leaves out the two reductions and the pool projection: the naive module.

    Returns:
        The branches in the order in which their outputs are joined.

    Source: arXiv:1409.4842, figure 2: (b) with `reduce`, (a) without.

    >>> widths = InceptionFilters(64, 96, 128, 16, 32, 32)
    >>> [[step.name for step in branch] for branch in branches(widths, reduce=False)]
    [['conv_1x1'], ['conv_3x3'], ['conv_5x5'], ['pool']]
    """
    one = Step("conv_1x1", 1, filters.conv_1x1)
    three = Step("conv_3x3", 3, filters.conv_3x3)
    five = Step("conv_5x5", 5, filters.conv_5x5)
    pool = Step("pool", 3, None)
    if not reduce:
        return (one,), (three,), (five,), (pool,)
    return (
        (one,),
        (Step("reduce_3x3", 1, filters.reduce_3x3), three),
        (Step("reduce_5x5", 1, filters.reduce_5x5), five),
        (pool, Step("pool_projection", 1, filters.pool_projection)),
    )


def inception_module(
    x: keras.KerasTensor,
    filters: InceptionFilters,
    *,
    reduce: bool = True,
    name: str | None = None,
) -> keras.KerasTensor:
    """Put an Inception module behind `x`.

    Every convolution has a bias and a ReLU, 'same' padding and stride 1, and so has the pool: all
    four branches keep the grid, and their channels can be joined.

    Args:
        x: Images (batch, height, width, c_in), as a symbolic Keras tensor.
        filters: The widths of the six convolutions.
        reduce: False builds the naive module, whose pool branch returns all `c_in` channels.
        name: The layers are called `name_conv_1x1`, …, `name_concat`; None leaves out the prefix.
            Two modules of one model need two names.

    Returns:
        Images (batch, height, width, c_out): the channels of the 1x1, 3x3, 5x5 and pool branch.

    Source: arXiv:1409.4842, section 4 and figure 2; ReLU and grid from section 5 and table 1.

    >>> x = keras.Input((28, 28, 192))
    >>> inception_module(x, InceptionFilters(64, 96, 128, 16, 32, 32), name="3a").shape
    (None, 28, 28, 256)
    """
    return join_branches(x, branches(filters, reduce=reduce), name=name)
