"""The notebooks in git are canonical, and every exercise in them can be solved."""

import ast
import re
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from dscourse import notebooks
from dscourse.__main__ import main
from dscourse.exercises import chapters

FOLDER = Path(__file__).parents[1] / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))
every_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def test_every_chapter_with_exercises_has_its_notebook():
    assert set(chapters()) <= {path.stem for path in PATHS}


@every_notebook
def test_a_notebook_is_canonical(path: Path):
    form = notebooks.canonical(notebooks.read(path), path.stem)
    assert notebooks.problems(form, path.stem) == []
    assert notebooks.text(form) == path.read_text(encoding="utf-8"), (
        f"run: python -m dscourse sync {path.relative_to(FOLDER.parent)}"
    )


@every_notebook
def test_a_cell_stores_output_if_and_only_if_nbval_compares_it(path: Path):
    for cell in notebooks.read(path).cells:
        if cell.cell_type == "code":
            checked = notebooks.CHECKED in cell.metadata.get("tags", [])
            assert bool(cell.outputs) == checked == (cell.execution_count is not None), cell.id


@every_notebook
def test_stored_outputs_hold_no_time_path_or_address(path: Path):
    stored = re.compile(r" at 0x[0-9a-f]+|(/home|/root|/tmp|/Users|C:\\)|\d (ms|µs|s) ±")
    for cell in notebooks.read(path).cells:
        assert not stored.search(str(cell.get("outputs", ""))), cell.id


@every_notebook
def test_a_chapter_opens_with_what_you_do_learn_and_need(path: Path):
    opening = notebooks.read(path).cells[0].source
    for heading in ("What you'll do", "What you'll learn", "What you'll need"):
        assert heading in opening


@every_notebook
def test_prose_reads_well_without_a_book(path: Path):
    """JupyterLab and Colab show MyST roles and directives as raw text."""
    for cell in notebooks.read(path).cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\{[a-z:-]+\}`|^(:::|```)\{", cell.source, re.MULTILINE), cell.id


@every_notebook
def test_every_exercise_of_a_solved_notebook_passes(path: Path):
    notebook = notebooks.solved(notebooks.read(path))
    notebooks.execute(notebook, FOLDER)


def sample() -> nbformat.NotebookNode:
    return notebooks.read(FOLDER / "00-start-here.ipynb")


def new_cell(source: str, tags: list[str] | None = None):
    return nbformat.v4.new_code_cell(source, metadata={"tags": tags or []})


def test_a_wrong_solution_makes_the_solved_run_fail():
    notebook = notebooks.solved(sample())
    cell = next(c for c in notebook.cells if c.cell_type == "code" and notebooks.exercise_of(c))
    cell.source = re.sub(r"return .*", "return 'wrong'", cell.source)
    ast.parse(cell.source)
    with pytest.raises(CellExecutionError, match="AssertionError"):
        notebooks.execute(notebook, FOLDER)


def test_canonical_form_strips_outputs_counts_and_foreign_metadata():
    notebook = sample()
    cell = new_cell("1 + 1")
    cell.outputs = [nbformat.v4.new_output("stream", text="2")]
    cell.execution_count = 7
    cell.metadata["collapsed"] = True
    notebook.cells.append(cell)
    notebook.metadata["colab"] = {"provenance": []}
    last = notebooks.canonical(notebook, "00-start-here").cells[-1]
    assert (last.outputs, last.execution_count, last.metadata) == ([], None, {})


def test_canonical_form_keeps_text_of_checked_cells_and_drops_pictures():
    notebook = sample()
    cell = new_cell("show()", [notebooks.CHECKED])
    data = {"text/plain": "4", "image/png": "…"}
    cell.outputs = [
        nbformat.v4.new_output("execute_result", data=data, execution_count=9),
        nbformat.v4.new_output("display_data", data=data),
        nbformat.v4.new_output("stream", name="stderr", text="noise"),
    ]
    notebook.cells.append(cell)
    last = notebooks.canonical(notebook, "00-start-here").cells[-1]
    assert [output.data for output in last.outputs] == [{"text/plain": "4"}]
    assert last.execution_count == last.outputs[0].execution_count == 1


def test_canonical_form_joins_text_that_the_kernel_sent_in_pieces():
    notebook = sample()
    cell = new_cell("print_both()", [notebooks.CHECKED])
    pieces = [nbformat.v4.new_output("stream", text=text) for text in ("one\n", "two\n")]
    cell.outputs = [*pieces, nbformat.v4.new_output("stream", name="stderr", text="noise")]
    notebook.cells.append(cell)
    (output,) = notebooks.canonical(notebook, "00-start-here").cells[-1].outputs
    assert output.text == "one\ntwo\n"


def test_canonical_form_undoes_an_edit_of_a_generated_cell():
    notebook = sample()
    changed = deepcopy(notebook)
    for cell in changed.cells:
        if notebooks.exercise_of(cell):
            cell.source = "edited by hand"
    assert notebooks.canonical(changed, "00-start-here") == notebook


def test_a_cell_keeps_its_id_and_a_new_one_gets_a_readable_id():
    notebook = sample()
    before = [cell.id for cell in notebook.cells]
    notebook.cells.append(new_cell("depth = 3"))
    after = [cell.id for cell in notebooks.canonical(notebook, "00-start-here").cells]
    assert after == [*before, "depth-3"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (new_cell("\n".join(["x = 1"] * 16)), "at most 15 lines; this one has 16"),
        (new_cell("plot();"), "nbval ignores a trailing `;`"),
        (new_cell("1 + 1", ["nbval-check-output"]), "a checked cell needs its output"),
    ],
    ids=["long", "semicolon", "unrun"],
)
def test_what_canonical_form_cannot_repair_is_named(cell, text):
    notebook = sample()
    notebook.cells.append(cell)
    form = notebooks.canonical(notebook, "00-start-here")
    assert any(text in said for said in notebooks.problems(form, "00-start-here"))


