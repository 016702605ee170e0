"""A network to click through: three flows of blocks, and what is in the block one picks."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count, cycle

from dscourse.cost import LayerCost
from dscourse.figures._architecture_page import SCRIPT, STYLE
from dscourse.figures.drawing import BLUE, GREEN, ORANGE, Canvas
from dscourse.figures.wiring import WIDTH, described, draw_wiring, height

_displayed = count(1)
_COLOURS = (BLUE, ORANGE, GREEN)

Outline = Mapping[str, Sequence[LayerCost]]


@dataclass(frozen=True)
class Architecture:
    """Networks block by block, at several sizes; where scripts do not run, one view stands still.

    The reader picks a size, a network and a block, and may compare two networks.

    Args:
        networks: For each network's name and each side of a square image, its layers, as
            `dscourse.xception.outline` lists them. All have the same blocks.
        flows: For each part of the network the names of its blocks.
        size: The side to start with.
        block: The block to start with.

    Raises:
        ValueError: Blocks or sizes differ between networks, or the start is none of them.

    >>> conv = LayerCost(name="block1_conv", type="Conv2D", output_shape=(6, 6, 4), parameters=108)
    >>> tiny = {"tiny": {8: {"block1": [conv]}}}
    >>> Architecture(tiny, {"Flow": ["block1"]}, size=8, block="block1")
    Architecture: Block 1 of tiny at 8 × 8 has 108 parameters and 0 multiply-adds.
    """

    networks: Mapping[str, Mapping[int, Outline]]
    flows: Mapping[str, Sequence[str]]
    size: int = 299
    block: str = "block2"

    def __post_init__(self) -> None:
        blocks = [name for flow in self.flows.values() for name in flow]
        sizes = list(next(iter(self.networks.values())))
        if self.size not in sizes or self.block not in blocks:
            raise ValueError(
                f"`size` and `block` must be of those shown, {sizes} and {blocks}; got "
                f"{self.size} and {self.block!r}."
            )
        for name, outlines in self.networks.items():
            if list(outlines) != sizes or any(list(o) != blocks for o in outlines.values()):
                raise ValueError(f"`networks` must have equal sizes and blocks; {name!r} differs.")

    @property
    def _first(self) -> tuple[str, Outline]:
        name, outlines = next(iter(self.networks.items()))
        return name, outlines[self.size]

    def __repr__(self) -> str:
        return f"Architecture: {self._sentence()}"

    def _sentence(self) -> str:
        name, outline = self._first
        rows = outline[self.block]
        return (
            f"{_title(self.block).capitalize()} of {name} at {self.size} × {self.size} has "
            f"{sum(row.parameters for row in rows):,} parameters and {_multiply_adds(rows):,} "
            f"multiply-adds."
        )

    def _repr_html_(self) -> str:
        name = f"dscourse-architecture-{next(_displayed)}"  # the same picture may be shown twice
        layers, wirings = self._first[1][self.block], self._wirings()
        style = STYLE.replace("NAME", name).replace("WIDTH", str(WIDTH))
        return (
            f'<figure class="dscourse-drawing" id="{name}"><style>{style}</style>{self._form()}'
            f'<div class="flows">{"".join(self._flows(name))}</div>'
            f'<output aria-live="polite">{escape(self._sentence())}</output>'
            f'<div class="detail"><div>{"".join(self._drawn(wirings))}</div>'
            f'<div class="layers" tabindex="0" role="region" aria-label="Layers of the block">'
            f"<table><thead><tr>{_HEAD}</tr></thead><tbody>{_rows(layers)}</tbody></table>"
            f"</div></div><figcaption>{_CAPTION}</figcaption></figure>"
            f"<script>{self._script(name, wirings)}</script>"
        )

    def _form(self) -> str:
        # Hidden until the script has found it: a choice that changes nothing would be a lie.
        sizes = [str(size) for size in next(iter(self.networks.values()))]
        names = list(self.networks)
        compared = f'<option value="">nothing</option>{_options(names)}'
        return (
            f'<form hidden aria-label="What is shown"><p>'
            f'<label>Image, pixels a side <select name="size">{_options(sizes, str(self.size))}'
            f'</select></label><label>Network <select name="network">{_options(names)}</select>'
            f'</label><label>compared with <select name="other">{compared}</select></label>'
            f"</p></form>"
        )

    def _flows(self, name: str) -> Iterator[str]:
        outline = self._first[1]
        most = max(_multiply_adds(rows) for rows in outline.values())
        total = sum(_multiply_adds(rows) for rows in outline.values())
        for (flow, blocks), colour in zip(self.flows.items(), cycle(_COLOURS), strict=False):
            yield f"<fieldset><legend>{escape(flow)}</legend>"
            for block in blocks:
                own = _multiply_adds(outline[block])
                checked = " checked" if block == self.block else ""
                yield (
                    f'<label class="block" style="background: {colour}33"><input type="radio" '
                    f'hidden name="{name}-block" value="{block}"{checked}><b>{_title(block)}</b>'
                    f'<span class="shape">{_shape(outline[block][-1])}</span>'
                    f'<span class="costs"><span class="bar"><i style="width: {100 * own / most}%; '
                    f'background: {colour}"></i></span>'
                    f'<span class="share">{100 * own / total:.1f} %</span></span>'
                    f"</label>"
                )
            yield "</fieldset>"

    def _wirings(self) -> dict[str, Sequence[LayerCost]]:
        """Return one block for each way in which blocks are wired, under what is said of it."""
        found: dict[str, Sequence[LayerCost]] = {}
        for outlines in self.networks.values():
            for rows in outlines[self.size].values():
                found.setdefault(described(rows), rows)
        return found

    def _drawn(self, wirings: Mapping[str, Sequence[LayerCost]]) -> Iterator[str]:
        shown = described(self._first[1][self.block])
        for number, (words, rows) in enumerate(wirings.items()):
            canvas = Canvas(WIDTH, height(rows))
            draw_wiring(canvas, 0, 0, rows)
            hidden = "" if words == shown else " hidden"
            svg = canvas.drawing("").svg.replace(
                "<svg ", f'<svg role="img" aria-label="Wiring: {escape(words)}." ', 1
            )
            yield f'<div class="wiring" data-wiring="{number}"{hidden}>{svg}</div>'

    def _script(self, name: str, wirings: Mapping[str, Sequence[LayerCost]]) -> str:
        kinds: dict[str, int] = {}  # blocks that are alike in everything are written down once
        networks = {
            network: [
                kinds.setdefault(_kind(block, outlines, list(wirings)), len(kinds))
                for block in outlines[self.size]
            ]
            for network, outlines in self.networks.items()
        }
        blocks = [block for flow in self.flows.values() for block in flow]
        sizes = list(next(iter(self.networks.values())))
        facts = json.dumps({"sizes": sizes, "blocks": blocks, "networks": networks})
        data = f'{facts[:-1]}, "kinds": [{", ".join(kinds)}]}}'.replace("</", "<\\/")
        return SCRIPT.replace("NAME", name).replace("DATA", data)


_CAPTION = "A bar and a percentage show the block's share of all multiply-adds."
_HEAD = "".join(
    f'<th scope="col">{name}</th>' for name in ("Layer", "Output", "Parameters", "Multiply-adds")
)


def _kind(block: str, outlines: Mapping[int, Outline], wirings: list[str]) -> str:
    """Write a block at all sizes as JSON; its own name is left out of those of its layers."""
    at_all_sizes = zip(*(outline[block] for outline in outlines.values()), strict=True)
    first = next(iter(outlines.values()))[block]
    layers = [
        {
            "name": _short(row[0]),
            "type": row[0].type,
            "parameters": row[0].parameters,
            "shapes": [same.output_shape for same in row],
            "multiply_adds": [same.multiply_adds for same in row],
        }
        for row in at_all_sizes
    ]
    return json.dumps({"wiring": wirings.index(described(first)), "layers": layers})


def _rows(layers: Sequence[LayerCost]) -> str:
    return "".join(
        f'<tr><th scope="row">{_short(row)}<small>{row.type}</small></th><td>{_shape(row)}</td>'
        f"<td>{row.parameters:,}</td><td>{row.multiply_adds:,}</td></tr>"
        for row in layers
    )


def _options(names: Sequence[str], chosen: str = "") -> str:
    return "".join(
        f"<option{' selected' if name == chosen else ''}>{escape(name)}</option>" for name in names
    )


def _multiply_adds(rows: Sequence[LayerCost]) -> int:
    return sum(row.multiply_adds for row in rows)


def _short(row: LayerCost) -> str:
    return re.sub(r"^block\d+_", "", row.name)


def _shape(row: LayerCost) -> str:
    return "×".join(map(str, row.output_shape))


def _title(block: str) -> str:
    return block.replace("block", "block ")
