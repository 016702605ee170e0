"""The strips show who was trainable and who moved, in colour, in grey and in words."""

import re
from types import SimpleNamespace

from dscourse.figures import audit_strips

COUNTS = ("weights", "trainable", "moved", "stuck", "slipped")
NORMS = ("batch_norms", "batch_norms_moved", "batch_norms_slipped")


def row(name, **counts):
    return SimpleNamespace(name=name, **{**dict.fromkeys([*COUNTS, *NORMS], 0), **counts})


FROZEN = row("block1", weights=3, batch_norms=1)
HALF = row("block_2", weights=4, trainable=4, moved=2, batch_norms=2, batch_norms_moved=1)
STUCK = row("head", weights=2, trainable=2, stuck=2)


def boxes(drawing):
    """Return (width, height, fill, dashed) of each rectangle."""
    found = re.findall(r"<rect [^>]*>", drawing.svg)
    number = r'{}="([\d.]+)"'
    return [
        (
            float(re.search(number.format("width"), rect)[1]),
            float(re.search(number.format("height"), rect)[1]),
            re.search(r'fill="([^"]+)"', rect)[1],
            "dasharray" in rect,
        )
        for rect in found
    ]


def test_the_description_says_who_was_trainable_and_who_moved():
    assert audit_strips({"phase 1": [FROZEN, HALF], "phase 2": [STUCK]}).alt == (
        "phase 1: trainable block_2; moved block_2; statistics moved block_2. "
        "phase 2: trainable head; moved none; statistics moved none; against trainable head."
    )


def test_a_frozen_cell_is_dashed_and_empty():
    cell, lane = boxes(audit_strips({"": [FROZEN]}))[:2]
    assert cell[2:] == ("none", True)
    assert lane[2:] == ("none", False)


def test_a_cell_is_filled_by_the_part_that_moved():
    filled, cell, part, lane = boxes(audit_strips({"": [HALF]}))[:4]
    assert filled[1] == cell[1] / 2
    assert part[0] == lane[0] / 2
    assert not cell[3]


def test_what_contradicts_trainable_is_marked_with_a_letter_not_a_colour():
    marks = [audit_strips({"": [r]}).svg.count(">!<") for r in (STUCK, HALF)]
    assert marks == [2, 1]  # one stands in the legend


def test_the_word_block_is_said_once():
    svg = audit_strips({"": [FROZEN, HALF, STUCK]}).svg
    assert re.findall(r">([^<>]+)</text>", svg)[:4] == ["block", "1", "2", "head"]


def test_a_long_run_of_blocks_is_told_by_its_ends():
    moved = [row(f"block{n}", weights=1, trainable=1, moved=n != 5) for n in range(1, 8)]
    assert (
        "trainable block1 to block7; moved block1 to block4, block6, block7;"
        in audit_strips({"": moved}).alt
    )
