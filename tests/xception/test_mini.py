"""The course's own weights: a small, whole file that knows letters it has never seen."""

import shutil

import numpy as np
import pytest

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def mini():
    from dscourse.xception import mini

    return mini


def build(**arguments):
    from dscourse.xception import MINI, Xception

    return Xception(**MINI | arguments)


@pytest.fixture(scope="module")
def trained():
    return build(weights="mini", classes=26)


def test_the_shipped_file_is_the_one_that_was_made_and_is_small(mini):
    assert mini.read_mini()
    assert mini.FILE.stat().st_size < 1_000_000


def test_it_reads_letters_of_fonts_that_it_was_not_trained_on(trained):
    from dscourse.data import glyphs

    images, labels = glyphs(520, "test", seed=7)
    outputs = np.asarray(trained(images / np.float32(127.5) - 1))
    assert 0.94 < np.mean(outputs.argmax(axis=1) == labels) < 0.99


def test_without_a_top_the_features_are_those_below_the_top(trained):
    import keras

    images = np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 3)).astype(np.float32)
    below = keras.Model(trained.inputs[0], trained.get_layer("avg_pool").output)
    features = build(weights="mini", include_top=False, pooling="avg")
    np.testing.assert_array_equal(features(images), below(images))


def test_other_sizes_of_image_are_possible_without_a_top():
    model = build(weights="mini", include_top=False, input_shape=(64, 48, 3))
    assert model.output_shape == (None, 8, 6, 256)


def test_what_is_loaded_is_what_the_file_holds(trained, mini):
    arrays = mini.read_mini()
    assert sorted(arrays) == sorted(weight.path for weight in trained.weights)
    for weight in trained.weights:
        np.testing.assert_array_equal(weight, arrays[weight.path].astype(np.float32))


def test_saving_what_was_loaded_makes_the_same_file(trained, mini, tmp_path):
    again = mini.save_mini(trained, tmp_path / "mini.npz")
    for suffix in (".npz", ".sha256"):
        of_package, ours = (p.with_suffix(suffix).read_bytes() for p in (mini.FILE, again))
        assert ours == of_package


@pytest.fixture
def copied(mini, monkeypatch, tmp_path):
    """Return the folder of a copy that is used in place of the package's files."""
    for suffix in (".npz", ".sha256"):
        shutil.copy(mini.FILE.with_suffix(suffix), tmp_path)
    monkeypatch.setattr(mini, "FILE", tmp_path / "mini.npz")
    return tmp_path


def test_a_damaged_file_is_refused(copied):
    content = bytearray((copied / "mini.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (copied / "mini.npz").write_bytes(content)
    with pytest.raises(
        OSError, match="as it was made, and yours is damaged: install dscourse again"
    ):
        build(weights="mini", classes=26)


@pytest.mark.parametrize("name", ["mini.npz", "mini.sha256"])
def test_a_missing_file_is_told(copied, name):
    (copied / name).unlink()
    with pytest.raises(OSError, match=r"of the package, which cannot be read .*: install dscourse"):
        build(weights="mini", classes=26)


def test_a_weight_too_large_for_half_precision_is_refused(mini, tmp_path):
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, name="large")])
    model.set_weights([np.array([[1e6]]), np.zeros(1)])
    with pytest.raises(ValueError, match=r"must fit into half precision; .*large/kernel does"):
        mini.save_mini(model, tmp_path / "mini.npz")


def test_the_architecture_that_the_weights_need_can_be_built_without_them(trained):
    untrained = build(weights=None, classes=26)
    assert [w.path for w in untrained.weights] == [w.path for w in trained.weights]
    assert not np.array_equal(untrained.get_weights()[0], trained.get_weights()[0])
