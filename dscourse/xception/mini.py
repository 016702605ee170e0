"""The course's own trained weights: a small file in the package, made by `make weights`.

They know the letters of `dscourse.data.glyphs`. The file keeps half precision, which is half the
size; `book/data-card.md` says what that costs and how the weights were made.
"""

from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

# Weights belong to one architecture: these are the arguments that differ from the paper's.
MINI: dict[str, Any] = {"width": 0.125, "middle_blocks": 2, "small_inputs": True}

FILE = Path(__file__).with_name("mini.npz")  # beside it mini.sha256, as `sha256sum` writes it


def load_mini(model: keras.Model) -> None:
    """Give a model built with the arguments `MINI` the trained weights; without a top, fewer.

    Raises:
        OSError: The file is missing, or is not the one that this version of the course made.

    >>> load_mini(keras.Sequential())  # a model without weights takes none
    """
    arrays = read_mini()
    for weight in model.weights:
        weight.assign(arrays[weight.path])


def read_mini() -> Mapping[str, NDArray[np.float16]]:
    """Return the arrays of the file, by the paths of Keras' weights.

    Raises:
        OSError: The file is missing, or its checksum is another.

    >>> read_mini()["block1_conv1/kernel"].shape
    (3, 3, 3, 4)
    """
    try:
        content = FILE.read_bytes()
        digest = FILE.with_suffix(".sha256").read_text(encoding="utf-8").split()[0]
    except OSError as error:
        raise OSError(
            f"`weights='mini'` needs the files {FILE.stem}.npz and {FILE.stem}.sha256 of the "
            f"package, which cannot be read ({error}): install dscourse again."
        ) from error
    if sha256(content).hexdigest() != digest:
        raise OSError(
            f"`weights='mini'` needs the file {FILE.name} as it was made, and yours is damaged: "
            "install dscourse again, or run `make weights`."
        )
    with np.load(BytesIO(content), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def save_mini(model: keras.Model, path: Path | None = None) -> Path:
    """Write all weights of a model in half precision, and the checksum; return the path.

    Equal weights make equal bytes.

    Args:
        model: Built with the arguments `MINI`.
        path: Of the file; by default the one in the package.

    Raises:
        ValueError: A weight is too large for half precision.
    """
    path = path or FILE
    arrays = {w.path: keras.ops.convert_to_numpy(w) for w in model.weights}
    for name, array in arrays.items():
        if not np.all(np.abs(array) <= np.finfo(np.float16).max):
            raise ValueError(f"`model` must fit into half precision; {name} does not.")
    buffer = BytesIO()
    np.savez(buffer, **{name: array.astype(np.float16) for name, array in arrays.items()})
    path.write_bytes(buffer.getvalue())
    digest = sha256(buffer.getvalue()).hexdigest()
    path.with_suffix(".sha256").write_text(f"{digest}  {path.name}\n", encoding="utf-8")
    return path
