"""The package's layers: imports only look down, and the light rows stay light."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "dscourse"

# A part of the package (a module or a sub-package) and its row. A new part must be given one.
ROWS = {
    "conv": 0,
    "cost": 1,
    "data": 1,
    "results": 1,
    "statistics": 1,
    "timing": 1,
    "census": 2,
    "checking": 2,
    "inception": 3,
    "xception": 3,
    "transfer": 3,
    "training": 3,
    "figures": 3,
    "experiments": 4,
    "exercises": 4,
    "notebooks": 5,
    "__init__": 5,  # the learner's names
    "grading": 6,
    "__main__": 7,
}

# What is slow to import, or optional, and the only parts that may import it at module level.
HEAVY = {
    "keras": {part for part, row in ROWS.items() if row == 3},
    "tensorflow": {part for part, row in ROWS.items() if row == 3},
    "matplotlib": {part for part, row in ROWS.items() if row == 3},
    "numba": {"conv/compiled"},
    "sklearn": set(),
}

MODULES = sorted(PACKAGE.rglob("*.py"))
every_module = pytest.mark.parametrize(
    "path", MODULES, ids=[str(p.relative_to(PACKAGE).with_suffix("")) for p in MODULES]
)


def part_of(name: str) -> str:
    """Return the part of the package to which a dotted name belongs."""
    below = name.split(".")[1:2]
    return below[0] if below and below[0] in ROWS else "__init__"


def imported(tree: ast.AST, package: str) -> set[str]:
    """Return the dotted names that a syntax tree imports; `package` resolves relative ones."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            names |= {f"{base}.{alias.name}" for alias in node.names}
    return names


def without_functions(tree: ast.Module) -> ast.Module:
    """Return the statements that run when the module is imported."""

    class Prune(ast.NodeTransformer):
        def visit_FunctionDef(self, node):
            return None

        def visit_If(self, node):
            only_for_types = ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}
            return None if only_for_types else self.generic_visit(node)

    return Prune().visit(tree)


def breaches(source: str, path: Path) -> list[str]:
    """Return the imports of a module that break a rule of the layers."""
    relative = path.relative_to(PACKAGE)
    own = relative.with_suffix("").parts[0]
    package = ".".join(["dscourse", *relative.parent.parts])
    inside = {n for n in imported(ast.parse(source), package) if n.split(".")[0] == "dscourse"}
    upward = [n for n in inside if part_of(n) != own and ROWS[part_of(n)] >= ROWS[own]]
    at_import = imported(without_functions(ast.parse(source)), package)
    allowed = {own, relative.with_suffix("").as_posix()}
    heavy = [n for n in at_import if not allowed & HEAVY.get(n.split(".")[0], allowed)]
    return sorted(upward + heavy)


@every_module
def test_every_module_belongs_to_a_row(path):
    assert path.relative_to(PACKAGE).with_suffix("").parts[0] in ROWS


@every_module
def test_imports_only_look_down(path):
    assert breaches(path.read_text(encoding="utf-8"), path) == []


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("cost.py", "import dscourse.checking", ["dscourse.checking"]),
        ("cost.py", "from dscourse.data import images", ["dscourse.data.images"]),
        ("cost.py", "from .figures import draw", ["dscourse.figures.draw"]),
        ("cost.py", "from dscourse import xception", ["dscourse.xception"]),
        ("cost.py", "from dscourse import TODO", ["dscourse.TODO"]),
        ("cost.py", "def f():\n  import dscourse.training", ["dscourse.training"]),
        ("cost.py", "from dscourse.conv import conv2d", []),
        ("conv/reference.py", "from dscourse.conv.geometry import output_size", []),
        ("conv/reference.py", "from ..cost import weights", ["dscourse.cost.weights"]),
        ("conv/reference.py", "import numba", ["numba"]),
        ("conv/compiled.py", "from numba import njit", []),
        ("exercises/ch01_x.py", "import keras", ["keras"]),
        ("data/digits.py", "from sklearn import datasets", ["sklearn.datasets"]),
        ("exercises/ch01_x.py", "try:\n  import keras\nexcept ImportError: ...", ["keras"]),
        ("exercises/ch01_x.py", "def f():\n  import keras", []),
        ("exercises/ch01_x.py", "if TYPE_CHECKING:\n  import keras", []),
        ("xception.py", "from keras import layers", []),
        ("figures/drawing.py", "from matplotlib.figure import Figure", []),
    ],
)
def test_the_rule_sees(path, source, expected):
    assert breaches(source, PACKAGE / path) == expected
