"""Grade one submission: its notebook runs in a sandbox, and this process decides."""

import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dscourse.checking import (
    Call,
    Expected,
    Outcome,
    Raised,
    all_the_same,
    run_expected,
)
from dscourse.checking.observe import Observation
from dscourse.grading.archives import UnreadableError
from dscourse.grading.assignment import Assignment
from dscourse.grading.record import ExerciseRecord, Record, Status, clean
from dscourse.grading.sandbox import ChildDiedError, Engine, Sandbox, SandboxError, Session
from dscourse.grading.sandboxes import Sandboxes, weakest
from dscourse.grading.submissions import Submission

# An exercise whose answer kills its process costs itself the checks after the second time, and the
# other exercises nothing.
_DEATHS = 2
_ABSENT = "`{name}` is not submitted: no function of that name is left after the notebook ran."


@dataclass
class _Findings:
    """What the sandbox of one engine brought to light about a submission."""

    engine: Engine
    status: Status = Status.GRADED
    exercises: list[ExerciseRecord] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    level: str = ""
    versions: dict[str, str] = field(default_factory=dict)


class Grader:
    """Grade submissions; several threads may do so at once.

    Args:
        assignment: The exercises and their inputs.
        sandboxes: Where the students' code runs.
    """

    def __init__(self, assignment: Assignment, sandboxes: Sandboxes) -> None:
        self._assignment = assignment
        self._sandboxes = sandboxes

    def grade(self, submission: Submission) -> Record:
        """Grade a submission: whatever it holds and whatever fails, a record comes out.

        Args:
            submission: One file of a student.

        Returns:
            Its record. Where the grader itself failed, the status is "not-graded", never 0 points.
        """
        start = time.perf_counter()
        record = Record(
            submission.student,
            submission.status or Status.GRADED,
            submission.file,
            submission.digest,
            seed=self._assignment.seed,
            notes=submission.notes,
        )
        if submission.status is None:
            record = self._read_and_grade(submission, record)
        return replace(record, measured={"seconds": round(time.perf_counter() - start, 3)})

    def _read_and_grade(self, submission: Submission, record: Record) -> Record:
        try:
            notebook = submission.read()
            found = self._findings(notebook, self._assignment.asked_of(submission.numbers))
        except UnreadableError as error:
            return _ended(record, Status.UNREADABLE, str(error))
        except SandboxError as error:
            return _ended(record, Status.NOT_GRADED, f"The sandbox failed twice: {error}")
        except Exception as error:  # a fault of ours must not end the batch, nor cost points
            # The error's text stays out: students read notes, and it may hold a hidden input.
            where = traceback.extract_tb(error.__traceback__)[-1]
            said = f"{type(error).__name__} in {where.name}, line {where.lineno}."
            return _ended(record, Status.NOT_GRADED, f"The grader failed: {said}")
        return _completed(record, found)

    def _findings(self, notebook: bytes, asked: Sequence[Expected]) -> list[_Findings]:
        engines = sorted({e.exercise.engine for e in asked}, reverse=True)  # NumPy first
        found = []
        for engine in engines:
            own = [e for e in asked if e.exercise.engine == engine]
            found.append(self._in_sandbox(engine, notebook, own))
            if found[-1].status is not Status.GRADED:
                break
        return found

    def _in_sandbox(self, engine: Engine, notebook: bytes, asked: Sequence[Expected]) -> _Findings:
        """Run the notebook in one engine's sandbox; if that fails, once more in a fresh one."""
        sandbox = self._sandboxes.of(engine)
        try:
            return _examine(sandbox, notebook, asked)
        except SandboxError:
            sandbox = self._sandboxes.of(engine, instead_of=sandbox)
            return _examine(sandbox, notebook, asked)


def _examine(sandbox: Sandbox, notebook: bytes, asked: Sequence[Expected]) -> _Findings:
    found = _Findings(sandbox.engine, level=sandbox.level, versions=dict(sandbox.versions))
    with _Reopening(sandbox, notebook) as answers:
        found.status = answers.status
        found.notes += answers.notes
        if found.status is Status.GRADED:
            found.exercises = [_graded(answers, expected) for expected in asked]
    return found


def _graded(answers: "_Reopening", expected: Expected) -> ExerciseRecord:
    task = expected.exercise
    if task.name not in answers.names:
        absent = _ABSENT.format(name=task.name)
        return ExerciseRecord.of(task, all_the_same(task, Outcome.NOT_ATTEMPTED, absent))
    asking = _Asking(answers, expected)
    return ExerciseRecord.of(task, run_expected(expected, asking.ask))


class _Reopening:
    """A session, and another one in its place each time that an answer has killed it."""

    def __init__(self, sandbox: Sandbox, notebook: bytes) -> None:
        self._sandbox = sandbox
        self._notebook = notebook
        self._session: Session = sandbox.open(notebook)
        self.status = _STATUS[self._session.status]
        self.notes = list(self._session.notes)
        self.names = frozenset(self._session.names)

    def alive(self) -> Session:
        """Return the session, or a fresh one."""
        if not self._session.alive:
            self._session.close()
            self._session = self._sandbox.open(self._notebook)
        return self._session

    def __enter__(self) -> "_Reopening":
        return self

    def __exit__(self, *error: object) -> None:
        self._session.close()


class _Asking:
    """Ask one exercise's answer, until it has killed its process too often."""

    def __init__(self, answers: _Reopening, expected: Expected) -> None:
        self._answers = answers
        self._task = expected.exercise
        self._deaths = 0
        self._last: Observation = Raised(ChildDiedError, "")

    def ask(self, asked: Call) -> Observation:
        """Call the answer and tell what happened."""
        if self._deaths == _DEATHS:
            return self._last
        session = self._answers.alive()
        if not session.alive:  # this time the notebook itself did not come to its end
            return Raised(ChildDiedError, f"the process ended ({session.status}).")
        task = self._task
        self._last = session.observe(task.name, task.how, asked, task.seconds)
        self._deaths += not session.alive
        return self._last


_STATUS = {
    "ran": Status.GRADED,
    "timeout": Status.TIMEOUT,
    "memory": Status.MEMORY,
    "crashed": Status.CRASHED,
    "unreadable": Status.UNREADABLE,
}


def _ended(record: Record, status: Status, note: str) -> Record:
    return replace(record, status=status, notes=(*record.notes, clean(note)))


def _completed(record: Record, found: Sequence[_Findings]) -> Record:
    """Put together what the engines found; what one of them graded is kept if another failed."""
    failed = [f.status for f in found if f.status is not Status.GRADED]
    exercises = [exercise for f in found for exercise in f.exercises]
    return replace(
        record,
        status=failed[0] if failed else Status.GRADED,
        level=weakest(f.level for f in found),
        versions={name: version for f in found for name, version in f.versions.items()},
        exercises=tuple(sorted(exercises, key=lambda e: e.id)),
        notes=(*record.notes, *_told(found)),
    )


def _told(found: Sequence[_Findings]) -> list[str]:
    """Return all notes; where the notebook ran once for each engine, they say in which run."""
    runs = {"numpy": "Run for the exercises with NumPy", "keras": "Run for those with Keras"}
    both = len(found) > 1
    return [clean(f"{runs[f.engine]}: {note}" if both else note) for f in found for note in f.notes]
