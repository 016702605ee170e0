"""The table of a Keras model, against the models' known totals and against Keras' own counts."""

import os
import re

import pytest

from dscourse import cost
from dscourse.cost import format_table, layer_table

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    return keras


@pytest.fixture(scope="module")
def xception(keras):
    return keras.applications.Xception(weights=None)


@pytest.fixture(scope="module")
def headless(keras):
    """Xception of any image size."""
    return keras.applications.Xception(weights=None, include_top=False)


@pytest.fixture(scope="module")
def xception_rows(xception):
    return layer_table(xception)


def work(rows, *types):
    return sum(row.multiply_adds for row in rows if not types or row.type in types)


def test_xceptions_totals(xception_rows):
    total = sum(xception_rows, start=cost.Cost())
    assert total.parameters == 22_910_480
    assert total.multiply_adds == 8_357_403_496


def test_xceptions_work_by_type(xception_rows):
    assert work(xception_rows, "Conv2D") == 649_023_584
    assert work(xception_rows, "Dense") == 2_048_000
    assert work(xception_rows, "SeparableConv2D") == 132_190_344 + 7_574_141_568
    assert work(xception_rows, "Conv2D", "Dense", "SeparableConv2D") == work(xception_rows)


def test_of_the_separable_layers_the_depthwise_half_does_less_than_2_percent(xception):
    halves = [0, 0]
    sizes = {row.name: row.output_shape for row in layer_table(xception)}
    for layer in xception.layers:
        if type(layer).__name__ == "SeparableConv2D":
            height, width, c_out = sizes[layer.name]
            c_in = layer.depthwise_kernel.shape[2]
            image = (height, width, c_in)
            halves[0] += cost.depthwise_conv2d(image, 3, padding="same").multiply_adds
            halves[1] += cost.pointwise_conv2d(image, c_out).multiply_adds
    assert halves == [132_190_344, 7_574_141_568]


# name: output shape, parameters, multiply-adds. Keras leaves the shortcuts without a fixed name.
XCEPTION = {
    "block1_conv1": ((149, 149, 32), 864, 19_181_664),
    "block1_conv2": ((147, 147, 64), 18_432, 398_297_088),
    "block2_sepconv1": ((147, 147, 128), 8_768, 189_467_712),
    "block2_sepconv2": ((147, 147, 128), 17_536, 378_935_424),
    "block2_pool": ((74, 74, 128), 0, 0),
    "block3_sepconv1": ((74, 74, 256), 33_920, 185_745_920),
    "block3_sepconv2": ((74, 74, 256), 67_840, 371_491_840),
    "block3_pool": ((37, 37, 256), 0, 0),
    "block4_sepconv1": ((37, 37, 728), 188_672, 258_291_968),
    "block4_sepconv2": ((37, 37, 728), 536_536, 734_517_784),
    "block4_pool": ((19, 19, 728), 0, 0),
    **{
        f"block{block}_sepconv{unit}": ((19, 19, 728), 536_536, 193_689_496)
        for block in range(5, 13)
        for unit in (1, 2, 3)
    },
    "block13_sepconv1": ((19, 19, 728), 536_536, 193_689_496),
    "block13_sepconv2": ((19, 19, 1024), 752_024, 271_480_664),
    "block13_pool": ((10, 10, 1024), 0, 0),
    "block14_sepconv1": ((10, 10, 1536), 1_582_080, 158_208_000),
    "block14_sepconv2": ((10, 10, 2048), 3_159_552, 315_955_200),
    "avg_pool": ((2048,), 0, 0),
    "predictions": ((1000,), 2_049_000, 2_048_000),
}
SHORTCUTS = [
    ((74, 74, 128), 8_192, 44_859_392),
    ((37, 37, 256), 32_768, 44_859_392),
    ((19, 19, 728), 186_368, 67_278_848),
    ((10, 10, 1024), 745_472, 74_547_200),
]


def facts(row):
    return row.output_shape, row.parameters, row.multiply_adds


