"""What the package offers is what its `__all__` says, in the order that ruff sorts it."""

import pkgutil
from importlib import import_module
from types import ModuleType

import pytest

import dscourse

PACKAGES = [
    "dscourse",
    *[f"dscourse.{m.name}" for m in pkgutil.iter_modules(dscourse.__path__) if m.ispkg],
]


def public_names(package: ModuleType) -> set[str]:
    """Return the names that a package defines or re-exports; what it only uses is not meant."""
    return {
        name
        for name, value in vars(package).items()
        if not name.startswith("_")
        and not isinstance(value, ModuleType)
        and getattr(value, "__module__", package.__name__).startswith(package.__name__)
    }


def constants_then_classes_then_functions(name: str) -> tuple[bool, bool, str]:
    return not name.isupper(), not name[0].isupper(), name


@pytest.mark.parametrize("name", PACKAGES)
def test_all_is_sorted_and_names_everything_public(name):
    package = import_module(name)
    expected = sorted(public_names(package), key=constants_then_classes_then_functions)
    assert list(getattr(package, "__all__", [])) == expected
