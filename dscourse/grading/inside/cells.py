"""Run the cells of a notebook one after another; one that fails costs an honest student nothing."""

import ast
import re
from collections.abc import Callable, Collection, Iterator
from types import TracebackType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from dscourse.checking import DeadlineExceededError, deadline

# Cell magics that only watch: the body is run as an ordinary cell, and can be salvaged like one.
_TRANSPARENT = re.compile(r"\A\s*(%%(time|capture)\b[^\n]*(\n\s*|\Z))+")

_FAILED = "stopped with an error; what stands below it in the cell was run all the same."
_SLOW = "took too long and was stopped."


def run_cells(
    shell: InteractiveShell,
    cells: list[str],
    seconds: float,
    skip: Collection[int] = (),
    started: Callable[[int], Any] = lambda number: None,
) -> list[str]:
    """Run all cells in the shell's namespace.

    Args:
        shell: The shell.
        cells: Sources, with magics.
        seconds: The time of one cell; a second time as much goes to what it left undone.
        skip: Numbers of cells, from 0, that are not run: they ended the process the last time.
        started: Called with the number of each cell before it runs.

    Returns:
        Which cells went wrong, a sentence for each way. No messages: they hold addresses and names
        of the moment, and two gradings of one notebook must be told in the same words.
    """
    wrong: dict[str, list[str]] = {}
    for number, source in enumerate(cells):
        if number in skip or not source.strip():
            continue
        started(number)
        ended = run_cell(shell, source, seconds)
        if ended is not None:
            kind = _SLOW if isinstance(ended, DeadlineExceededError) else _FAILED
            wrong.setdefault(kind, []).append(str(number + 1))
    return [
        f"code {'cell' if len(cells) == 1 else 'cells'} {', '.join(cells)} {what}"
        for what, cells in wrong.items()
    ]


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
