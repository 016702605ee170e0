"""One file of results: the rows, and how to make them again."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Record:
    """What one command measured.

    Args:
        command: The command line that makes the file again, from the repository's root.
        rows: The measurements; each row names its own conditions, its seed for one.
        versions: Of the packages that the numbers depend on.
        machine: What ran it, without names or addresses.
        date: The day of the run, as 2026-11-24.
    """

    command: str
    rows: Sequence[Mapping[str, Any]]
    versions: Mapping[str, str] = field(default_factory=dict)
    machine: str = ""
    date: str = ""

    @classmethod
    def of_now(
        cls, command: str, rows: Sequence[Mapping[str, Any]], packages: Sequence[str]
    ) -> "Record":
        """Note down rows that were measured just now, on this machine.

        Args:
            command: The command line that makes them again.
            rows: The measurements, as plain values.
            packages: Names of the installed packages that the numbers depend on.

        >>> Record.of_now("make bench", [{"seconds": 1.5}], ["numpy"]).rows
        [{'seconds': 1.5}]
        """
        versions = {"python": platform.python_version()} | {n: version(n) for n in packages}
        machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{_processor()}"
        return cls(command, list(rows), versions, machine, datetime.now(UTC).date().isoformat())


def load(name: str, folder: Path | None = None) -> Record:
    """Read a file of results.

    Args:
        name: Without its ending, such as "order".
        folder: Where it lies; by default in the package.

    Raises:
        ValueError: There is no such file; those that there are are named.
    """
    folder = folder or FOLDER
    path = folder / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.json"))) or "none"
        raise ValueError(f"`name` must be one of the results here ({known}); got {name!r}.")
    return Record(**json.loads(path.read_text(encoding="utf-8")))


def save(record: Record, name: str, folder: Path | None = None) -> Path:
    """Write a file of results, whole or not at all, and return its path.

    Args:
        record: What was measured.
        name: Without its ending.
        folder: Where to put it; by default into the package.
    """
    folder = folder or FOLDER
    fields = asdict(record)
    rows = fields.pop("rows")
    head = json.dumps(fields, indent=1, ensure_ascii=False)[:-2]
    body = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
    text = f'{head},\n "rows": [\n{body}\n ]\n}}\n'  # one row a line: a rerun is a readable diff
    whole = folder / f"{name}.json.tmp"  # a plain file: a temporary one is closed to other users
    whole.write_text(text, encoding="utf-8")
    return whole.replace(folder / f"{name}.json")


def _processor() -> str:
    """Return the processor's name where the system tells it, as ", NAME"."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor()
    return f", {name}" if name else ""
