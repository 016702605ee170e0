"""Put drawings into the page itself, so that they take the page's colours.

A drawing in an `<img>` cannot see the page: in dark mode its lines follow the reader's system and
the theme lays a white box behind them. An image of the class `dscourse-drawing` becomes inline SVG.
"""

import re
from html import escape
from pathlib import Path

from docutils import nodes

CLASS = "dscourse-drawing"
# Made for the file on its own: a style sheet would colour the whole page, a title hides the text.
OF_THE_FILE = re.compile(r"<(style|title)>.*?</\1>|<\?xml.*?\?>", re.DOTALL)


def inline(svg: str, alt: str) -> str:
    """Return the SVG text as an element of a page, named `alt`."""
    named = f'<svg role="img" aria-label="{escape(alt)}" '
    drawing = OF_THE_FILE.sub("", svg).replace("<svg ", named, 1)
    # The page knows the namespace, and one line keeps docutils from indenting it.
    return f'<div class="{CLASS}">{" ".join(drawing.split())}</div>'


def replace_images(app, doctree, docname):
    for image in list(doctree.findall(nodes.image)):
        if CLASS in image["classes"]:
            svg = (Path(app.srcdir) / image["uri"]).read_text(encoding="utf-8")
            image.replace_self(nodes.raw("", inline(svg, image.get("alt", "")), format="html"))


def setup(app):
    app.connect("doctree-resolved", replace_images)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
