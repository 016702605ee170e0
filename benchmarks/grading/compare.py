"""The same hand-ins through three graders, one after the other, and their scores compared."""

import os
import shutil
import venv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.grading import meter, nbgrader, otter, ours
from benchmarks.grading.answers import HandIn

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Tool:
    """A grader.

    Args:
        name: What it is called, and installed by.
        how: The module that writes its files and reads its scores.
        needs: What is installed into an environment of its own; nothing where ours will do.
    """

    name: str
    how: ModuleType
    needs: Sequence[str] = ()


TOOLS = (
    Tool("dscourse", ours),
    Tool("nbgrader", nbgrader, ("nbgrader", "ipykernel", "numpy")),
    Tool("otter-grader", otter, ("otter-grader", "ipykernel", "numpy")),
)


def compare(folder: Path, hand_ins: Sequence[HandIn], names: Sequence[str]) -> Iterator[Row]:
    """Grade with each tool, and yield what it took.

    Args:
        folder: Where environments are made, and kept for the next time.
        hand_ins: What to grade.
        names: Of tools.

    Raises:
        AssertionError: A tool gives a score that is not the one expected.
        CommandError: A tool failed.
    """
    for tool in TOOLS:
        if tool.name in names:
            yield measured(tool, folder, hand_ins)


def measured(tool: Tool, folder: Path, hand_ins: Sequence[HandIn]) -> Row:
    """Grade with one tool, in a fresh folder."""
    environment = made(tool, folder)
    work = folder / "work" / tool.name
    shutil.rmtree(work, ignore_errors=True)
    tool.how.lay_out(work, hand_ins)
    tool.how.prepare(work, environment)
    load = os.getloadavg()[0]
    used = meter.run(tool.how.command(environment), work, folder / f"{tool.name}.log")
    demand_scores(tool.name, hand_ins, tool.how.scores(work, environment))
    return {
        "kind": "compare",
        "tool": tool.name,
        "version": version_of(tool, environment),
        "submissions": len(hand_ins),
        **{name: round(value, 2) for name, value in asdict(used).items()},
        "load": round(load, 1),
    }


def demand_scores(tool: str, hand_ins: Sequence[HandIn], found: Mapping[str, float]) -> None:
    """Refuse a comparison of unlike work: every score must be the one expected."""
    expected = {hand_in.student: float(hand_in.points) for hand_in in hand_ins}
    wrong = {name for name in expected.keys() | found if expected.get(name) != found.get(name)}
    if wrong:
        name = min(wrong)
        raise AssertionError(
            f"{tool} must give {name} {expected.get(name)} points; it gives {found.get(name)}."
        )


def made(tool: Tool, folder: Path) -> Path:
    """Return a tool's environment; it is made the first time, which takes minutes."""
    place = folder / tool.name
    if not tool.needs or (place / "complete").exists():
        return place
    print(f"installing {tool.name} into {place}", flush=True)
    venv.create(place, with_pip=True, clear=True)
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "-q"]
    meter.call([*pip, *tool.needs], folder)
    (place / "complete").touch()
    return place


def version_of(tool: Tool, environment: Path) -> str:
    """Ask which version was measured."""
    if not tool.needs:
        return version(tool.name)
    code = f"from importlib.metadata import version; print(version({tool.name!r}))"
    return meter.call([str(environment / "bin" / "python"), "-c", code], environment).strip()
