"""Measure with one number of threads, in a process of its own, and print each row as it comes.

Most engines read their number of threads once, at their start: hence a process. It is started by
`python -m benchmarks run`, which tells it what to do in one argument of JSON.
"""

import json
import os
import sys
from importlib.util import find_spec
from typing import Any


def main(plan: dict[str, Any]) -> None:
    """Measure every cell of a plan and print its rows, one line of JSON each."""
    if hasattr(os, "sched_setaffinity"):  # an engine that ignores all settings sees fewer cores
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: plan["threads"]])
    from benchmarks.case import Case
    from benchmarks.engines import ENGINES
    from benchmarks.layers import TINY, xception_layers
    from benchmarks.measure import measure
    from benchmarks.peak import peak_gflops

    layers = {layer.name: layer for layer in [TINY, *xception_layers()]}
    if find_spec("llvmlite"):  # it comes with Numba
        say({"task": "peak", "threads": plan["threads"], "gflops": round(peak_gflops(), 1)})
    for cell in plan["cells"]:
        layer = layers[cell["layer"]]
        able = [
            e
            for e in ENGINES
            if e.name in plan["engines"] and e.task == cell["task"] and e.tiny == (layer is TINY)
        ]
        case = Case(cell["task"], layer, cell["batch"], plan["threads"])
        for row in measure(case, able, plan["seconds"]):
            say(row)
        say({"done": cell})


def say(line: dict[str, Any]) -> None:
    """Print one line of JSON, at once."""
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    try:
        main(json.loads(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit(130)
