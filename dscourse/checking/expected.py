"""What an exercise's own answers do on the inputs of one seed: each is asked once, then remembered.

A grader checks a whole class on the same inputs. What the reference and the misconceptions do there
does not depend on the student, and for a Keras exercise it is most of the work.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from dscourse.checking.exercise import Answer, Exercise, Misconception
from dscourse.checking.observe import Call, Observation, Raised, observe


@dataclass(frozen=True)
class Place:
    """One call of an exercise: `part` of check `number`, both counted from 1."""

    number: int
    part: int


class Expected:
    """The inputs of an exercise for one seed, and what its reference and misconceptions do on them.

    Several threads may ask at once; one of them computes while the others wait.

    Args:
        exercise: The exercise.
        seed: Chooses the random values of the inputs.

    >>> double = Exercise("00-double", "Double it", "Return `2 * x`.", hints=["Multiply."])
    >>> @double.reference
    ... def twice(x):
    ...     return 2 * x
    >>> @double.check("a small number")
    ... def _(rng):
    ...     return Call((3,))
    >>> Expected(double).reference(Place(1, 1))
    Returned(value=6)
    """

    def __init__(self, exercise: Exercise, seed: int = 0) -> None:
        self.exercise = exercise
        self.seed = seed
        self._calls: dict[int, Sequence[Call]] = {}
        self._seen: dict[tuple[Misconception | None, Place], Observation] = {}
        self._lock = threading.RLock()
        if exercise.engine == "keras":
            # Before any deadline: an import that is cut off half-way raises the same error in an
            # answer and in the reference, and would pass for agreement.
            import_module("keras")

    def calls(self, number: int) -> Sequence[Call]:
        """Return the calls of a check; observers work on copies, so they are never changed."""
        with self._lock:
            number = self.exercise.checks[number - 1].same_calls_as or number
            if number not in self._calls:
                self._calls[number] = self.exercise.calls(number, self.seed)
            return self._calls[number]

    def prepare(self) -> None:
        """Ask the reference everything now, in this thread.

        Deadlines work in the main thread alone, and an observer that measures memory must not
        run beside other work.
        """
        for number, check in enumerate(self.exercise.checks, start=1):
            if check.accept:
                continue  # it is judged without the reference
            for part in range(1, len(self.calls(number)) + 1):
                self.reference(Place(number, part))

    def reference(self, place: Place) -> Observation:
        """Return what the reference does at a place.

        Raises:
            RuntimeError: It failed. Only a ValueError or a TypeError is a refusal that its author
                meant; any other error is a fault of ours, and no measure of an answer.
        """
        seen = self._ask(None, self.exercise.solution, place)
        if isinstance(seen, Raised) and not issubclass(seen.kind, ValueError | TypeError):
            raise RuntimeError(
                f"the reference of {self.exercise.id} failed, which is no fault of the answer: "
                f"{seen.kind.__name__}: {seen.message}"
            )
        return seen

    def misconception(self, wrong: Misconception, place: Place) -> Observation:
        """Return what a misconception does at a place."""
        return self._ask(wrong, wrong.function, place)

    def _ask(self, who: Misconception | None, answer: Answer, place: Place) -> Observation:
        task = self.exercise
        with self._lock:
            if (who, place) not in self._seen:
                asked = self.calls(place.number)[place.part - 1]
                self._seen[who, place] = observe(answer, asked, task.how, task.seconds)
            return self._seen[who, place]
