"""Features kept on disk: what a network said about images is worth keeping, it took minutes."""

import os
import tempfile
import warnings
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

Features = NDArray[np.float32]


def default_folder() -> Path:
    """Return where features are kept: `$DSCOURSE_HOME/features`, or the platform's cache folder.

    That is `~/.cache/dscourse/features` on Linux, `~/Library/Caches/dscourse/features` on macOS and
    `%LOCALAPPDATA%/dscourse/Cache/features` on Windows.
    """
    home = os.environ.get("DSCOURSE_HOME")
    return (Path(home) if home else user_cache_path("dscourse", appauthor=False)) / "features"


class FeatureCache:
    """A folder of features, one file for each key.

    A file takes four bytes a feature: 8 kB for each image with Xception's 2048, so 8 MB for a
    thousand images, or 819 kB for one image whose 10x10 map is kept. Nothing is ever removed
    unasked; `clear` empties the folder.

    Args:
        folder: Where the files lie; by default `default_folder()`.

    >>> cache = FeatureCache(Path(tempfile.mkdtemp()))
    >>> cache.put("mine", np.ones((2, 3), dtype=np.float32))
    >>> cache.get("mine").shape, cache.get("yours") is None, cache.size() > 24
    ((2, 3), True, True)
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = Path(folder) if folder else default_folder()

    def path(self, key: str) -> Path:
        """Return the file of a key, which need not exist."""
        return self.folder / f"{key}.npz"

    def get(self, key: str) -> Features | None:
        """Return what is kept under a key, or None; a damaged file counts as none, with a warning.

        Args:
            key: As given to `put`.
        """
        path = self.path(key)
        if not path.is_file():
            return None
        try:
            # A zip archive holds a checksum, and reading compares it.
            with path.open("rb") as stream, np.load(stream) as file:
                features: Features = file["features"]
        except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
            warnings.warn(
                f"The kept features {path} cannot be read ({error}). They are computed anew, and "
                "the file is replaced.",
                stacklevel=3,
            )
            return None
        return features

    def put(self, key: str, features: Features) -> None:
        """Keep features under a key, whole or not at all; a folder that refuses gives a warning.

        Args:
            key: Letters and digits.
            features: The array to keep.
        """
        try:
            self._write(self.path(key), features)
        except OSError as error:
            warnings.warn(
                f"The features could not be kept in {self.folder} ({error}). They are right, but "
                "the next run computes them again; pass cache=FOLDER for another place.",
                stacklevel=3,
            )

    def size(self) -> int:
        """Return the bytes that all kept features take."""
        return sum(path.stat().st_size for path in self.folder.glob("*.npz"))

    def clear(self) -> int:
        """Remove all kept features and return how many files they were."""
        paths = list(self.folder.glob("*.npz"))
        for path in paths:
            path.unlink(missing_ok=True)
        return len(paths)

    def _write(self, path: Path, features: Features) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=path.stem, suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, features=features)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
