"""The grader of one assignment in this process, with the sandboxes that it uses."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from dscourse.grading.assignment import Assignment
from dscourse.grading.engine import Grader
from dscourse.grading.libraries import load_quietly
from dscourse.grading.record import Record
from dscourse.grading.sandbox import Engine, Sandbox, SandboxError
from dscourse.grading.sandboxes import Sandboxes, weakest
from dscourse.grading.session import question
from dscourse.grading.submissions import Submission


class Workshop:
    """Everything that grading takes, started: a wrong set-up is told before the first submission.

    Args:
        assignment: What to grade.
        observers: The sources of modules that the exercises' observers need, by their full names.
        hidden: Files and folders that a student's code must not be able to read: a sandbox that
            can is none.
        unsafe: Whether to grade where students' code cannot be isolated.

    Raises:
        SandboxError: A sandbox cannot be started, or cannot isolate although it must.
    """

    def __init__(
        self,
        assignment: Assignment,
        observers: Mapping[str, str],
        *,
        hidden: Sequence[Path] = (),
        unsafe: bool = False,
    ) -> None:
        def start(engine: Engine) -> Sandbox:
            return started(
                engine, unsafe, observers=observers, hidden=hidden, real=assignment.uses(engine)
            )

        self._sandboxes = Sandboxes(start)
        try:
            running = [self._sandboxes.of(engine) for engine in assignment.engines]
            demand_askable(assignment, {*observers, *(m for s in running for m in s.modules)})
            load_quietly(assignment.engines)
            assignment.prepare()
        except BaseException:
            self.close()
            raise
        self.level = weakest(sandbox.level for sandbox in running)
        self._grader = Grader(assignment, self._sandboxes)

    def grade(self, submission: Submission) -> Record:
        """Grade a submission; several threads may do so at once."""
        return self._grader.grade(submission)

    def close(self) -> None:
        """End the sandboxes, and with them every process of a student."""
        self._sandboxes.close()

    def __enter__(self) -> "Workshop":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def demand_askable(assignment: Assignment, modules: AbstractSet[str]) -> None:
    """Demand of every exercise that its calls can be sent, and its observer is there to make them.

    Args:
        assignment: The exercises.
        modules: Those that the sandboxes have loaded.

    Raises:
        SandboxError: An exercise can be checked on its page, but not in another process.
    """
    for expected in assignment.expected.values():
        task = expected.exercise
        function = task.how.func if isinstance(task.how, partial) else task.how
        if function.__module__ not in modules or "<" in function.__qualname__:
            raise SandboxError(
                f"the observer of {task.id} must be a function of a module of observers; "
                f"{function.__qualname__} of {function.__module__} is none."
            )
        for number in range(1, len(task.checks) + 1):
            for asked in expected.calls(number):
                question(number, task.name, task.how, asked, task.seconds)


def started(engine: Engine, unsafe: bool, **options: Any) -> Sandbox:
    """Start a sandbox that isolates, or that need not.

    Args:
        engine: "numpy" or "keras".
        unsafe: Whether it need not.
        options: As of `Sandbox.start`.

    Raises:
        SandboxError: It cannot be started, or does not isolate although it must.
    """
    sandbox = Sandbox.start(engine, **options)
    if sandbox.level == "none" and not unsafe:
        sandbox.close()
        why = f" ({'; '.join(sandbox.escapes)})" if sandbox.escapes else ""
        raise SandboxError(
            f"students' code cannot be isolated on this machine{why}, so no points are awarded: "
            "grade on Linux 5.13 or later, or add --unsafe to run it all the same."
        )
    return sandbox
