"""The Inception module as a drawing whose counters follow the reader's choices."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from itertools import count

from dscourse.cost import Cost, conv2d
from dscourse.figures.drawing import BLUE, GREEN, ORANGE, PURPLE, SKY, Canvas

_displayed = count(1)
_WIDTH, _HEIGHT = 720, 372
_BOX = (152, 62)
_BAR = 50  # height of the input and of the concatenation
_ROWS = (8, 102, 204, 302)  # tops of: input, first layers, last layers, concatenation

_FLOW = "display: flex; flex-wrap: wrap; justify-content: center; gap: 0.4em 1.2em"

Sizes = Mapping[str, int]


@dataclass(frozen=True)
class _Layer:
    """A convolution: where it stands, what it reads in the reduced form, and how it looks."""

    title: str
    kernel: int
    reads: str
    column: int
    row: int
    fill: str


_LAYERS = {
    "conv_1x1": _Layer("1x1", 1, "c_in", 0, 2, BLUE),
    "reduce_3x3": _Layer("1x1 reduction", 1, "c_in", 1, 1, SKY),
    "conv_3x3": _Layer("3x3", 3, "reduce_3x3", 1, 2, ORANGE),
    "reduce_5x5": _Layer("1x1 reduction", 1, "c_in", 2, 1, SKY),
    "conv_5x5": _Layer("5x5", 5, "reduce_5x5", 2, 2, GREEN),
    "pool_projection": _Layer("1x1 projection", 1, "c_in", 3, 2, SKY),
}
_NAIVE = ("conv_1x1", "conv_3x3", "conv_5x5")
_LABELS = {
    "c_in": "Input channels",
    "grid": "Grid in pixels",
    "conv_1x1": "1x1",
    "reduce_3x3": "1x1 before the 3x3",
    "conv_3x3": "3x3",
    "reduce_5x5": "1x1 before the 5x5",
    "conv_5x5": "5x5",
    "pool_projection": "1x1 after the pool",
}
# Arrows of each form as (column, from row, to row).
_ARROWS = {
    "both": [(0, 0, 2), (0, 2, 3), (1, 2, 3), (2, 2, 3), (3, 0, 1)],
    "reduced": [(1, 0, 1), (1, 1, 2), (2, 0, 1), (2, 1, 2), (3, 1, 2), (3, 2, 3)],
    "naive": [(1, 0, 2), (2, 0, 2), (3, 1, 3)],
}


@dataclass(frozen=True)
class InceptionCounters:
    """GoogLeNet's figure 2 with counters; where scripts do not run, the first module stands still.

    Args:
        modules: For each module's name its sizes: "c_in", "grid" and the six widths, named as in
            `dscourse.inception.InceptionFilters`.

    >>> small = dict.fromkeys(["c_in", "grid", *_LAYERS], 2)
    >>> InceptionCounters({"small": small})
    InceptionCounters: 2 channels become 8, with 152 weights and 608 multiply-adds.
    """

    modules: Mapping[str, Sizes]

    def __repr__(self) -> str:
        return f"InceptionCounters: {_sentence(self._first())}"

    def _first(self) -> Sizes:
        return next(iter(self.modules.values()))

    def _repr_html_(self) -> str:
        name = f"dscourse-inception-{next(_displayed)}"  # the same picture may be shown twice
        return (
            f'<figure class="dscourse-drawing" id="{name}">{_svg(self._first())}'
            f"<figcaption>{_form(self.modules)}"
            f'<output aria-live="polite">{escape(_sentence(self._first()))}</output>'
            f"</figcaption></figure><script>{_script(name, self.modules)}</script>"
        )


def _costs(sizes: Sizes) -> dict[str, Cost]:
    grid = sizes["grid"]
    return {
        name: conv2d((grid, grid, sizes[layer.reads]), sizes[name], layer.kernel, padding="same")
        for name, layer in _LAYERS.items()
    }


def _depth(sizes: Sizes) -> int:
    return sum(sizes[name] for name, layer in _LAYERS.items() if layer.row == 2)


def _sentence(sizes: Sizes) -> str:
    total = sum(_costs(sizes).values(), start=Cost())
    return (
        f"{sizes['c_in']:,} channels become {_depth(sizes):,}, with {total.parameters:,} weights "
        f"and {total.multiply_adds:,} multiply-adds."
    )


def _svg(sizes: Sizes) -> str:
    forms = {form: Canvas(_WIDTH, _HEIGHT) for form in _ARROWS}
    both = forms["both"]
    _bar(both, 0, "c_in", f"input: {sizes['c_in']:,} channels")
    _bar(both, 3, "out", f"side by side: {_depth(sizes):,} channels")
    for name, cost in _costs(sizes).items():
        canvas = both if name in _NAIVE else forms["reduced"]
        _convolution(canvas, name, sizes[name], cost.parameters)
    _box(both, 3, 1, "none")
    both.text(_middle(3), _ROWS[1] + 22, "3x3 max pool")
    _counter(both, "pool", _middle(3), _ROWS[1] + 42, f"{sizes['c_in']:,} channels")
    for form, canvas in forms.items():
        _arrows(canvas, form)
    layers = [
        f'<g data-form="{form}" display="{display}">{"".join(forms[form].parts)}</g>'
        for form, display in (("reduced", "inline"), ("naive", "none"))
    ]
    whole = Canvas(_WIDTH, _HEIGHT, [*both.parts, *layers]).drawing("").svg
    return whole.replace("<svg ", f'<svg role="img" aria-label="{_described(sizes)}" ', 1)


def _described(sizes: Sizes) -> str:
    return escape(
        "An Inception module: four branches from the input to a concatenation. 1x1; 1x1 then 3x3; "
        f"1x1 then 5x5; 3x3 max pool then 1x1. {_sentence(sizes)}"
    )


def _middle(column: int) -> float:
    return 106 + column * (_WIDTH - 212) / 3


def _bar(canvas: Canvas, row: int, key: str, text: str) -> None:
    canvas.box(30, _ROWS[row], _WIDTH - 60, _BAR, fill=PURPLE, opacity=0.2)
    _counter(canvas, key, _WIDTH / 2, _ROWS[row] + _BAR / 2, text)


def _box(canvas: Canvas, column: int, row: int, fill: str) -> None:
    canvas.box(_middle(column) - _BOX[0] / 2, _ROWS[row], *_BOX, fill=fill)


def _convolution(canvas: Canvas, name: str, channels: int, weights: int) -> None:
    layer = _LAYERS[name]
    x, y = _middle(layer.column), _ROWS[layer.row]
    _box(canvas, layer.column, layer.row, layer.fill)
    canvas.text(x, y + 14, layer.title)
    _counter(canvas, name, x, y + 32, f"{channels:,} channels")
    _counter(canvas, f"{name}-weights", x, y + 49, f"{weights:,} weights", size=11)


def _counter(canvas: Canvas, key: str, x: float, y: float, text: str, *, size: float = 13) -> None:
    canvas.parts.append(f'<g data-count="{key}">')
    canvas.text(x, y, text, size=size)
    canvas.parts.append("</g>")


def _arrows(canvas: Canvas, form: str) -> None:
    heights = (_BAR, _BOX[1], _BOX[1], _BAR)
    for column, start, end in _ARROWS[form]:
        x = _middle(column)
        canvas.arrow(x, _ROWS[start] + heights[start], x, _ROWS[end])


def _form(modules: Mapping[str, Sizes]) -> str:
    # Hidden until the script has found it: a choice that changes nothing would be a lie.
    options = "".join(f"<option>{escape(module)}</option>" for module in modules)
    fields = "".join(
        f'<label>{label} <input type="number" name="{key}" min="1" max="9999" '
        f'style="width: 5em"></label>'
        for key, label in _LABELS.items()
    )
    return (
        f'<form hidden aria-label="Sizes of the module"><p style="{_FLOW}">'
        f'<label>Module <select name="module">{options}<option value="">my own</option></select>'
        f'</label><label>Form <select name="form">'
        f'<option value="reduced">(b) with reductions</option>'
        f'<option value="naive">(a) naive</option></select></label>{fields}</p></form>'
    )


def _script(name: str, modules: Mapping[str, Sizes]) -> str:
    layers = [
        {"name": key, "taps": layer.kernel**2, "reads": layer.reads, "last": layer.row == 2}
        for key, layer in _LAYERS.items()
    ]
    data = json.dumps({"modules": modules, "layers": layers, "naive": _NAIVE})
    return _SCRIPT.replace("NAME", name).replace("DATA", data.replace("</", "<\\/"))


_SCRIPT = """(() => {
  const figure = document.getElementById("NAME");
  const form = figure.querySelector("form"), svg = figure.querySelector("svg");
  const {modules, layers, naive} = DATA;
  const fields = [...form.querySelectorAll("input")];
  const text = number => number.toLocaleString("en-US");
  const set = (key, value) => {
    svg.querySelector(`[data-count="${key}"] text`).textContent = value;
  };
  const show = () => {
    const isNaive = form.elements.form.value === "naive";
    const sizes = {};
    fields.forEach(f => { sizes[f.name] = Math.max(1, Math.round(f.value) || 1); });
    const present = layers.filter(layer => !isNaive || naive.includes(layer.name));
    let weights = 0, out = isNaive ? sizes.c_in : 0;
    for (const layer of present) {
      const own = layer.taps * sizes[isNaive ? "c_in" : layer.reads] * sizes[layer.name];
      set(layer.name, `${text(sizes[layer.name])} channels`);
      set(`${layer.name}-weights`, `${text(own)} weights`);
      weights += own;
      out += layer.last ? sizes[layer.name] : 0;
    }
    set("c_in", `input: ${text(sizes.c_in)} channels`);
    set("pool", `${text(sizes.c_in)} channels`);
    set("out", `side by side: ${text(out)} channels`);
    svg.querySelectorAll("[data-form]").forEach(group => group.setAttribute(
      "display", group.dataset.form === form.elements.form.value ? "inline" : "none"));
    const used = ["c_in", "grid", ...naive];
    fields.forEach(f => { f.disabled = isNaive && !used.includes(f.name); });
    const sentence = `${text(sizes.c_in)} channels become ${text(out)}, with ` +
      `${text(weights)} weights and ${text(weights * sizes.grid ** 2)} multiply-adds.`;
    figure.querySelector("output").textContent = sentence;
    svg.setAttribute("aria-label", `Inception module. ${sentence}`);
  };
  const load = () => {
    const sizes = modules[form.elements.module.value];
    if (sizes) fields.forEach(f => { f.value = sizes[f.name]; });
    show();
  };
  form.elements.module.addEventListener("change", load);
  form.elements.form.addEventListener("change", show);
  fields.forEach(f => f.addEventListener("input", () => {
    form.elements.module.value = "";
    show();
  }));
  form.addEventListener("submit", event => event.preventDefault());
  form.hidden = false;
  load();
})();"""
