"""Read the bytes of a submission into code cells, whatever editor, kernel or accident made them."""

import json
from dataclasses import dataclass, field
from typing import Any

from dscourse.grading.inside.oddities import Oddity

# UTF-32 before UTF-16: its mark begins with UTF-16's.
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


class UnreadableError(Exception):
    """The bytes are no notebook; the message says what is wrong, for the student.

    Args:
        kind: Of `oddities.SENTENCES`.
        numbers: That belong into it.
    """

    def __init__(self, kind: str, *numbers: int) -> None:
        self.odd = Oddity(kind, numbers)
        super().__init__(str(self.odd))


@dataclass(frozen=True)
class Notebook:
    """The code cells in their order, and what was odd about the file."""

    cells: list[str]
    notes: list[Oddity] = field(default_factory=list)


def read_notebook(raw: bytes, most_cells: int = 5000) -> Notebook:
    """Find the code cells in the bytes of a file.

    Args:
        raw: An .ipynb of nbformat 3, 4 or 5 in UTF-8, UTF-16, UTF-32 or Latin-1.
        most_cells: Further cells are left out, with a note.

    Raises:
        UnreadableError: The bytes are no notebook.

    >>> read_notebook(b'{"cells": [{"cell_type": "code", "source": ["a = 1"]}]}').cells
    ['a = 1']
    """
    if not raw.strip(b"\0 \t\r\n"):
        raise UnreadableError("empty")
    text, notes = _decode(raw)
    try:
        content = json.loads(text)
    except RecursionError:
        raise UnreadableError("deep") from None
    except json.JSONDecodeError as error:
        raise UnreadableError("json", error.lineno, error.colno) from None
    except ValueError:
        raise UnreadableError("number") from None
    if not isinstance(content, dict):
        raise UnreadableError("object")
    cells = [_source(cell) for cell in _cells(content) if _is_code(cell)]
    if len(cells) > most_cells:
        notes.append(Oddity("cut", (most_cells, len(cells))))
    return Notebook(cells[:most_cells], notes)


def _decode(raw: bytes) -> tuple[str, list[Oddity]]:
    marked = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), None)
    guesses = [marked] if marked else ["utf-8", "utf-16-le", "utf-16-be"]
    if not marked and b"\0" in raw[:4]:  # `{` in UTF-16 is a byte and a zero
        guesses = guesses[::-1] if raw[0] == 0 else guesses[1:] + guesses[:1]
    for name in guesses:
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        if text.lstrip().startswith("{"):
            odd = [] if name in ("utf-8", "utf-8-sig") else [Oddity(name)]
            return text, odd
    text = raw.decode("latin-1")
    if not text.lstrip().startswith("{"):
        raise UnreadableError("text")
    return text, [Oddity("latin-1")]


def _cells(content: dict[str, Any]) -> list[Any]:
    """Return the cells of nbformat 4 and 5, or those of all worksheets of nbformat 3."""
    sheets = content.get("worksheets")
    holders = [content, *(sheets if isinstance(sheets, list) else [])]
    lists = [
        h["cells"] for h in holders if isinstance(h, dict) and isinstance(h.get("cells"), list)
    ]
    if not lists:
        raise UnreadableError("cells")
    return [cell for cells in lists for cell in cells]


def _is_code(cell: Any) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") == "code"


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))  # nbformat 3 called it input
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    return text.encode("utf-8", "replace").decode()  # no lone surrogates: Python reads none
