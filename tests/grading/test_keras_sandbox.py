"""Submissions that build models: honest ones run, and no trick of Keras earns a point."""

import sys

import numpy as np
import pytest

from dscourse.checking import Returned, call
from dscourse.checking.judge import judge
from dscourse.checking.observe import observe, plain_call
from dscourse.exercises.observers import build_and_run

pytestmark = [
    pytest.mark.keras,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux can confine"),
]

TOP = "import numpy as np\nimport keras\nimport tensorflow as tf\nfrom keras import layers\n"
RIGHT = "def f(x):\n    return layers.Conv2D(4, 3, padding='same', activation='relu')(x)"
WRONG = "def f(x):\n    return layers.Conv2D(4, 3, padding='same', activation='elu')(x)\n"

ATTACKS = {
    "another activation": WRONG,
    "another padding": "def f(x):\n    return layers.Conv2D(4, 3, activation='relu')(x)",
    "no bias": RIGHT.replace("padding", "use_bias=False, padding"),
    "a model of its own": (
        "class M(keras.Model):\n    def call(self, x): return keras.ops.relu(x)\n"
        "def f(x):\n    return M()(x)"
    ),
    "calls of models patched": WRONG
    + "keras.Model.__call__ = lambda self, x, **k: np.ones((2, 7, 6, 4))",
    "the count patched": (
        "keras.Model.count_params = lambda self: 112\n"
        "def f(x):\n    return layers.Conv2D(4, 1, activation='relu')(x)"
    ),
    "the weights patched": WRONG + "keras.Model.set_weights = lambda self, w: None",
    "the observer patched": (
        WRONG + "import sys\nm = sys.modules['dscourse.exercises.observers']\n"
        "m.build_and_run = lambda *a, **k: {{'parameters': 112, 'output': np.ones((2, 7, 6, 4))}}"
    ),
    "the reference read by TensorFlow": (
        WRONG + "exec(tf.io.read_file('{secret}').numpy())\nf = reference"
    ),
    "the reference read by its file system": WRONG + "exec(tf.io.gfile.GFile('{secret}').read())",
    "a file written by TensorFlow": WRONG + "tf.io.write_file('{outside}/x', 'x')",
    "a model saved outside": (
        WRONG + "keras.Sequential([keras.Input((3,)), layers.Dense(1)]).save('{outside}/x.keras')"
    ),
    "a server of TensorFlow's": WRONG + "tf.distribute.Server.create_local_server()",
    "a download by Keras": WRONG + "keras.utils.get_file('x', 'http://127.0.0.1:{port}/x')",
    "a Lambda with code": WRONG
    + "layers.Lambda(lambda x: __import__('os').kill({parent}, 9))(np.ones(3))",
}


def reference(x):
    from keras import layers

    return layers.Conv2D(4, 3, padding="same", activation="relu")(x)


@pytest.fixture(scope="module")
def keras_box():
    from dscourse.grading.sandbox import Sandbox
    from tests.grading.kernel import lacking

    if reason := lacking("LS"):
        pytest.skip(reason)
    with Sandbox.start("keras") as made:
        assert made.level != "none"
        assert made.escapes == []
        yield made


def seen(box, cell, how, asked, seconds=60.0):
    from tests.grading.arena import notebook

    with box.open(notebook(TOP, cell)) as session:
        return session.observe("f", how, asked, seconds), session


@pytest.fixture(scope="module")
def asked():
    return call(np.random.default_rng(3).uniform(-1, 1, (2, 7, 6, 3)).astype(np.float32))


@pytest.fixture(scope="module")
def wanted(asked):
    made = observe(reference, asked, build_and_run)
    assert isinstance(made, Returned)
    return made


def test_a_right_model_is_right(keras_box, asked, wanted):
    got, _ = seen(keras_box, RIGHT, build_and_run, asked)
    assert judge(got, wanted) is None


@pytest.mark.parametrize("name", ATTACKS)
def test_no_trick_of_keras_earns_a_point(keras_box, ring, asked, wanted, name):
    from tests.grading.arena import forks_of

    got, _ = seen(keras_box, ATTACKS[name].format(**ring.places), build_and_run, asked)
    assert judge(got, wanted) is not None
    assert ring.traces() == []
    assert forks_of(keras_box) == []


def test_fit_and_predict_run_in_a_fork(keras_box):
    cell = (
        "def f(n):\n    m = keras.Sequential([keras.Input((4,)), layers.Dense(2)])\n"
        "    m.compile('sgd', 'mse')\n    m.fit(np.ones((n, 4)), np.ones((n, 2)), verbose=0)\n"
        "    return m.predict(np.ones((n, 4)), verbose=0).shape"
    )
    assert seen(keras_box, cell, plain_call, call(8))[0] == Returned((8, 2))


def test_a_small_model_costs_at_most_400_milliseconds_of_cpu(keras_box, asked):
    used = []
    for _ in range(5):
        _, session = seen(keras_box, RIGHT, build_and_run, asked)
        used += [ending.cpu_seconds for ending in session.endings]
    assert np.median(used) < 0.4


def test_a_zygote_in_which_tensorflow_has_begun_to_work_is_refused():
    from dscourse.grading.sandbox import SandboxError, _demand_no_runtime

    _demand_no_runtime(["python"])
    with pytest.raises(SandboxError, match="has run an operation"):
        _demand_no_runtime(["python", "tf_Compute"])