def test_an_exercise_without_a_cell_is_named():
    notebook = sample()
    notebook.cells = [c for c in notebook.cells if notebooks.exercise_of(c) != "00-layout"]
    said = notebooks.problems(notebook, "00-start-here")
    assert "exercise 00-layout must have one cell; it has 0." in said


def test_an_unknown_exercise_is_refused_with_the_nearest_id():
    notebook = sample()
    notebook.cells.append(new_cell("", ["exercise:00-layuot"]))
    with pytest.raises(ValueError, match=r"no exercise '00-layuot'. Did you mean '00-layout'"):
        notebooks.canonical(notebook, "00-start-here")


class TestCommand:
    @pytest.fixture
    def path(self, tmp_path) -> Path:
        notebook = sample()
        notebook.cells[0].source += "   "
        copy = tmp_path / "00-start-here.ipynb"
        copy.write_text(notebooks.text(notebook), encoding="utf-8")
        return copy

    def test_sync_check_tells_and_changes_nothing(self, path, capsys):
        before = path.read_text(encoding="utf-8")
        assert main(["sync", "--check", str(path)]) == 1
        assert "not in canonical form; run `python -m dscourse sync`" in capsys.readouterr().err
        assert path.read_text(encoding="utf-8") == before

    def test_sync_writes_and_is_then_content(self, path):
        assert main(["sync", str(path)]) == 0
        assert main(["sync", "--check", str(path)]) == 0

    def test_sync_without_notebooks_says_where_to_go(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        assert main(["sync"]) == 2
        assert "Go to the repository's root." in capsys.readouterr().err

    def test_list_counts_exercises_and_points(self, capsys):
        assert main(["list"]) == 0
        assert re.search(r"^\d+ exercises, \d+ points$", capsys.readouterr().out, re.MULTILINE)

    def test_help_shows_examples(self, capsys):
        with pytest.raises(SystemExit, match="0"):
            main(["--help"])
        assert "dscourse sync --check" in capsys.readouterr().out
