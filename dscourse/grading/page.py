"""One HTML page without requests to other hosts, readable in the dark and on a phone.

Every text is escaped where it enters a page; only `Html` is taken as it is.
"""

from collections.abc import Iterable, Sequence
from html import escape

from dscourse.grading.record import clean

# The colours keep 4.5:1 against their ground in both schemes.
_STYLE = """
:root { color-scheme: light dark; --ground: #ffffff; --text: #1f2328; --faint: #57606a;
  --line: #d0d7de; --link: #0550ae; --warn: #9a3412; --soft: #f3f5f7; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181f; --text: #e6edf3; --faint: #a2abb5;
  --line: #3d444d; --link: #8ab8ff; --warn: #ffa657; --soft: #1f252d; } }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; background: var(--ground);
  color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.25rem; margin-top: 2rem; }
h3 { font-size: 1.05rem; margin-bottom: .25rem; }
a { color: var(--link); } .faint { color: var(--faint); }
.warn { border-left: 4px solid var(--warn); background: var(--soft); padding: .5rem .8rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; min-width: 60%; }
caption { text-align: left; color: var(--faint); padding-bottom: .3rem; }
th, td { padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; overflow-wrap: normal; }
td.long { min-width: 16rem; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { color: var(--faint); } dd { margin: 0; }
ul.checks { list-style: none; padding-left: 0; } ul.checks li { margin: .5rem 0; }
figure { margin: 1rem 0; }
@media (max-width: 576px) {
  figure svg { width: var(--width) !important; max-width: none !important; }
}
code { font-size: .9em; }
"""


_LONG = 60  # characters; a column with such a text keeps some width on a phone


class Html(str):
    """Text that is HTML already; any other text is escaped."""


Cell = str | int | float | None


def html(value: Cell) -> Html:
    """Escape a value for a page, unless it is `Html`; None is an empty text.

    >>> html("<b>"), html(Html("<b>"))
    ('&lt;b&gt;', '<b>')
    """
    if isinstance(value, Html):
        return value
    return Html(escape(clean(str(value)), quote=True) if value is not None else "")


def page(title: str, *parts: Html) -> str:
    """Put parts together to a page of its own.

    Args:
        title: Its heading too.
        parts: Its blocks.
    """
    # Should a text ever come through unescaped, the browser still loads and runs nothing.
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html(title)}</title><style>{_STYLE}</style></head>\n<body><main>"
        f"<h1>{html(title)}</h1>\n" + "\n".join(parts) + "\n</main></body></html>\n"
    )


def block(name: str, *inside: Cell, kind: str = "") -> Html:
    """Return an element, with its texts escaped.

    >>> block("p", "a < b", kind="faint")
    '<p class="faint">a &lt; b</p>'
    """
    attribute = f' class="{html(kind)}"' if kind else ""
    return Html(f"<{name}{attribute}>{''.join(map(html, inside))}</{name}>")


def link(address: str, text: str) -> Html:
    """Return a link to a page of the web or to a file beside this page; others stay text."""
    if ":" in address.partition("/")[0] and not address.startswith(("https://", "http://")):
        return html(text)
    return Html(f'<a href="{html(address)}">{html(text)}</a>')


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Html:
    """Return a table whose first column names its rows; numbers stand on the right.

    Args:
        caption: What the table shows.
        head: The names of the columns.
        rows: The cells.
    """
    body = list(rows)
    kinds = [_kind(column) for column in zip(*body, strict=True)] or [""] * len(head)
    names = [_cell("th", name, kind, "col") for name, kind in zip(head, kinds, strict=True)]
    lines = [
        "".join(
            _cell("td" if place else "th", value, kinds[place], "" if place else "row")
            for place, value in enumerate(row)
        )
        for row in body
    ]
    inside = "".join(f"<tr>{line}</tr>\n" for line in lines)
    return wide(
        caption,
        f"<table><caption>{html(caption)}</caption><thead><tr>{''.join(names)}</tr></thead>"
        f"<tbody>\n{inside}</tbody></table>",
    )


def wide(name: str, inside: str) -> Html:
    """Return HTML that scrolls sideways in its box, by the keyboard too, where it is too wide."""
    return Html(
        f'<div class="wide" tabindex="0" role="region" aria-label="{html(name)}">{inside}</div>'
    )


def _cell(name: str, value: Cell, kind: str, scope: str) -> str:
    attribute = f' class="{kind}"' if kind else ""
    row_or_column = f' scope="{scope}"' if scope else ""
    return f"<{name}{attribute}{row_or_column}>{html(value)}</{name}>"


def _kind(column: Sequence[Cell]) -> str:
    known = [value for value in column if value is not None]
    if known and all(isinstance(value, int | float) for value in known):
        return "number"
    texts = [value for value in known if isinstance(value, str) and not isinstance(value, Html)]
    return "long" if any(len(text) > _LONG for text in texts) else ""
