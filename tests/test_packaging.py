"""Every version is written down once, for every platform, and no file says where it comes from."""

import re
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name as canonical

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PINS = [Requirement(line) for line in LINES if not line.startswith("#")]
GROUPS = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
DECLARED = [r for r in map(Requirement, chain(*GROUPS)) if r.name != PROJECT["name"]]

PYTHONS = [f"3.{n}" for n in range(30) if f"3.{n}" in SpecifierSet(PROJECT["requires-python"])]
PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_machine": "x86_64", "os_name": "posix"},
    "linux on arm": {"sys_platform": "linux", "platform_machine": "aarch64", "os_name": "posix"},
    "macos": {"sys_platform": "darwin", "platform_machine": "arm64", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_machine": "AMD64", "os_name": "nt"},
}

# The files of the root, those that automation runs, and any lock file.
SET_UP = re.compile(r"^[^/]+$|^\.github/|^\.ci/|lock[^/]*$")
ADDRESS = re.compile(r"index-url|find-links|registry\.|pypi\.|pythonhosted|npmjs|anaconda\.org")


def applies(requirement: Requirement, environment: dict[str, str]) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(environment)


def pins_of(name: str, environment: dict[str, str]) -> list[str]:
    """Return the versions that constraints.txt pins for a package in an environment."""
    same = [pin for pin in PINS if canonical(pin.name) == canonical(name)]
    return [str(pin.specifier).removeprefix("==") for pin in same if applies(pin, environment)]


def requirements_of(name: str, extras: set[str]) -> list[Requirement]:
    """Return what an installed package of the pinned version requires here."""
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        return []
    if [installed.version] != pins_of(name, {}):
        return []
    found = [Requirement(r) for r in installed.requires or []]
    return [r for r in found if any(applies(r, {"extra": extra}) for extra in extras | {""})]


def test_a_constraint_is_one_exact_version():
    exact = re.compile(r"#.*|[a-z0-9.-]+==[a-z0-9.]+( ; [^@]+)?")
    assert [line for line in LINES if not exact.fullmatch(line)] == []


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_every_declared_requirement_has_one_fitting_pin(python, platform):
    environment = {"python_version": python, "python_full_version": f"{python}.9"} | platform
    wanted = [r for r in DECLARED if applies(r, environment)]
    found = {r.name: pins_of(r.name, environment) for r in wanted}
    assert {r.name: found[r.name] for r in wanted if len(found[r.name]) != 1} == {}
    assert [r.name for r in wanted if found[r.name][0] not in r.specifier] == []


def test_everything_that_the_requirements_bring_along_is_pinned():
    todo = {(r.name, frozenset(r.extras)) for r in DECLARED if pins_of(r.name, {})}
    seen = set()
    while todo:
        name, extras = todo.pop()
        seen.add((name, extras))
        below = {(r.name, frozenset(r.extras)) for r in requirements_of(name, set(extras))}
        assert [(name, r) for r, _ in below if not pins_of(r, {})] == []
        todo |= below - seen
    assert len(seen) > 2 * len(DECLARED)


def test_no_file_of_the_set_up_records_where_packages_come_from():
    run = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = [n for n in run.stdout.splitlines() if SET_UP.search(n) and not n.endswith(".md")]
    assert {"constraints.txt", "environment.yml", ".ci/run"} <= set(names)
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in names}
    assert [name for name, text in texts.items() if ADDRESS.search(text)] == []


def test_the_citation_names_the_version_and_the_licences_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"].split(" AND ")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("LICENSE", "BSD 3-Clause License\n\nCopyright (c) 2026, the dscourse authors"),
        ("LICENSE-text", "Creative Commons Attribution 4.0 International Public License"),
    ],
)
def test_each_declared_licence_is_there_with_its_text(name, title):
    assert name in PROJECT["license-files"]
    assert title in (ROOT / name).read_text(encoding="utf-8")
