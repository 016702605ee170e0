"""Chapter 11: the references say what real Keras did, in every combination that was tried."""

from functools import partial

import numpy as np
import pytest

from dscourse.exercises.application_observers import named_arguments, top_on_base
from dscourse.exercises.ch11_applications import (
    expected_params,
    ignored,
    output_shape,
    put_top_back,
)
from dscourse.results import load

ROWS = load("applications").rows
BUILT = [row for row in ROWS if not row["error"]]
END = ("pooling", "classes", "classifier_activation")


def given(row, *names):
    shape = row["input_shape"] and tuple(row["input_shape"])
    return {"input_shape": shape} | {name: row[name] for name in names if name in row}


def test_every_shape_of_the_table_is_predicted_and_every_refusal():
    for row in [row for row in ROWS if row["weights"] is None]:
        predict = partial(output_shape, **given(row, "include_top", "pooling", "classes"))
        if row["error"]:
            with pytest.raises(ValueError, match=r"."):
                predict()
        else:
            assert list(predict()) == row["output"], row


@pytest.mark.keras
def test_sizes_that_the_table_has_not_are_those_of_xceptions_own_layers():
    from dscourse.xception import blocks, outline

    for side in range(71, 330):
        last = outline(blocks(), (side, 299, 3))["block14"][-1]
        assert output_shape(include_top=False, input_shape=(side, 299, 3)) == last.output_shape


def test_every_count_of_the_table_is_predicted():
    for row in BUILT:
        arguments = given(row, "include_top", *END)
        arguments["input_shape"] = arguments["input_shape"] or (299, 299, 3)
        assert expected_params(**arguments) == row["parameters"], row


def test_what_is_ignored_in_the_table_is_named():
    for row in BUILT:
        assert sorted(ignored(given(row, "include_top", *END))) == sorted(row["ignored"]), row


@pytest.mark.keras
@pytest.mark.parametrize("channels", [1, 4])
def test_one_channel_is_built_in_silence_and_four_with_a_warning(channels, recwarn):
    import keras

    shape = (71, 71, channels)
    model = keras.applications.Xception(include_top=False, weights=None, input_shape=shape)
    said = [str(warning.message) for warning in recwarn]
    assert any("expects 1 or 3 input channels" in each for each in said) == (channels == 4)
    assert model.count_params() == expected_params(include_top=False, input_shape=shape)


@pytest.mark.keras
def test_each_application_prepares_images_in_its_own_way():
    from keras.applications import efficientnet, resnet, xception

    pixels = np.float32([[[[0, 51, 255]]]])
    np.testing.assert_allclose(xception.preprocess_input(pixels.copy()), [[[[-1, -0.6, 1]]]])
    np.testing.assert_array_equal(efficientnet.preprocess_input(pixels.copy()), pixels)
    swapped = resnet.preprocess_input(pixels.copy())
    np.testing.assert_allclose(swapped, pixels[..., ::-1] - [103.939, 116.779, 123.68], rtol=1e-5)


@pytest.mark.keras
def test_names_of_classes_need_a_file_from_the_net(monkeypatch, tmp_path):
    from keras.applications.xception import decode_predictions
    from keras.src.applications import imagenet_utils

    address = "http://127.0.0.1:9/imagenet_class_index.json"  # nobody answers there
    get_file = partial(imagenet_utils.file_utils.get_file, cache_dir=str(tmp_path))
    monkeypatch.setattr(imagenet_utils, "CLASS_INDEX", None)
    monkeypatch.setattr(imagenet_utils, "CLASS_INDEX_PATH", address)
    monkeypatch.setattr(imagenet_utils.file_utils, "get_file", get_file)
    with pytest.raises(Exception, match=f"URL fetch failure on {address}"):
        decode_predictions(np.zeros((1, 1000)))


@pytest.mark.keras
@pytest.mark.parametrize("pooling", [None, "avg"])
def test_with_its_top_put_back_the_small_network_is_whole_again(pooling):
    from dscourse.xception import MINI, Xception

    full = Xception(weights="mini", classes=26, **MINI)
    base = Xception(weights="mini", include_top=False, pooling=pooling, **MINI)
    back = put_top_back(base, *full.get_layer("predictions").get_weights())
    images = np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 3)).astype(np.float32)
    np.testing.assert_allclose(back(images), full(images), atol=1e-6)
    assert back.count_params() == full.count_params()


class TestObservers:
    ARGUMENTS = (
        np.zeros((1, 8, 8, 3), np.float32),
        np.ones((6, 2), np.float32),
        np.ones(2, np.float32),
    )

    @pytest.mark.parametrize("names", [["pooling"], ("pooling",), {"pooling"}, {"pooling": 1}])
    def test_names_may_come_in_any_collection(self, names):
        seen = named_arguments(lambda _: names, {"pooling": "avg", "classes": 10})
        assert seen == {"pooling": True, "classes": False}

    def test_a_name_alone_is_no_collection_of_names(self):
        with pytest.raises(TypeError, match="return a list of names, not an object str"):
            named_arguments(lambda _: "pooling", {"pooling": "avg"})

    def test_a_name_that_was_not_passed_is_refused(self):
        with pytest.raises(ValueError, match="the call passes pooling, and no 'classes'"):
            named_arguments(lambda _: ["classes"], {"pooling": "avg"})

    @pytest.mark.keras
    def test_a_top_with_other_weights_is_not_run(self):
        import keras

        def fresh(base, kernel, bias):
            return keras.Sequential([base, keras.layers.Dense(2)])

        seen = top_on_base(fresh, *self.ARGUMENTS, pooling="avg")
        assert not seen["holds kernel and bias"]
        assert seen["output"] is None

    @pytest.mark.keras
    def test_no_model_and_a_model_of_other_images_are_refused(self):
        import keras

        with pytest.raises(TypeError, match=r"return a model, keras\.Model"):
            top_on_base(lambda base, *_: base.output, *self.ARGUMENTS)
        other = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
        with pytest.raises(TypeError, match=r"must take images \(None, 8, 8, 3\)"):
            top_on_base(lambda *_: other, *self.ARGUMENTS)
