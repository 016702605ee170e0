"""The command `python -m dscourse.experiments`: list studies, and run what one lacks."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dscourse.experiments.studies import STUDIES
from dscourse.experiments.transfer import TRANSFER_STUDIES
from dscourse.results.record import FOLDER

_ALL = STUDIES | TRANSFER_STUDIES
_EXAMPLES = """examples:
  python -m dscourse.experiments list
  python -m dscourse.experiments run order
      Trains what dscourse/results/ does not hold yet. Stop it whenever you like and start it
      again: every finished run is kept. To train all of it anew, name an empty folder:
  python -m dscourse.experiments run order --folder my-results
  python -m dscourse.experiments run compare --seeds 10 --folder my-results
  python -m dscourse.experiments run residuals --rates 0.003 0.01 --folder my-results
  python -m dscourse.experiments weights
      Trains the weights of Xception(weights="mini") and puts them into the package: `make weights`.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The words after the command; by default those of the shell.

    Returns:
        The exit status: 0 for success, 2 for a wrong call, 130 when interrupted.
    """
    options = _parser().parse_args(arguments)
    if options.command == "list":
        return _list()
    if options.command == "weights":
        return _weights(options.folder)
    study = _ALL[options.study]
    if options.seeds:
        study = replace(study, seeds=tuple(range(options.seeds)))
    if options.rates:
        study = replace(study, rates=tuple(options.rates))
    options.folder.mkdir(parents=True, exist_ok=True)
    _use_threads(options.threads)
    from dscourse.experiments.runner import run

    try:
        path = run(study, options.study, options.folder, lambda line: print(line, flush=True))
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130
    print(f"{path}: written")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dscourse.experiments",
        description="Train the networks that the course compares, and keep what was measured.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", help="list the studies with their arms")
    run = commands.add_parser("run", help="run what is missing of a study")
    run.add_argument("study", choices=sorted(_ALL))
    run.add_argument("--seeds", type=_seeds, help="number of seeds that count (default: 5)")
    run.add_argument("--rates", type=_rate, nargs="+", help="the rates that each arm tries")
    run.add_argument("--folder", type=Path, default=FOLDER, help="where the results lie")
    run.add_argument(
        "--threads",
        type=int,
        default=1,
        help="for TensorFlow (default: 1); another number rounds differently",
    )
    weights = commands.add_parser("weights", help="train Xception's mini weights anew")
    weights.add_argument("--folder", type=Path, default=Path("_build/mini"), help="for checkpoints")
    return parser


def _weights(folder: Path) -> int:
    from dscourse.experiments.pretraining import make, publish

    try:
        path = publish(*make(folder, say=lambda line: print(line, flush=True)))
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130
    print(f"{path}: written, {path.stat().st_size:,} bytes")
    return 0


def _seeds(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text) < 100:
        raise argparse.ArgumentTypeError(f"must be from 2 to 99, got {text}; 100 and up tune.")
    return int(text)


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 < rate < 1:
        raise argparse.ArgumentTypeError(f"must be between 0 and 1; got {text}.")
    return rate


def _use_threads(count: int) -> None:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(count)
    tf.config.threading.set_inter_op_parallelism_threads(count)


def _list() -> int:
    for name, study in _ALL.items():
        runs = len(study.arms) * (len(study.seeds) + len(study.rates) * len(study.tuning_seeds))
        print(f"{name:<11} {study.question}")
        print(f"{'':<11} {', '.join(arm.name for arm in study.arms)}; {runs} runs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
