"""Kept features come back as they were, or not at all."""

import numpy as np
import platformdirs
import pytest

from dscourse.transfer import FeatureCache
from dscourse.transfer.cache import default_folder

pytestmark = pytest.mark.keras
FEATURES = np.arange(600, dtype=np.float32).reshape(100, 6)


@pytest.fixture
def cache(tmp_path):
    return FeatureCache(tmp_path / "features")


def test_what_is_put_comes_back_bit_by_bit(cache):
    cache.put("one", FEATURES)
    got = cache.get("one")
    assert got.dtype == np.float32
    assert np.array_equal(got, FEATURES)
    assert cache.get("two") is None


def test_nothing_but_whole_files_is_left_behind(cache):
    cache.put("one", FEATURES)
    cache.put("one", FEATURES + 1)
    assert list(cache.folder.iterdir()) == [cache.path("one")]
    assert cache.get("one")[0, 0] == 1


def test_a_write_that_is_cut_off_leaves_the_old_file(cache, monkeypatch):
    cache.put("one", FEATURES)

    def cut(file, **arrays):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", cut)
    with pytest.raises(KeyboardInterrupt):
        cache.put("one", FEATURES + 1)
    assert np.array_equal(cache.get("one"), FEATURES)
    assert list(cache.folder.iterdir()) == [cache.path("one")]


def damaged(data, how):
    if how == "one bit":
        middle = len(data) // 2
        return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    return {"cut": data[:100], "empty": b"", "text": b"not an archive"}[how]


@pytest.mark.parametrize("how", ["one bit", "cut", "empty", "text"])
def test_a_damaged_file_counts_as_none_with_a_clear_warning(cache, how):
    cache.put("one", FEATURES)
    path = cache.path("one")
    path.write_bytes(damaged(path.read_bytes(), how))
    with pytest.warns(UserWarning, match=r"^The kept features .*one\.npz cannot be read \(.*anew"):
        assert cache.get("one") is None


def test_an_archive_of_something_else_counts_as_none(cache):
    cache.folder.mkdir()
    np.savez(cache.path("one"), other=FEATURES)
    with pytest.warns(UserWarning, match="cannot be read"):
        assert cache.get("one") is None


def test_a_folder_that_refuses_costs_a_warning_not_the_features(tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.warns(UserWarning, match=r"^The features could not be kept in .*pass cache=FOLDER"):
        FeatureCache(blocked).put("one", FEATURES)


def test_its_size_is_told_and_it_can_be_emptied(cache):
    assert (cache.size(), cache.clear()) == (0, 0)
    cache.put("one", FEATURES)
    assert FEATURES.nbytes < cache.size() < FEATURES.nbytes + 1000
    assert (cache.clear(), cache.size()) == (1, 0)


def test_by_default_it_lies_in_the_platforms_cache_or_where_dscourse_home_says(
    monkeypatch, tmp_path
):
    monkeypatch.setenv("DSCOURSE_HOME", str(tmp_path))
    assert FeatureCache().folder == default_folder() == tmp_path / "features"
    monkeypatch.delenv("DSCOURSE_HOME")
    assert default_folder().is_relative_to(platformdirs.user_cache_path("dscourse", False))
