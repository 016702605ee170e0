"""From what an instructor has, to one submission a student and chapter: `collect`.

A PATH is a notebook, a folder, or the zip archive that Canvas, Moodle or Gradescope exports. What
students made never ends a batch: what cannot be graded is a submission too, with the reason.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dscourse.exercises import chapters
from dscourse.grading import platforms
from dscourse.grading.archives import Archive, Entry, Folder, UnreadableError
from dscourse.grading.choosing import Candidate, choose, is_junk
from dscourse.grading.platforms import METADATA, Owned
from dscourse.grading.record import Status, Student, clean


class SubmissionsError(ValueError):
    """A PATH that the instructor gave is not there, or is not what it should be."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one chapter.

    Args:
        student: Whose it is.
        file: The notebook's name within its source.
        status: None where it is to be graded; otherwise why it cannot be.
        notes: About the choice of the notebook, for the student too, one sentence each.
        digest: SHA-256 of the notebook's bytes.
        numbers: Of the chapters whose exercises it holds, as "05"; empty where that is unknown.
        entry: Where the bytes are.
    """

    student: Student
    file: str = ""
    status: Status | None = None
    notes: tuple[str, ...] = ()
    digest: str = ""
    numbers: frozenset[str] = frozenset()
    entry: Entry | None = field(default=None, repr=False, compare=False)

    @property
    def key(self) -> str:
        """A name for its record, safe on any file system and the same in every run.

        >>> Submission(Student("Ada/../1"), "05-separable.ipynb").key
        'Ada-1-5c94afe5d203'
        """
        who = re.sub(r"[^A-Za-z0-9]+", "-", self.student.label).strip("-")[:40] or "student"
        identity = "\0".join([self.student.platform, self.student.id, self.file])
        return f"{who}-{hashlib.sha256(identity.encode(errors='replace')).hexdigest()[:12]}"

    def read(self) -> bytes:
        """Return the notebook's bytes, read anew from the folder or archive.

        Raises:
            UnreadableError: There are none, or they are not what they were when `collect` ran.
        """
        if self.entry is None:
            raise UnreadableError("There is no notebook to read.")
        content = self.entry.read()
        if hashlib.sha256(content).hexdigest() != self.digest:
            raise UnreadableError("The file changed since the grading began.")
        return content


def collect(paths: Iterable[Path], known: Collection[str] | None = None) -> list[Submission]:
    """Find all submissions.

    Args:
        paths: Notebooks, folders and zip archives.
        known: Ids of exercises: of several notebooks of one student, those with an exercise in
            common are tries, of which the newest is graded. None takes every id for known.

    Returns:
        The submissions, in the order of the students' names and files.

    Raises:
        SubmissionsError: A path does not exist, or is neither of the three.
    """
    owned: dict[_Owner, list[Candidate]] = {}
    for path in paths:
        for owner, candidate in _owned_files(path):
            files = owned.setdefault(owner, [])
            if candidate:
                files.append(candidate)
    found = [
        Submission(student, *choice)
        for student, candidates in _told_apart(owned)
        for choice in choose(candidates, known)
    ]
    return sorted(found, key=lambda s: (s.student.label.casefold(), s.student.id, s.file))


# Who handed in: of a platform the student, of plain files also where they lie, because two folders
# may have one name.
_Owner = tuple[Student, Path | None]


def _owned_files(path: Path) -> Iterator[tuple[_Owner, Candidate | None]]:
    entries = [entry for entry in _entries(path) if not is_junk(entry.name)]
    names = _without_root([entry.name for entry in entries], path)
    metadata = [e for e, name in zip(entries, names, strict=True) if name == METADATA]
    if metadata:
        yield from _of_gradescope(metadata[0], entries, names)
        return
    owners = _of_platform(names) or [_plain(name, path) for name in names]
    for entry, (owned, place) in zip(entries, owners, strict=True):
        yield (owned.student, place), Candidate(entry, owned)


def _entries(path: Path) -> list[Entry]:
    if not path.exists():
        raise SubmissionsError(f"there is no file or folder {path}.")
    archive = path.is_file() and path.suffix.lower() == ".zip"
    try:
        return list((Archive(path) if archive else Folder(path)).entries())
    except UnreadableError as error:
        raise SubmissionsError(f"{path}: {error}") from error


def _without_root(names: Sequence[str], path: Path) -> list[str]:
    """Leave out the one folder in which an export, or a zipped folder, holds everything."""
    root = {name.partition("/")[0] for name in names}
    whole = len(root) == 1 and all("/" in name for name in names)
    wraps = whole and (root == {path.stem} or any(n.endswith(f"/{METADATA}") for n in names))
    return [name.partition("/")[2] for name in names] if wraps else list(names)


def _of_gradescope(
    metadata: Entry, entries: Sequence[Entry], names: Sequence[str]
) -> Iterator[tuple[_Owner, Candidate | None]]:
    try:
        folders = platforms.gradescope(metadata.read())
    except (ValueError, UnreadableError) as error:
        raise SubmissionsError(f"the Gradescope export cannot be used: {error}") from error
    for group in folders.values():
        yield from (((student, None), None) for student in group)  # with or without files
    for entry, name in zip(entries, names, strict=True):
        folder, _, file = name.partition("/")
        if entry is not metadata:
            stranger = [Student(clean(folder), platform="gradescope")]
            for student in folders.get(folder, stranger):
                yield (student, None), Candidate(entry, Owned(student, file or folder))


def _of_platform(names: Sequence[str]) -> list[tuple[Owned, Path | None]]:
    """Read whose each file is; a platform's pattern counts only where all names follow it."""
    for platform in (platforms.moodle, platforms.canvas):
        read = [platform(name) for name in names]
        matched: list[tuple[Owned, Path | None]] = [(owned, None) for owned in read if owned]
        if len(matched) == len(read):
            return matched
    return []


def _plain(name: str, path: Path) -> tuple[Owned, Path]:
    """Take the folder's name for the student's, or the file's where it lies in none."""
    base = path.resolve()
    base = base.with_suffix("") if base.suffix.lower() == ".zip" else base
    folder, inside, file = name.partition("/")
    if inside:
        return Owned(Student(clean(folder)), file), base / folder
    place = base.parent if path.resolve().is_file() and base == path.resolve() else base
    stem = name.partition(".")[0] or name
    if stem not in chapters():  # as released, a name tells no one's name: the folder's must do
        place = place / stem
    return Owned(Student(clean(place.name)), name), place


def _told_apart(
    owned: Mapping[_Owner, list[Candidate]],
) -> Iterator[tuple[Student, list[Candidate]]]:
    """Give students of one name who handed in from different folders an id each."""
    count = Counter(student for student, _ in owned)
    for (student, place), candidates in owned.items():
        if place is not None and count[student] > 1:
            yield replace(student, id=f"{clean(place.parent.name)}/{student.id}"), candidates
        else:
            yield student, candidates
