"""The claim ledger: every row points at a cell, a test, or says that it is not reproduced."""

import csv
import re
from pathlib import Path

import pytest

from dscourse import notebooks

ROOT = Path(__file__).parents[1]
LEDGERS = sorted((ROOT / "book" / "claims").glob("*.csv"))
FIELDS = ["id", "claim", "source", "shown_by"]


def rows(ledger: Path) -> list[dict[str, str]]:
    with ledger.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = [pytest.param(row, id=row["id"]) for ledger in LEDGERS for row in rows(ledger)]


def test_every_chapter_has_a_ledger():
    chapters = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {ledger.stem for ledger in LEDGERS} == chapters


@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda path: path.stem)
def test_a_ledger_has_the_four_fields_and_all_are_filled(ledger: Path):
    for row in rows(ledger):
        assert list(row) == FIELDS
        assert all(value and value.strip() for value in row.values()), row


def test_ids_are_unique_over_the_course():
    ids = [row["id"] for ledger in LEDGERS for row in rows(ledger)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("row", ROWS)
def test_a_claim_is_shown_by_something_that_exists(row: dict[str, str]):
    shown = row["shown_by"]
    if shown == "not reproduced here":
        return
    if shown.startswith("tests/"):
        path, _, name = shown.partition("::")
        source = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"def {re.escape(name)}\b", source), shown
        return
    chapter, _, cell_id = shown.partition("#")
    cells = notebooks.read(ROOT / "notebooks" / f"{chapter}.ipynb").cells
    cell = next((c for c in cells if c.id == cell_id), None)
    assert cell is not None, f"no cell {cell_id!r} in {chapter}"
    assert cell.get("outputs"), f"{shown} is not a checked cell"
