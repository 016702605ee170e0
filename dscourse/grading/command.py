"""The command `dscourse grade`."""

import argparse
import os
import secrets
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dscourse.exercises import private
from dscourse.exercises.private import PrivateExercisesError
from dscourse.exercises.selection import SelectionError, select
from dscourse.grading import batch
from dscourse.grading.assignment import Assignment
from dscourse.grading.batch import PlaceError, Submit
from dscourse.grading.export import write_all
from dscourse.grading.libraries import LibraryError, demand_libraries
from dscourse.grading.record import Status
from dscourse.grading.results import Results, ResultsError, Settings
from dscourse.grading.sandbox import SandboxError
from dscourse.grading.submissions import Submission, SubmissionsError, collect
from dscourse.grading.workshop import Workshop

EXAMPLES = """examples:
  dscourse grade submissions.zip -o results
                                     grade the archive that Canvas, Moodle or Gradescope exports
  dscourse grade hand-ins/ ada.ipynb -o results --only 05 06-order
                                     folders and notebooks; chapter 5 and one exercise of 6
  dscourse grade submissions.zip -o results --exercises private/ --only 05
                                     with your own exercises as well
  dscourse grade submissions.zip -o results --resume
                                     go on where a run was stopped or killed
  dscourse grade submissions.zip -o results --scheduler tcp://10.0.0.1:8786
                                     on the workers of a dask.distributed cluster
"""

Place = tuple[Submit, int, str]  # how to submit, how many at once, the level of isolation

_LEVELS = {
    "LSN": "LSN: Landlock, seccomp and namespaces",
    "LS": "LS: Landlock and seccomp",
    "none": "none: students' code could read and write what you can",
}

_WRONG = (  # what the instructor can put right: told in one sentence
    LibraryError,
    PlaceError,
    PrivateExercisesError,
    ResultsError,
    SandboxError,
    SelectionError,
    SubmissionsError,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="notebook, folder, zip")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="RESULTS")
    parser.add_argument("--exercises", type=Path, metavar="DIR", help="your own exercises as well")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="ID", help="exercises or chapters, such as 05"
    )
    parser.add_argument(
        "--jobs", type=_positive, default=_processors(), help="at once (default: %(default)s)"
    )
    parser.add_argument("--seed", type=_natural, help="of the hidden inputs (default: a fresh one)")
    parser.add_argument("--resume", action="store_true", help="grade only what has no record yet")
    parser.add_argument(
        "--scheduler", metavar="tcp://…", help="grade on a dask.distributed cluster"
    )
    parser.add_argument(
        "--unsafe", action="store_true", help="grade even where students' code is not isolated"
    )


def main(options: argparse.Namespace) -> int:
    """Grade.

    Returns:
        0 where every submission has a record, 1 where the run was cut short or not one submission
        could be graded, 2 for a wrong call, 130 after Ctrl-C.
    """
    results = Results(options.output)
    try:
        submissions = collect(options.paths, select(options.exercises))
        if not submissions:
            raise SubmissionsError("there is no submission in what was given.")
        assignment = _assignment(options, results, submissions)
        demand_libraries(assignment.engines)
        results.demand_place()
        with _place(options, assignment) as place:
            return _graded(assignment, submissions, results, place)
    except _WRONG as error:
        print(f"dscourse grade: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return _stopped(results, "stopped", 130)


def _graded(
    assignment: Assignment, submissions: Sequence[Submission], results: Results, place: Place
) -> int:
    """Grade and write everything; only writing can fail here."""
    submit, jobs, level = place
    try:
        results.begin(Settings(assignment.seed, assignment.fingerprint, assignment.asked))
        _announce(assignment, submissions, level)
        batch.run(submissions, results, submit, jobs=jobs)
        return _finish(results, submissions, assignment)
    except OSError as error:
        return _stopped(results, str(error), 1)


def _assignment(
    options: argparse.Namespace, results: Results, submissions: Sequence[Submission]
) -> Assignment:
    """Settle what is graded; a resumed batch keeps the seed that it had."""
    old = results.settings()
    if old and not options.resume:
        raise ResultsError(
            f"{options.output} holds results already: add --resume to go on, or choose another."
        )
    drawn = old.seed if old else secrets.randbelow(2**32)
    seed = drawn if options.seed is None else options.seed
    exercises = select(options.exercises, options.only)
    if options.only or options.exercises:  # said: whoever hands in cannot change it
        return Assignment(exercises, seed)
    numbers = {number for submission in submissions for number in submission.numbers}
    return Assignment(exercises, seed, numbers)


@contextmanager
def _place(options: argparse.Namespace, assignment: Assignment) -> Iterator[Place]:
    """Open where the work is done: threads of this process, or the workers of a cluster."""
    if options.scheduler:
        try:
            from dscourse.grading import cluster  # the extra `cluster` is needed for this alone
        except ModuleNotFoundError as error:
            told = f'{error.name} is not installed: pip install "dscourse[cluster]".'
            raise PlaceError(told) from error
        plan = cluster.Plan.of(assignment, options.exercises, unsafe=options.unsafe)
        with cluster.workers(options.scheduler, plan) as place:
            yield place
        return
    own = [options.exercises] if options.exercises else []
    observers = private.helpers(options.exercises) if options.exercises else {}
    with (
        Workshop(
            assignment,
            observers,
            hidden=[*options.paths, *own],
            unsafe=options.unsafe,
        ) as workshop,
        batch.threads(workshop.grade, options.jobs) as submit,
    ):
        yield submit, options.jobs, workshop.level


def _announce(assignment: Assignment, submissions: Sequence[Submission], level: str) -> None:
    names = ", ".join(assignment.expected)
    print(
        f"{_count(len(submissions), 'submission')}, {_count(assignment.points, 'point')} in "
        f"{_count(len(assignment.expected), 'exercise')}: {names}\n"
        f"seed {assignment.seed}, isolation {_LEVELS[level]}",
        flush=True,
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _finish(results: Results, submissions: Sequence[Submission], assignment: Assignment) -> int:
    records = list(results.records(submissions))
    counts = Counter(str(record.status) for record in records)
    for path in write_all(records, results.folder, assignment.asked):
        print(f"written: {path}")
    print(", ".join(f"{count} {status}" for status, count in counts.most_common()))
    if counts[str(Status.GRADED)]:
        return 0
    print(
        "dscourse grade: not one submission was graded; report.html says why of each.",
        file=sys.stderr,
    )
    return 1


def _stopped(results: Results, why: str, status: int) -> int:
    kept = (
        "What was graded is kept: the same command with --resume goes on."
        if results.begun
        else "Nothing was graded yet."
    )
    print(f"\ndscourse grade: {why}. {kept}", file=sys.stderr)
    return status


def _positive(text: str) -> int:
    return _at_least(1, text)


def _natural(text: str) -> int:
    return _at_least(0, text)


def _at_least(least: int, text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise argparse.ArgumentTypeError(f"must be a whole number, {least} or more; got {text}.")
    return number


def _processors() -> int:
    """Return how many processors this process may use."""
    usable = getattr(os, "sched_getaffinity", None)  # absent from macOS and Windows
    return len(usable(0)) if usable else os.cpu_count() or 1
