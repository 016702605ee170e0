"""Render results as Markdown: totals, ratios and fractions of the peak."""

from collections.abc import Iterable, Sequence
from math import exp, log
from typing import Any

from dscourse.results import Record

Row = dict[str, Any]
BASE = "tensorflow"  # what the ratios compare with


def tables(record: Record) -> str:
    """Render everything that a run measured.

    Args:
        record: Of a run, complete or not.
    """
    rows = [dict(row) for row in record.rows]
    about = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    parts = [f"{record.machine}; {record.date}; {about}"]
    for task in ("separable", "ordinary"):
        for threads, batch in _settings(rows, task):
            chosen = select(rows, task, threads, batch)
            parts += [
                f"## {task}, threads {threads}, batch {batch}",
                speed_table(chosen, peak(rows, threads)),
            ]
    for threads, batch in _settings(rows, "ordinary"):
        parts += [
            f"## Ordinary over separable, threads {threads}, batch {batch}",
            gain_table(
                select(rows, "separable", threads, batch), select(rows, "ordinary", threads, batch)
            ),
        ]
    return "\n\n".join(parts)


def select(rows: Iterable[Row], task: str, threads: int, batch: int) -> dict[str, list[Row]]:
    """Collect the rows of the real layers by engine, each engine's in the order of the layers."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        asked = row["task"] == task and (row["threads"], row["batch"]) == (threads, batch)
        if asked and row["count"]:  # the tiny layer counts 0
            found.setdefault(row["engine"], []).append(row)
    return {name: sorted(r, key=lambda row: _number(row["layer"])) for name, r in found.items()}


def peak(rows: Iterable[Row], threads: int) -> float | None:
    """Return the peak of all threads in 10^9 operations a second, where it was measured."""
    found = [row["gflops"] for row in rows if row["task"] == "peak" and row["threads"] == threads]
    return threads * found[0] if found else None


def total(rows: Sequence[Row], key: str = "seconds") -> float:
    """Sum over all layers, each as often as Xception has it."""
    return float(sum(row["count"] * row[key] for row in rows))


def speed_ups(rows: Sequence[Row], base: Sequence[Row]) -> list[tuple[str, float, int]]:
    """List layer, speed-up over another engine and count, where both have measured the layer."""
    of_base = {row["layer"]: row["seconds"] for row in base}
    return [
        (row["layer"], of_base[row["layer"]] / row["seconds"], row["count"])
        for row in rows
        if row["layer"] in of_base
    ]


def geometric_mean(ratios: Sequence[tuple[str, float, int]]) -> float:
    """Average ratios so that twice and half as fast cancel, each with its count as weight.

    >>> geometric_mean([("L1", 2.0, 1), ("L2", 0.5, 1)])
    1.0
    """
    return exp(sum(n * log(ratio) for _, ratio, n in ratios) / sum(n for _, _, n in ratios))


def speed_table(engines: dict[str, list[Row]], most: float | None) -> str:
    """Tabulate milliseconds by layer, their total, and what follows from them."""
    layers = sorted({r["layer"] for rows in engines.values() for r in rows}, key=_number)
    head = ["engine", *layers, "all", f"× {BASE}", "worst layer", "of peak", "error"]
    body = [
        [name, *_milliseconds(rows, layers), f"{1e3 * total(rows):.0f}", *_ratios(rows, engines),
         _fraction(rows, most), f"{max(row['error'] for row in rows):.0e}"]
        for name, rows in sorted(engines.items(), key=lambda item: total(item[1]))
    ]  # fmt: skip
    return _markdown(head, body)


def gain_table(separable: dict[str, list[Row]], ordinary: dict[str, list[Row]]) -> str:
    """Tabulate how much faster the separable convolution is, beside what multiply-adds promise."""
    names = [name for name in ordinary if name in separable]
    seconds = {(r["layer"], n): r["seconds"] for n in names for r in ordinary[n]}
    body: dict[str, list[str]] = {}
    for row in next(iter(separable.values()), []):
        promised = 9 * row["c_out"] / (9 + row["c_out"])
        body[row["layer"]] = [row["layer"], f"{promised:.2f}"]
    for name in names:
        of_name = {row["layer"]: row["seconds"] for row in separable[name]}
        for layer, line in body.items():
            both = layer in of_name and (layer, name) in seconds
            line.append(f"{seconds[layer, name] / of_name[layer]:.1f}" if both else "")
    return _markdown(["layer", "multiply-adds", *names], list(body.values()))


def _number(layer: str) -> int:
    return int(layer[1:])  # of L10


def _settings(rows: Iterable[Row], task: str) -> list[tuple[int, int]]:
    return sorted({(r["threads"], r["batch"]) for r in rows if r["task"] == task and r["count"]})


def _milliseconds(rows: Sequence[Row], layers: Sequence[str]) -> list[str]:
    of_layer = {row["layer"]: f"{1e3 * row['seconds']:.2f}" for row in rows}
    return [of_layer.get(layer, "") for layer in layers]


def _ratios(rows: Sequence[Row], engines: dict[str, list[Row]]) -> list[str]:
    ratios = speed_ups(rows, engines.get(BASE, []))
    if not ratios:
        return ["", ""]
    layer, ratio, _ = min(ratios, key=lambda item: item[1])
    return [f"{geometric_mean(ratios):.2f}", f"{layer} {ratio:.2f}"]


def _fraction(rows: Sequence[Row], most: float | None) -> str:
    rate = 2 * total(rows, "multiply_adds") / total(rows) / 1e9
    return f"{rate / most:.0%}" if most else ""


def _markdown(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
