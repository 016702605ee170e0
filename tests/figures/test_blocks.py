"""The drawing of a block says the shapes that Xception has."""

from xml.etree import ElementTree

import pytest

from dscourse.figures.blocks import block_with_shortcut


def drawn(*args, **options):
    return block_with_shortcut(*args, **options)


def test_each_convolution_says_its_shape_and_the_sum_the_halved_one():
    picture = drawn((37, 37), 256, (728, 728))
    assert picture.svg.count(">37x37x728<") == 2
    assert picture.svg.count(">19x19x728<") == 2  # behind the pool and behind the shortcut
    assert ">sum 19x19x728<" in picture.svg
    assert "sum of 19x19x728" in picture.alt


def test_an_uneven_grid_is_halved_upwards():
    assert ">sum 4x5x7<" in drawn((8, 9), 4, (5, 7)).svg


def test_block_2_has_one_relu_less():
    assert drawn((9, 9), 4, (5, 7)).svg.count(">ReLU<") == 2
    assert drawn((9, 9), 4, (5, 7), first_relu=False).svg.count(">ReLU<") == 1


def test_a_middle_block_has_neither_pool_nor_projection():
    picture = drawn((19, 19), 728, (728,) * 3, strides=1)
    assert "pool" not in picture.svg
    assert "1x1" not in picture.svg
    assert picture.alt.endswith("The shortcut: the input itself, and no ReLU.")


def test_the_shortcut_shows_no_relu():
    assert drawn((9, 9), 4, (5, 7)).alt.endswith(
        "The shortcut: 1x1, stride 2, BatchNorm, and no ReLU."
    )


@pytest.mark.parametrize("strides", [1, 2])
def test_everything_fits_on_the_canvas(strides):
    root = ElementTree.fromstring(drawn((299, 299), 2048, (2048,) * 3, strides=strides).svg)
    width, height = map(float, root.get("viewBox").split()[2:])
    for box in root.iter("{http://www.w3.org/2000/svg}rect"):
        assert 0 <= float(box.get("x")) <= width - float(box.get("width"))
        assert 0 <= float(box.get("y")) <= height - float(box.get("height"))


@pytest.mark.keras
@pytest.mark.parametrize("strides", [1, 2])
def test_the_shapes_are_those_that_keras_makes(strides):
    import keras

    from dscourse.exercises.ch08_residuals import xception_block

    x = keras.Input((8, 9, 6))
    shape = xception_block(x, (5, 6), strides).shape[1:]
    said = "x".join(map(str, shape))
    assert f">sum {said}<" in drawn((8, 9), 6, (5, 6), strides=strides).svg