def test_xceptions_rows(xception_rows):
    rows = {row.name: facts(row) for row in xception_rows}
    assert {name: rows[name] for name in XCEPTION} == XCEPTION
    convolutions = [row for row in xception_rows if row.type == "Conv2D"]
    assert [facts(row) for row in convolutions[2:]] == SHORTCUTS


def test_every_layer_but_the_input_has_a_row_with_keras_own_count(xception, xception_rows):
    counted = {row.name: (row.type, row.parameters) for row in xception_rows}
    assert counted == {
        layer.name: (type(layer).__name__, layer.count_params()) for layer in xception.layers[1:]
    }
    assert len(xception_rows) == 133


@pytest.mark.parametrize(
    ("size", "multiply_adds"),
    [(299, 8_355_355_496), (150, 1_924_397_456), (71, 551_126_824)],
)
def test_xceptions_work_at_other_sizes(headless, size, multiply_adds):
    rows = layer_table(headless, input_shape=(size, size, 3))
    assert work(rows) == multiply_adds
    assert sum(row.parameters for row in rows) == 20_861_480


def test_a_fixed_size_may_be_replaced(xception):
    assert work(layer_table(xception, (150, 150, 3))) == 1_924_397_456 + 2_048_000


def test_bytes_are_inputs_parameters_and_outputs(xception_rows):
    rows = {row.name: row for row in xception_rows}
    first = cost.separable_conv2d((147, 147, 64), 128, 3, padding="same")
    assert rows["block2_sepconv1"].bytes_moved == first.bytes_moved
    assert rows["block2_sepconv1_bn"].bytes_moved == 4 * (2 * 147 * 147 * 128 + 4 * 128)
    adds = [row for row in xception_rows if row.type == "Add"]
    assert adds[0].bytes_moved == 4 * 3 * 74 * 74 * 128


CLOSED_FORMS = {  # type of layer: its own arguments, and those of the closed form
    "Conv2D": ({"filters": 6}, cost.conv2d, (6, 3)),
    "Conv2D in groups": ({"filters": 6, "groups": 2}, cost.grouped_conv2d, (6, 3, 2)),
    "DepthwiseConv2D": ({}, cost.depthwise_conv2d, (3,)),
    "SeparableConv2D": ({"filters": 6}, cost.separable_conv2d, (6, 3)),
}
STEPS = [{"strides": 2}, {"strides": 2, "padding": "same"}, {"dilation_rate": 2}]


@pytest.mark.parametrize("kind", CLOSED_FORMS)
@pytest.mark.parametrize("steps", STEPS, ids=str)
@pytest.mark.parametrize("use_bias", [True, False], ids=["bias", "no bias"])
def test_the_table_and_the_closed_forms_agree(keras, kind, steps, use_bias):
    own, closed_form, arguments = CLOSED_FORMS[kind]
    layer = getattr(keras.layers, kind.split()[0])(kernel_size=3, use_bias=use_bias, **own, **steps)
    (row,) = layer_table(keras.Sequential([keras.Input((9, 8, 4)), layer]))
    assert row + cost.Cost() == closed_form((9, 8, 4), *arguments, use_bias=use_bias, **steps)


def test_mobilenet(keras):
    rows = layer_table(keras.applications.MobileNet(weights=None))
    assert sum(row.parameters for row in rows) == 4_253_864
    assert work(rows) == 568_740_352


def test_inception_v3(keras):
    rows = layer_table(keras.applications.InceptionV3(weights=None))
    assert sum(row.parameters for row in rows) == 23_851_784
    assert work(rows) == 5_713_216_096


ONES = {  # every type of layer with one kernel, on an image of ones
    "Conv1D": ((9, 4), {"filters": 6, "kernel_size": 3, "strides": 2}),
    "Conv2D": ((9, 8, 4), {"filters": 6, "kernel_size": (3, 2), "strides": 2}),
    "Conv2D in groups": ((9, 8, 4), {"filters": 6, "kernel_size": 3, "groups": 2}),
    "Conv3D": ((5, 4, 6, 2), {"filters": 3, "kernel_size": 2}),
    "Dense": ((5, 4), {"units": 3}),
    "DepthwiseConv1D": ((9, 4), {"kernel_size": 3, "depth_multiplier": 2}),
    "DepthwiseConv2D": ((9, 8, 4), {"kernel_size": 3, "depth_multiplier": 2}),
}


