"""Mend what the theme and its parts get wrong in the finished page.

Other repairs stand where they are short: in `_config.yml`, in `book/_templates`, in
`book/_static/book.css` and `book.js`.
"""

REPLACEMENTS = (
    # In a list of references the items have a role that ARIA withdrew; so the list has no items.
    ('role="doc-biblioentry"', 'role="listitem"'),
    # A folded cell is named by its own text, "Show code cell source"; the label hides that.
    (' aria-label="Toggle hidden content"', ""),
)


def repair_body(app, pagename, templatename, context, doctree):
    """Correct the words that screen readers go by."""
    for wrong, right in REPLACEMENTS:
        context["body"] = context.get("body", "").replace(wrong, right)


def offer_only_notebooks(app, pagename, templatename, context, doctree):
    """Take the launch button from pages that Colab and Binder cannot open: text notebooks."""
    if not context.get("page_source_suffix", "").endswith(".ipynb"):
        buttons = context.get("header_buttons", [])
        buttons[:] = [button for button in buttons if button.get("label") != "launch-buttons"]


def setup(app):
    # Jupyter Book sets it even where the extension for comments, which it belongs to, is not used.
    app.add_config_value("comments_config", {}, "html")
    app.connect("html-page-context", repair_body)
    # After the theme has added its buttons, at 501.
    app.connect("html-page-context", offer_only_notebooks, priority=502)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
