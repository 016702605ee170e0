"""An honest student loses nothing, whatever a real notebook does besides."""

import json

import numpy as np
import pytest

from dscourse.checking import Returned, call
from dscourse.checking.observe import plain_call
from dscourse.grading.sandbox import Sandbox
from tests.grading.arena import notebook

RIGHT = "def f(x):\n    return x + 1"
IN_FRONT = {
    "a magic of a line": "%time x = 3\n%timeit 1 + 1\n%pip install numpy\n%matplotlib inline",
    "a shell escape in the first line": "!pip install numpy",
    "a captured shell escape": "files = !ls",
    "a cell of Bash": "%%bash\nls",
    "an unknown cell magic": "%%nobody_knows\nls",
    "display": "display(3)\nfrom IPython.display import HTML, Image\nHTML('<b>b</b>')",
    "a plot": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.savefig('x.png')",
    "await": "import asyncio\nawait asyncio.sleep(0)\ny = await asyncio.sleep(0, 3)",
    "input": "name = input('your name?')",
    "sys.exit": "import sys\nsys.exit()",
    "exit": "exit()",
    "quit": "quit",
    "an error": "1 / 0",
    "a syntax error": "def g(:",
    "a missing library": "import no_such_library",
    "a thread": "import threading\nthreading.Thread(target=print).start()",
    "a temporary file": "import tempfile\ntempfile.NamedTemporaryFile().write(b'x')",
    "a file of its own": "open('data.txt', 'w').write('x')\nassert open('data.txt').read() == 'x'",
    "a copied file": "import shutil\nopen('a', 'w').write('x')\nshutil.copy('a', 'b')",
    "much output": "for n in range(50_000): print(n)",
    "a warning": "import warnings\nwarnings.warn('careful')",
    "standard error": "import sys\nprint('careful', file=sys.stderr)",
    "its random state": "import numpy as np\nnp.random.seed(0)\nnp.random.seed = None",
    "the lesson's figures": "from dscourse.figures import separable_flow\nseparable_flow()",
    "its own check": "from dscourse import exercise\nexercise('05-depthwise').check(print).points",
    "the course's progress": "from dscourse import TODO, exercise, progress\nprogress()",
    "TensorFlow at the top": "import tensorflow as tf\nfrom tensorflow.keras import layers, Model",
    "a Keras class at the top": "import keras\nclass L(keras.layers.Layer):\n    pass",
    "a decorator of TensorFlow": "import tensorflow as tf\n@tf.function\ndef g(x): return x",
    "the course's library": "from dscourse.conv import conv2d, depthwise_conv2d, separable_conv2d",
    "the course's costs": "from dscourse import cost\nprint(f'{cost.dense(3):,}')",
    "a process that ends": "import os\nos._exit(0)",
    "a segmentation fault": "import ctypes\nctypes.string_at(0)",
}


def value_of(box, raw, argument=1):
    with box.open(raw) as session:
        seen = session.observe("f", plain_call, call(argument), 5.0)
        return (seen.value if isinstance(seen, Returned) else seen), session.notes


@pytest.mark.parametrize("name", IN_FRONT)
def test_what_stands_in_a_cell_before_costs_nothing(box, name):
    assert value_of(box, notebook(IN_FRONT[name], RIGHT))[0] == 2


# A process that ends takes its cell along, and a kernel cannot parse what is no Python.
SAME_CELL = IN_FRONT.keys() - {
    "a syntax error",
    "a process that ends",
    "a segmentation fault",
    "an unknown cell magic",
    "a cell of Bash",
}


@pytest.mark.parametrize("name", sorted(SAME_CELL))
def test_what_stands_above_it_in_the_same_cell_costs_nothing(box, name):
    assert value_of(box, notebook(f"{IN_FRONT[name]}\n{RIGHT}"))[0] == 2


@pytest.mark.parametrize(
    "cells",
    [
        ["import no_such_library, math", "def f(x):\n    return math.ceil(x) + 1"],
        ["import no_such_library\nK = 1\ndef f(x):\n    return x + K"],
        ["%%time\nimport no_such_library\ndef f(x):\n    return x + 1"],
        ["%%capture out\ndef f(x):\n    return x + 1"],
        ["def f(x):\n    return 0", RIGHT],
        ["f = lambda x: x + 1"],
        ["class Adder:\n    def __call__(self, x): return x + 1\nf = Adder()"],
        ["from functools import cache\n@cache\ndef f(x):\n    return x + 1"],
        ["%%writefile mine.py\ndef f(x): return x + 1", "from mine import f"],
        ["async def g(): return 1\nONE = await g()\ndef f(x):\n    return x + ONE"],
        ["while True: pass", RIGHT],
    ],
    ids=lambda cells: cells[0][:30],
)
def test_other_ways_to_write_it_are_as_good(box, cells):
    assert value_of(box, notebook(*cells))[0] == 2


def test_a_cell_that_fails_is_named_and_a_second_grading_says_the_same(box):
    raw = notebook("open(f'/no/{object()}')", "1 / 0", RIGHT)
    first, second = value_of(box, raw)[1], value_of(box, raw)[1]
    assert first == second
    assert len(first) == 1
    assert first[0].startswith("code cells 1, 2 stopped with an error")


def test_a_cell_that_ends_the_process_is_left_out_and_named(box):
    notes = value_of(box, notebook("import os\nos._exit(0)", RIGHT))[1]
    assert notes == ["code cell 1 ended the process; the notebook was run without it."]


def test_fifty_megabytes_of_output_cost_nothing(box):
    outputs = [{"output_type": "stream", "name": "stdout", "text": "x" * (50 << 20)}]
    content = {"cells": [{"cell_type": "code", "source": RIGHT, "outputs": outputs}]}
    assert value_of(box, json.dumps(content).encode())[0] == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_an_editor_that_saves_in_its_own_way_costs_nothing(box, encoding):
    content = {"cells": [{"cell_type": "code", "source": f"é = 'é'\n{RIGHT}"}]}
    raw = json.dumps(content, ensure_ascii=False).encode(encoding)
    assert value_of(box, raw)[0] == 2


def test_a_notebook_of_format_3_is_run(box):
    content = {"worksheets": [{"cells": [{"cell_type": "code", "input": RIGHT}]}]}
    assert value_of(box, json.dumps(content).encode())[0] == 2


@pytest.mark.parametrize("raw", [b"", b"\x89PNG\r\n", b"[" * 10**6, b"{}", b"x" * 1000])
def test_what_is_no_notebook_is_unreadable_and_says_why(box, raw):
    with box.open(raw) as session:
        assert session.status == "unreadable"
        assert session.notes
        assert not session.alive


def test_an_array_goes_there_and_back(box):
    x = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    np.testing.assert_array_equal(value_of(box, notebook(RIGHT), x)[0], x + 1)


def test_a_notebook_that_takes_too_long_still_has_its_functions():
    slow = ["import time\ntime.sleep(0.4)"] * 3
    last = "time.sleep(100)\nimport math\nK = 1\ndef f(x):\n    return math.floor(x) + K"
    with Sandbox.start("numpy", "none", notebook_seconds=1.0) as hasty:
        value, notes = value_of(hasty, notebook(*slow, last, "%time 3"))
    assert value == 2
    assert len(notes) == 1
    assert notes[0].startswith("code cells 4, 5 came after the notebook's time was over")
