"""The widths of GoogLeNet's modules, and what its paper counts for them.

Source: Szegedy et al., "Going Deeper with Convolutions", https://arxiv.org/abs/1409.4842, table 1.
"""

from dataclasses import asdict, dataclass


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

    >>> InceptionFilters(64, 96, 128, 16, 32, 32).c_out
    256
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

    @property
    def c_out(self) -> int:
        """Channels that the module returns, those of its four branches together."""
        return self.conv_1x1 + self.conv_3x3 + self.conv_5x5 + self.pool_projection


@dataclass(frozen=True)
class GoogLeNetModule:
    """A row of GoogLeNet's table: a module with its input channels, its grid and its counts.

    Compare `parameters` with `published_k` before you quote the paper: they disagree in six of the
    nine rows, where the printed number does not follow from the printed widths.

    Args:
        name: As in the paper, such as "3a".
        c_in: Channels that the module receives.
        grid: Height and width of its input and output, for images of 224 x 224.
        filters: Its widths.
        published_k: The column "params": weights without biases, in units of 1024.
        published_m: The column "ops": multiply-adds, in millions.

    >>> row = GOOGLENET[0]
    >>> row.parameters, row.published_k, row.parameters_agree
    (163328, 159, True)
    """

    name: str
    c_in: int
    grid: int
    filters: InceptionFilters
    published_k: int
    published_m: int

    @property
    def parameters(self) -> int:
        """Weights that follow from the widths, biases left out as in the paper."""
        f = self.filters
        read_from_input = f.conv_1x1 + f.reduce_3x3 + f.reduce_5x5 + f.pool_projection
        return (
            self.c_in * read_from_input
            + 9 * f.reduce_3x3 * f.conv_3x3
            + 25 * f.reduce_5x5 * f.conv_5x5
        )

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds that follow from the widths, each weight once for each place."""
        return self.grid**2 * self.parameters

    # The paper rounds, and cuts off in some rows: one unit either way.
    @property
    def parameters_agree(self) -> bool:
        """Whether the published parameters follow from the widths."""
        return abs(self.parameters / 1024 - self.published_k) <= 1

    @property
    def multiply_adds_agree(self) -> bool:
        """Whether the published operations follow from the widths."""
        return abs(self.multiply_adds / 1e6 - self.published_m) <= 1


# Table 1: the columns "#1x1" to "pool proj", "params" and "ops", as printed.
GOOGLENET = (
    GoogLeNetModule("3a", 192, 28, InceptionFilters(64, 96, 128, 16, 32, 32), 159, 128),
    GoogLeNetModule("3b", 256, 28, InceptionFilters(128, 128, 192, 32, 96, 64), 380, 304),
    GoogLeNetModule("4a", 480, 14, InceptionFilters(192, 96, 208, 16, 48, 64), 364, 73),
    GoogLeNetModule("4b", 512, 14, InceptionFilters(160, 112, 224, 24, 64, 64), 437, 88),
    GoogLeNetModule("4c", 512, 14, InceptionFilters(128, 128, 256, 24, 64, 64), 463, 100),
    GoogLeNetModule("4d", 512, 14, InceptionFilters(112, 144, 288, 32, 64, 64), 580, 119),
    GoogLeNetModule("4e", 528, 14, InceptionFilters(256, 160, 320, 32, 128, 128), 840, 170),
    GoogLeNetModule("5a", 832, 7, InceptionFilters(256, 160, 320, 32, 128, 128), 1072, 54),
    GoogLeNetModule("5b", 832, 7, InceptionFilters(384, 192, 384, 48, 128, 128), 1388, 71),
)
