"""Of the files that one student handed in, choose what is graded, and say what was left out."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from dscourse.exercises import chapters
from dscourse.grading.archives import Archive, Entry, UnreadableError
from dscourse.grading.platforms import Owned
from dscourse.grading.record import Status, clean

_NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?$", re.IGNORECASE)  # browsers add an ending
# The tag of an exercise's cell, and its last line; a mere mention in prose is neither.
_TAG = re.compile(rb"exercise:(\d\d-[a-z0-9-]+)")
_CHECK = re.compile(rb"""exercise\(\\?["'](\d\d-[a-z0-9-]+)\\?["']\)\.check""")
_NUMBER = re.compile(r"(?<!\d)(\d\d)-[a-z]")
_JUNK = re.compile(r"(^|/)(__MACOSX/|\.(?!\.(/|$))|Thumbs\.db$|desktop\.ini$)|/$")
_LISTED = 5  # files that a note names
_MOST_LOST = 20  # broken files that are told of


@dataclass(frozen=True)
class Candidate:
    """A file and what its name says."""

    entry: Entry
    owned: Owned

    @property
    def age(self) -> tuple[int, float, str]:
        """Greater is newer: the platform's own numbers before the file's time."""
        return self.owned.upload, self.entry.modified, self.owned.file


class Choice(NamedTuple):
    """The fields of a `Submission`, after its student."""

    file: str = ""
    status: Status | None = None
    notes: tuple[str, ...] = ()
    digest: str = ""
    numbers: frozenset[str] = frozenset()
    entry: Entry | None = None


@dataclass(frozen=True)
class _Notebook:
    """A notebook that can be read; `ids` of the exercises in it, or else numbers of chapters."""

    candidate: Candidate
    digest: str
    ids: frozenset[str]

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset(name[:2] for name in self.ids)

    def replaces(self, older: "_Notebook") -> bool:
        """Two notebooks with an exercise in common are two tries; one chapter may have several."""
        return not older.ids or bool(self.ids & older.ids)


def is_junk(name: str) -> bool:
    """Tell whether a file was written by a file manager or an editor, not by a student.

    >>> is_junk("ada/.ipynb_checkpoints/05.ipynb"), is_junk("ada/05.ipynb"), is_junk("../05.ipynb")
    (True, False, False)
    """
    return bool(_JUNK.search(name))


def choose(
    candidates: Sequence[Candidate], known: Collection[str] | None = None
) -> Iterator[Choice]:
    """Choose the notebooks of one student that are graded: for each chapter the newest.

    However many a student hands in, no more are graded than two for each chapter of the course.

    Args:
        candidates: All files of the student.
        known: Ids of exercises. Others say no more than their chapter; None takes all for known.

    Yields:
        At least one choice. Where nothing can be graded its status says so.
    """
    files = list(_unpacked(candidates))
    examined = [(c, _examined(c, known)) for c in files if _NOTEBOOK.search(c.owned.file)]
    broken = [(c, found) for c, found in examined if isinstance(found, str)]
    notebooks = [found for _, found in examined if isinstance(found, _Notebook)]
    most = 2 * len(chapters())
    kept = list(islice(_newest(notebooks), most))
    spare = len(notebooks) - sum(1 + len(rivals) for _, rivals in kept)
    lost = _lost(broken)
    if spare:
        lost += (f"Of the notebooks handed in {spare} were left out: {most} are graded at most.",)
    for notebook, rivals in kept:
        yield _graded(notebook, rivals, lost)
    if kept:
        return
    problems = [*broken, *((c, c.entry.problem) for c in files if c.entry.problem)]
    if problems:
        candidate, problem = problems[0]
        yield Choice(clean(candidate.owned.file), Status.UNREADABLE, (problem,))
    else:
        said = f"There is no notebook among {_names(files)}." if files else "No file was handed in."
        yield Choice(status=Status.NOT_SUBMITTED, notes=(said,))


def _lost(broken: Sequence[tuple[Candidate, str]]) -> tuple[str, ...]:
    told = [f"{clean(c.owned.file, 80)} was left out: {why}" for c, why in broken[:_MOST_LOST]]
    more = len(broken) - len(told)
    return (*told, f"{more} more files were left out.") if more else tuple(told)


def _unpacked(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Look into zip archives that a student handed in, but not into archives in them."""
    for candidate in candidates:
        if not candidate.owned.file.lower().endswith(".zip") or candidate.entry.problem:
            yield candidate
            continue
        try:
            for entry in list(Archive(candidate.entry).entries()):
                file = f"{candidate.owned.file}/{entry.name}"
                if not is_junk(entry.name):
                    yield Candidate(entry, replace(candidate.owned, file=file))
        except UnreadableError as error:
            yield replace(candidate, entry=replace(candidate.entry, problem=str(error)))


def _examined(candidate: Candidate, known: Collection[str] | None) -> _Notebook | str:
    try:
        content = candidate.entry.read()
    except UnreadableError as error:
        return str(error)
    plain = content.replace(b"\0", b"")  # UTF-16
    ids = {match.decode("ascii") for match in [*_TAG.findall(plain), *_CHECK.findall(plain)]}
    ids = ids or set(_NUMBER.findall(candidate.owned.file.rpartition("/")[2]))
    if known is not None:  # ids that a student made up would make each file another exercise's
        numbers = {name[:2] for name in known}
        ids = ids & set(known) or {name[:2] for name in ids} & numbers
    return _Notebook(candidate, hashlib.sha256(content).hexdigest(), frozenset(ids))


def _newest(notebooks: Sequence[_Notebook]) -> Iterator[tuple[_Notebook, list[_Notebook]]]:
    """Yield the notebooks that no newer one replaces, each with those that it replaces."""
    waiting = sorted(notebooks, key=lambda n: n.candidate.age, reverse=True)
    waiting.sort(key=lambda n: not n.ids)  # one without exercises never replaces one with some
    while waiting:
        first, *rest = waiting
        rivals = [older for older in rest if first.replaces(older)]
        waiting = [older for older in rest if older not in rivals]
        yield first, rivals


def _graded(notebook: _Notebook, rivals: Sequence[_Notebook], lost: tuple[str, ...]) -> Choice:
    candidate = notebook.candidate
    file = clean(candidate.owned.file)
    notes = ["The platform marks it as late."] if candidate.owned.late else []
    if rivals:
        others = _names([n.candidate for n in rivals])
        notes.append(f"Of {len(rivals) + 1} notebooks {file} was graded, not {others}.")
    return Choice(file, None, (*notes, *lost), notebook.digest, notebook.numbers, candidate.entry)


def _names(candidates: Sequence[Candidate]) -> str:
    listed = sorted(clean(c.owned.file, 80) for c in candidates)[:_LISTED]
    more = len(candidates) - len(listed)
    return ", ".join(listed) + (f" and {more} more" if more > 0 else "")
