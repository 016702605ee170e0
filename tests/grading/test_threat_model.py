"""Each promise of the threat model names tests, and each of them exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "book" / "threat-model.md").read_text(encoding="utf-8")
PART = PAGE[PAGE.index("### Points") : PAGE.index("## What can be imported")]
# A promise is a line, and each of its tests a line below it that begins with a colon.
PROMISES = re.findall(r"^([A-Z].+)\n((?:: .+\n?)*)", PART, re.MULTILINE)
NAMED = re.compile(r": `(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_promise_names_a_test():
    assert len(PROMISES) >= 25
    for promise, tests in PROMISES:
        assert tests, promise
        assert all(NAMED.fullmatch(line) for line in tests.splitlines())


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED.findall(PAGE))))
def test_every_named_test_exists(file, name):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert name in functions
