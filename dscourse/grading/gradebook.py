"""The records of a class, put together by student."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from dscourse.grading.record import Asked, ExerciseRecord, Record, Status, Student

OF_A_CELL = "code cell"  # so begins a note about cells that failed, which costs no points


@dataclass(frozen=True)
class Row:
    """What one student earned in all of their submissions.

    Args:
        student: The student.
        records: One or more.
        asked: What the batch grades, by id; without any, what was graded of this student.
    """

    student: Student
    records: Sequence[Record]
    asked: Mapping[str, Asked] = field(default_factory=dict)

    @property
    def statuses(self) -> list[Status]:
        """How the gradings ended, each way once, what needs a look first."""
        found = {record.status for record in self.records}
        return sorted(found, key=lambda status: status is Status.GRADED)

    @cached_property
    def exercises(self) -> Mapping[str, ExerciseRecord]:
        """The graded exercises by id; of one in several submissions the best."""
        best: dict[str, ExerciseRecord] = {}
        for exercise in (e for record in self.records if record.graded for e in record.exercises):
            if exercise.id not in best or exercise.points > best[exercise.id].points:
                best[exercise.id] = exercise
        return best

    @property
    def points(self) -> int | None:
        """The points earned; None while one of the submissions could not be graded."""
        if self.statuses != [Status.GRADED]:
            return None
        return sum(exercise.points for exercise in self.exercises.values())

    @property
    def total(self) -> int:
        """The points that can be earned, whatever was handed in."""
        own = {e.id: e.total for e in self.exercises.values()}
        return sum((own | {name: asked.total for name, asked in self.asked.items()}).values())

    @property
    def absent(self) -> list[str]:
        """The exercises of which no notebook was handed in; none while the points are not known."""
        if self.points is None:
            return []
        return [name for name in self.asked if name not in self.exercises]

    @property
    def notes(self) -> list[str]:
        """The notes of all submissions and of what is absent, without what single cells did."""
        every = [note for record in self.records for note in record.notes]
        told = [note for note in every if not note.startswith(OF_A_CELL)]
        return [*told, *([self.absence] if self.absent else [])]

    @property
    def absence(self) -> str:
        """A sentence about what is absent, or ""."""
        if not self.absent:
            return ""
        them = "it" if len(self.absent) == 1 else "them"
        return f"{', '.join(self.absent)}: no notebook with {them} was handed in."


class Gradebook:
    """All students of a batch.

    Args:
        records: In any order.
        asked: What the batch grades; without any, what was graded for anyone.
    """

    def __init__(self, records: Iterable[Record], asked: Iterable[Asked] = ()) -> None:
        self._asked = tuple(asked)
        by_student: dict[Student, list[Record]] = {}
        for record in records:
            by_student.setdefault(record.student, []).append(record)
        listed = {e.id: e for e in sorted(self._asked, key=lambda e: e.id)}
        self.rows = [
            Row(student, sorted(own, key=lambda record: record.file), listed)
            for student, own in sorted(by_student.items(), key=_by_name)
        ]

    @cached_property
    def exercises(self) -> Mapping[str, Asked]:
        """The exercises by id, with titles and worth."""
        graded = (e for row in self.rows for e in row.exercises.values())
        asked = self._asked or (Asked(e.id, e.title, e.total) for e in graded)
        return {e.id: e for e in sorted(asked, key=lambda e: e.id)}

    @property
    def total(self) -> int:
        """The points that can be earned in all exercises together."""
        return sum(exercise.total for exercise in self.exercises.values())

    @property
    def records(self) -> list[Record]:
        """All records, student by student."""
        return [record for row in self.rows for record in row.records]


def _by_name(item: tuple[Student, list[Record]]) -> tuple[str, str, str]:
    student = item[0]
    return student.label.casefold(), student.platform, student.id
