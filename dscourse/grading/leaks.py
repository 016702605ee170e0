"""Find in a release what students must not have."""

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from dscourse.checking import Exercise
from dscourse.exercises.private import is_private

_HANDED_OUT = {".ipynb", ".md", ".txt", ".csv", ".png", ".jpg", ".svg", ".pdf"}
_TELLING = 16  # signs of a line, without blanks, from which on it is no chance that two are equal


def leaks(
    folder: Path, exercises: Mapping[str, Exercise], seed: int | None = None
) -> Iterator[str]:
    """Say what in a release must not be there.

    Looked for are, of private exercises, every telling line of reference, other answers, wrong
    answers and checks, and their hints and notes; of all exercises, cells that hold more than
    the starter; files of another kind; and the seed.

    Args:
        folder: The release.
        exercises: What is graded, by id.
        seed: Of the hidden inputs, where it was chosen already.

    Yields:
        A sentence for each finding.
    """
    secrets = {text: whose for task in exercises.values() for text, whose in _secrets(task)}
    for path in sorted(p for p in folder.rglob("*") if not p.is_dir()):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or path.suffix not in _HANDED_OUT:
            yield f"{name}: a release holds notebooks, texts and pictures; this is another file."
            continue
        texts = list(_texts(path))
        whole = "\n".join(map(_squeezed, texts))
        yield from (f"{name}: holds {said}." for text, said in secrets.items() if text in whole)
        if seed is not None and re.search(rf"(?<!\d){seed}(?!\d)", "\n".join(texts)):
            yield f"{name}: holds the seed of the hidden inputs."
        if path.suffix == ".ipynb":
            yield from (f"{name}: {said}" for said in _solved_cells(path, exercises))


def _secrets(task: Exercise) -> Iterator[tuple[str, str]]:
    """Yield what must not be seen, without blanks, and what it is."""
    if not is_private(task):
        return  # the course's own references and hints come with the package
    shown = _squeezed(task.starter_code + task.prompt + task.title)
    for whose, text in _hidden_texts(task):
        squeezed = _squeezed(text)
        value = squeezed.removeprefix("return")
        squeezed = value if len(value) >= _TELLING else squeezed
        if len(squeezed) >= _TELLING and squeezed not in shown:
            yield squeezed, f"{whose} of {task.id}"


def _hidden_texts(task: Exercise) -> Iterator[tuple[str, str]]:
    for function in (task.solution, *task.alternatives):
        yield from (("a line of an answer", line) for line in _body(function))
    for wrong in task.misconceptions:
        yield from ((f"a line of {wrong.code}", line) for line in _body(wrong.function))
        yield f"the note of {wrong.code}", wrong.note
    for function in (f for check in task.checks for f in (check.inputs, check.accept) if f):
        yield from (("a line of a check", line) for line in _body(function))
    yield from (("a hint", hint) for hint in task.hints)


def _body(function: Callable[..., Any]) -> Iterable[str]:
    """Return the lines of a function's body below its docstring, and the body as a whole."""
    source = textwrap.dedent(inspect.getsource(function))
    try:
        node = ast.parse(source).body[0]
    except SyntaxError:  # a lambda within a call
        return source.splitlines()
    if not isinstance(node, ast.FunctionDef):
        return source.splitlines()
    inside = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not inside:
        return []
    lines = source.splitlines()[inside[0].lineno - 1 : inside[-1].end_lineno]
    return [*lines, "\n".join(lines)]


def _texts(path: Path) -> Iterator[str]:
    """Yield every text of a file; of a notebook sources, outputs, metadata, all that it holds."""
    content = path.read_bytes().decode("utf-8", errors="replace")
    yield content
    if path.suffix == ".ipynb":
        try:
            yield from _strings(json.loads(content))
        except (ValueError, RecursionError):
            return


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            yield "".join(value)  # nbformat splits long texts into lines
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(key)
            yield from _strings(item)


def _solved_cells(path: Path, exercises: Mapping[str, Exercise]) -> Iterator[str]:
    """Find definitions of a graded function that differ from its starter.

    In a cell of the course that is no exercise, a function may have the name of one by chance.
    """
    try:
        cells = [c for c in json.loads(path.read_bytes())["cells"] if c["cell_type"] == "code"]
        sources = [("".join(c["source"]), c["metadata"].get("tags", [])) for c in cells]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        yield "is no notebook."
        return
    for source, tags in sources:
        for task in exercises.values():
            meant = f"exercise:{task.id}" in tags or is_private(task)
            if meant and f"def {task.name}(" in source and _differs(source, task):
                yield f"defines `{task.name}` otherwise than the starter of {task.id} does."


def _differs(source: str, task: Exercise) -> bool:
    found = _function(source, task.name)
    return found is not None and found != _function(task.starter_code, task.name)


@lru_cache(maxsize=4096)
def _function(source: str, name: str) -> str | None:
    """Return the code of a function in canonical form, or None where there is none."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None  # a cell with magics; the lines of private answers are looked for anyway
    found = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == name]
    return ast.unparse(found[-1]) if found else None


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
