"""Grade many submissions side by side, and store each record as soon as it is there."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice

from tqdm import tqdm

from dscourse.grading.record import Record, Status
from dscourse.grading.results import Results
from dscourse.grading.submissions import Submission

Submit = Callable[[Submission], Future[Record]]
_AHEAD = 2  # submissions handed out for each job, so that none waits and memory stays flat


class PlaceError(ValueError):
    """The place where submissions should be graded cannot do it."""


def run(
    submissions: Sequence[Submission],
    results: Results,
    submit: Submit,
    *,
    jobs: int,
    quiet: bool = False,
) -> int:
    """Grade what has no record yet.

    Args:
        submissions: All of the batch.
        results: Where records are kept; `begin` has been called.
        submit: Starts the grading of one submission somewhere.
        jobs: How many are graded at once.
        quiet: Whether to show no progress.

    Returns:
        How many were graded now.

    Raises:
        OSError: A record cannot be stored, as on a full disk. Those stored before are whole.
        KeyboardInterrupt: Ctrl-C; the same holds.
    """
    todo = results.missing(submissions)
    done = len(submissions) - len(todo)
    with tqdm(
        total=len(submissions), initial=done, unit=" submissions", disable=quiet, smoothing=0.1
    ) as bar:
        ungraded = 0
        for submission, record in _as_done(todo, submit, jobs):
            results.put(submission, record)
            ungraded += not record.graded
            bar.set_postfix_str(f"{ungraded} not graded" if ungraded else "", refresh=False)
            bar.update()
    return len(todo)


@contextmanager
def threads(grade: Callable[[Submission], Record], jobs: int) -> Iterator[Submit]:
    """Grade in threads of this process: each waits for a process that does the work.

    At the end, threads that are still busy are left behind. They come to their end when the
    sandboxes are closed.
    """
    pool = ThreadPoolExecutor(jobs, "grade")
    try:
        yield lambda submission: pool.submit(grade, submission)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _as_done(
    todo: Sequence[Submission], submit: Submit, jobs: int
) -> Iterator[tuple[Submission, Record]]:
    """Yield each submission with its record, in the order in which they are ready."""
    queue = iter(todo)
    running = {submit(submission): submission for submission in islice(queue, _AHEAD * jobs)}
    while running:
        ready, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in ready:
            submission = running.pop(future)
            yield submission, _result(submission, future)
        running |= {submit(submission): submission for submission in islice(queue, len(ready))}


def _result(submission: Submission, future: Future[Record]) -> Record:
    """Return the record, or one which says that it was lost, as with a worker of a cluster."""
    try:
        return future.result()
    except Exception as error:  # of any library between here and there
        note = f"The grading was lost: {type(error).__name__}."
        notes = (*submission.notes, note)
        return Record(submission.student, Status.NOT_GRADED, submission.file, notes=notes)
