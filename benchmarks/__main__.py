"""The command `python -m benchmarks`."""

import argparse
import shlex
import sys
from pathlib import Path

from benchmarks.engines import ENGINES
from dscourse.results import load, save
from dscourse.results.record import FOLDER

PLAIN = argparse.RawDescriptionHelpFormatter
EXAMPLES = """\
examples:
  python -m benchmarks run                        everything that is installed
  python -m benchmarks run --threads 1 --layers L1 L7 --engines numpy tensorflow
  python -m benchmarks run --add --threads 2 --batch 8
  python -m benchmarks table                      the tables of the last run
"""


def main(arguments: list[str] | None = None) -> int:
    """Measure, or print what was measured; return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(given)
    return _run(options, given) if options.command == "run" else _table(options)


def _run(options: argparse.Namespace, given: list[str]) -> int:
    from benchmarks import run
    from benchmarks.layers import xception_layers

    known = [layer.name for layer in xception_layers()]
    layers = options.layers or known
    if unknown := set(layers) - set(known):
        raise SystemExit(f"`--layers` must be among {', '.join(known)}; got {min(unknown)}.")
    names = run.installed(options.engines)
    cells = run.cells(options.tasks, options.threads, options.batch, layers)
    rows, complete = run.run({"engines": names, "seconds": options.seconds}, cells)
    record = run.record(rows, names, shlex.join(["python", "-m", "benchmarks", *given]))
    path = options.output
    if options.add and path.is_file():
        record = run.added(load(path.stem, path.parent), record)
    print(save(record, path.stem, path.parent))
    return _table(options) if complete else 130


def _table(options: argparse.Namespace) -> int:
    from benchmarks.table import tables

    print(tables(load(options.output.stem, options.output.parent)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time every installed engine on the separable convolutions of Xception.",
        epilog=EXAMPLES,
        formatter_class=PLAIN,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    file = argparse.ArgumentParser(add_help=False)
    file.add_argument("--output", type=Path, default=FOLDER / "bench-separable.json",
                      metavar="FILE", help="where the results lie (%(default)s)")  # fmt: skip
    run = commands.add_parser("run", parents=[file], help="measure and write the results",
                              epilog=EXAMPLES, formatter_class=PLAIN)  # fmt: skip
    run.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    run.add_argument("--batch", type=int, nargs="+", default=[1, 8])
    run.add_argument("--layers", nargs="+", metavar="L1", help="all by default")
    run.add_argument("--engines", nargs="+", metavar="NAME", help="all by default",
                     choices=dict.fromkeys(engine.name for engine in ENGINES))  # fmt: skip
    run.add_argument("--tasks", nargs="+", default=["separable", "ordinary"],
                     choices=["separable", "ordinary"])  # fmt: skip
    run.add_argument("--seconds", type=float, default=0.5,
                     help="for each engine and layer (%(default)s)")  # fmt: skip
    run.add_argument("--add", action="store_true",
                     help="keep the rows of the file that are not measured again")  # fmt: skip
    commands.add_parser("table", parents=[file], help="print the results as Markdown")
    return parser


if __name__ == "__main__":
    sys.exit(main())
