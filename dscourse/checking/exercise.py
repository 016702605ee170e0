"""An exercise, declared in one place.

From one declaration come the starter cell, the checks, the hints, the solution, the diagnosis of a
wrong answer and the mutants that test the checks.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from zlib import crc32

import numpy as np

from dscourse.checking.observe import Call, Observer, plain_call
from dscourse.checking.source import solution_source, starter_source

Answer = Callable[..., Any]
Accept = Callable[[Any, Call], str]  # "" where the value is right
Inputs = Callable[[np.random.Generator], Call | Sequence[Call]]
A = TypeVar("A", bound=Callable[..., Any])

BOOK_URL = "https://dscourse.github.io/dscourse"
_ID = re.compile(r"\d\d-[a-z0-9]+(-[a-z0-9]+)*")
_CODE = re.compile(r"M-[A-Z0-9]+(-[A-Z0-9]+)*")


@dataclass(frozen=True)
class Check:
    """A title, its points, and the calls on which an answer must be right.

    Args:
        title: What is checked.
        worth: Points.
        inputs: Makes the calls.
        accept: Says of a value what is wrong with it; None demands what the reference returns.
        same_calls_as: The number of an earlier check, if this one judges what was seen there.
    """

    title: str
    worth: int
    inputs: Inputs
    accept: Accept | None = None
    same_calls_as: int | None = None

    def calls(self, rng: np.random.Generator) -> Sequence[Call]:
        """Make the calls of this check; only values may depend on `rng`, never sizes."""
        made = self.inputs(rng)
        return [made] if isinstance(made, Call) else made


@dataclass(frozen=True)
class Misconception:
    """A wrong idea as code that acts on it: it names the cause of an error and tests the checks."""

    code: str
    note: str
    link: str
    function: Answer


class Exercise:
    """One task of the course.

    Args:
        id: Chapter number and slug, e.g. "05-depthwise".
        title: A short heading.
        prompt: The task, in Markdown.
        hints: From a nudge to nearly the answer; at least one.
        engine: What an answer may need: "numpy" or "keras".
        how: Turns an answer and a call's arguments into plain values to compare.
        seconds: The deadline of one call, where the platform allows one.
        uses: Parts of `dscourse` that an answer may import, besides `dscourse.conv`.

    Raises:
        ValueError: A malformed id or no hints.

    >>> double = Exercise("00-double", "Double it", "Return `2 * x`.", hints=["Multiply."])
    >>> @double.reference
    ... def twice(x):
    ...     '''Double a number.'''
    ...     return 2 * x
    >>> @double.check("a small number", worth=1)
    ... def _(rng):
    ...     return Call((3,))
    >>> double.points, double.name
    (1, 'twice')
    """

    def __init__(
        self,
        id: str,
        title: str,
        prompt: str,
        *,
        hints: Sequence[str],
        engine: Literal["numpy", "keras"] = "numpy",
        how: Observer = plain_call,
        seconds: float = 5.0,
        uses: Sequence[str] = (),
    ) -> None:
        if not _ID.fullmatch(id):
            raise ValueError(f"`id` must look like '05-depthwise'; got {id!r}.")
        if not hints:
            raise ValueError(f"exercise {id!r} needs at least one hint.")
        self.id = id
        self.title = title
        self.prompt = prompt
        self.hints = tuple(hints)
        self.engine = engine
        self.how = how
        self.seconds = seconds
        self.uses = tuple(uses)
        self.checks: list[Check] = []
        self.misconceptions: list[Misconception] = []
        self.alternatives: list[Answer] = []
        self.solution: Answer = _no_reference
        self.given_starter: Answer | None = None

    # --- declaration, in the order in which an author writes it ---

    def reference(self, function: A) -> A:
        """Declare the right answer; its signature and docstring become the starter cell."""
        self.solution = function
        return function

    def alternative(self, function: A) -> A:
        """Declare another right answer, written differently: the checks must accept it."""
        self.alternatives.append(function)
        return function

    def starter(self, function: A) -> A:
        """Declare code to repair as the starter, instead of an empty function."""
        self.given_starter = function
        return function

    def check(
        self, title: str, *, worth: int = 1, accept: Accept | None = None
    ) -> Callable[[Inputs], Inputs]:
        """Declare a check: the decorated function makes its calls from a random generator.

        Sizes, strides and paddings must be fixed in the code; only array values may be random.

        Args:
            title: What is checked.
            worth: Points.
            accept: Where right answers are many: takes the value and the call, and says what is
                wrong, or "". Without it the value must be the reference's.
        """

        def declare(inputs: Inputs) -> Inputs:
            self.checks.append(Check(title, worth, inputs, accept))
            return inputs

        return declare

    def also(self, title: str, *, worth: int = 1) -> Callable[[Accept], Accept]:
        """Declare one more check of what the check before it saw, so that a long call runs once.

        Args:
            title: What is checked.
            worth: Points.
        """

        def declare(accept: Accept) -> Accept:
            first = self.checks[-1].same_calls_as or len(self.checks)
            inputs = self.checks[first - 1].inputs
            self.checks.append(Check(title, worth, inputs, accept, same_calls_as=first))
            return accept

        return declare

    def misconception(self, code: str, note: str, *, section: str) -> Callable[[A], A]:
        """Declare a wrong answer that learners give.

        Args:
            code: A name such as "M-FLIP".
            note: What went wrong, to the learner, in one or two sentences.
            section: The heading slug in the chapter that treats it.
        """
        if not _CODE.fullmatch(code):
            raise ValueError(f"`code` must look like 'M-FLIP'; got {code!r}.")

        def declare(function: A) -> A:
            chapter = function.__module__.rpartition(".")[2].removeprefix("ch").replace("_", "-")
            link = f"{BOOK_URL}/notebooks/{chapter}.html#{section}"
            self.misconceptions.append(Misconception(code, note, link, function))
            return function

        return declare

    # --- what is derived from the declaration ---

    @property
    def name(self) -> str:
        """The name of the function that the learner writes."""
        return self.solution.__name__

    @property
    def points(self) -> int:
        """The sum of what the checks are worth."""
        return sum(check.worth for check in self.checks)

    @property
    def starter_code(self) -> str:
        """The source of the function in the starter cell."""
        if self.given_starter:
            return solution_source(self.given_starter)
        return starter_source(self.solution)

    @property
    def solution_code(self) -> str:
        """The source of the reference, as a learner would paste it."""
        return solution_source(self.solution)

    def calls(self, number: int, seed: int = 0) -> Sequence[Call]:
        """Make the calls of one check, the same for the same seed on every machine.

        Args:
            number: The check, counted from 1.
            seed: 0 for the learner; a grader draws another.
        """
        check = self.checks[number - 1]
        rng = np.random.default_rng([crc32(self.id.encode()), check.same_calls_as or number, seed])
        return check.calls(rng)


def _no_reference(*args: Any, **kwargs: Any) -> Any:
    raise ValueError("this exercise has no @reference yet.")