@pytest.mark.parametrize(("shape", "options"), ONES.values(), ids=ONES)
def test_a_layer_of_ones_adds_up_its_own_multiply_adds(keras, request, shape, options):
    kind = request.node.callspec.id.split()[0]
    ones = {
        "use_bias": True,
        ("depthwise_initializer" if "Depthwise" in kind else "kernel_initializer"): "ones",
    }
    layer = getattr(keras.layers, kind)(**options, **ones)
    model = keras.Sequential([keras.Input(shape), layer])
    added_up = float(keras.ops.sum(model(keras.ops.ones((1, *shape)))))
    (row,) = layer_table(model)
    assert (row.type, row.multiply_adds, row.parameters) == (kind, added_up, model.count_params())


@pytest.mark.parametrize("kind", ["SeparableConv1D", "SeparableConv2D"])
def test_a_separable_layer_of_ones_adds_up_both_halves(keras, kind):
    shape = (9, 4) if kind.endswith("1D") else (9, 8, 4)
    layer = getattr(keras.layers, kind)(
        6, 3, depth_multiplier=2, depthwise_initializer="ones", pointwise_initializer="ones"
    )
    model = keras.Sequential([keras.Input(shape), layer])
    # Each pointwise product is as large as the taps that went into it.
    taps, positions = 3 ** (len(shape) - 1), 7 if len(shape) == 2 else 7 * 6
    added_up = float(keras.ops.sum(model(keras.ops.ones((1, *shape)))))
    (row,) = layer_table(model)
    assert row.multiply_adds == added_up / taps + positions * 4 * 2 * taps


@pytest.fixture
def nested(keras):
    layers = keras.layers
    inner = keras.Sequential(
        [keras.Input((None, None, 3)), layers.Conv2D(4, 3, name="conv"), layers.ReLU(name="relu")],
        name="inner",
    )
    image = keras.Input((8, 8, 3))
    pooled = layers.GlobalAveragePooling2D(name="pool")(inner(image))
    return keras.Model(image, layers.Dense(2, name="head")(pooled))


def test_the_layers_of_a_nested_model_have_rows_of_their_own(nested):
    rows = layer_table(nested)
    assert [row.name for row in rows] == ["inner/conv", "inner/relu", "pool", "head"]
    assert [row.multiply_adds for row in rows] == [6 * 6 * 27 * 4, 0, 0, 8]
    assert sum(row.parameters for row in rows) == nested.count_params()


def test_a_shared_layer_works_twice_and_is_stored_once(keras):
    one, two = keras.Input((8, 8, 3)), keras.Input((6, 6, 3))
    shared = keras.layers.Conv2D(4, 3, name="shared")
    pool = keras.layers.GlobalAveragePooling2D(name="pool")
    model = keras.Model([one, two], keras.layers.add([pool(shared(one)), pool(shared(two))]))
    rows = [row for row in layer_table(model) if row.name == "shared"]
    assert sorted(row.multiply_adds for row in rows) == [4 * 4 * 108, 6 * 6 * 108]
    assert [row.parameters for row in rows] == [112, 0]
    assert {row.bytes_moved for row in rows} == {
        4 * (8 * 8 * 3 + 112 + 6 * 6 * 4),
        4 * (6 * 6 * 3 + 112 + 4 * 4 * 4),
    }


def test_operations_written_as_signs_have_rows(keras):
    image = keras.Input((8, 8, 3))
    model = keras.Model(image, keras.ops.relu(keras.layers.Conv2D(3, 1)(image) + image) * 2.0)
    rows = layer_table(model)
    assert [row.type for row in rows] == ["Conv2D", "Add", "Relu", "Multiply"]
    assert [row.bytes_moved for row in rows[1:]] == [4 * 192 * n for n in (3, 2, 2)]


