"""The command `python -m benchmarks.grading`."""

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.grading.answers import hand_ins
from benchmarks.grading.compare import TOOLS, compare
from benchmarks.grading.corpus import CORPORA
from benchmarks.grading.soak import soak
from benchmarks.grading.table import tables
from dscourse.results import Record, load, save
from dscourse.results.record import FOLDER

PLAIN = argparse.RawDescriptionHelpFormatter
EXAMPLES = """\
examples:
  python -m benchmarks.grading compare --folder /tmp/graders
                                       thirty hand-ins through three graders
  python -m benchmarks.grading compare --folder /tmp/graders --count 3 --tools dscourse nbgrader
  python -m benchmarks.grading soak --count 2000
                                       two small exercises, NumPy
  python -m benchmarks.grading soak --count 200 --corpus numpy keras
                                       chapters 5 and 3, whole
  python -m benchmarks.grading table   the tables of the last runs
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, or print what was measured; return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(given)
    if options.command == "table":
        print(tables(load(options.output.stem, options.output.parent)))
        return 0
    rows: list[Mapping[str, Any]] = []
    status = 0
    try:
        for found in (_compared if options.command == "compare" else _soaked)(options):
            rows += found
    except KeyboardInterrupt:
        print("\nstopped: what was measured so far is kept")
        status = 130
    if rows:
        _keep(options.output, rows, shlex.join(["python", "-m", "benchmarks.grading", *given]))
    return status


def _compared(options: argparse.Namespace) -> Any:
    for row in compare(options.folder.resolve(), hand_ins(options.count), options.tools):
        print(row, flush=True)
        yield [row]


def _soaked(options: argparse.Namespace) -> Any:
    for name in options.corpus:
        row, looks = soak(CORPORA[name](), options.count, options.jobs)
        print(row, flush=True)
        yield [row, *looks]


def _keep(path: Path, rows: Sequence[Mapping[str, Any]], command: str) -> None:
    """Save the rows, in place of older ones that measured the same."""
    record = Record.of_now(command, rows, ["numpy", "ipython", "keras"])
    if path.is_file():
        record = added(load(path.stem, path.parent), record)
    print(save(record, path.stem, path.parent))
    print(tables(record))


def added(old: Record, new: Record) -> Record:
    """Put a run's rows into an older file, in place of those of the same kind and subject."""

    def what(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return row["kind"], row.get("tool") or row["corpus"]

    fresh = {what(row) for row in new.rows}
    rows = [row for row in old.rows if what(row) not in fresh] + list(new.rows)
    commands = dict.fromkeys([*old.command.split(" && "), new.command])  # each once
    return replace(new, command=" && ".join(commands), rows=rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.grading",
        description="How fast submissions are graded, beside other graders, and whether memory "
        "stays flat.",
        epilog=EXAMPLES,
        formatter_class=PLAIN,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    file = argparse.ArgumentParser(add_help=False)
    file.add_argument("--output", type=Path, default=FOLDER / "bench-grading.json",
                      metavar="FILE", help="where the results lie (%(default)s)")  # fmt: skip
    many: dict[str, Any] = {"parents": [file], "epilog": EXAMPLES, "formatter_class": PLAIN}
    beside = commands.add_parser("compare", help="the same hand-ins through each grader", **many)
    beside.add_argument("--folder", type=Path, required=True,
                        help="where the other graders are installed once (1 GB)")  # fmt: skip
    beside.add_argument("--count", type=int, default=30, help="of hand-ins (%(default)s)")
    names = [tool.name for tool in TOOLS]
    beside.add_argument("--tools", nargs="+", choices=names, default=names)
    long = commands.add_parser("soak", help="thousands of submissions, one zygote", **many)
    long.add_argument("--count", type=int, default=2000, help="of submissions (%(default)s)")
    long.add_argument("--jobs", type=int, default=2, help="at once (%(default)s)")
    long.add_argument("--corpus", nargs="+", choices=sorted(CORPORA), default=["small"])
    commands.add_parser("table", help="print the results as Markdown", **many)
    return parser


if __name__ == "__main__":
    sys.exit(main())
