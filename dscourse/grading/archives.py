"""List and read the files of a folder or a zip archive; nothing is ever extracted to disk.

What students made may be broken or hostile. So each file is an `Entry`, and an entry that must not
or cannot be read says why.
"""

import io
import stat
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

MAX_BYTES = 100 * 2**20  # of one file, unpacked: a notebook with 50 MB of outputs is honest
MAX_ENTRIES = 100_000  # of one archive
MAX_DIRECTORY = 2**20  # bytes of the list of files in a student's archive: some 10,000 files
_ENCRYPTED = 0x1
_NAME_IS_UTF8 = 0x800


class UnreadableError(Exception):
    """A file cannot be read, or must not be; the message is one sentence for its owner."""


class Source(Protocol):
    """What holds files."""

    def content(self, member: object) -> bytes:
        """Return the bytes of one of its files, or raise `UnreadableError`."""


@dataclass(frozen=True)
class Entry:
    """A file in a folder or an archive.

    Args:
        name: Its path within the source, with "/" between the parts.
        modified: Orders the files of one student in time, in seconds.
        source: What holds it.
        member: How the source finds it.
        problem: Why it is not to be read, as a sentence; "" where it may be.
    """

    name: str
    modified: float
    source: Source = field(repr=False, compare=False)
    member: object = field(repr=False, compare=False)
    problem: str = ""

    def read(self) -> bytes:
        """Return the file's bytes.

        Raises:
            UnreadableError: It cannot be read, or is larger than `MAX_BYTES`.
        """
        if self.problem:
            raise UnreadableError(self.problem)
        content = self.source.content(self.member)
        if len(content) > MAX_BYTES:
            raise UnreadableError(_TOO_LARGE)
        return content


_TOO_LARGE = f"The file is larger than {MAX_BYTES // 2**20} MiB."
_LINK = "The file is a symbolic link, which is not followed."
_OUTSIDE = "The file's name leads out of its archive."


class Folder:
    """The files of a folder and of the folders in it.

    Args:
        path: The folder, or one file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> Iterator[Entry]:
        """List the files by name; links are entries too, but are not followed."""
        if self.path.is_file():
            yield self._entry(self.path, self.path.name)
            return
        pending = [self.path]
        while pending:
            here = pending.pop()
            try:
                inside = sorted(here.iterdir(), reverse=True)
            except OSError as error:
                yield self._problem(here, f"The folder cannot be opened: {error.strerror}.")
                continue
            for path in inside:
                if path.is_dir() and not path.is_symlink():
                    pending.append(path)
                else:
                    yield self._entry(path, path.relative_to(self.path).as_posix())

    def content(self, member: object) -> bytes:
        """Return the bytes of a file, at most one more than allowed."""
        try:
            with Path(str(member)).open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            raise UnreadableError(f"The file cannot be read: {error}.") from error

    def _entry(self, path: Path, name: str) -> Entry:
        try:
            # The path that the instructor names may be a link; what lies inside may not.
            found = path.stat() if path == self.path else path.lstat()
        except OSError as error:
            return self._problem(path, f"The file cannot be read: {error.strerror}.")
        problem = _file_problem(found.st_mode, found.st_size)
        return Entry(name, found.st_mtime, self, path, problem)

    def _problem(self, path: Path, problem: str) -> Entry:
        return Entry(path.relative_to(self.path).as_posix(), 0.0, self, path, problem)


class Archive:
    """The files of a zip archive.

    Args:
        file: Its path, or an entry of another archive or folder.
    """

    def __init__(self, file: Path | Entry) -> None:
        self._file = file
        self._lock = threading.Lock()  # a ZipFile shares one position in its file
        self._open: zipfile.ZipFile | None = None

    def entries(self) -> Iterator[Entry]:
        """List the files in the order of the archive.

        Raises:
            UnreadableError: It is no zip archive, or holds too many files.
        """
        with self._lock:
            infos = [info for info in self._opened().infolist() if not info.is_dir()]
        if len(infos) > MAX_ENTRIES:
            raise UnreadableError(f"The archive holds more than {MAX_ENTRIES} files.")
        for info in infos:
            yield Entry(_name(info), _modified(info), self, info, _zip_problem(info))

    def content(self, member: object) -> bytes:
        """Return the bytes of a file, at most one more than allowed, whatever its header says."""
        if not isinstance(member, zipfile.ZipInfo):
            raise TypeError(f"`member` must be a ZipInfo; got {type(member).__name__}.")
        try:
            with self._lock, self._opened().open(member) as file:
                return file.read(MAX_BYTES + 1)
        except UnreadableError:
            raise
        except Exception as error:  # a damaged archive can raise almost anything
            said = f"{type(error).__name__}: {error}"
            raise UnreadableError(f"The file in the archive is damaged ({said}).") from error

    def _opened(self) -> zipfile.ZipFile:
        if self._open is not None:
            return self._open
        try:
            if isinstance(self._file, Path):
                self._open = zipfile.ZipFile(self._file)
                return self._open
            content = self._file.read()
            _check_directory(content)
            return zipfile.ZipFile(io.BytesIO(content))  # not kept: memory stays flat
        except UnreadableError:
            raise
        except Exception as error:  # the same
            raise UnreadableError(f"The zip archive cannot be opened: {error}.") from error


def _check_directory(content: bytes) -> None:
    """Refuse a student's archive whose list of files alone would fill the memory."""
    end = content.rfind(b"PK\x05\x06")
    record = content[end : end + 20] if end >= 0 else b""
    size = int.from_bytes(record[12:16], "little") if len(record) == 20 else None
    if size is None:
        raise UnreadableError("The file is not a zip archive.")
    if size > MAX_DIRECTORY:
        raise UnreadableError("The archive lists too many files.")


def _file_problem(mode: int, size: int) -> str:
    if stat.S_ISLNK(mode):
        return _LINK
    if not stat.S_ISREG(mode):
        return "It is a device or a pipe, not a file."
    return _TOO_LARGE if size > MAX_BYTES else ""


def _zip_problem(info: zipfile.ZipInfo) -> str:
    parts = _name(info).split("/")
    if ".." in parts or parts[0] == "" or parts[0].endswith(":"):
        return _OUTSIDE
    if stat.S_ISLNK(info.external_attr >> 16):
        return _LINK
    if info.flag_bits & _ENCRYPTED:
        return "The file is encrypted with a password."
    return _TOO_LARGE if info.file_size > MAX_BYTES else ""


def _name(info: zipfile.ZipInfo) -> str:
    name = info.filename
    if not info.flag_bits & _NAME_IS_UTF8:
        try:  # many programs write UTF-8 and do not say so
            name = name.encode("cp437").decode("utf-8")
        except ValueError:
            name = info.filename
    return name.replace("\\", "/")


def _modified(info: zipfile.ZipInfo) -> float:
    try:
        return datetime(*info.date_time).timestamp()  # the archive's time has no zone
    except (ValueError, OverflowError):
        return 0.0
