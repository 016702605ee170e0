"""The IPython shell that every fork inherits: a kernel without its sockets and threads."""

import ast
import os
import sys
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

# Magics that start programs, measure, debug or choose a display do nothing here: nobody looks, and
# a `!pip install` in the first line must not cost its cell.
_IDLE_MAGICS = {
    "line": (
        *("pip", "conda", "mamba", "micromamba", "uv", "matplotlib", "pylab", "gui", "load_ext"),
        *("reload_ext", "autoreload", "tensorflow_version", "sx", "system", "edit", "notebook"),
        *("logstart", "load", "debug", "pdb", "timeit", "prun", "lprun", "memit"),
    ),
    "cell": (
        *("bash", "sh", "script", "sx", "system", "perl", "ruby", "html", "HTML", "javascript"),
        *("js", "svg", "SVG", "latex", "markdown", "timeit", "prun"),
    ),
}


def make_shell() -> InteractiveShell:
    """Make the one shell of this process, with no history file and no traceback printing."""
    config = Config()
    config.HistoryManager.enabled = False  # else a thread and a database of SQLite
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.enable_tip = False
    shell: Any = InteractiveShell.instance(config=config)
    for kind, names in _IDLE_MAGICS.items():
        for name in names:
            shell.magics_manager.magics[kind][name] = _idle
    shell.system = shell.system_raw = shell.system_piped = _idle
    shell.getoutput = _no_output
    _let_python_be(shell.input_transformer_manager)
    for quiet in ("showtraceback", "showsyntaxerror", "showindentationerror"):
        setattr(shell, quiet, _idle)
    _warm_up(shell)
    made: InteractiveShell = shell
    return made


def quiet_streams() -> None:
    """Point input, output and error at nothing: `input()` then meets the end of its file."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
    for number, (name, mode) in enumerate([("stdin", "r"), ("stdout", "w"), ("stderr", "w")]):
        opened = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
        setattr(sys, name, opened)
        setattr(sys, f"__{name}__", opened)


def _warm_up(shell: Any) -> None:
    """Run what every fork would do first; but no event loop, for its files are a process' own."""
    shell.run_cell("import math\n%time pass\nmath.pi", store_history=False)
    shell.reset(new_session=True)


def _let_python_be(manager: Any) -> None:
    """Spare cells that are Python already the search for magics: a fifth of a lesson's time."""
    transform = manager.transform_cell

    def transform_cell(cell: str) -> Any:
        try:
            ast.parse(cell)
        except Exception:  # whatever it is, IPython tells
            return transform(cell)
        return cell if cell.endswith("\n") else f"{cell}\n"

    manager.transform_cell = transform_cell


def _idle(*args: Any, **kwargs: Any) -> None:
    """Do nothing."""


def _no_output(*args: Any, **kwargs: Any) -> list[str]:
    return []