def test_counting_leaves_the_model_as_it_was(nested):
    before = [len(layer._inbound_nodes) for layer in nested.layers]
    layer_table(nested, (16, 16, 3))
    assert [len(layer._inbound_nodes) for layer in nested.layers] == before
    assert nested.get_layer("head").output.shape == (None, 2)


def refuses(message, model, *arguments):
    with pytest.raises(ValueError, match=re.escape(message)):
        layer_table(model, *arguments)


def one_layer(keras, layer, shape=(8, 8, 3)):
    return keras.Sequential([keras.Input(shape), layer])


def test_an_open_size_must_be_given(headless):
    refuses("`input_shape` must be given where the model leaves [(None, None, 3)] open.", headless)


@pytest.mark.parametrize("shape", [(8, 8), (1, 8, 8, 3), ()], ids=str)
def test_a_shape_of_another_rank_is_refused(nested, shape):
    message = f"`input_shape` must fit the model's [(8, 8, 3)]; got {shape}."
    refuses(message, nested, shape)


def test_a_shape_that_is_not_of_positive_integers_is_refused(nested):
    refuses("`input_shape` must be a positive integer; got 0.", nested, (8, 0, 3))


def test_other_channels_are_refused(nested):
    message = "`input_shape` must fit the model; `conv` reads 3 channels and would get 4."
    refuses(message, nested, (8, 8, 4))


def test_a_dense_layer_behind_flatten_holds_the_size(keras):
    layers = [keras.layers.Flatten(), keras.layers.Dense(2, name="head")]
    model = keras.Sequential([keras.Input((8, 8, 3)), *layers])
    assert work(layer_table(model)) == 8 * 8 * 3 * 2
    message = "`input_shape` must fit the model; `head` reads 192 channels and would get 300."
    refuses(message, model, (10, 10, 3))


UNKNOWN = {
    "weights": lambda keras: keras.layers.Conv2DTranspose(4, 3, name="odd"),
    "no weights": lambda keras: keras.layers.Lambda(lambda x: x, name="odd"),
    "channels first": lambda keras: keras.layers.Conv2D(
        4, 3, data_format="channels_first", name="odd"
    ),
    "another class with a known name": lambda keras: type(
        "Dense", (keras.layers.Dense,), {"__module__": "mine"}
    )(4, name="odd"),
}


@pytest.mark.parametrize("layer", UNKNOWN.values(), ids=UNKNOWN)
def test_a_layer_that_cannot_be_counted_is_never_a_silent_0(keras, layer):
    odd = layer(keras)
    message = (
        f"`model` must be made of layers whose multiply-adds are known, with channels last; got "
        f"`odd`, a {type(odd).__name__}, so count it apart."
    )
    refuses(message, one_layer(keras, odd))


def test_matrix_products_among_the_operations_are_refused(keras):
    vector = keras.Input((4,))
    model = keras.Model(vector, keras.ops.matmul(vector, keras.ops.ones((4, 5))))
    refuses("a Matmul, so count it apart.", model)


def test_what_is_not_a_graph_of_layers_is_refused(keras):
    class Own(keras.Model):
        pass

    own = Own()
    message = "`model` must be a functional or a built Sequential Keras model; got"
    for model, kind in [(own, "Own"), (keras.Sequential(), "Sequential"), (3, "int")]:
        refuses(f"{message} {kind}, so begin a Sequential model with keras.Input.", model)


def test_the_text_has_a_line_for_each_row_and_the_total(nested):
    assert format_table(layer_table(nested)).splitlines() == [
        "layer       type                    output  parameters  multiply-adds  bytes",
        "inner/conv  Conv2D                  6x6x4          112          3,888  1,792",
        "inner/relu  ReLU                    6x6x4            0              0  1,152",
        "pool        GlobalAveragePooling2D  4                0              0    592",
        "head        Dense                   2               10              8     64",
        "total                                              122          3,896  3,600",
    ]


def test_the_text_of_no_rows_is_a_total_of_nothing():
    assert [line.split() for line in format_table([]).splitlines()[1:]] == [["total", *"000"]]
