"""The benchmarks compute the right things; how fast is no test's business."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks import run
from benchmarks.case import Case
from benchmarks.engines import ENGINES, Engine, as_array
from benchmarks.layers import Layer, xception_layers
from benchmarks.measure import LEAST_ROUNDS, measure
from benchmarks.table import geometric_mean, select, speed_ups, tables, total
from dscourse.conv import reference
from dscourse.cost import layer_table
from dscourse.results import Record, load

SMALL = Layer("L1", size=5, c_in=3, c_out=4, count=1)
OF_NUMPY = [e for e in ENGINES if set(e.needs) <= {"numba", "dscourse.conv.compiled"}]
FOLDER = Path(run.__file__).parent


@pytest.fixture(scope="module")
def record():
    return load("bench-separable")


def test_the_answer_is_that_of_the_reference():
    case = Case("separable", SMALL, batch=2)
    arrays = [a.astype(np.float64) for a in (case.x, *case.weights)]
    want = reference.separable_conv2d(*arrays, padding="same")
    np.testing.assert_allclose(case.answer, want, rtol=0, atol=1e-12)
    case = Case("ordinary", SMALL, batch=2)
    want = reference.conv2d(case.x.astype(np.float64), case.kernel, padding="same")
    np.testing.assert_allclose(case.answer, want, rtol=0, atol=1e-12)


def test_the_ladder_has_all_its_rungs():
    rungs = ["loops", "shift-and-add", "windows", "reshape", "numpy", "numba"]
    assert [e.name for e in OF_NUMPY if e.task == "separable"] == rungs


@pytest.mark.parametrize("engine", OF_NUMPY, ids=lambda e: f"{e.name}-{e.task}")
def test_the_rungs_are_right(engine):
    case = Case(engine.task, SMALL, batch=2)
    call, read = engine.prepare(case)
    assert case.error(read(call())) < 1e-5


def test_each_row_has_the_keys_that_the_readme_explains():
    engines = [e for e in OF_NUMPY if e.name in ("reshape", "numpy") and e.task == "separable"]
    case = Case("separable", SMALL)
    rows = list(measure(case, engines, seconds=0))
    assert [row["engine"] for row in rows] == ["reshape", "numpy"]
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`.+?`) \|", readme, re.MULTILINE)
    assert set(rows[0]) == {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}
    assert rows[0]["rounds"] == LEAST_ROUNDS
    assert rows[0]["multiply_adds"] == 5 * 5 * 3 * (9 + 4)
    assert rows[0]["seconds"] == rows[0]["cpu_seconds"] > 0
    two = next(iter(measure(Case("separable", SMALL, threads=2), engines, seconds=0)))
    assert two["seconds"] == two["wall_seconds"]


def test_an_engine_that_is_wrong_ends_the_run():
    case = Case("separable", SMALL)
    wrong = Engine("wrong", "separable", (), lambda c: (lambda: c.answer * 1.001, as_array))
    with pytest.raises(ArithmeticError, match=r"^wrong is wrong by"):
        list(measure(case, [wrong], seconds=0))
    shape = Engine("shape", "separable", (), lambda c: (lambda: c.answer[0], as_array))
    with pytest.raises(ValueError, match="must have shape"):
        list(measure(case, [shape], seconds=0))


def test_engines_that_are_not_installed_are_named(monkeypatch, capsys):
    absent = Engine("absent", "separable", ("no_such_module",), lambda c: (list, as_array))
    monkeypatch.setattr(run, "ENGINES", [*OF_NUMPY, absent])
    assert "absent" not in run.installed()
    assert "skipped: absent (not installed: no_such_module)" in capsys.readouterr().out


def test_an_interrupt_keeps_what_was_measured(monkeypatch):
    def worker(plan):
        yield {"task": "peak", "threads": plan["threads"], "gflops": 1.0}
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "_worker", worker)
    rows, complete = run.run({}, run.cells(["separable"], [1, 2], [1], ["L1"]))
    assert (len(rows), complete) == (1, False)


def test_a_run_can_replace_a_part_of_an_older_one():
    def row(layer, seconds):
        return {"task": "separable", "engine": "numpy", "layer": layer, "seconds": seconds}

    old = Record("a", [row("L1", 1.0), row("L2", 2.0)], {"numpy": "2.0", "torch": "2.13"})
    new = run.added(old, Record("b", [row("L2", 1.5)], {"numpy": "2.4"}))
    assert new.rows == [row("L1", 1.0), row("L2", 1.5)]
    assert new.command == "a && b"
    assert new.versions == {"numpy": "2.4", "torch": "2.13"}


def test_the_ordinary_convolution_is_measured_once():
    cells = run.cells(["separable", "ordinary"], [1, 2], [1, 8], ["L1"])
    found = [(c["task"], c["threads"], c["batch"], c["layer"]) for c in cells]
    assert found[0] == ("separable", 1, 1, "tiny")
    assert found.count(("ordinary", 1, 1, "L1")) == 1
    assert sum(task == "ordinary" for task, *_ in found) == 1
    assert sum(task == "separable" for task, *_ in found) == 1 + 4


def test_ratios_are_weighted_by_how_often_a_layer_occurs():
    def measured(first, second):
        return [
            {"layer": "L1", "seconds": first, "count": 1},
            {"layer": "L2", "seconds": second, "count": 3},
        ]

    rows, base = measured(1.0, 2.0), measured(4.0, 1.0)
    ratios = speed_ups(rows, base)
    assert ratios == [("L1", 4.0, 1), ("L2", 0.5, 3)]
    assert geometric_mean(ratios) == pytest.approx((4 * 0.5**3) ** 0.25)
    assert total(rows) == 7.0


def test_the_stored_results_have_every_layer_for_every_engine(record):
    settings = {(r["threads"], r["batch"]) for r in record.rows if r["task"] == "separable"}
    assert (1, 1) in settings
    for threads, batch in settings:
        engines = select(record.rows, "separable", threads, batch)
        assert {"tensorflow", "numpy", "reshape", "windows", "shift-and-add"} <= set(engines)
        assert {sum(row["count"] for row in rows) for rows in engines.values()} == {34}
    assert max(row["error"] for row in record.rows if "error" in row) < 5e-5


def test_the_stored_results_become_tables(record):
    text = tables(record)
    assert text.startswith(record.machine)
    assert "| tensorflow |" in text
    assert "## Ordinary over separable, threads 1, batch 1" in text


@pytest.mark.keras
def test_the_layers_are_those_of_keras_xception():
    import keras

    model = keras.applications.Xception(weights=None)
    found = [row for row in layer_table(model) if row.type == "SeparableConv2D"]
    layers = xception_layers()
    assert sum(layer.count for layer in layers) == len(found) == 34
    work = sum(layer.count * layer.multiply_adds("separable") for layer in layers)
    assert work == sum(row.multiply_adds for row in found)
    sizes = Counter()
    for layer in layers:
        sizes[layer.size, layer.size, layer.c_out] += layer.count
    assert sizes == Counter(row.output_shape for row in found)
