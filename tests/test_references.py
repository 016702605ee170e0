"""Every paper that a chapter links to is in the list of papers."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_arxiv_link_of_the_course_is_in_the_list_of_papers():
    listed = set(
        re.findall(
            r"eprint\s*=\s*\{([\d.]+)\}",
            (ROOT / "book" / "references.bib").read_text(encoding="utf-8"),
        )
    )
    pages = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "book").glob("*.md")]
    linked = {
        number
        for page in pages
        for number in re.findall(
            r"arxiv\.org/abs/(\d{4}\.\d{4,5})", page.read_text(encoding="utf-8")
        )
    }
    assert linked <= listed, linked - listed
