"""Binder builds the environment that is meant, with the versions of constraints.txt.

repo2docker builds something else without a word when it finds a folder `binder`: it then ignores
environment.yml and falls back to its own choice of Python.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
POST_BUILD = (ROOT / "postBuild").read_text(encoding="utf-8")
PYTHON = ENVIRONMENT["dependencies"][0].removeprefix("python=")


@pytest.fixture(scope="module")
def recipe():
    """Return what repo2docker would do, in its own words, without building anything."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="repo2docker does not run on Windows")
@pytest.mark.parametrize(
    "step",
    [
        f"Building conda environment for python={PYTHON}\n",
        'env update -p ${NB_PYTHON_PREFIX} --file "environment.yml"',
        "RUN ./postBuild\n",
        'ENV R2D_ENTRYPOINT="${REPO_DIR}/start"\n',
    ],
)
def test_repo2docker_reads_our_files(recipe, step):
    assert step in recipe


@pytest.mark.parametrize("folder", ["binder", ".binder"])
def test_no_folder_hides_the_files_of_the_root(folder):
    assert not (ROOT / folder).exists()


def test_the_environment_holds_python_and_pip_alone():
    assert ENVIRONMENT["dependencies"] == [f"python={PYTHON}", "pip"]
    assert PYTHON in SpecifierSet(PROJECT["requires-python"])
    assert ENVIRONMENT["channels"] == ["conda-forge", "nodefaults"]


def test_the_packages_have_the_versions_of_constraints_txt():
    assert POST_BUILD.count("pip install") == POST_BUILD.count(" -c constraints.txt -e ") == 1


def test_the_jupyterlab_that_binder_brings_is_left_alone():
    extras = re.search(r'-e "\.\[(.+)\]"', POST_BUILD).group(1).split(",")
    brought = [r for extra in extras for r in PROJECT["optional-dependencies"][extra]]
    assert any(r.startswith("keras>") for r in brought)
    assert [r for r in brought if r.startswith(("jupyter", "dscourse["))] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Binder runs Linux")
def test_start_quiets_tensorflow_and_runs_what_it_is_given():
    code = (
        "import os; print(os.environ['TF_CPP_MIN_LOG_LEVEL'], os.environ['TF_ENABLE_ONEDNN_OPTS'])"
    )
    command = ["bash", "start", sys.executable, "-c", code]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout == "3 0\n"
