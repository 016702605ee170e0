"""The folder of a batch's results: one file a submission, whole or not there, and the settings.

A batch that was killed at any moment leaves whole records behind, and `resume` goes on from them.
"""

import json
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dscourse.grading import fields
from dscourse.grading.fields import RecordError
from dscourse.grading.record import Asked, Record, Status
from dscourse.grading.record_json import from_json, to_json
from dscourse.grading.submissions import Submission

_SETTINGS = "batch.json"
_NEW = ".new"


class ResultsError(ValueError):
    """The folder of results cannot be used as it was asked for."""


@dataclass(frozen=True)
class Settings:
    """What must be the same in every part of one batch.

    Args:
        seed: Of the hidden inputs.
        exercises: The fingerprint of the assignment.
        asked: What is graded, and so the points that can be earned, whoever hands in.
    """

    seed: int
    exercises: str
    asked: tuple[Asked, ...] = ()


class Results:
    """The records of one batch on disk.

    Args:
        folder: Is made where it does not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._records = folder / "records"

    def settings(self) -> Settings | None:
        """Return the settings of the batch that was begun here, or None.

        Raises:
            ResultsError: There are some, but they cannot be read.
        """
        path = self.folder / _SETTINGS
        try:
            if not path.exists():
                return None
            content = json.loads(path.read_bytes())
            return Settings(
                fields.take(content, "seed", int),
                fields.take(content, "exercises", str),
                tuple(_asked(item) for item in fields.items(content, "asked", dict)),
            )
        except (OSError, ValueError, RecursionError) as error:
            raise ResultsError(f"{path} cannot be read ({error}).") from error

    @property
    def begun(self) -> bool:
        """True where at least one record is stored."""
        return any(self._records.glob("*.json"))

    def demand_place(self) -> None:
        """Make the folder, before anything is done whose outcome it should hold.

        Raises:
            ResultsError: There can be no such folder, or nothing can be written into it.
        """
        why = "it cannot be written"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if os.access(self.folder, os.W_OK | os.X_OK):
                return
        except OSError as error:
            why = error.strerror or str(error)
        raise ResultsError(
            f"the results need a new folder or one that can be written; {self.folder} is none "
            f"({why}): choose another."
        )

    def begin(self, settings: Settings) -> None:
        """Start a batch, or go on with one of the same settings.

        Raises:
            ResultsError: A batch with other settings was begun here.
            OSError: The folder cannot be written.
        """
        old = self.settings()
        if old not in (None, settings):
            raise ResultsError(
                f"{self.folder} holds a batch with other exercises or another seed: "
                "choose another folder for this one."
            )
        self._records.mkdir(parents=True, exist_ok=True)
        for left in self.folder.rglob(f"*{_NEW}"):  # of a process that was killed as it wrote
            left.unlink(missing_ok=True)
        write_whole(self.folder / _SETTINGS, json.dumps(asdict(settings), indent=1) + "\n")

    def put(self, submission: Submission, record: Record) -> None:
        """Store a record.

        Raises:
            OSError: It cannot be written; then the old state is left as it was.
        """
        write_whole(self._path(submission), to_json(record))

    def missing(self, submissions: Iterable[Submission]) -> list[Submission]:
        """Return those that are still to be graded, in their order.

        A damaged record, one of a file that has changed since, and one of a grading that failed
        by no fault of the student do not count.
        """
        return [s for s in submissions if not self._counts(s)]

    def records(self, submissions: Iterable[Submission]) -> Iterator[Record]:
        """Read the records of some submissions, one after the other, in their order."""
        for submission in submissions:
            yield from_json(self._path(submission).read_bytes())

    def _path(self, submission: Submission) -> Path:
        return self._records / f"{submission.key}.json"

    def _counts(self, submission: Submission) -> bool:
        try:
            record = from_json(self._path(submission).read_bytes())
        except (FileNotFoundError, RecordError):
            return False
        return record.status is not Status.NOT_GRADED and record.digest == submission.digest


def _asked(item: Any) -> Asked:
    name, title = fields.take(item, "id", str), fields.take(item, "title", str)
    return Asked(name, title, fields.natural(item, "total"))


def write_whole(path: Path, text: str) -> None:
    """Write a new file beside the old one, then let it take that one's place."""
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_NEW}")
    try:
        with new.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
