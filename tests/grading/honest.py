"""Honest submissions in many shapes, as data: each earns every point of "05-depthwise".

What real notebooks look like: cells moved, merged, run twice, saved by other editors, with plots,
prints and failures around a right answer, and right answers written in many ways.
"""

# ruff: noqa: E501 (a shape is easier to read on one line)

import json

from dscourse.exercises import find

TASK = find("05-depthwise")
RIGHT = TASK.solution_code
TOP = "import numpy as np\nfrom dscourse import TODO, exercise"
CHECK = 'exercise("05-depthwise").check(depthwise)'
# A right answer in one line, for shapes that wrap it; `{0}` is what comes before its value.
_WINDOWS = """
def depthwise(x, kernel, stride=1):
    {body}
    view = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[:2], axis=(1, 2))
    y = np.einsum("bijcuv,uvcm->bijcm", view[:, ::stride, ::stride], kernel)
    return {value}
"""
_VALUE = "y.reshape(*y.shape[:3], -1)"


def answer(body: str = "pass", value: str = _VALUE) -> str:
    """Return a right answer with a line in it, or with its value wrapped."""
    return _WINDOWS.format(body=body, value=value)


WRITES = {"a temporary file", "a file in the working folder"}
# Name -> the cells of a notebook.
CELLS = {
    "as it should be": [TOP, RIGHT, CHECK],
    "an alternative by windows": [TOP, answer(), CHECK],
    "everything in one cell": [f"{TOP}\n{RIGHT}\n{CHECK}"],
    "the check above the answer": [TOP, CHECK, RIGHT],
    "the imports at the end": [RIGHT, TOP],
    "the answer twice": [TOP, RIGHT, RIGHT],
    "a wrong try first": [TOP, "def depthwise(x, kernel, stride=1):\n    return x", RIGHT],
    "the starter left above": [TOP, TASK.starter_code, RIGHT],
    "the starter's cell copied and solved": [TOP, TASK.starter_code, CHECK, RIGHT, CHECK],
    "an attempt with a syntax error first": [TOP, "def depthwise(x, kernel:\n    return", RIGHT],
    "an attempt that raises first": [TOP, "depthwise(np.ones(3), None)", RIGHT],
    "the answer indented": [TOP, "if True:\n" + "".join(f"    {a}\n" for a in RIGHT.splitlines())],
    "a helper in another cell": [TOP, "def value_of(y): return " + _VALUE, answer(value="value_of(y)")],
    "a helper defined below": [TOP, answer(value="later(y)"), "def later(y): return " + _VALUE],
    "a helper inside": [TOP, answer("def out(y): return " + _VALUE, "out(y)")],
    "a global of the notebook": [TOP, "AXES = 3", answer(value="y.reshape(*y.shape[:AXES], -1)")],
    "a recursion": [
        TOP,
        answer()
        + "one = depthwise\ndef depthwise(x, kernel, stride=1):\n    if len(x) < 2:\n"
        "        return one(x, kernel, stride)\n    rest = depthwise(x[1:], kernel, stride)\n"
        "    return np.concatenate([one(x[:1], kernel, stride), rest])",
    ],
    "loops": [
        TOP,
        "def depthwise(x, kernel, stride=1):\n    kh, kw, c, m = kernel.shape\n"
        "    h, w = ((n - k) // stride + 1 for n, k in ((x.shape[1], kh), (x.shape[2], kw)))\n"
        "    y = np.zeros((len(x), h, w, c * m))\n    for i in range(h):\n"
        "        for j in range(w):\n"
        "            seen = x[:, i * stride:i * stride + kh, j * stride:j * stride + kw]\n"
        "            y[:, i, j] = np.einsum('buvc,uvcm->bcm', seen, kernel).reshape(len(x), -1)\n"
        "    return y",
    ],
    "lists of Python": [TOP, answer(value=f"({_VALUE}).tolist()")],
    "tuples": [TOP, answer(value=f"tuple({_VALUE})")],
    "float32": [TOP, answer(value=f"({_VALUE}).astype(np.float32)")],
    "float32 inside": [TOP, answer("x = np.float32(x)")],
    "memory in Fortran's order": [TOP, answer(value=f"np.asfortranarray({_VALUE})")],
    "a view of something bigger": [TOP, answer(value=f"np.repeat({_VALUE}, 2, axis=3)[..., ::2]")],
    "a masked array": [TOP, answer(value=f"np.ma.masked_array({_VALUE})")],
    "arguments by other means": [TOP, answer("x, kernel = map(np.array, (x, kernel))")],
    "a lambda": [TOP, answer() + "f = depthwise\ndepthwise = lambda *a, **k: f(*a, **k)"],
    "a partial": [TOP, answer() + "from functools import partial\ndepthwise = partial(depthwise)"],
    "a decorator": [
        TOP,
        "from functools import wraps\ndef loud(f):\n    @wraps(f)\n    def g(*a, **k):\n"
        "        print('called')\n        return f(*a, **k)\n    return g\n@loud" + answer(),
    ],
    "an object that can be called": [
        TOP,
        answer() + "class Layer:\n    def __call__(self, x, kernel, stride=1):\n"
        "        return f(x, kernel, stride)\nf, depthwise = depthwise, Layer()",
    ],
    "type hints": [TOP, RIGHT.replace("(x, kernel, stride=1)", "(x: np.ndarray, kernel, stride: int = 1)")],
    "the student's own test": [TOP, RIGHT, "assert depthwise(np.ones((1, 3, 3, 1)), np.ones((3, 3, 1, 1))) == 9"],
    "a failing test of the student's": [TOP, RIGHT, "assert False, 'forgot why'"],
    "prints in the function": [TOP, answer("print('shape', x.shape)")],
    "a megabyte printed in the function": [TOP, answer("print('x' * 2**20)")],
    "megabytes printed by a cell": [TOP, "print('x' * 2**22)", RIGHT],
    "a line on standard error": [TOP, answer("import sys; print('careful', file=sys.stderr)")],
    "a warning in the function": [TOP, answer("import warnings; warnings.warn('careful')")],
    "warnings as errors elsewhere": [TOP, RIGHT, "import warnings\nwarnings.simplefilter('ignore')"],
    "a division by zero in NumPy": [TOP, "np.ones(1) / 0", answer("np.log(np.zeros(1))")],
    "threads": [
        TOP,
        answer() + "from concurrent.futures import ThreadPoolExecutor\none = depthwise\n"
        "def depthwise(x, kernel, stride=1):\n    with ThreadPoolExecutor(2) as pool:\n"
        "        return np.concatenate(list(pool.map(lambda a: one(a[None], kernel, stride), x)))",
    ],
    "a temporary file": [
        TOP + "\nimport tempfile",
        answer("f = tempfile.TemporaryFile(); np.save(f, x); f.seek(0); x = np.load(f)"),
    ],
    "a file in the working folder": [TOP, answer("np.save('x', x); x = np.load('x.npy')")],
    "a figure saved": [TOP, "import matplotlib.pyplot as plt\nplt.imshow(np.eye(3))\nplt.savefig('a.png')", RIGHT],
    "a progress bar that is missing": [TOP, "from no_such_bar import tqdm", RIGHT],
    "a missing library above, in its cell": [f"import no_such_library\n{TOP}\n{RIGHT}"],
    "a magic in its cell": [TOP, f"%matplotlib inline\n{RIGHT}"],
    "timed": [TOP, f"%%time\n{RIGHT}", "%timeit -n1 -r1 depthwise(np.ones((1, 3, 3, 1)), np.ones((1, 1, 1, 1)))"],
    "an installation first": ["!pip install numpy\n%pip install -q numpy", TOP, RIGHT],
    "a question": [TOP, "input('Ready? ')", RIGHT],
    "a way out": [TOP, RIGHT, "import sys\nsys.exit()"],
    "a way out before": [TOP, "raise SystemExit", RIGHT],
    "a question mark": [TOP, RIGHT, "depthwise?\nnp.pad??"],
    "await": [TOP, "import asyncio\nawait asyncio.sleep(0)", RIGHT],
    "random state": [TOP, "np.random.seed(0)\nrng = np.random.default_rng(0)", answer("np.random.rand()")],
    "print options": [TOP, "np.set_printoptions(precision=2)\nnp.seterr(all='raise')", RIGHT],
    "names of the grader's": [TOP, "judge = observe = call = np.ones(3)\nx = kernel = None", RIGHT],
    "a variable called np": [RIGHT.replace("np.", "numpy."), "import numpy\nnp = 3"],
    "a star import": ["from numpy import *\nimport numpy as np", RIGHT],
    "two hundred cells": [TOP, *(f"a{n} = {n}" for n in range(200)), RIGHT],
    "accents and signs": [TOP, "größe = 'déjà vu 卷积 🙂'\nprint(größe)", RIGHT],
    "windows' line ends": [TOP.replace("\n", "\r\n"), RIGHT.replace("\n", "\r\n")],
    "a comment alone": [TOP, "# here comes the answer", "", "   ", RIGHT],
}  # fmt: skip


