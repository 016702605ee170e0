"""Notebooks in git: one canonical form, with exercise cells written from their declaration.

A code cell is one of three kinds. *Plain* cells store no output, so nbval only runs them. *Checked*
cells carry the tag `nbval-check-output`, a count and short text output, which nbval compares.
*Exercise* cells carry the tag `exercise:ID`; they and the prompt above them are generated.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat

from dscourse.exercises import exercises_in, find

CHECKED = "nbval-check-output"
MAX_LINES = 15  # of a code cell that an author writes: more does not fit a reader's glance
_EXERCISE = re.compile(r"exercise:(?P<id>[a-z0-9-]+)(?P<prompt>:prompt)?")
_RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f-]+)?")
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

Notebook = Any  # nbformat's NotebookNode, which has no types
Cell = Any


def read(path: Path) -> Notebook:
    """Read a notebook file as nbformat 4."""
    return nbformat.read(path, as_version=4)


def write(notebook: Notebook, path: Path) -> None:
    """Write a notebook file; equal notebooks give equal bytes."""
    nbformat.validate(notebook)
    path.write_text(text(notebook), encoding="utf-8")


def text(notebook: Notebook) -> str:
    """Return the notebook as the JSON text that lies in git."""
    return str(nbformat.writes(notebook, version=4, indent=1, ensure_ascii=False)).rstrip() + "\n"


def canonical(notebook: Notebook, chapter: str) -> Notebook:
    """Return the notebook in canonical form; the argument is left as it was.

    Args:
        notebook: Any nbformat 4 notebook.
        chapter: Its file's stem, such as "05-separable".

    Raises:
        ValueError: A cell is tagged with an exercise that does not exist.
    """
    cells = [_canonical_cell(deepcopy(cell)) for cell in notebook.cells]
    cells = list(_with_exercises(cells, chapter))
    _name_cells(cells)
    return nbformat.from_dict(
        {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    )


def solved(notebook: Notebook) -> Notebook:
    """Return the notebook with every exercise solved, and each check demanding "passed"."""
    result = deepcopy(notebook)
    for cell in result.cells:
        exercise_id = exercise_of(cell)
        if exercise_id and cell.cell_type == "code":
            task = find(exercise_id)
            cell.source = f"{task.solution_code}\n\nreport = {_check_line(task.id, task.name)}\n"
            cell.source += "assert report.passed, report"
    return result


def execute(notebook: Notebook, folder: Path) -> Notebook:
    """Run a notebook in a fresh kernel and return it with all its outputs.

    Args:
        notebook: The notebook; left as it was.
        folder: The working directory of the kernel.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell failed.
    """
    from nbclient import NotebookClient  # a kernel is needed here alone

    result = deepcopy(notebook)
    with tempfile.TemporaryDirectory() as home:  # an author's own progress is not touched
        environment = {**os.environ, "DSCOURSE_HOME": home}
        client = NotebookClient(result, timeout=300, resources={"metadata": {"path": str(folder)}})
        client.execute(env=environment)
    return result


def problems(notebook: Notebook, chapter: str) -> list[str]:
    """Name what canonical form cannot repair, one sentence each, with the cell's id.

    Args:
        notebook: A notebook in canonical form.
        chapter: Its file's stem.
    """
    found = [f"{cell.id}: {said}" for cell in notebook.cells for said in _cell_problems(cell)]
    placed = [exercise_of(c) for c in notebook.cells if c.cell_type == "code" and exercise_of(c)]
    for task in exercises_in(chapter):
        if placed.count(task.id) != 1:
            found.append(f"exercise {task.id} must have one cell; it has {placed.count(task.id)}.")
    if not notebook.cells or not notebook.cells[0].source.startswith("# "):
        found.append("the first cell must open with the chapter's `# title`.")
    return found


def exercise_of(cell: Cell) -> str | None:
    """Return the id of the exercise that a cell belongs to, or None."""
    tag = _exercise_tag(cell)
    return tag["id"] if tag else None


def _canonical_cell(cell: Cell) -> Cell:
    tags = cell.metadata.get("tags", [])
    cell.metadata = {k: v for k, v in cell.metadata.items() if k in ("tags", "mystnb")}
    if not tags:
        cell.metadata.pop("tags", None)
    cell.source = "\n".join(line.rstrip() for line in cell.source.strip().splitlines())
    if cell.cell_type == "code":
        _strip_outputs(cell, checked=CHECKED in tags)
    return nbformat.from_dict(cell)


def _strip_outputs(cell: Cell, *, checked: bool) -> None:
    kept = [_plain_output(output) for output in cell.outputs if checked]
    cell.outputs = _joined([output for output in kept if output])
    # nbval compares nothing where the count is null, and fails where it is null beside an output.
    cell.execution_count = 1 if cell.outputs else None


def _joined(outputs: list[Any]) -> list[Any]:
    """Join what was printed in a row: where the kernel cuts it into messages is chance."""
    joined: list[Any] = []
    for output in outputs:
        if joined and output["output_type"] == joined[-1]["output_type"] == "stream":
            joined[-1]["text"] += output["text"]
        else:
            joined.append(output)
    return joined


def _plain_output(output: Any) -> Any:
    if output.output_type == "stream" and output.name == "stdout":
        return {"output_type": "stream", "name": "stdout", "text": output.text}
    if output.output_type == "execute_result" and "text/plain" in output.data:
        data = {"text/plain": output.data["text/plain"]}
        kind = output.output_type
        return {"output_type": kind, "data": data, "metadata": {}, "execution_count": 1}
    return None


def _with_exercises(cells: list[Cell], chapter: str) -> Iterator[Cell]:
    """Write each exercise's cell anew, with its prompt before it."""
    order = [task.id for task in exercises_in(chapter)]
    for cell in cells:
        tag = _exercise_tag(cell)
        if tag is None:
            yield cell
        elif not tag["prompt"]:
            task = find(tag["id"])
            number = f"{int(task.id[:2])}.{order.index(task.id) + 1}"
            worth = "1 point" if task.points == 1 else f"{task.points} points"
            prompt = nbformat.v4.new_markdown_cell(
                f"### Exercise {number}: {task.title}\n\n{task.prompt.strip()}\n\n"
                f'*{worth}. Stuck? Run `exercise("{task.id}").hint()`.*',
                id=f"{task.id}-prompt",
                metadata={"tags": [f"exercise:{task.id}:prompt"]},
            )
            yield prompt
            cell.source = f"{task.starter_code}\n\n{_check_line(task.id, task.name)}"
            cell.id = task.id
            yield cell


