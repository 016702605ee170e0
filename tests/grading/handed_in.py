"""Make what students hand in and what platforms export, for tests."""

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path


def notebook(*ids: str, note: str = "") -> bytes:
    """Return a notebook with tagged exercise cells, as students hand it in."""
    cells = [
        {
            "cell_type": "code",
            "source": f'def f():\n    return 1\n\nexercise("{name}").check(f)',
            "metadata": {"tags": [f"exercise:{name}"]},
            "outputs": [],
            "execution_count": None,
        }
        for name in ids
    ]
    prose = {"cell_type": "markdown", "source": note, "metadata": {}}
    content = {"cells": [*cells, prose], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content).encode()


def zipped(path: Path, files: Mapping[str, bytes | str]) -> Path:
    """Write a zip archive; later files are newer."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for minute, (name, content) in enumerate(files.items()):
            info = zipfile.ZipInfo(name, (2026, 11, 24, 12, minute % 60, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return path


def laid_out(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    """Write files into a folder; later files are newer."""
    for minute, (name, content) in enumerate(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (minute, minute))
    return folder
