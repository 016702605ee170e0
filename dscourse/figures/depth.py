"""How large signals and gradients are, layer by layer through a deep network."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dscourse.figures.drawing import PALETTE, Drawing, from_matplotlib

_DASHES = ["-", "--", "-.", ":"]  # told apart without colours too


class Norms(NamedTuple):
    """The sizes in one network, from its input to its last block."""

    signal: Sequence[float]
    gradient: Sequence[float]


def norms_by_depth(networks: Mapping[str, Norms]) -> Drawing:
    """Plot signal and gradient against depth, on logarithmic scales.

    Args:
        networks: For each network's name its sizes; all of one length, four networks at most.

    >>> norms_by_depth({"plain": Norms([1.0, 0.1], [0.5, 1.0])}).alt
    'Depth 0 to 1. plain: signal 1 to 0.1, gradient at the input 0.5.'
    """
    from matplotlib.figure import Figure  # the other figures do without it

    figure = Figure(figsize=(6.4, 5.6), layout="constrained")
    panels = figure.subplots(2, 1, sharex=True)
    titles = "size of the signal", "size of the gradient"
    for panel, title, rows in zip(
        panels, titles, zip(*networks.values(), strict=True), strict=True
    ):
        for name, row, colour, dash in zip(networks, rows, PALETTE, _DASHES, strict=False):
            panel.plot(range(len(row)), row, dash, color=colour, linewidth=2.4, label=name)
        panel.set_yscale("log")
        panel.set_title(title, loc="left", fontsize=11)
        panel.grid(alpha=0.25)
        panel.spines[["top", "right"]].set_visible(False)
    panels[1].set_xlabel("blocks behind the input")
    panels[0].legend(frameon=False, ncols=2, loc="lower left")
    depth = max(len(norms.signal) for norms in networks.values()) - 1
    told = "; ".join(_told(name, norms) for name, norms in networks.items())
    return from_matplotlib(figure, f"Depth 0 to {depth}. {told}.")


def _told(name: str, norms: Norms) -> str:
    signal, gradient = norms
    return (
        f"{name}: signal {signal[0]:.2g} to {signal[-1]:.2g}, "
        f"gradient at the input {gradient[0]:.2g}"
    )
