"""Every entry of the errata has a source, says what happens, and is shown by tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "book" / "errata.md").read_text(encoding="utf-8")
ENTRIES = [part for part in PAGE.split("\n## ")[1:] if not part.startswith("Sources")]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.splitlines()[0])
def test_an_entry_has_its_source_and_is_shown_by_tests_that_exist(entry):
    assert "**Source.**" in entry
    assert "**What happens.**" in entry
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", entry.partition("**Shown by**")[2])
    assert named
    for path, name in named:
        assert re.search(rf"def {name}\b", (ROOT / path).read_text(encoding="utf-8")), name


def test_the_page_names_the_versions_that_are_installed():
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    for package, said in (("keras", r"Keras ([\d.]+\d)"), ("tensorflow", r"TensorFlow ([\d.]+\d)")):
        (tried,) = set(re.findall(said, PAGE)) - {"3", "2"}
        assert f"{package}=={tried}" in constraints
