"""The command `dscourse check-release`: prove a release before students get it."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from dscourse.checking import Exercise
from dscourse.exercises.private import PrivateExercisesError
from dscourse.exercises.selection import SelectionError, select
from dscourse.grading.leaks import leaks
from dscourse.grading.libraries import LibraryError, demand_libraries, load_quietly
from dscourse.grading.proofs import (
    misconception_problems,
    section_problems,
    solution_problems,
    starter_problems,
)
from dscourse.grading.release import NOTICE, add_selection

EXAMPLES = """examples:
  dscourse check-release handout --only 05 06
                                     the selection with which the release was made
  dscourse check-release handout --exercises private/ --only 05-exam --seed 20261124
                                     and that a seed, chosen beforehand, is not in it
"""

_LEAST_SEED = 100_000
Proof = Callable[[Exercise], Iterable[str]]
_PROOFS: dict[str, Proof] = {
    "starters earn nothing": starter_problems,
    "right answers earn all points": solution_problems,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("release", type=Path, metavar="DIR", help="what `dscourse release` wrote")
    add_selection(parser)
    parser.add_argument("--seed", type=int, help="of the hidden inputs, if it is chosen already")


def main(options: argparse.Namespace) -> int:
    """Check a release, and say what was proved.

    Returns:
        0 where all proofs hold, 1 where one fails, 2 for a wrong call.
    """
    try:
        chosen = select(options.exercises, options.only)
        engines = {task.engine for task in chosen.values()}
        demand_libraries(engines)
    except (LibraryError, PrivateExercisesError, SelectionError) as error:
        print(f"dscourse check-release: {error}", file=sys.stderr)
        return 2
    if options.seed is not None and options.seed < _LEAST_SEED:
        print(
            f"dscourse check-release: a seed must be {_LEAST_SEED} or more, so that it does not "
            f"stand in a text by chance; got {options.seed}.",
            file=sys.stderr,
        )
        return 2
    if not options.release.is_dir():
        print(f"dscourse check-release: {options.release} is no folder.", file=sys.stderr)
        return 2
    load_quietly(engines)
    failed = 0
    for title, problems in check(chosen, options.release, options.seed, tell=_progress):
        found = list(problems)
        failed += bool(found)
        print(f"{'no' if found else 'yes'}: {title}", flush=True)
        for problem in found:
            print(f"  {problem}", file=sys.stderr)
    points = sum(task.points for task in chosen.values())
    plural = ["s" if number != 1 else "" for number in (len(chosen), points)]
    print(f"{len(chosen)} exercise{plural[0]}, {points} point{plural[1]}")
    return 1 if failed else 0


def _progress(said: str) -> None:
    print(said, file=sys.stderr, flush=True)


def check(
    exercises: Mapping[str, Exercise],
    folder: Path,
    seed: int | None = None,
    *,
    notebooks: Path = Path("notebooks"),
    tell: Callable[[str], None] = lambda said: None,
) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield each proof with what speaks against it; looking through the problems does the work.

    Args:
        exercises: What is graded, by id.
        folder: The release.
        seed: Of the hidden inputs, where it was chosen already.
        notebooks: The course's; sections of those that are there must be headings in them.
        tell: Hears of each exercise whose proof has ended: with Keras it takes minutes.
    """

    def misconceptions(task: Exercise) -> Iterator[str]:
        yield from misconception_problems(task)
        yield from section_problems(task, notebooks)

    proofs = _PROOFS | {"misconceptions are caught and named": misconceptions}
    for title, proof in proofs.items():
        yield title, _problems(title, proof, exercises, tell)
    yield "every graded exercise is in the release", _absent(exercises, folder)
    yield "nothing hidden is in the release", leaks(folder, exercises, seed)


def _problems(
    title: str, proof: Proof, exercises: Mapping[str, Exercise], tell: Callable[[str], None]
) -> Iterator[str]:
    for number, task in enumerate(exercises.values(), 1):
        yield from proof(task)
        tell(f"{title}: {task.id}: done, {number} of {len(exercises)}")


def _absent(exercises: Mapping[str, Exercise], folder: Path) -> Iterator[str]:
    notebooks = [path.read_text(encoding="utf-8") for path in folder.glob("*.ipynb")]
    for name in exercises:
        if not any(f'"exercise:{name}"' in text for text in notebooks):
            yield f"{name}: no notebook of the release has its cell."
    if not (folder / NOTICE).exists():
        yield f"{NOTICE}, the notice of what is graded, is not there."
