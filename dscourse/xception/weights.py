"""Bring weights into a model: those that have a name, a file of one's own, or another model's."""

from dataclasses import dataclass
from itertools import zip_longest
from os import PathLike, fspath

import keras

from dscourse.xception.mini import load_mini

# The same names, addresses and hashes as in keras/src/applications/xception.py, so a file that
# Keras has in its cache is not downloaded again.
ADDRESS = "https://storage.googleapis.com/tensorflow/keras-applications/xception/"


@dataclass(frozen=True)
class Download:
    """A file of weights on Keras' server, and the MD5 hash of its content."""

    name: str
    hash: str


WITH_TOP = Download(
    "xception_weights_tf_dim_ordering_tf_kernels.h5", "0a58e3b7378bc2990ea3b43d5981f1f6"
)
WITHOUT_TOP = Download(
    "xception_weights_tf_dim_ordering_tf_kernels_notop.h5", "b0042744bf5b25fce3cb969f33bebb97"
)


def load(model: keras.Model, weights: str | PathLike[str] | None, include_top: bool) -> None:
    """Load what `Xception(weights=…)` names; None leaves the model's random weights.

    >>> load(keras.Sequential(), None, include_top=True)
    """
    if weights == "mini":
        load_mini(model)
        return
    if weights == "imagenet":
        weights = imagenet_file(WITH_TOP if include_top else WITHOUT_TOP)
    if weights is not None:
        model.load_weights(fspath(weights))


def imagenet_file(file: Download) -> str:
    """Return the path of a file in Keras' cache, downloaded at most once.

    Raises:
        OSError: The file is not in the cache and cannot be downloaded whole.
    """
    origin = ADDRESS + file.name
    try:
        path: str = keras.utils.get_file(
            file.name, origin, cache_subdir="models", file_hash=file.hash
        )
    except Exception as error:  # Keras raises a bare Exception where the network fails
        raise OSError(
            f"`weights='imagenet'` needs a file that could not be downloaded ({error}): try again, "
            f"or fetch {origin} on another machine and pass its path as `weights`, or pass "
            "weights=None."
        ) from error
    return path


def copy_weights(source: keras.Model, target: keras.Model) -> None:
    """Give one model all weights of another, in the order in which layers follow each other.

    Names do not matter, so it copies between `keras.applications.Xception` and ours, and between
    a separable convolution and its two parts. Nothing is copied where a shape does not fit.

    Args:
        source: A built model; it is only read.
        target: A built model whose weights have the same shapes in the same order.

    Raises:
        ValueError: A weight has another shape, or one model has more weights; it names the first.

    >>> one, other = (keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)]) for _ in "ab")
    >>> copy_weights(one, other)
    >>> bool((one.get_weights()[0] == other.get_weights()[0]).all())
    True
    """
    for given, wanted in zip_longest(source.weights, target.weights):
        if given is None or wanted is None or given.shape != wanted.shape:
            raise ValueError(
                f"`target` must have the weights of `source` in the same order; the first that "
                f"differs is {_described(given)} in `source` and {_described(wanted)} in `target`."
            )
    target.set_weights(source.get_weights())


def _described(weight: keras.Variable | None) -> str:
    return "no further weight" if weight is None else f"{weight.path} {tuple(weight.shape)}"
