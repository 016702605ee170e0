"""Parameters, names and shapes, against published numbers and Keras' own names."""

import re

import numpy as np
import pytest

pytestmark = pytest.mark.keras

# What Keras names by itself: the suffix counts what was built before in the session.
AUTOMATIC = re.compile(r"(input_layer|conv2d|batch_normalization|add)(_\d+)?")


@pytest.fixture(scope="module")
def full():
    from dscourse.xception import Xception

    return Xception(weights=None)


@pytest.fixture(scope="module")
def headless():
    from dscourse.xception import Xception

    return Xception(weights=None, include_top=False)


def test_the_paper_counts_22_855_952_parameters(full):
    """Table 3 of arXiv:1610.02357; the moving statistics are not counted there."""
    assert sum(int(np.prod(w.shape)) for w in full.trainable_variables) == 22_855_952
    assert full.count_params() == 22_910_480
    assert full.count_params() - 22_855_952 == 54_528


def test_2_049_000_of_them_are_in_the_top(full, headless):
    assert headless.count_params() == 20_861_480 == full.count_params() - 2_049_000


def test_every_name_that_keras_gives_is_kept(full):
    import keras

    theirs = keras.applications.Xception(weights=None)
    pairs = [(b.name, a.name) for a, b in zip(full.layers, theirs.layers, strict=True)]
    named = [(want, got) for want, got in pairs if not AUTOMATIC.fullmatch(want)]
    assert [want for want, _ in named] == [got for _, got in named]
    assert len(named) == 134 - 1 - 4 * 2 - 12  # the input, four shortcuts, twelve additions


def test_shortcuts_and_additions_are_named_too(full):
    names = [layer.name for layer in full.layers]
    blocks = [f"block{n}" for n in range(2, 14)]
    assert [n for n in names if n.endswith("_add")] == [f"{block}_add" for block in blocks]
    assert [n for n in names if n.endswith("_shortcut")] == [
        f"block{n}_shortcut" for n in (2, 3, 4, 13)
    ]
    assert [n for n in names if AUTOMATIC.fullmatch(n)] == []


def test_only_the_dense_layer_has_a_bias(full):
    import keras

    for model in (full, keras.applications.Xception(weights=None)):
        biased = [layer.name for layer in model.layers if getattr(layer, "bias", None) is not None]
        assert biased == ["predictions"]


def test_names_do_not_depend_on_what_was_built_before(full):
    from dscourse.xception import Xception

    again = Xception(weights=None)
    assert [layer.name for layer in again.layers] == [layer.name for layer in full.layers]


@pytest.mark.parametrize(
    ("size", "side"),
    [(299, 10), (224, 7), (192, 6), (160, 5), (150, 5), (128, 4), (100, 3), (71, 3), (512, 16)],
)
def test_the_last_map_has_as_many_places_as_in_keras(headless, size, side):
    assert headless.compute_output_shape((1, size, size, 3)) == (1, side, side, 2048)


def test_channels_first_shapes_are_those_of_keras():
    """TensorFlow cannot convolve so on a CPU, but other backends can."""
    import keras

    from dscourse.xception import Xception

    keras.config.set_image_data_format("channels_first")
    try:
        models = [
            build(weights=None, include_top=False, input_shape=(3, 96, 72))
            for build in (keras.applications.Xception, Xception)
        ]
        default = Xception(weights=None, width=0.05).input_shape
        with pytest.raises(ValueError, match="must be at least 71x71"):
            Xception(weights=None, input_shape=(71, 70, 71))
    finally:
        keras.config.set_image_data_format("channels_last")
    shapes = [[layer.output.shape for layer in model.layers] for model in models]
    assert shapes[0] == shapes[1]
    assert models[1].output_shape == (None, 2048, 3, 3)
    assert [w.shape for w in models[0].weights] == [w.shape for w in models[1].weights]
    assert default == (None, 3, 299, 299)
