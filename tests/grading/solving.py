"""Make notebooks that answer exercises, right, wrong or not at all, and the folders of a class."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dscourse.exercises import find

TOP = "import numpy as np\nfrom dscourse import TODO, exercise"


def notebook(*sources: str, chapter: str = "05-depthwise") -> bytes:
    """Return a notebook with one cell a source; the last one is tagged as an exercise."""
    cells = [
        {
            "cell_type": "code",
            "source": source,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for source in (TOP, *sources)
    ]
    cells[-1]["metadata"] = {"tags": [f"exercise:{chapter}"]}
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content).encode()


def solved(*ids: str) -> bytes:
    """Return a notebook with the reference of each exercise."""
    return notebook(*(find(name).solution_code for name in ids), chapter=ids[0])


def untouched(*ids: str) -> bytes:
    """Return a notebook with the starter of each exercise."""
    return notebook(*(find(name).starter_code for name in ids), chapter=ids[0])


def handed_in(folder: Path, notebooks: Mapping[str, bytes]) -> Path:
    """Write one notebook a student."""
    folder.mkdir()
    for student, content in notebooks.items():
        (folder / f"{student}.ipynb").write_bytes(content)
    return folder


@dataclass(frozen=True)
class Held:
    """A notebook's bytes as the source of an entry."""

    notebook: bytes

    def content(self, member: object) -> bytes:
        return self.notebook
