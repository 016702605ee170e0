"""Records as JSON text, with Gradescope's form inside, and back."""

import json
from dataclasses import asdict
from typing import Any

from dscourse.checking import Cause, Outcome
from dscourse.grading import fields
from dscourse.grading.fields import RecordError
from dscourse.grading.gradescope import gradescope_results
from dscourse.grading.record import CheckRecord, ExerciseRecord, Record, Status, Student

_FORMAT = 1


def to_json(record: Record) -> str:
    """Write a record; equal records differ in nothing but the part "measured".

    >>> '"gradescope": null' in to_json(Record(Student("ada"), Status.TIMEOUT))
    True
    """
    content = asdict(record)
    measured = content.pop("measured")
    whole = {
        "format": _FORMAT,
        "record": content,
        "gradescope": gradescope_results(record),
        "measured": measured,
    }
    return json.dumps(whole, indent=1, allow_nan=False) + "\n"


def from_json(text: str | bytes) -> Record:
    """Read what `to_json` wrote.

    Raises:
        RecordError: The text is not such a record; the message names the field.

    >>> record = Record(Student("ada"), Status.CRASHED, notes=("It ended by itself.",))
    >>> from_json(to_json(record)) == record
    True
    """
    try:
        whole: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"a record must be JSON text: {error}.") from error
    if fields.take(whole, "format", int) != _FORMAT:
        raise RecordError(f"`format` must be {_FORMAT}; got {whole['format']!r}.")
    content = fields.take(whole, "record", dict)
    return Record(
        student=Student(**_texts(fields.take(content, "student", dict), *_STUDENT)),
        status=fields.choice(content, "status", Status),
        **_texts(content, "file", "digest", "level"),
        seed=fields.take(content, "seed", int),
        versions=fields.mapping(content, "versions", str),
        exercises=tuple(_exercise(item) for item in fields.items(content, "exercises", dict)),
        notes=tuple(fields.items(content, "notes", str)),
        measured=fields.mapping(whole, "measured", float),
    )


_STUDENT = ("id", "name", "email", "login", "platform")


def _texts(content: Any, *names: str) -> dict[str, Any]:
    return {name: fields.take(content, name, str) for name in names}


def _exercise(content: Any) -> ExerciseRecord:
    return ExerciseRecord(
        **_texts(content, "id", "title"),
        outcome=fields.choice(content, "outcome", Outcome),
        checks=tuple(_check(item) for item in fields.items(content, "checks", dict)),
    )


def _check(content: Any) -> CheckRecord:
    cause = content.get("cause")
    return CheckRecord(
        number=fields.natural(content, "number"),
        worth=fields.natural(content, "worth"),
        outcome=fields.choice(content, "outcome", Outcome),
        **_texts(content, "title", "call", "problem"),
        cause=Cause(**_texts(cause, "code", "note", "link")) if cause else None,
    )
