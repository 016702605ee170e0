"""The Inception modules of Inception v3: large kernels as stacks of small ones.

Each takes the widths of GoogLeNet's module and returns as many channels, so that one can stand in
the place of the other. Source: Szegedy et al., "Rethinking the Inception Architecture for Computer
Vision", https://arxiv.org/abs/1512.00567, figures 5, 6 and 7.
"""

from collections.abc import Callable

import keras

from dscourse.conv._integers import positive
from dscourse.inception.steps import Branch, Step, join_branches
from dscourse.inception.table import InceptionFilters


def factorised_branches(filters: InceptionFilters, form: str, *, n: int = 7) -> tuple[Branch, ...]:
    """List the branches of a factorised module; those that begin alike fork after these steps.

    Args:
        filters: The widths; `conv_3x3` and `conv_5x5` are what the factorised branches return.
        form: "squares" (figure 5): two 3x3 for the 5x5. "strips" (figure 6): 1 x n and n x 1, once
            for the 3x3 and twice for the 5x5. "fork" (figure 7): a 1x3 and a 3x1 side by side, in
            the last branch behind a 3x3, each with half of the branch's channels.
        n: The length of the strips of figure 6.

    Returns:
        The branches in the order in which their outputs are joined.

    Raises:
        TypeError: `n` is not an integer.
        ValueError: `form` is none of the three, or a fork has a branch of a single channel.

    >>> widths = InceptionFilters(64, 96, 128, 16, 32, 32)
    >>> [step.name for step in factorised_branches(widths, "strips")[1]]
    ['reduce_3x3', 'row', 'column']
    """
    if form not in _FORMS:
        raise ValueError(f"`form` must be one of {', '.join(map(repr, _FORMS))}; got {form!r}.")
    one = Step("conv_1x1", 1, filters.conv_1x1)
    pool = Step("pool", 3, None), Step("pool_projection", 1, filters.pool_projection)
    return (one,), *_FORMS[form](filters, positive("n", n)), pool


def factorised_module(
    x: keras.KerasTensor,
    filters: InceptionFilters,
    form: str,
    *,
    n: int = 7,
    name: str | None = None,
) -> keras.KerasTensor:
    """Put a module of Inception v3 behind `x`.

    As in `inception_module`, every convolution has a bias and a ReLU, also between the small
    kernels, and every branch keeps the grid.

    Args:
        x: Images (batch, height, width, c_in), as a symbolic Keras tensor.
        filters: The widths.
        form: "squares", "strips" or "fork", as in `factorised_branches`.
        n: The length of the strips of figure 6; the paper has 7, on its grid of 17 x 17.
        name: The layers are called `name_conv_1x1`, …, `name_concat`; None leaves out the prefix.

    Returns:
        Images (batch, height, width, `filters.c_out`).

    Raises:
        TypeError: `n` is not an integer.
        ValueError: `form` is none of the three, or a fork has a branch of a single channel.

    Source: arXiv:1512.00567, figures 5, 6 and 7. The pool is a max pool as in GoogLeNet; the paper
    says "pool", and Keras' InceptionV3 takes the average.

    >>> x = keras.Input((17, 17, 768))
    >>> factorised_module(x, InceptionFilters(192, 128, 192, 128, 192, 192), "strips").shape
    (None, 17, 17, 768)
    """
    return join_branches(x, factorised_branches(filters, form, n=n), name=name)


def _squares(filters: InceptionFilters, n: int) -> list[Branch]:
    return [
        (_reduce_3x3(filters), Step("conv_3x3", 3, filters.conv_3x3)),
        (
            _reduce_5x5(filters),
            Step("first_3x3", 3, filters.conv_5x5),
            Step("second_3x3", 3, filters.conv_5x5),
        ),
    ]


def _strips(filters: InceptionFilters, n: int) -> list[Branch]:
    # Between the strips the branch stays as narrow as its reduction made it, as in Inception v3.
    three, five = filters.reduce_3x3, filters.reduce_5x5
    return [
        (
            _reduce_3x3(filters),
            Step("row", (1, n), three),
            Step("column", (n, 1), filters.conv_3x3),
        ),
        (
            _reduce_5x5(filters),
            Step("first_row", (1, n), five),
            Step("first_column", (n, 1), five),
            Step("second_row", (1, n), five),
            Step("second_column", (n, 1), filters.conv_5x5),
        ),
    ]


def _fork(filters: InceptionFilters, n: int) -> list[Branch]:
    three = (_reduce_3x3(filters),)
    five = (_reduce_5x5(filters), Step("conv_3x3", 3, (filters.conv_5x5 + 1) // 2))
    return [
        (*three, Step("row", (1, 3), _half("conv_3x3", filters.conv_3x3))),
        (*three, Step("column", (3, 1), (filters.conv_3x3 + 1) // 2)),
        (*five, Step("second_row", (1, 3), _half("conv_5x5", filters.conv_5x5))),
        (*five, Step("second_column", (3, 1), (filters.conv_5x5 + 1) // 2)),
    ]


def _half(name: str, width: int) -> int:
    """Halve the channels of a fork; the other side gets the rest."""
    if width < 2:
        raise ValueError(f"`{name}` must be at least 2 where a branch forks; got {width}.")
    return width // 2


def _reduce_3x3(filters: InceptionFilters) -> Step:
    return Step("reduce_3x3", 1, filters.reduce_3x3)


def _reduce_5x5(filters: InceptionFilters) -> Step:
    return Step("reduce_5x5", 1, filters.reduce_5x5)


_FORMS: dict[str, Callable[[InceptionFilters, int], list[Branch]]] = {
    "squares": _squares,
    "strips": _strips,
    "fork": _fork,
}
