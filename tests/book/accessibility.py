"""axe-core's findings on a page, against those that are known to be the theme's."""

import json
from fnmatch import fnmatchcase
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

# Each entry: rule (axe's id), page and view (patterns), reason (why it is not ours to mend).
BASELINE = Path(__file__).with_name("axe_baseline.json")

OPTIONS = {
    "resultTypes": ["violations"],
    # axe would fetch style sheets again, some of them at a wrong address.
    "preload": False,
    # Off in some versions of axe and on in others; on, whatever the version.
    "rules": {"label-content-name-mismatch": {"enabled": True}},
}

# The drawn half of a formula, hidden from screen readers, in the colour of its text: a thousand
# pieces, each of which axe would measure.
CONTEXT = {"exclude": [[".katex-html"]]}


def baseline() -> list[dict[str, str]]:
    """Read the written baseline."""
    return json.loads(BASELINE.read_text(encoding="utf-8"))


def expected(entries: list[dict[str, str]], page: str, view: str) -> set[str]:
    """Return the rules that are known to be broken on a page, in a view."""
    return {
        entry["rule"]
        for entry in entries
        if fnmatchcase(page, entry["page"]) and fnmatchcase(view, entry["view"])
    }


def violations(opened) -> dict[str, list[str]]:
    """Return the broken rules of an open page, each with the elements that break it."""
    found = Axe().run(opened, context=CONTEXT, options=OPTIONS).response["violations"]
    return {
        rule["id"]: [f"{node['target']} {node['failureSummary']}" for node in rule["nodes"][:3]]
        for rule in found
    }


def differences(found: dict[str, list[str]], known: set[str]) -> list[str]:
    """Say what is new on a page, and what the baseline expects there and is gone."""
    new = [f"new: {rule}: {found[rule]}" for rule in sorted(found.keys() - known)]
    gone = [
        f"gone, so take it out of {BASELINE.name}: {rule}" for rule in sorted(known - found.keys())
    ]
    return new + gone
