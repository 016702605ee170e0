"""Notebooks as JSON, cell by cell."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Cell = dict[str, Any]

TOP = "import numpy as np"


def code(source: str, **metadata: Any) -> Cell:
    """Return a code cell that has not run."""
    return {
        "cell_type": "code",
        "source": source,
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
    }


def write(path: Path, cells: Sequence[Cell]) -> None:
    """Write a notebook of format 4.4, for the kernel that is called python3."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content: Mapping[str, Any] = {
        "cells": list(cells),
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
