"""Grade on the workers of a dask.distributed cluster instead of threads of this process.

Workers are trusted: they hold references and hidden inputs. Only the children of their sandboxes
run students' code, and those see neither the scheduler nor the worker.
"""

import secrets
import tempfile
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import cast

from distributed import Client, Worker, WorkerPlugin, get_worker

from dscourse.exercises import private
from dscourse.exercises.selection import select
from dscourse.grading.archives import Entry, UnreadableError
from dscourse.grading.assignment import Assignment
from dscourse.grading.batch import PlaceError, Submit
from dscourse.grading.record import Record
from dscourse.grading.sandboxes import weakest
from dscourse.grading.submissions import Submission
from dscourse.grading.workshop import Workshop

_RETRIES = 3  # a grading leaves nothing behind, so it may be begun anew
_PATIENCE = 15.0  # seconds until a scheduler has answered


@dataclass(frozen=True)
class Plan:
    """An assignment as plain values, for a trusted worker to rebuild.

    Args:
        seed: Chooses the values of the hidden inputs.
        exercises: The ids.
        fingerprint: Of those exercises.
        private: The files of an instructor's own exercises, by name.
        unsafe: Whether to grade where students' code cannot be isolated.
    """

    seed: int
    exercises: tuple[str, ...]
    fingerprint: str
    private: Mapping[str, str] = field(default_factory=dict, repr=False)
    unsafe: bool = False

    @classmethod
    def of(cls, assignment: Assignment, folder: Path | None, *, unsafe: bool = False) -> "Plan":
        """Write down an assignment, with the instructor's own exercises in `folder`, if any."""
        files = sorted(folder.glob("*.py")) if folder else []
        sources = {path.name: path.read_text(encoding="utf-8") for path in files}
        ids = tuple(assignment.expected)
        return cls(assignment.seed, ids, assignment.fingerprint, sources, unsafe)

    def workshop(self, scratch: Path) -> Workshop:
        """Rebuild the assignment here and get ready to grade it.

        Args:
            scratch: An empty folder for the instructor's own exercises.

        Raises:
            PlaceError: The exercises that are installed here are others.
            SandboxError: As `Workshop` does.
        """
        for name, source in self.private.items():
            (scratch / name).write_text(source, encoding="utf-8")
        folder = scratch if self.private else None
        found = select(folder, self.exercises)
        assignment = Assignment({name: found[name] for name in self.exercises}, self.seed)
        if assignment.fingerprint != self.fingerprint:
            raise PlaceError("a worker has other exercises: install the same version there.")
        observers = private.helpers(folder) if folder else {}
        hidden = [folder] if folder else []
        return Workshop(assignment, observers, hidden=hidden, unsafe=self.unsafe)


class GradingPlugin(WorkerPlugin):
    """What a worker keeps for a batch; the sandboxes start with its first task.

    Args:
        plan: What is to be graded.
        name: Tells the plugins of several batches apart.
    """

    def __init__(self, plan: Plan, name: str) -> None:
        self.plan = plan
        self.name = name

    def setup(self, worker: Worker) -> None:
        """Get ready, in the worker."""
        self._lock = threading.Lock()
        self._folder = worker.local_directory  # dask sweeps it after a worker that was killed
        self._stack = ExitStack()
        self._workshop: Workshop | None = None

    def teardown(self, worker: Worker) -> None:
        """End the sandboxes when the batch is done, or the worker leaves."""
        with self._lock:
            self._stack.close()

    def workshop(self) -> Workshop:
        """Return the worker's workshop."""
        with self._lock:
            if self._workshop is None:
                scratch = self._stack.enter_context(tempfile.TemporaryDirectory(dir=self._folder))
                self._workshop = self.plan.workshop(Path(scratch))
                self._stack.callback(self._workshop.close)
            return self._workshop


@dataclass(frozen=True)
class _Carried:
    """A notebook's bytes, read where the batch runs: a worker need not have the file."""

    bytes_: bytes

    def content(self, member: object) -> bytes:
        return self.bytes_


@contextmanager
def workers(scheduler: str, plan: Plan) -> Iterator[tuple[Submit, int, str]]:
    """Connect to a cluster.

    Args:
        scheduler: Its address, such as "tcp://10.0.0.1:8786".
        plan: What is to be graded.

    Yields:
        How to submit, how many submissions are graded at once, and the weakest level of isolation.

    Raises:
        PlaceError: There is no such scheduler, or no worker, or a worker cannot grade.
    """
    with _connected(scheduler) as client:
        name = f"dscourse-{secrets.token_hex(4)}"
        client.register_plugin(GradingPlugin(plan, name))
        try:
            level = _weakest_level(client, name)
            jobs = sum(client.nthreads().values())
            executor = client.get_executor(pure=False, retries=_RETRIES)
            yield partial(_submit, executor, name), jobs, level
        finally:
            client.unregister_worker_plugin(name)


@contextmanager
def _connected(scheduler: str) -> Iterator[Client]:
    try:
        client = Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise PlaceError(f"there is no scheduler at {scheduler}: {error}") from error
    with client:
        yield client


def _weakest_level(client: Client, name: str) -> str:
    """Let every worker get ready, and tell how well the weakest isolates."""
    addresses = list(client.nthreads())
    if not addresses:
        raise PlaceError("the scheduler has no worker yet: start some with `dask worker`.")
    ready = [
        client.submit(_level_here, name, workers=[address], pure=False) for address in addresses
    ]
    try:
        return weakest(client.gather(ready))
    except Exception as error:  # whatever a worker's machine lacks
        raise PlaceError(f"a worker cannot grade: {error}") from error


def _submit(executor: Executor, name: str, submission: Submission) -> Future[Record]:
    """Send a submission with its notebook's bytes; a file that cannot be read says so there."""
    problem, content = "", b""
    if submission.status is None:
        try:
            content = submission.read()
        except UnreadableError as error:
            problem = str(error)
    entry = Entry(submission.file, 0.0, _Carried(content), None, problem)
    return executor.submit(_grade_here, name, replace(submission, entry=entry))


def _grade_here(name: str, submission: Submission) -> Record:
    return _workshop_here(name).grade(submission)


def _level_here(name: str) -> str:
    return _workshop_here(name).level


def _workshop_here(name: str) -> Workshop:
    return cast(GradingPlugin, get_worker().plugins[name]).workshop()
