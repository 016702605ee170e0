"""The command `dscourse`: what authors and instructors do from a shell."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

_EXAMPLES = """examples:
  dscourse sync                      write every notebook in canonical form
  dscourse sync --check              change nothing; exit with 1 if anything would change
  dscourse sync --run notebooks/05-separable.ipynb
                                     run it and store the output of its checked cells
  dscourse list                      the exercises, with their points
  dscourse release -o to-students    what students get, and what an instructor checks before:
  dscourse check-release to-students
  dscourse grade submissions.zip -o results
                                     grade what came back; `dscourse grade --help` tells more
"""

# Commands in modules of their own, which need the extra `grading`.
_GRADING = {
    "release": ("release", "write the notebooks that students get"),
    "check-release": ("check_release", "prove that a release asks for what it should, and no more"),
    "grade": ("command", "grade submissions in isolated processes"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The words after the command; by default those of the shell.

    Returns:
        The exit status: 0 for success, 1 where something is to be done, 2 for a wrong call.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words and words[0] in _GRADING:
        return _grading(words[0], words[1:])
    options = _parser().parse_args(words)
    if options.command == "sync":
        return _sync(options.paths, check=options.check, run=options.run)
    return _list()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dscourse",
        description="Keep the notebooks of the course in form, look over its exercises, and grade.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    sync = commands.add_parser("sync", help="write notebooks in canonical form")
    sync.add_argument("paths", nargs="*", type=Path, help="notebooks (default: notebooks/*.ipynb)")
    sync.add_argument("--check", action="store_true", help="change nothing, only tell")
    sync.add_argument("--run", action="store_true", help="run, and store checked outputs")
    commands.add_parser("list", help="list the exercises with their points")
    for name, (_, told) in _GRADING.items():
        commands.add_parser(name, help=told)
    return parser


def _grading(name: str, words: Sequence[str]) -> int:
    """Run a command of grading; its modules are imported for it alone."""
    module_name, told = _GRADING[name]
    try:
        module = import_module(f"dscourse.grading.{module_name}")
    except ModuleNotFoundError as error:
        if str(error.name).startswith("dscourse"):
            raise
        wanted = 'pip install "dscourse[grading]"'
        print(f"dscourse {name}: {error.name} is not installed: {wanted}.", file=sys.stderr)
        return 2
    parser = argparse.ArgumentParser(
        prog=f"dscourse {name}",
        description=f"{told[0].upper()}{told[1:]}.",
        epilog=getattr(module, "EXAMPLES", ""),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    status: int = module.main(parser.parse_args(words))
    return status


def _sync(paths: Sequence[Path], *, check: bool, run: bool) -> int:
    from dscourse import notebooks  # nbformat is needed for this command alone

    paths = paths or sorted(Path("notebooks").glob("*.ipynb"))
    if not paths:
        print("dscourse sync: no notebooks here. Go to the repository's root.", file=sys.stderr)
        return 2
    status = 0
    for path in paths:
        notebook = notebooks.canonical(notebooks.read(path), path.stem)
        if run:
            print(f"{path}: running", flush=True)
            notebook = notebooks.canonical(notebooks.execute(notebook, path.parent), path.stem)
        changed = notebooks.text(notebook) != path.read_text(encoding="utf-8")
        said = notebooks.problems(notebook, path.stem)
        if changed and check:
            said.append("not in canonical form; run `python -m dscourse sync`.")
        elif changed:
            notebooks.write(notebook, path)
            print(f"{path}: written")
        for problem in said:
            print(f"{path}: {problem}", file=sys.stderr)
            status = 1
    return status


def _list() -> int:
    from dscourse.exercises import all_exercises

    found = all_exercises().values()
    for task in found:
        print(f"{task.id:<28}{task.points:>3}  {task.title}")
    print(f"{len(found)} exercises, {sum(task.points for task in found)} points")
    return 0


if __name__ == "__main__":
    sys.exit(main())