def content(cells: list[str], **metadata: object) -> dict[str, object]:
    """Return a notebook of format 4 as JSON."""
    made = [{"cell_type": "code", "source": cell, "metadata": metadata} for cell in cells]
    return {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _dumped(cells: list[str], **metadata: object) -> str:
    return json.dumps(content(cells, **metadata), ensure_ascii=False)


def _files() -> dict[str, bytes]:
    """The same right answer in files that other programs write."""
    plain = [TOP, "s = 'é'", RIGHT]
    printed = [{"output_type": "stream", "name": "stdout", "text": ["x" * 1000] * 10_000}]
    long = content(plain)
    long["cells"][0]["outputs"] = printed  # type: ignore[index]
    lines = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in plain]
    sheets = [{"cells": [{"cell_type": "code", "input": cell} for cell in plain]}]
    prose = [{"cell_type": kind, "source": "depthwise = 3"} for kind in ("markdown", "raw")]
    code = [{"cell_type": "code", "source": cell} for cell in plain]
    return {
        "a byte-order mark": _dumped(plain).encode("utf-8-sig"),
        "UTF-16": _dumped(plain).encode("utf-16"),
        "Latin-1": _dumped(plain).encode("latin-1"),
        "format 3": json.dumps({"worksheets": sheets, "nbformat": 3}).encode(),
        "sources as lists of lines": json.dumps({"cells": lines, "nbformat": 4}).encode(),
        "no metadata at all": json.dumps({"cells": code}).encode(),
        "metadata of an editor": _dumped(plain, colab={"base_uri": "x"}, vscode={"id": 1}).encode(),
        "another kernel": json.dumps(
            content(plain) | {"metadata": {"kernelspec": {"name": "myenv"}}}
        ).encode(),
        "prose and raw cells": json.dumps({"cells": [*code, *prose], "nbformat": 4}).encode(),
        "ten megabytes of outputs": json.dumps(long).encode(),
        "spaces and blank lines around": b"\n\n  " + _dumped(plain).encode() + b"\n \n",
        "JSON by hand": json.dumps(content(plain), indent=8).encode(),
    }


FILES = {name: json.dumps(content(cells)).encode() for name, cells in CELLS.items()} | _files()
