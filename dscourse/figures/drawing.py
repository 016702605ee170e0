"""A figure: inline SVG that follows the page's colours, with its description.

Lines and letters use `currentColor`, so a drawing is readable in a light and in a dark page; the
fills are mid tones, told apart by lightness too, so it is readable in grey.
"""

import io
import re
from dataclasses import dataclass, field
from html import escape
from typing import Any

# Okabe and Ito's hues at four lightnesses: distinct for colour-blind readers and in grey.
BLUE = "#3f7fbf"
ORANGE = "#e0963a"
GREEN = "#2a9d74"
PURPLE = "#a06ab4"
SKY = "#7fb8de"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, SKY)
FONT = "font-family: system-ui, sans-serif"


@dataclass(frozen=True)
class Drawing:
    """An SVG picture with its alternative text; a notebook shows it inline.

    Args:
        svg: The `<svg …>` element.
        alt: What the picture shows, for those who do not see it.
        caption: A sentence below the picture, or "".
    """

    svg: str
    alt: str
    caption: str = ""

    def _repr_html_(self) -> str:
        named = self.svg.replace("<svg ", f'<svg role="img" aria-label="{escape(self.alt)}" ', 1)
        caption = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
        return f'<figure class="dscourse-drawing">{named}{caption}</figure>'

    def __repr__(self) -> str:
        return f"Drawing({self.alt!r})"

    def file_text(self) -> str:
        """Return the text of an SVG file of its own, which follows the reader's system colours."""
        style = (
            "<style>svg{color:#1f2328}"
            "@media (prefers-color-scheme: dark){svg{color:#e6edf3}}</style>"
        )
        opening, _, rest = self.svg.partition(">")
        return f"{opening}>\n<title>{escape(self.alt)}</title>\n{style}\n{rest}\n"


@dataclass
class Canvas:
    """Boxes, arrows and letters on a grid of pixels, collected into a `Drawing`.

    Args:
        width: In pixels; the picture shrinks to the page, never grows.
        height: In pixels.

    >>> canvas = Canvas(100, 40)
    >>> canvas.box(10, 10, 80, 20, "1x1", fill=BLUE)
    >>> canvas.drawing("A box.").alt
    'A box.'
    """

    width: int
    height: int
    parts: list[str] = field(default_factory=list)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        text: str = "",
        *,
        fill: str = "none",
        opacity: float = 0.35,
        dashed: bool = False,
        size: float = 13,
    ) -> None:
        """Draw a rectangle with its text in the middle; lines are split at newlines."""
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="4" '
            f'fill="{fill}" fill-opacity="{opacity:g}" stroke="currentColor"{dash}/>'
        )
        lines = text.split("\n") if text else []
        for row, line in enumerate(lines):
            middle = y + height / 2 + (row - (len(lines) - 1) / 2) * size * 1.25
            self.text(x + width / 2, middle, line, size=size)

    def text(
        self, x: float, y: float, text: str, *, size: float = 13, anchor: str = "middle"
    ) -> None:
        """Write one line, vertically centred on `y`; `anchor` is start, middle or end."""
        self.parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" '
            f'dominant-baseline="central" fill="currentColor">{escape(text)}</text>'
        )

    def line(
        self, x1: float, y1: float, x2: float, y2: float, *, width: float = 1.5, colour: str = ""
    ) -> None:
        """Draw a line."""
        self.parts.append(
            f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" '
            f'stroke="{colour or "currentColor"}" stroke-width="{width:g}"/>'
        )

    def arrow(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Draw a line with a head at its end."""
        self.line(x1, y1, x2, y2)
        length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1e-9)
        ux, uy = (x2 - x1) / length * 7, (y2 - y1) / length * 7
        points = [
            (x2, y2),
            (x2 - ux - uy / 2, y2 - uy + ux / 2),
            (x2 - ux + uy / 2, y2 - uy - ux / 2),
        ]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        self.parts.append(f'<polygon points="{path}" fill="currentColor"/>')

    def drawing(self, alt: str, caption: str = "") -> Drawing:
        """Close the picture.

        Args:
            alt: What it shows, for those who do not see it.
            caption: A sentence below it.
        """
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'style="{_size(self.width)}; {FONT}">{"".join(self.parts)}</svg>'
        )
        return Drawing(svg, alt, caption)


def from_matplotlib(figure: Any, alt: str, caption: str = "") -> Drawing:
    """Turn a matplotlib figure into a `Drawing` whose black becomes the page's colour.

    Draw lines and letters in black ("black", the default) and fills in the palette.

    Args:
        figure: A `matplotlib.figure.Figure`, made without pyplot so that nothing stays open.
        alt: What it shows, for those who do not see it.
        caption: A sentence below it.
    """
    import matplotlib as mpl

    sheet = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": alt, "font.family": "sans-serif"}):
        figure.savefig(
            sheet, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None}
        )
    svg = sheet.getvalue()
    svg = svg[svg.index("<svg ") :]
    # What would leak into the page that holds the picture: its style sheet, and its groups' names.
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"(stroke|fill): #000000", r"\1: currentColor", svg)
    svg = svg.replace("fill: #ffffff", "fill: none")  # a legend's ground
    # Letters carry no colour of their own when they are black; say so, or a dark page hides them.
    svg = svg.replace('<g id="text_', '<g fill="currentColor" id="text_')
    svg = re.sub(r'(<g [^>]*?)\s?id="[^"]*"', r"\1", svg)
    width = re.search(r'width="([\d.]+)pt"', svg)
    points = float(width[1]) if width else 460.0
    svg = re.sub(r'(<svg [^>]*?)height="[\d.]+pt"', r"\1", svg, count=1)
    style = f'style="{_size(points * 4 / 3)}; {FONT}"'
    svg = re.sub(r'(<svg [^>]*?)width="[\d.]+pt"', rf"\1{style}", svg, count=1)
    return Drawing(svg, alt, caption)


def _size(width: float) -> str:
    """Style a picture to shrink with its page; the book's style sheet reads `--width` on phones."""
    return f"--width: {width:.0f}px; max-width: {width:.0f}px; width: 100%"
