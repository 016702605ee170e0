"""Give every page a description for search engines: its own, or else its first paragraph."""

import textwrap
from html import escape

from docutils import nodes

LENGTH = 160  # what search engines show


def first_paragraph(doctree) -> str:
    """Return the first paragraph of running text, cut at a word."""
    for paragraph in doctree.findall(nodes.paragraph):
        # Inside an admonition, a list or a cell's output a paragraph does not describe the page.
        if isinstance(paragraph.parent, nodes.section | nodes.document):
            return textwrap.shorten(paragraph.astext(), LENGTH, placeholder=" …")
    return ""


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
