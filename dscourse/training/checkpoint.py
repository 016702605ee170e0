"""What a training needs to go on: every variable, and the step that comes next."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import keras
import numpy as np

NAME = "checkpoint.npz"


def save(folder: Path, variables: Sequence[keras.Variable], step: int) -> Path:
    """Write all variables and the number of steps done; the file is whole or the old one stays.

    Args:
        folder: Of the run; it must exist.
        variables: Of the model and of the optimizer, in a fixed order.
        step: Steps done so far.
    """
    arrays = {f"v{n}": keras.ops.convert_to_numpy(v) for n, v in enumerate(variables)}
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".tmp", delete=False) as file:
        np.savez(file, step=step, **arrays)
        file.flush()
        os.fsync(file.fileno())
    return Path(file.name).replace(folder / NAME)


def restore(folder: Path, variables: Sequence[keras.Variable]) -> int:
    """Read what `save` wrote into the variables and return the steps done; 0 without a file.

    Raises:
        ValueError: The file is damaged, or is that of another model or optimizer.
    """
    path = folder / NAME
    if not path.exists():
        return 0
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            step = int(file["step"])
            arrays = [file[f"v{n}"] for n in range(len(file.files) - 1)]
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise ValueError(f"{path} is damaged ({error}); delete it to begin anew.") from error
    if [a.shape for a in arrays] != [tuple(v.shape) for v in variables]:
        raise ValueError(
            f"{path} holds another model or optimizer; pass another folder, or delete it."
        )
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
    return step