def _check_line(exercise_id: str, name: str) -> str:
    return f'exercise("{exercise_id}").check({name})'


def _exercise_tag(cell: Cell) -> re.Match[str] | None:
    matches = (_EXERCISE.fullmatch(tag) for tag in cell.metadata.get("tags", []))
    return next((match for match in matches if match), None)


def _name_cells(cells: list[Cell]) -> None:
    """Give readable ids to new cells; an id once given stays, so that diffs stay small."""
    taken: set[str] = set()
    for cell in cells:
        name = cell.get("id", "")
        if not name or name in taken or _RANDOM_ID.fullmatch(name):
            words = re.findall(r"[a-z0-9]+", cell.source.lower())
            stem = "-".join(words[:5])[:40].strip("-") or cell.cell_type
            tries = (f"{stem}-{n}" if n > 1 else stem for n in range(1, len(cells) + 2))
            name = next(t for t in tries if t not in taken)
        cell.id = name
        taken.add(name)


def _cell_problems(cell: Cell) -> Iterator[str]:
    if cell.cell_type != "code" or exercise_of(cell):
        return
    lines = cell.source.splitlines()
    if len(lines) > MAX_LINES:
        yield f"a code cell has at most {MAX_LINES} lines; this one has {len(lines)}."
    if lines and lines[-1].rstrip().endswith(";"):
        yield "nbval ignores a trailing `;`; write `_ = …` instead."
    if CHECKED in cell.metadata.get("tags", []) and not cell.outputs:
        yield "a checked cell needs its output; run `python -m dscourse sync --run`."
