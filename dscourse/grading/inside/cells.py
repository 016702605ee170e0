"""Run the cells of a notebook one after another; one that fails costs an honest student nothing."""

import ast
import re
import time
from collections.abc import Callable, Collection, Iterator
from types import TracebackType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from dscourse.checking import DeadlineExceededError, deadline
from dscourse.grading.inside.limits import Limits
from dscourse.grading.inside.oddities import Oddity

# Cell magics that only watch: the body is run as an ordinary cell, and can be salvaged like one.
_TRANSPARENT = re.compile(r"\A\s*(%%(time|capture)\b[^\n]*(\n\s*|\Z))+")

_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def run_cells(
    shell: InteractiveShell,
    cells: list[str],
    limits: Limits,
    skip: Collection[int] = (),
    started: Callable[[int], Any] = lambda number: None,
) -> list[Oddity]:
    """Run all cells in the shell's namespace.

    Args:
        shell: The shell.
        cells: Sources, with magics.
        limits: The time of one cell, and of the notebook. What a cell left undone gets the time of
            a cell once more; of the cells after the notebook's time only the definitions are run.
        skip: Numbers of cells, from 0, that are not run: they ended the process the last time.
        started: Called with the number of each cell before it runs.

    Returns:
        Which cells went wrong, and how; they are counted from 1. No messages: they hold addresses
        and names of the moment, and two gradings of one notebook must be told in the same words.
    """
    wrong: dict[str, list[int]] = {}
    until = time.monotonic() + limits.notebook_seconds
    for number, source in enumerate(cells):
        if number in skip or not source.strip():
            continue
        started(number)
        late = time.monotonic() > until
        ended = run_cell(shell, _definitions(source) if late else source, limits.cell_seconds)
        if ended is not None or late:
            slow = isinstance(ended, DeadlineExceededError)
            kind = "late" if late else "slow" if slow else "failed"
            wrong.setdefault(kind, []).append(number + 1)
    return [Oddity(kind, numbers) for kind, numbers in wrong.items()]


def run_cell(shell: InteractiveShell, source: str, seconds: float) -> BaseException | None:
    """Run one cell, and what it left undone where it failed.

    Returns:
        What stopped it, or None.
    """
    source = _TRANSPARENT.sub("", source)
    result: Any = None
    error: BaseException | None
    try:
        with deadline(seconds):
            result = shell.run_cell(source, store_history=False)  # type: ignore[no-untyped-call]
        error = result.error_before_exec or result.error_in_exec
    except BaseException as raised:
        error = raised
    if error is None:
        return None
    try:
        with deadline(seconds):
            _salvage(shell, source, error)
    except BaseException as raised:
        return raised if isinstance(raised, DeadlineExceededError) else error
    return error


def _definitions(source: str) -> str:
    """Keep functions, classes, imports and plain constants; magics and everything else go."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    return ast.unparse(ast.Module([node for node in tree.body if _defines(node)], []))


def _defines(node: ast.stmt) -> bool:
    constant = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    return constant or isinstance(node, _DEFINING)


def _salvage(shell: InteractiveShell, source: str, error: BaseException) -> None:
    """Run the statements behind the one that failed, each for itself.

    A library that is missing here, above a right solution in the same cell, costs no points.
    """
    failed = _failed_at(error, shell.user_ns)
    if failed is None:
        return
    transformed = shell.transform_cell(source)  # type: ignore[no-untyped-call]
    for node in _left_undone(ast.parse(transformed), failed.tb_lineno):
        code = compile(ast.Module([node], []), failed.tb_frame.f_code.co_filename, "exec")
        try:
            exec(code, shell.user_ns)
        except DeadlineExceededError:
            raise
        except BaseException:
            continue


def _failed_at(error: BaseException, namespace: dict[str, Any]) -> TracebackType | None:
    """Find the frame of the cell itself; a cell that cannot be parsed has none."""
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_globals is namespace and frame.f_code.co_name in ("<module>", "<cell line: 1>"):
            return trace
        trace = trace.tb_next
    return None


def _left_undone(tree: ast.Module, line: int) -> Iterator[ast.stmt]:
    for node in tree.body:
        if node.lineno > line:
            yield node
        elif isinstance(node, ast.Import) and (node.end_lineno or line) >= line:
            yield from (ast.copy_location(ast.Import([alias]), node) for alias in node.names)
