"""Block by block: every layer has weights of its own, and the first wrong block is the one told."""

import numpy as np
import pytest

from dscourse import TODO
from dscourse.checking.compare import compare
from dscourse.exercises import find
from dscourse.exercises.block_observers import run_model, watch_blocks

pytestmark = pytest.mark.keras

IMAGES = np.random.default_rng(0).uniform(-1, 1, size=(2, 6, 5, 4)).astype("float32")
watch = watch_blocks()


def unit(x, name=None):
    from keras import layers

    return layers.BatchNormalization()(layers.Conv2D(4, 1, use_bias=False, name=name)(x))


def two_blocks(x):
    first = unit(x)
    return [first, unit(first)]


def differ(one, other):
    return {key for key in one if not np.allclose(one[key], other[key], atol=1e-5)}


def test_blocks_are_numbered_from_the_first_and_a_head_is_called_so():
    assert list(watch(two_blocks, IMAGES)) == ["block 1", "block 2", "parameters"]
    named = watch_blocks(13, head=True)(two_blocks, IMAGES)
    assert list(named) == ["block 13", "head", "parameters"]


def test_two_layers_of_one_shape_have_different_weights():
    from keras import layers

    def both_of_the_input(x):
        return [layers.Conv2D(4, 1)(x), layers.Conv2D(4, 1)(x)]

    seen = watch(both_of_the_input, IMAGES)
    assert not np.allclose(seen["block 1"], seen["block 2"], atol=1e-2)


def test_a_layer_that_is_used_twice_is_told_from_two_layers():
    from keras import layers

    def shared(x):
        conv, norm = layers.Conv2D(4, 1, use_bias=False), layers.BatchNormalization()
        first = norm(conv(x))
        return [first, norm(conv(first))]

    assert differ(watch(two_blocks, IMAGES), watch(shared, IMAGES)) == {"block 2", "parameters"}


def test_swapped_layers_are_seen_though_their_shapes_are_equal():
    """Two convolutions, ReLU only behind the first or only behind the second."""
    from keras import layers

    def answer(relu_first):
        def build(x):
            y = layers.Conv2D(4, 3, padding="same")(x)
            y = layers.ReLU()(y) if relu_first else y
            y = layers.Conv2D(4, 3, padding="same")(y)
            return [y if relu_first else layers.ReLU()(y)]

        return build

    assert differ(watch(answer(True), IMAGES), watch(answer(False), IMAGES))


def test_the_order_in_which_layers_are_made_and_summed_does_not_matter():
    from keras import layers

    def block(x, around_first, swap):
        def around(y):
            return layers.BatchNormalization()(layers.Conv2D(4, 1, use_bias=False)(y))

        side = around(x) if around_first else None
        way = layers.MaxPooling2D(1)(unit(layers.ReLU()(unit(x))))
        side = around(x) if side is None else side
        return layers.Add()([side, way] if swap else [way, side])

    def answer(around_first, swap):
        def build(x):
            first = block(x, around_first, swap)
            return [first, block(first, around_first, swap)]

        return build

    seen = [watch(answer(*how), IMAGES) for how in [(1, 0), (1, 1), (0, 0), (0, 1)]]
    assert not any(differ(seen[0], other) for other in seen[1:])
    assert np.abs(seen[0]["block 2"]).max() > 0.1


def test_a_layer_and_its_parts_have_the_same_weights():
    from keras import layers

    def whole(x):
        return [layers.SeparableConv2D(5, 3, padding="same", use_bias=False)(x)]

    def parts(x):
        y = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
        return [layers.Dense(5, use_bias=False)(y)]

    assert not differ(watch(whole, IMAGES), watch(parts, IMAGES))


def test_a_signal_goes_through_many_blocks_without_growing_or_fading():
    from keras import layers

    def deep(x):
        outputs = [x]
        for _ in range(20):
            y = layers.SeparableConv2D(4, 3, padding="same", use_bias=False)(outputs[-1])
            outputs.append(layers.BatchNormalization()(y))
        return outputs[1:]

    other = IMAGES[::-1]
    one, two = watch(deep, IMAGES), watch(deep, other)
    last = "block 20"
    assert 0.05 < np.abs(one[last]).mean() < 20
    assert np.abs(one[last] - two[last]).mean() > 1e-3 * np.abs(one[last]).mean()


