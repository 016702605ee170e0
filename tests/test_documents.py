"""README, ARCHITECTURE and CONTRIBUTING name only what exists, and their examples run."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
# A path in backticks: with a slash or an ending, without blanks, and no pattern or future name.
PATH = re.compile(r"`([\w./-]+(?:/|\.(?:py|md|toml|txt|yml|csv|ipynb|css|cff)))`")
MADE_BY_THE_READER = {"notebooks/NN-title.ipynb", "dscourse/exercises/chNN_title.py"} | {
    "book/claims/NN-title.csv"
}


def named_paths(document: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return sorted(set(PATH.findall(text)) - MADE_BY_THE_READER)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_a_document_names_exists(document: str):
    paths = named_paths(document)
    assert paths
    missing = [path for path in paths if not (ROOT / path).exists()]
    missing = [path for path in missing if not (ROOT / "dscourse" / path).exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_picture_and_link_within_the_repository_exists(document: str):
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:]+)\)", text)
    assert all((ROOT / target).exists() for target in targets), targets


def test_every_jump_in_contributing_lands_on_a_heading():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    slugs = {h.lower().replace(" ", "-") for h in re.findall(r"^## (.+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) == slugs


def test_every_make_target_that_a_document_names_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE)) <= targets


def test_the_example_of_readme_runs_and_gives_the_shape_it_states():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.+?)```", text, re.DOTALL)[1]
    *lines, last = code.strip().splitlines()
    expression, stated = last.split("#")
    namespace: dict = {}
    exec("\n".join(lines), namespace)
    assert eval(expression, namespace) == eval(stated)


def test_the_example_for_instructors_makes_an_exercise_that_works():
    text = (ROOT / "book" / "instructors.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.+?)```", text, re.DOTALL)[1]
    namespace: dict = {"__name__": "dscourse.exercises.ch05_example"}
    exec(code, namespace)
    from dscourse.checking import run_checks

    double = namespace["double"]
    assert run_checks(double, lambda x: x + x).passed
    assert run_checks(double, lambda x: x**2).results[0].cause.code == "M-SQUARE"
