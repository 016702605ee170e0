"""Sandboxes are slow to start: one of each kind serves a whole run."""

import sys

import pytest

if sys.platform != "linux":
    collect_ignore_glob = [
        "test_sandbox*",
        "test_confine*",
        "test_attack*",
        "test_everyday*",
        "test_keras_sandbox*",
    ]
else:
    from dscourse.grading.sandbox import Sandbox
    from tests.grading.arena import LIMITS, arena
    from tests.grading.kernel import lacking

    @pytest.fixture(scope="session")
    def box():
        """A NumPy sandbox at the strictest level that can be had here."""
        with Sandbox.start("numpy") as made:
            yield made

    @pytest.fixture(scope="session", params=["LSN", "LS"])
    def strict_box(request):
        """A NumPy sandbox with small limits, at each level that confines."""
        if reason := lacking(request.param):
            pytest.skip(reason)
        with Sandbox.start("numpy", request.param, **LIMITS) as made:
            yield made

    @pytest.fixture(scope="session")
    def ring():
        with arena() as made:
            yield made
