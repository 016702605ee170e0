"""Inert stand-ins for what a submission imports but cannot have.

A notebook imports at its top what its lesson needs, figures and progress and perhaps TensorFlow.
The import must not fail, and the cell must go on; only a function that needs the real thing gets no
points. The kernel keeps the real files unreadable: removing a stub gains nothing.
"""

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator, MutableSequence
from types import ModuleType
from typing import Any

# What computes convolutions or gradients: no part of an exercise that NumPy alone must solve.
FRAMEWORKS = frozenset(
    [
        "tensorflow",
        "keras",
        "tf_keras",
        "scipy",
        "sklearn",
        "skimage",
        "torch",
        "torchvision",
        "jax",
        "jaxlib",
        "flax",
        "cv2",
        "onnxruntime",
        "openvino",
        "numba",
        "cupy",
        "mxnet",
        "paddle",
        "theano",
        "tflite_runtime",
        "ai_edge_litert",
    ]
)
# What graders and plotting helpers of other courses import.
HELPERS = frozenset(["otter", "nbgrader", "google", "ipywidgets", "tqdm", "seaborn"])
# The parts of the course that prompts tell learners to use; an exercise may name more.
REAL_PARTS = frozenset({"conv", "checking"})
# The parts that the zygote itself has loaded: real too, but not readable.
_LOADED_PARTS = frozenset({"grading", "exercises"})


class _InertBase:
    """What a class becomes that derives from something inert."""

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __init_subclass__(cls, **kwargs: Any) -> None: ...


class Inert:
    """Stands for anything: it can be called, indexed, iterated, derived from, and does nothing."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do nothing; as a decorator, hand back what is decorated."""
        return args[0] if len(args) == 1 and not kwargs and callable(args[0]) else self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: object) -> None: ...

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (_InertBase,)

    def __repr__(self) -> str:
        return "not available while grading"

    def __format__(self, spec: str) -> str:
        return repr(self)


INERT = Inert()
_ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
for _name in (*_ARITHMETIC, *(f"r{name}" for name in _ARITHMETIC), "neg", "abs"):
    setattr(Inert, f"__{_name}__", lambda self, *others: self)
for _name in ("lt", "le", "gt", "ge"):
    setattr(Inert, f"__{_name}__", lambda self, other: False)


class _InertModule(ModuleType):
    """A module of which every name is inert."""

    __path__: MutableSequence[str] = []  # noqa: RUF012 (it makes the module a package)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return INERT


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, outside: frozenset[str], real: frozenset[str]) -> None:
        self._outside = outside
        self._real = real

    def find_spec(
        self, name: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        top, _, below = name.partition(".")
        part = below.partition(".")[0]
        if top in self._outside or (top == "dscourse" and part and part not in self._real):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _InertModule(spec.name)

    def exec_module(self, module: ModuleType) -> None: ...


def install(engine: str, parts: frozenset[str]) -> None:
    """Make imports of what is out of reach inert, and the course's own names too.

    Args:
        engine: "numpy" or "keras": the frameworks are out of reach of a NumPy exercise.
        parts: Names of modules below `dscourse` that stay real.
    """
    import dscourse
    import dscourse.exercises

    missing = frozenset(name for name in HELPERS if not _installed(name))
    outside = missing | (FRAMEWORKS if engine == "numpy" else frozenset())
    sys.meta_path.insert(0, _Finder(outside, parts | _LOADED_PARTS))
    for module, names in (
        (dscourse, ("exercise", "progress")),
        (dscourse.exercises, ("exercise",)),
    ):
        for name in names:
            setattr(module, name, INERT)


def _installed(name: str) -> bool:
    return importlib.machinery.PathFinder.find_spec(name) is not None
