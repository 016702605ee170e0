"""The picture of README and of the book's first page is the one that the package draws."""

from pathlib import Path

from dscourse.figures.overview import spectrum

SAVED = Path(__file__).parents[2] / "book" / "_static" / "overview.svg"


def test_the_saved_picture_is_up_to_date():
    assert SAVED.read_text(encoding="utf-8") == spectrum().file_text(), (
        "run: python -m dscourse.figures.overview"
    )
