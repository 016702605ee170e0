import subprocess
import sys

import nbformat
import pytest
from fresh_outputs import digest, drop_stale

from tests.book.built import ROOT


@pytest.fixture
def project(tmp_path):
    (tmp_path / "dscourse" / "conv").mkdir(parents=True)
    (tmp_path / "dscourse" / "conv" / "a.py").write_text("A = 1\n")
    (tmp_path / "dscourse" / "b.py").write_text("B = 2\n")
    (tmp_path / "constraints.txt").write_text("numpy==2.4.0\n")
    for folder, name in [("_ext", "an_extension.py"), ("_templates", "logo.html")]:
        (tmp_path / "book" / folder).mkdir(parents=True)
        (tmp_path / "book" / folder / name).touch()
    return tmp_path


CHANGES = {
    "a module": lambda p: (p / "dscourse" / "conv" / "a.py").write_text("A = 3\n"),
    "the versions": lambda p: (p / "constraints.txt").write_text("numpy==2.5.0\n"),
    "an extension": lambda p: (p / "book" / "_ext" / "an_extension.py").write_text("C = 3\n"),
    "a template": lambda p: (p / "book" / "_templates" / "logo.html").write_text("<nav></nav>"),
    "a new file": lambda p: (p / "dscourse" / "data.npz").write_bytes(b"\0"),
    "a file's name": lambda p: (p / "dscourse" / "b.py").rename(p / "dscourse" / "c.py"),
    "a file gone": lambda p: (p / "dscourse" / "b.py").unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_digest_changes_with(project, change):
    before = digest(project)
    change(project)
    assert digest(project) != before


def test_the_digest_does_not_change_with_a_page_or_compiled_code(project):
    before = digest(project)
    (project / "notebooks").mkdir()
    (project / "notebooks" / "a.ipynb").write_text("{}")
    (project / "dscourse" / "__pycache__").mkdir()
    (project / "dscourse" / "__pycache__" / "b.pyc").write_bytes(b"\1")
    assert digest(project) == before


@pytest.fixture
def build(tmp_path):
    (tmp_path / ".jupyter_cache").mkdir()
    (tmp_path / ".doctrees").mkdir()
    drop_stale(tmp_path, "present")
    (tmp_path / ".jupyter_cache").mkdir()
    (tmp_path / ".doctrees").mkdir()
    return tmp_path


def left(build):
    return {path.name for path in build.iterdir() if path.is_dir()}


def test_outputs_of_an_unknown_package_are_dropped(tmp_path):
    (tmp_path / ".jupyter_cache").mkdir()
    assert drop_stale(tmp_path, "present")
    assert left(tmp_path) == set()


def test_outputs_of_the_same_package_stay(build):
    assert not drop_stale(build, "present")
    assert left(build) == {".jupyter_cache", ".doctrees"}


def test_outputs_of_another_package_are_dropped_once(build):
    assert drop_stale(build, "changed")
    assert left(build) == set()
    assert not drop_stale(build, "changed")


def test_a_page_that_failed_is_read_again_and_its_report_forgotten(build):
    report = build / "html" / "reports" / "notebooks" / "01-two-jobs.err.log"
    report.parent.mkdir(parents=True)
    report.write_text("ValueError")
    assert drop_stale(build, "present")
    assert left(build) == {".jupyter_cache", "html"}
    assert not report.exists()


def test_a_first_build_needs_no_folder(tmp_path):
    drop_stale(tmp_path / "_build", "present")
    assert not drop_stale(tmp_path / "_build", "present")


def build_page(project):
    """Build the project's one page as the book is built; return its text."""
    options = {
        "extensions": "fresh_outputs,myst_nb",
        "nb_execution_mode": "cache",
        "nb_output_stderr": "error",
        "root_doc": "page",
        "exclude_patterns": "_build",
    }
    chosen = [word for pair in options.items() for word in ("-D", "=".join(pair))]
    start = (
        f"import sys; sys.path.append({str(ROOT / 'book' / '_ext')!r}); "
        "from sphinx.cmd.build import main; sys.exit(main())"
    )
    folders = ["-d", "_build/.doctrees", ".", "_build/html"]
    command = [sys.executable, "-c", start, "-q", "-C", "-b", "html", *chosen, *folders]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return (project / "_build" / "html" / "page.html").read_text(encoding="utf-8")


def test_a_page_shows_what_the_changed_package_computes(project):
    cell = nbformat.v4.new_code_cell(
        "import sys\nsys.path.insert(0, 'dscourse')\nimport b\n40000 + b.B"
    )
    title = nbformat.v4.new_markdown_cell("# Page")
    nbformat.write(nbformat.v4.new_notebook(cells=[title, cell]), project / "page.ipynb")
    assert "40002" in build_page(project)
    (project / "dscourse" / "b.py").write_text("B = 999\n")
    assert "40999" in build_page(project)
