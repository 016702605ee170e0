"""The command `python -m dscourse.training`: one process, or one of several."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

_EXAMPLES = """examples, with a task of the course:
  TASK=dscourse.experiments.pretraining:task
  one process:
    python -m dscourse.training $TASK --folder run
  two processes on this machine, started again up to three times if one dies:
    python -m dscourse.training $TASK --folder run --local 2 --restarts 3
  two machines that both see /shared; the same line on each, with its own index:
    python -m dscourse.training $TASK --folder /shared/run \\
        --addresses machine-a:3000,machine-b:3000 --index 0

A run that was stopped goes on from its folder's checkpoint: give the same command again.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    options = _parser().parse_args(arguments)
    if options.local > 1:
        return _local(options)
    return _worker(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m dscourse.training",
        description="Train a task on one process or on several, with the same result.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("task", help="module:function that returns a dscourse.training.Task")
    add("--folder", type=Path, required=True, help="of the checkpoint; all workers must see it")
    add("--checkpoint-every", type=int, default=100, metavar="STEPS", help="default: 100")
    add("--local", type=int, default=1, metavar="N", help="start N workers on this machine")
    add("--restarts", type=int, default=0, metavar="N", help="with --local: start again N times")
    add("--addresses", default="", help="host:port of every worker, separated by commas")
    add("--index", type=int, default=0, help="the place of this worker in --addresses")
    return parser


def _local(options: argparse.Namespace) -> int:
    from dscourse.training.launch import launch

    words = [options.task, "--folder", str(options.folder)]
    words += ["--checkpoint-every", str(options.checkpoint_every)]
    for attempt in range(options.restarts + 1):
        status = launch(words, options.local)
        if status == 0:
            return 0
        _say(f"a worker ended with status {status}; attempt {attempt + 1} is over.")
    _say("give the same command again to go on from the last checkpoint.")
    return 1


def _worker(options: argparse.Namespace) -> int:
    from tensorflow.errors import OpError

    from dscourse.training import Workers, find_task, train

    try:
        addresses = tuple(filter(None, options.addresses.split(",")))
        result = train(
            find_task(options.task),
            options.folder,
            workers=Workers(addresses, options.index),
            checkpoint_every=options.checkpoint_every,
            tell=_say,
        )
    except ValueError as error:
        _say(f"error: {error}")
        return 2
    except OpError as error:
        if not options.addresses:
            raise
        _say(f"error: another worker is gone ({error.message}); start all again to go on.")
        return 1
    except KeyboardInterrupt:
        _say("stopped; give the same command again to go on from the last checkpoint.")
        return 130
    if options.index == 0:
        _say(f"done: {result.steps} steps, {result.examples_per_second:,.0f} examples/s")
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
