"""How much a submission may use, as data."""

from dataclasses import asdict, dataclass
from typing import Any

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """The bounds of one child.

    Args:
        notebook_bytes: The largest file that is read.
        cells: The most code cells that are run.
        cell_seconds: The time of one cell, after which the next one is run.
        notebook_seconds: The time of the whole notebook, after which definitions alone are run;
            the parent ends a child that goes on much longer.
        session_seconds: The time of all calls together, kept by the parent.
        memory_bytes: Address space beyond what the zygote holds already.
        file_bytes: The largest file in the scratch.
        scratch_bytes: All files in the scratch together.
        open_files: Descriptors.
        processes: Threads of an ordinary user's child; the kernel does not apply it to root.
    """

    notebook_bytes: int = 200 * MEGABYTE
    cells: int = 5000
    cell_seconds: float = 5.0
    notebook_seconds: float = 30.0
    session_seconds: float = 120.0
    memory_bytes: int = 2048 * MEGABYTE
    file_bytes: int = 32 * MEGABYTE
    scratch_bytes: int = 64 * MEGABYTE
    open_files: int = 128
    processes: int = 256

    def to_json(self) -> dict[str, Any]:
        """Return the limits as a JSON object."""
        return asdict(self)


LIMITS = {
    "numpy": Limits(),
    "keras": Limits(
        cell_seconds=20.0,
        notebook_seconds=120.0,
        session_seconds=900.0,
        memory_bytes=4096 * MEGABYTE,
    ),
}