@pytest.mark.parametrize("value", [TODO, None, [TODO]], ids=repr)
def test_an_answer_not_yet_written_comes_back_as_it_is(value):
    assert watch(lambda x: value, IMAGES) is value
    assert run_model(lambda: value) is value


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (unit, "KerasTensor alone"),
        (lambda x: 3, "int alone"),
        (lambda x: [], "list alone"),
        (lambda x: [unit(x), 3], "int among them"),
    ],
    ids=["one tensor", "a number", "nothing", "a number among tensors"],
)
def test_anything_but_a_list_of_tensors_is_refused_with_the_way_out(answer, wrong):
    message = rf"^return a list with the output tensor of every block, not {wrong}\.$"
    with pytest.raises(TypeError, match=message):
        watch(answer, IMAGES)


def test_a_model_is_run_on_images_of_its_own_size():
    import keras

    def build(size):
        image = keras.Input((size, size, 3))
        return keras.Model(image, keras.layers.Flatten()(unit(image)))

    seen = run_model(build, 5)
    assert seen["image"] == (5, 5, 3)
    assert seen["parameters"] == 12 + 16
    assert seen["output"].shape == (2, 100)


def test_anything_but_a_model_is_refused_with_the_way_out():
    message = r"^return a model, keras\.Model\(inputs, outputs\), not an object int\.$"
    with pytest.raises(TypeError, match=message):
        run_model(lambda: 3)


# --- chapter 9: what its report tells ---


def wrong_in(block):
    """Return an answer to exercise 9.4 that is right up to one block and adds a ReLU there."""
    task = find("09-xception")

    def answer(x, width, middle_blocks, classes):
        import keras

        outputs = task.solution(x, width, middle_blocks, classes)
        names = [*(f"block {n}" for n in range(1, len(outputs))), "head"]
        place = names.index(block)
        broken = keras.ops.tanh(outputs[place])
        rest = keras.Model(outputs[place], outputs[place + 1 :]) if place + 1 < len(names) else None
        after = rest(broken) if rest else []
        return [*outputs[:place], broken, *(after if isinstance(after, list) else [after])]

    return answer


@pytest.fixture(scope="module")
def wanted():
    task = find("09-xception")
    (call,) = task.calls(1)
    return call, task.how(task.solution, *call.args)


@pytest.mark.parametrize("block", [*(f"block {n}" for n in range(1, 8)), "head"])
def test_the_report_names_the_first_wrong_block(wanted, block):
    call, right = wanted
    mismatch = compare(find("09-xception").how(wrong_in(block), *call.args), right)
    assert mismatch.text.startswith(f"at ['{block}']: ")


def test_a_block_that_nothing_reads_is_not_taken_for_a_wrong_one(wanted):
    """Block 4 is right; block 5 reads block 3."""
    call, right = wanted
    task = find("09-xception")
    astray = next(m for m in task.misconceptions if m.code == "M-WRONG-START")
    mismatch = compare(task.how(astray.function, *call.args), right)
    assert mismatch.text.startswith("at ['block 5']: ")


def test_the_solution_of_9_4_is_keras_own_network():
    """With all weights copied, at full width and depth: the goal of the chapter."""
    import keras

    from dscourse.xception import copy_weights
    from tests.xception.witness import MOST, images, randomise, relative_error

    theirs = randomise(keras.applications.Xception(weights=None))
    image = keras.Input((299, 299, 3))
    outputs = find("09-xception").solution(image, 1, 8, 1000)
    mine = keras.Model(image, outputs[-1])
    assert len(outputs) == 15
    assert mine.count_params() == 22_910_480
    copy_weights(theirs, mine)
    x = images(299)
    assert relative_error(mine(x), theirs(x)) <= MOST
