"""A notebook is read whatever made it; what is none is refused with a sentence."""

import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dscourse.grading.inside.notebook import UnreadableError, read_notebook

V4 = {
    "nbformat": 4,
    "cells": [
        {"cell_type": "markdown", "source": ["# été"]},
        {"cell_type": "code", "source": ["a = 1\n", "b = 'é'"], "outputs": [{"data": {}}]},
        {"cell_type": "code", "source": "c = 3"},
        {"cell_type": "raw", "source": "no"},
    ],
}
CELLS = ["a = 1\nb = 'é'", "c = 3"]
V3 = {
    "nbformat": 3,
    "worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1"]}]}, {"x": 1}],
}
TEXT = json.dumps(V4, ensure_ascii=False)


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"],
)
def test_every_encoding_is_read(encoding):
    notebook = read_notebook(TEXT.encode(encoding))
    assert notebook.cells == CELLS
    assert bool(notebook.notes) == (encoding not in ("utf-8", "utf-8-sig"))


def test_format_3_is_read():
    assert read_notebook(json.dumps(V3).encode()).cells == ["a = 1"]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "empty"),
        (b"\n \0\0", "empty"),
        (TEXT.encode()[:-20], "no notebook"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "no notebook"),
        (b"# a script\nprint(1)", "no notebook"),
        (b"[1, 2]", "no notebook"),
        (b'{"a": 1}', "no list of cells"),
        (b'{"cells": 3}', "no list of cells"),
        (b'{"worksheets": 3}', "no list of cells"),
        (b'{"cells": ' + b"[" * 200_000, "nested too deep"),
        (b'{"cells": ' + b'{"a":' * 200_000, "nested too deep"),
        (b'{"n": ' + b"9" * 10_000 + b"}", "no notebook"),
    ],
)
def test_what_is_no_notebook_is_refused_with_a_sentence(raw, problem):
    with pytest.raises(UnreadableError, match=problem):
        read_notebook(raw)


def test_a_zip_is_no_notebook():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.ipynb", TEXT)
    with pytest.raises(UnreadableError, match="no notebook"):
        read_notebook(buffer.getvalue())


@pytest.mark.parametrize(
    "cell",
    [
        *(None, 3, "code", [], {}, {"cell_type": "code"}, {"cell_type": "code", "source": 3}),
        *({"cell_type": ["code"], "source": "a"}, {"cell_type": "code", "source": [1, None]}),
    ],
    ids=str,
)
def test_a_malformed_cell_costs_no_other(cell):
    raw = json.dumps({"cells": [cell, {"cell_type": "code", "source": "a = 1"}]}).encode()
    assert [source for source in read_notebook(raw).cells if source] == ["a = 1"]


def test_lone_surrogates_become_question_marks():
    raw = b'{"cells": [{"cell_type": "code", "source": "a = \'\\ud800\'"}]}'
    assert read_notebook(raw).cells == ["a = '?'"]


def test_too_many_cells_are_left_out_with_a_note():
    raw = json.dumps({"cells": [{"cell_type": "code", "source": "a"}] * 30}).encode()
    notebook = read_notebook(raw, most_cells=20)
    assert len(notebook.cells) == 20
    assert "first 20 of 30" in str(notebook.notes[0])


@given(st.binary(max_size=300))
def test_any_bytes_are_a_notebook_or_unreadable(raw):
    for data in (raw, b"{" + raw, b"\xff\xfe" + raw):
        try:
            cells = read_notebook(data).cells
        except UnreadableError:
            continue
        assert all(isinstance(cell, str) for cell in cells)


@given(st.data())
def test_a_notebook_with_flipped_bytes_is_a_notebook_or_unreadable(data):
    encoding = data.draw(st.sampled_from(["utf-8", "utf-16", "latin-1"]))
    raw = bytearray(TEXT.encode(encoding))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        cells = read_notebook(bytes(raw)).cells
    except UnreadableError:
        return
    assert all(isinstance(cell, str) for cell in cells)
