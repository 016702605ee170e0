"""Give every page a description for search engines: its own, or else its first sentences."""

import textwrap
from html import escape

from docutils import nodes

LENGTH = 160  # what search engines show


def is_running_text(paragraph) -> bool:
    """Tell a paragraph that can describe the page from a label, a subtitle or a formula's."""
    # Inside an admonition, a list or a cell's output a paragraph speaks of something else.
    inside = not isinstance(paragraph.parent, nodes.section | nodes.document)
    parts = [part for part in paragraph if part.astext()]  # MyST leaves empty ones
    label = len(parts) == 1 and isinstance(parts[0], nodes.strong | nodes.emphasis)
    formula = next(paragraph.findall(nodes.math), None)
    return not (inside or label or formula is not None)


def first_paragraph(doctree) -> str:
    """Return the first paragraph of running text, cut at a word."""
    texts = (node.astext() for node in doctree.findall(nodes.paragraph) if is_running_text(node))
    return textwrap.shorten(next(texts, ""), LENGTH, placeholder=" …")


def describe(app, pagename, templatename, context, doctree):
    tags = context.get("metatags", "")
    if doctree is None or 'name="description"' in tags:
        return
    text = escape(first_paragraph(doctree))
    if text:
        context["metatags"] = f'{tags}\n<meta name="description" content="{text}" />'


def setup(app):
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
