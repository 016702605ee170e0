"""The Makefile, the workflows and the driver of the checks say the same."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from tests import __main__ as driver

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
WORKFLOWS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
}
STEPS = [
    step for flow in WORKFLOWS.values() for job in flow["jobs"].values() for step in job["steps"]
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PYTHONS = [f"3.{n}" for n in range(30) if f"3.{n}" in SpecifierSet(PROJECT["requires-python"])]


def test_make_builds_the_book_with_the_command_that_is_tested():
    assert f"$(BIN)/{driver.STEPS['book'][0]}\n" in MAKEFILE


@pytest.mark.parametrize("name", ["TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS"])
def test_make_quiets_tensorflow_as_the_driver_does(name):
    assert f"export {name} := {driver.ENVIRONMENT[name]}\n" in MAKEFILE


def test_make_accepts_the_pythons_of_the_package():
    low, high = re.search(r"not \(3, (\d+)\) <= v <= \(3, (\d+)\)", MAKEFILE).groups()
    assert [f"3.{n}" for n in range(int(low), int(high) + 1)] == PYTHONS


def test_continuous_integration_tries_every_python_of_the_package():
    assert WORKFLOWS["test"]["jobs"]["everything"]["strategy"]["matrix"]["python"] == PYTHONS


@pytest.mark.parametrize("flow", WORKFLOWS.values(), ids=WORKFLOWS)
def test_a_workflow_may_only_read_unless_a_job_says_more(flow):
    assert flow["permissions"] == {"contents": "read"}


def test_actions_are_pinned_by_their_major_version():
    used = {step["uses"] for step in STEPS if "uses" in step}
    assert {use for use in used if not re.fullmatch(r"actions/[a-z-]+@v\d+", use)} == set()


def test_workflows_name_targets_and_steps_that_exist():
    commands = "\n".join(step.get("run", "") for step in STEPS)
    targets = re.findall(r"make ([a-z]+)", commands)
    assert [t for t in targets if f"\n{t}: " not in MAKEFILE] == []
    named = " ".join(re.findall(r"tests --only (.+)", commands)).split()
    assert [name for name in named if name not in driver.STEPS] == []


def test_ci_runs_every_check():
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == "make test"
    assert "$(BIN)/python -m tests\n" in MAKEFILE


@pytest.mark.parametrize("name", [".ci/run", "postBuild", "start"])
def test_scripts_are_executable_in_git(name):
    command = ["git", "ls-files", "--stage", name]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert listed.startswith("100755 ")


def test_the_book_does_not_read_hidden_folders():
    # `only_build_toc_files` overlooks them, and .venv holds hundreds of pages of its packages.
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert ".*" in config.get("exclude_patterns", [])
