"""Whose file is it? The names that Canvas, Moodle and Gradescope give in their exports.

Every pattern reads the part of a name that the platform wrote, from the left: what follows was
chosen by a student, who may imitate the pattern with another student's number.
"""

import re
from dataclasses import dataclass

import yaml

from dscourse.grading.record import Student, clean

METADATA = "submission_metadata.yml"


@dataclass(frozen=True)
class Owned:
    """What an entry's name says.

    Args:
        student: Whose it is.
        file: The name that the student gave.
        upload: Grows with time where the platform numbers uploads, else 0.
        late: Whether the platform marks it as late.
    """

    student: Student
    file: str
    upload: int = 0
    late: bool = False


# Canvas, lib/content_zipper.rb: {name}[_LATE]_{user}_{upload}_{file}, and LATE_anon_{id}_… where
# grading is anonymous. A text typed into Canvas ends in text.html, a link in link.html.
_CANVAS = re.compile(
    r"(?:(?P<name>\w+?)_(?P<late>LATE_)?(?P<id>\d+)|(?P<anon_late>LATE_)?(?P<anon>anon_[a-zA-Z0-9]+))"
    r"_(?:(?P<upload>\d+)_(?P<file>.+)|(?P<typed>(?:text|link)\.html))",
    re.DOTALL,
)
# Moodle, mod/assign/locallib.php: {full name}_{participant}_assignsubmission_{plugin}_, then the
# file's name, or "/" and its path where "Download submissions in folders" is ticked.
_MOODLE = re.compile(
    r"(?P<name>[^/]*?)_(?P<id>\d+)_assignsubmission_(?P<plugin>file|onlinetext)_?/?(?P<file>.*)",
    re.DOTALL,
)


def canvas(name: str) -> Owned | None:
    """Read the name of a file in a Canvas export.

    >>> owned = canvas("lovelaceada_LATE_4107_99012_05-separable-1.ipynb")
    >>> owned.student.id, owned.student.name, owned.file, owned.late
    ('4107', 'lovelaceada', '05-separable-1.ipynb', True)
    """
    found = _CANVAS.fullmatch(name)
    if not found:
        return None
    number = found["id"] or found["anon"]
    student = Student(number, clean(found["name"] or ""), platform="canvas")
    late = bool(found["late"] or found["anon_late"])
    return Owned(student, found["file"] or found["typed"], int(found["upload"] or 0), late)


def moodle(name: str) -> Owned | None:
    """Read the name of a file in a Moodle export.

    >>> owned = moodle("Ada Lovelace_1234_assignsubmission_file_/05-separable.ipynb")
    >>> owned.student.id, owned.student.name, owned.file
    ('1234', 'Ada Lovelace', '05-separable.ipynb')
    """
    found = _MOODLE.fullmatch(name)
    if not found:
        return None
    student = Student(found["id"], clean(found["name"]), platform="moodle")
    return Owned(student, found["file"] or found["plugin"])


def gradescope(metadata: bytes) -> dict[str, list[Student]]:
    """Read `submission_metadata.yml` of a Gradescope export.

    Returns:
        For each folder of the export its students: several where a group submitted.

    Raises:
        ValueError: It is not such a file.

    >>> gradescope(b"{submission_7: {':submitters': [{':name': Ada, ':sid': '01'}]}}")
    {'submission_7': [Student(id='01', name='Ada', email='', login='01', platform='gradescope')]}
    """
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # texts only: no object is built
    try:
        content = yaml.load(metadata, Loader=loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"{METADATA} is no YAML: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{METADATA} must name the folders of the export.")
    return {str(folder): _submitters(str(folder), entry) for folder, entry in content.items()}


def _submitters(folder: str, entry: object) -> list[Student]:
    listed = entry.get(":submitters") if isinstance(entry, dict) else None
    people = [p for p in listed if isinstance(p, dict)] if isinstance(listed, list) else []
    found = [_submitter(p, f"{folder}-{n}" if n else folder) for n, p in enumerate(people)]
    return found or [Student(folder, platform="gradescope")]


def _submitter(person: dict[object, object], stand_in: str) -> Student:
    name, number, email = (
        clean(text) if isinstance(text := person.get(key), str) else ""
        for key in (":name", ":sid", ":email")
    )
    return Student(number or email or stand_in, name, email, number, "gradescope")
