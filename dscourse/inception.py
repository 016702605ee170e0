"""The Inception module of GoogLeNet: its widths as data, and one builder in Keras.

Four branches look at the same grid in different ways; their channels are laid side by side.
Source: Szegedy et al., "Going Deeper with Convolutions", https://arxiv.org/abs/1409.4842.
"""

from dataclasses import asdict, dataclass

import keras
from keras import layers


@dataclass(frozen=True)
class InceptionFilters:
    """The widths of a module: how many channels each of its six convolutions returns.

    Args:
        conv_1x1: Of the branch that looks at one place alone.
        reduce_3x3: Of the 1x1 convolution before the 3x3.
        conv_3x3: Of the 3x3 convolution.
        reduce_5x5: Of the 1x1 convolution before the 5x5.
        conv_5x5: Of the 5x5 convolution.
        pool_projection: Of the 1x1 convolution after the max pool.

    Raises:
        ValueError: A width is not a positive integer.

    >>> InceptionFilters(64, 96, 128, 16, 32, 32).pool_projection
    32
    """

    conv_1x1: int
    reduce_3x3: int
    conv_3x3: int
    reduce_5x5: int
    conv_5x5: int
    pool_projection: int

    def __post_init__(self) -> None:
        for name, width in asdict(self).items():
            if not isinstance(width, int) or isinstance(width, bool) or width < 1:
                raise ValueError(f"`{name}` must be a positive integer; got {width!r}.")


@dataclass(frozen=True)
class GoogLeNetModule:
    """A row of GoogLeNet's table: a module with its input channels and its grid.

    Args:
        name: As in the paper, such as "3a".
        c_in: Channels that the module receives.
        grid: Height and width of its input and output, for images of 224 x 224.
        filters: Its widths.
    """

    name: str
    c_in: int
    grid: int
    filters: InceptionFilters


# Table 1, columns "#1x1" to "pool proj". The paper's own counts of parameters do not follow from
# these widths in six of the nine rows; tests/test_inception.py pins the counts that do.
GOOGLENET = (
    GoogLeNetModule("3a", 192, 28, InceptionFilters(64, 96, 128, 16, 32, 32)),
    GoogLeNetModule("3b", 256, 28, InceptionFilters(128, 128, 192, 32, 96, 64)),
    GoogLeNetModule("4a", 480, 14, InceptionFilters(192, 96, 208, 16, 48, 64)),
    GoogLeNetModule("4b", 512, 14, InceptionFilters(160, 112, 224, 24, 64, 64)),
    GoogLeNetModule("4c", 512, 14, InceptionFilters(128, 128, 256, 24, 64, 64)),
    GoogLeNetModule("4d", 512, 14, InceptionFilters(112, 144, 288, 32, 64, 64)),
    GoogLeNetModule("4e", 528, 14, InceptionFilters(256, 160, 320, 32, 128, 128)),
    GoogLeNetModule("5a", 832, 7, InceptionFilters(256, 160, 320, 32, 128, 128)),
    GoogLeNetModule("5b", 832, 7, InceptionFilters(384, 192, 384, 48, 128, 128)),
)


@dataclass(frozen=True)
class Step:
    """One layer of a branch.

    Args:
        name: Of its Keras layer, after the module's own name.
        kernel: Its side in pixels.
        filters: Its output channels; None for a max pool, which keeps what it receives.
    """

    name: str
    kernel: int
    filters: int | None


def branches(filters: InceptionFilters, *, reduce: bool = True) -> tuple[tuple[Step, ...], ...]:
    """List the four branches of a module, each a row of layers.

    Args:
        filters: The widths.
        reduce: False leaves out the two reductions and the pool projection: the naive module.

    Returns:
        The branches in the order in which their outputs are joined.

    Source: arXiv:1409.4842, figure 2: (b) with `reduce`, (a) without.

    >>> [[step.name for step in branch] for branch in branches(GOOGLENET[0].filters, reduce=False)]
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
    >>> inception_module(x, GOOGLENET[0].filters, name="3a").shape
    (None, 28, 28, 256)
    """
    prefix = f"{name}_" if name else ""
    outputs = []
    for branch in branches(filters, reduce=reduce):
        y = x
        for step in branch:
            y = _layer(step, prefix)(y)
        outputs.append(y)
    return layers.Concatenate(axis=-1, name=f"{prefix}concat")(outputs)


def _layer(step: Step, prefix: str) -> layers.Layer:
    name = f"{prefix}{step.name}"
    if step.filters is None:  # Keras would otherwise step by the size of the pool
        return layers.MaxPooling2D(step.kernel, strides=1, padding="same", name=name)
    return layers.Conv2D(step.filters, step.kernel, padding="same", activation="relu", name=name)
