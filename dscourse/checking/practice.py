"""An exercise in the learner's hands: check, hint, solution, case."""

from dataclasses import replace
from typing import Any

from dscourse.checking.exercise import Exercise
from dscourse.checking.observe import Call
from dscourse.checking.progress import Progress
from dscourse.checking.render import Text
from dscourse.checking.report import Report
from dscourse.checking.run import run_checks


class Practice:
    """What `exercise("05-depthwise")` returns; progress is kept as you go.

    Args:
        exercise: The exercise.
        progress: Where attempts and hints are noted.
    """

    def __init__(self, exercise: Exercise, progress: Progress) -> None:
        self._exercise = exercise
        self._progress = progress

    def check(self, answer: Any) -> Report:
        """Check your function and show what is right, what is wrong and why.

        Args:
            answer: The function itself, not its result.
        """
        report = run_checks(self._exercise, answer)
        try:
            self._progress.record(report)
        except OSError as error:
            return replace(report, note=f"Your progress could not be saved: {error}.")
        return report

    def hint(self, number: int | None = None) -> Text:
        """Show the next hint, or hint `number` again.

        Raises:
            ValueError: There is no such hint.
        """
        hints = self._exercise.hints
        if number is None:
            number = min(self._progress.count_hint(self._exercise.id), len(hints))
        if not 1 <= number <= len(hints):
            raise ValueError(f"`number` must be from 1 to {len(hints)}; got {number}.")
        return Text(f"Hint {number} of {len(hints)}: {hints[number - 1]}")

    def solution(self) -> Text:
        """Show a right answer. It is one of several: yours may differ and be right."""
        return Text(f"```python\n{self._exercise.solution_code}```")

    def case(self, number: int, part: int = 1) -> Call:
        """Return the arguments of a check's call, to try your function on them.

        Args:
            number: The check, as its report counts it, from 1.
            part: The call within the check, from 1.

        Raises:
            ValueError: There is no such check or call.

        Example: `case = exercise("05-depthwise").case(2)`, then
        `depthwise(*case.args, **case.kwargs)`.
        """
        count = len(self._exercise.checks)
        if not 1 <= number <= count:
            raise ValueError(f"`number` must be from 1 to {count}; got {number}.")
        calls = self._exercise.calls(number)
        if not 1 <= part <= len(calls):
            raise ValueError(f"`part` must be from 1 to {len(calls)}; got {part}.")
        return calls[part - 1]

    def __repr__(self) -> str:
        task = self._exercise
        standing = self._progress.of(task.id)
        return f"{task.id}: {task.title}, {standing.points} of {task.points} points so far"
