"""Numba is an extra: without it the package works, and `dscourse.conv.compiled` says what to do."""

import subprocess
import sys

import numpy as np
import pytest

from dscourse.conv import compiled, vectorized
from tests.strategies import normal

WITHOUT_NUMBA = "import sys; sys.modules['numba'] = None; "


def test_without_numba_the_import_names_the_extra():
    command = [sys.executable, "-c", WITHOUT_NUMBA + "import dscourse.conv.compiled"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "ImportError: `dscourse.conv.compiled` needs Numba" in run.stderr
    assert "pip install 'dscourse[compiled]'" in run.stderr


def test_without_numba_the_rest_works():
    code = "import numpy as np, dscourse.conv as c; print(c.pointwise_conv2d.__name__)"
    run = subprocess.run([sys.executable, "-c", WITHOUT_NUMBA + code], capture_output=True)
    assert run.stdout.split() == [b"pointwise_conv2d"]


@pytest.mark.parametrize("kernel", [(3, 3), (2, 2), (4, 3), (1, 1), (5, 5)], ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_kernels_of_every_size_and_both_dtypes(kernel, dtype):
    x, weights = normal(0, 2, 9, 7, 40, dtype=dtype), normal(1, *kernel, 40, 1, dtype=dtype)
    got = compiled.depthwise_conv2d(x, weights, padding="same")
    want = vectorized.depthwise_conv2d(x.astype(float), weights.astype(float), padding="same")
    np.testing.assert_allclose(got, want, rtol=0, atol=50 * np.finfo(dtype).eps)


def test_compiled_code_is_kept_for_the_next_process():
    compiled.depthwise_conv2d(np.ones((1, 3, 3, 1)), np.ones((3, 3, 1, 1)))
    assert compiled._write_rows.stats.cache_path
    assert compiled._write_rows._cache._impl.locator.get_cache_path()
