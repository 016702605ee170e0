"""The built book: where it is, which pages it has, and a server for them on this machine alone."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

from bs4 import BeautifulSoup
from sphinx.util.inventory import InventoryFile

ROOT = Path(__file__).parents[2]
HTML = ROOT / "_build" / "html"
MISSING = (
    f"The book's tests need the built book in {HTML} and there is none; "
    "run `jupyter-book build . -W -n --keep-going` first."
)

# Sphinx's own pages; the search is opened with something to find.
EXTRA = {"search": "search.html?q=convolution", "genindex": "genindex.html"}


def chapters() -> list[str]:
    """Return the pages of the last build; pages left over from an earlier one are not listed."""
    inventory = HTML / "objects.inv"
    if not inventory.exists():
        return []
    with inventory.open("rb") as file:
        return sorted(InventoryFile.load(file, "", lambda base, uri: uri)["std:doc"])


def pages() -> list[str]:
    """Return the pages of the book and Sphinx's own."""
    return [*chapters(), *EXTRA]


def address(page: str) -> str:
    """Return where a page is, relative to the book."""
    return EXTRA.get(page, f"{page}.html")


def source(page: str) -> Path:
    """Return the file a page is written in."""
    return next(path for path in ROOT.glob(f"{page}.*") if path.suffix in {".ipynb", ".md"})


@cache
def soup(file: Path) -> BeautifulSoup:
    """Parse a page, once."""
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


def parsed(page: str) -> BeautifulSoup:
    """Return a page, parsed."""
    return soup(HTML / f"{page}.html")


class Silent(http.server.SimpleHTTPRequestHandler):
    """A server that does not write a line for each request."""

    def log_message(self, *args):
        pass


@contextmanager
def served(folder: Path = HTML) -> Iterator[str]:
    """Serve a folder on the loopback interface; give its address."""
    handler = partial(Silent, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
