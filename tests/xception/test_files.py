"""Weights come from Keras' own files and cache, and from files of either implementation."""

import hashlib
import re
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.xception.witness import MOST, images, randomise, relative_error

pytestmark = pytest.mark.keras

TOPS = {"top": {}, "no top": {"include_top": False}}


@pytest.fixture(scope="module", params=TOPS.values(), ids=TOPS)
def top(request):
    return request.param


@pytest.fixture(scope="module")
def witness(top):
    import keras

    return randomise(keras.applications.Xception(weights=None, **top))


@pytest.fixture(scope="module")
def legacy(witness, tmp_path_factory):
    """Return a file in the old format of Keras' ImageNet weights: layers in order, at the root."""
    import h5py

    whole, file = (tmp_path_factory.mktemp("weights") / name for name in ("whole.h5", "w.h5"))
    witness.save(whole)
    with h5py.File(whole) as source, h5py.File(file, "w") as target:
        weights = source["model_weights"]
        target.attrs.update(weights.attrs)
        for name in weights:
            weights.copy(name, target)
    return file


def build(**arguments):
    from dscourse.xception import Xception

    return Xception(**arguments)


def same_weights(one, other):
    pairs = zip(one.get_weights(), other.get_weights(), strict=True)
    return all(np.array_equal(*pair) for pair in pairs)


def test_a_file_of_keras_loads_here(witness, top, tmp_path):
    path = tmp_path / "keras.weights.h5"
    witness.save_weights(path)
    assert same_weights(build(weights=path, **top), witness)


def test_a_legacy_file_of_keras_loads_here(witness, top, legacy):
    assert same_weights(build(weights=str(legacy), **top), witness)


@pytest.mark.parametrize("suffix", [".weights.h5", ".h5"])
def test_a_file_of_ours_loads_in_keras(top, tmp_path, suffix):
    import keras

    ours = randomise(build(weights=None, **top), seed=5)
    path = tmp_path / f"ours{suffix}"
    (ours.save_weights if suffix == ".weights.h5" else ours.save)(path)
    theirs = keras.applications.Xception(weights=str(path), **top)
    assert same_weights(theirs, ours)
    x = images(299 if not top else 96)
    assert relative_error(ours(x), theirs(x)) <= MOST


def test_imagenet_asks_for_the_file_that_keras_asks_for_and_loads_it(
    witness, top, legacy, monkeypatch
):
    import keras
    from keras.src.utils import file_utils

    asked = {"Keras": [], "ours": []}

    def recorder(who):
        return lambda *args, **kwargs: asked[who].append((args, kwargs)) or str(legacy)

    monkeypatch.setattr(file_utils, "get_file", recorder("Keras"))
    monkeypatch.setattr(keras.utils, "get_file", recorder("ours"))
    theirs = keras.applications.Xception(weights="imagenet", **top)
    ours = build(weights="imagenet", **top)
    assert same_weights(ours, witness)
    assert same_weights(ours, theirs)
    assert asked["ours"] == asked["Keras"]
    assert len(asked["ours"]) == 1


@pytest.fixture
def download(monkeypatch, tmp_path):
    """Return the real download, from a folder of ours and into a cache of ours."""
    import keras

    from dscourse.xception import weights

    server, cache = tmp_path / "server", tmp_path / "cache"
    server.mkdir()
    cache.mkdir()
    monkeypatch.setattr(weights, "ADDRESS", f"{server.as_uri()}/")
    monkeypatch.setattr(
        keras.utils, "get_file", partial(keras.utils.get_file, cache_dir=str(cache))
    )

    def fetch(content, digest):
        (server / "w.h5").write_bytes(content)
        return Path(weights.imagenet_file(weights.Download("w.h5", digest)))

    fetch.server = server
    return fetch


def test_a_file_is_downloaded_once_into_the_cache_of_models(download):
    digest = hashlib.md5(b"weights").hexdigest()
    path = download(b"weights", digest)
    assert path.read_bytes() == b"weights"
    assert path.parts[-3:] == ("cache", "models", "w.h5")
    assert download(b"something newer", digest).read_bytes() == b"weights"


def test_a_damaged_download_is_refused(download):
    with pytest.raises(OSError, match=r"could not be downloaded \(Incomplete or corrupted file"):
        download(b"half of the wei", hashlib.md5(b"weights").hexdigest())


def test_a_failed_download_says_what_to_do(download):
    from dscourse.xception import weights

    message = (
        re.escape("try again, or fetch file://")
        + r".*/w\.h5 on another machine and pass its path as `weights`, or pass weights=None\.$"
    )
    shutil.rmtree(download.server)
    with pytest.raises(OSError, match=message) as caught:
        weights.imagenet_file(weights.Download("w.h5", "0" * 32))
    assert "URL fetch failure on file://" in str(caught.value)
    assert caught.value.__cause__ is not None


def test_a_legacy_file_of_the_other_kind_of_top_is_refused(legacy, top):
    with pytest.raises(ValueError, match="Layer count mismatch"):
        build(weights=legacy, include_top=bool(top))


TINY = {"width": 0.05, "middle_blocks": 1}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    model = randomise(build(weights=None, **TINY))
    path = tmp_path_factory.mktemp("tiny") / "tiny.weights.h5"
    model.save_weights(path)
    return model, path


@pytest.mark.parametrize(
    "knobs",
    [{"width": 0.06}, {"middle_blocks": 2}, {"between": "relu"}, {"residuals": False}],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:Skipping nested container")  # Keras says it in two ways
def test_a_file_of_other_knobs_is_refused(tiny, knobs):
    with pytest.raises(ValueError, match="objects could not be loaded"):
        build(weights=tiny[1], **TINY | knobs)


def test_a_file_with_a_top_serves_without_it(tiny):
    """Keras' newer format looks up what the model has, and leaves the rest."""
    model, path = tiny
    headless = build(weights=path, include_top=False, **TINY)
    wanted = model.get_weights()[:-2]
    assert all(np.array_equal(*p) for p in zip(headless.get_weights(), wanted, strict=True))
