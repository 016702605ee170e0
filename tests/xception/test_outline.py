"""The outline says of each layer, without building it, what is counted in the built model."""

import pytest

pytestmark = pytest.mark.keras

VARIANTS = {
    "as published": {},
    "narrow": {"width": 0.1},
    "one middle block": {"middle_blocks": 1},
    "without residuals": {"residuals": False},
    "small inputs": {"small_inputs": True},
}
SHAPES = [(71, 71, 3), (96, 96, 3), (150, 150, 3), (224, 224, 3), (299, 299, 3), (512, 150, 3)]


def by_name(rows):
    return {row.name: row for row in rows}


def layers_of(blocks):
    return [row for rows in blocks.values() for row in rows]


@pytest.mark.parametrize("knobs", VARIANTS.values(), ids=VARIANTS)
def test_it_is_the_layer_table_of_the_built_model(knobs):
    from dscourse.cost import layer_table
    from dscourse.xception import Xception, blocks, outline

    model = Xception(weights=None, include_top=False, **knobs)
    for shape in SHAPES:
        rows = outline(blocks(**knobs), shape, classes=None)
        assert by_name(layers_of(rows)) == by_name(layer_table(model, shape))


def test_with_a_top_it_is_that_of_keras_own_model():
    """Keras leaves shortcuts and sums unnamed, so costs are compared and not names."""
    import keras

    from dscourse.cost import layer_table
    from dscourse.xception import blocks, outline

    def costs(rows):
        facts = ((r.type, r.output_shape, r.parameters, r.multiply_adds) for r in rows)
        return sorted(facts, key=repr)

    ours = layers_of(outline(blocks()))
    assert costs(ours) == costs(layer_table(keras.applications.Xception(weights=None)))
    assert sum(row.parameters for row in ours) == 22_910_480
    assert sum(row.multiply_adds for row in ours) == 8_357_403_496


def test_one_channel_and_ten_classes():
    from dscourse.cost import layer_table
    from dscourse.xception import Xception, blocks, outline

    model = Xception(weights=None, width=0.1, classes=10, input_shape=(80, 75, 1))
    rows = outline(blocks(width=0.1), (80, 75, 1), classes=10)
    assert by_name(layers_of(rows)) == by_name(layer_table(model))
    assert list(rows) == [*(f"block{n}" for n in range(1, 15)), "head"]


def test_the_way_through_comes_before_the_way_around_and_the_sum_last():
    from dscourse.xception import blocks, outline

    names = [row.name.partition("_")[2] for row in outline(blocks())["block13"]]
    assert names[-4:] == ["pool", "shortcut", "shortcut_bn", "add"]


@pytest.mark.parametrize("shape", [(4, 71, 3), (71, 71), (71, 0, 3)], ids=str)
def test_an_image_that_does_not_fit_is_refused(shape):
    from dscourse.xception import blocks, outline

    with pytest.raises(ValueError, match=r"`(input_shape|padding|size)"):
        outline(blocks(), shape)
