"""Features belong to their images, are taken at inference, and are computed once."""

import numpy as np
import pytest

from dscourse.transfer import FeatureCache, extract, extract_labelled, features
from tests.transfer.tiny import IMAGES, base, changed, images, nested, values

pytestmark = pytest.mark.keras


@pytest.fixture
def runs(monkeypatch):
    """Count the images that a network really sees."""
    import keras

    seen, predict = [], keras.Model.predict_on_batch

    def counting(self, x):
        seen.append(len(x))
        return predict(self, x)

    monkeypatch.setattr(keras.Model, "predict_on_batch", counting)
    return seen


@pytest.mark.parametrize("batch_size", [1, 3, 8, 100])
def test_the_features_are_those_of_the_whole_batch_in_its_order(batch_size):
    inner = base()
    wanted = np.asarray(inner(images(), training=False))
    got = extract(inner, images(), batch_size=batch_size)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_each_image_has_the_features_that_it_has_alone():
    inner = base()
    together = extract(inner, images(), batch_size=4)
    for image, feature in zip(images(), together, strict=True):
        np.testing.assert_allclose(extract(inner, image[None])[0], feature, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("arguments", [{}, {"training": True}], ids=["", "training=True"])
def test_it_is_inference_whatever_the_base_was_called_with(arguments):
    whole = nested(base(dropout=0.5), **arguments)
    taken = []
    moved = changed(whole, lambda: taken.extend(extract(whole, images()) for _ in range(2)))
    assert moved == set()
    assert np.array_equal(*taken)


def test_preprocessing_is_applied_and_leaves_the_callers_images_alone():
    from keras.applications.xception import preprocess_input

    inner, x = base(), images() * 255
    kept = x.copy()
    got = extract(inner, x, preprocess=preprocess_input)
    assert np.array_equal(x, kept)
    np.testing.assert_allclose(got, extract(inner, x / 127.5 - 1), rtol=1e-4, atol=1e-5)


def test_a_random_preprocessing_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"^`preprocess` must give the same result twice"):
        extract(base(), images(), preprocess=lambda x: x + rng.normal(size=x.shape))


@pytest.mark.parametrize("arguments", [{"batch_size": 0}, {"images": images()[:0]}])
def test_nothing_to_do_is_told(arguments):
    x = arguments.pop("images", images())
    with pytest.raises(ValueError, match=r"^`images` and `batch_size` must be at least one; got"):
        extract(base(), x, **arguments)


# The cache


def test_the_second_time_no_image_is_run(runs, tmp_path):
    inner = base()
    first = extract(inner, images(), cache=tmp_path, batch_size=3)
    assert sum(runs) == IMAGES
    second = extract(inner, images(), cache=FeatureCache(tmp_path), batch_size=3)
    assert sum(runs) == IMAGES
    assert np.array_equal(first, second)


def test_a_network_built_again_with_the_same_weights_finds_its_features(runs, tmp_path):
    inner = base()
    again = base()
    again.set_weights(values(inner))
    extract(inner, images(), cache=tmp_path)
    extract(again, images(), cache=tmp_path)
    assert sum(runs) == IMAGES


def other_pixel(inner, x):
    x[-1, -1, -1, -1] += 1e-3
    return {}


def other_weight(inner, x):
    inner.set_weights([w + 1e-4 for w in values(inner)])
    return {}


def other_preprocessing(inner, x):
    return {"preprocess": lambda batch: batch * 2}


@pytest.mark.parametrize("change", [other_pixel, other_weight, other_preprocessing])
def test_other_images_weights_or_preprocessing_are_computed(runs, tmp_path, change):
    inner, x = base(), images()
    before = extract(inner, x, cache=tmp_path)
    arguments = change(inner, x)
    after = extract(inner, x, cache=tmp_path, **arguments)
    assert sum(runs) == 2 * IMAGES
    assert not np.array_equal(before, after)
    assert np.array_equal(after, extract(inner, x, **arguments))


def test_swapped_images_have_swapped_features(tmp_path):
    inner = base()
    forward = extract(inner, images(), cache=tmp_path, batch_size=3)
    backward = extract(inner, images()[::-1], cache=tmp_path, batch_size=3)
    np.testing.assert_allclose(forward[::-1], backward, rtol=1e-5, atol=1e-6)


def test_a_damaged_file_is_told_computed_anew_and_replaced(runs, tmp_path):
    inner = base()
    wanted = extract(inner, images(), cache=tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:50])
    with pytest.warns(UserWarning, match="They are computed anew"):
        got = extract(inner, images(), cache=tmp_path)
    assert np.array_equal(got, wanted)
    extract(inner, images(), cache=tmp_path)
    assert sum(runs) == 2 * IMAGES


# Long work


def test_long_work_shows_how_far_it_is_and_short_work_is_silent(capsys, monkeypatch):
    inner = base()
    extract(inner, images(), batch_size=4)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(features, "_PATIENCE", -1)
    extract(inner, images(), batch_size=4)
    assert "8/8" in capsys.readouterr().out


# Labels


def shuffled_pairs():
    import tensorflow as tf

    marks = np.arange(IMAGES)
    x = images() * 0 + marks[:, None, None, None].astype("float32")
    return tf.data.Dataset.from_tensor_slices((x, marks)).shuffle(IMAGES).batch(3)


def test_of_a_stream_that_shuffles_each_label_belongs_to_its_features():
    import keras

    mean = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.GlobalAveragePooling2D()])
    got, labels = extract_labelled(mean, shuffled_pairs())
    np.testing.assert_allclose(got[:, 0], labels)
    assert sorted(labels) == list(range(IMAGES))
    halves, labels = extract_labelled(mean, shuffled_pairs(), preprocess=lambda x: x / 2)
    np.testing.assert_allclose(halves[:, 0], labels / 2)


def test_an_empty_stream_is_told():
    with pytest.raises(ValueError, match=r"^`batches` must give at least one pair"):
        extract_labelled(base(), [])
