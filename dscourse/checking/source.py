"""Starter cells and solutions, cut out of the reference's own source."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any


def solution_source(function: Callable[..., Any]) -> str:
    """Return a function's source without its decorators.

    Args:
        function: A function defined in a file.

    Raises:
        OSError: The source is not to be had, as for a function typed at a prompt.
    """
    source, node = _parsed(function)
    return "\n".join(source.splitlines()[node.lineno - 1 :]) + "\n"


def starter_source(function: Callable[..., Any]) -> str:
    """Return the signature and docstring of a function with `return TODO` as its body.

    Args:
        function: The reference solution of an exercise.

    Raises:
        ValueError: The function has no docstring, so that the learner would not know what to do.
    """
    source, node = _parsed(function)
    first = node.body[0]
    if ast.get_docstring(node) is None or first.end_lineno is None:
        raise ValueError(f"`{function.__name__}` needs a docstring: it tells the learner the task.")
    kept = source.splitlines()[node.lineno - 1 : first.end_lineno]
    return "\n".join([*kept, "    return TODO  # replace TODO with your code"]) + "\n"


def _parsed(function: Callable[..., Any]) -> tuple[str, ast.FunctionDef]:
    source = textwrap.dedent(inspect.getsource(function))
    node = ast.parse(source).body[0]
    if not isinstance(node, ast.FunctionDef):
        raise ValueError(f"an answer must be a plain function; got {ast.unparse(node)[:60]!r}.")
    return source, node
