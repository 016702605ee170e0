"""An explorer of the arguments of `keras.applications.Xception`, alive without a kernel."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count, product
from typing import Any

from dscourse.figures.built_chain import HEIGHT, WIDTH, chain, drawn
from dscourse.figures.drawing import Canvas

_displayed = count(1)
_DEFAULTS: Mapping[str, Any] = {
    "include_top": True,
    "weights": "imagenet",
    "input_shape": None,
    "pooling": None,
    "classes": 1000,
    "classifier_activation": "softmax",
}
_FLOW = "display: flex; flex-wrap: wrap; justify-content: center; gap: 0.6em"
_FIELD = "border: 1px solid; border-radius: 0.25rem; padding: 0 0.6em 0.2em; text-align: left"
_LEGEND = "float: none; width: auto; font-size: 1em; margin: 0; padding: 0 0.3em"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ArgumentExplorer:
    """A choice for each argument; what Keras builds, refuses or ignores stands with it.

    Where scripts do not run, the first row stands still and no choice is offered.

    Args:
        rows: Every combination of the arguments once, in the order of `itertools.product`, as
            `dscourse.results.load("applications").rows` gives them.

    Raises:
        ValueError: A combination is missing, or out of its order.

    >>> from dscourse.results import load
    >>> ArgumentExplorer(load("applications").rows)
    ArgumentExplorer: Xception() has the output (1000,) and 22,910,480 parameters.
    """

    rows: Sequence[Row]

    def __post_init__(self) -> None:
        wanted = [list(values) for values in product(*_choices(self.rows).values())]
        if [[row[name] for name in _DEFAULTS] for row in self.rows] != wanted:
            raise ValueError(
                f"`rows` must hold every combination of the arguments once, the last changing "
                f"fastest; got {len(self.rows)} rows for {len(wanted)} combinations."
            )

    def __repr__(self) -> str:
        return f"ArgumentExplorer: {sentence(self.rows[0])}"

    def _repr_html_(self) -> str:
        name = f"dscourse-arguments-{next(_displayed)}"  # the same picture may be shown twice
        pictures = {drawn(row): chain(row) for row in self.rows}
        said = escape(sentence(self.rows[0]))
        return (
            f'<figure class="dscourse-drawing" id="{name}">{_svg(pictures, said)}<figcaption>'
            f'{_form(self.rows)}<output aria-live="polite">{said}</output></figcaption></figure>'
            f"<script>{_script(name, self.rows, list(pictures))}</script>"
        )


def sentence(row: Row) -> str:
    """Say what came of one call.

    Args:
        row: One combination with its outcome.

    >>> given = {"include_top": False, "classes": 10, "ignored": ["classes"]}
    >>> sentence({**given, "error": None, "output": [3, 3, 2048], "parameters": 20861480})[:47]
    'Xception(include_top=False, classes=10) has the'
    """
    given = {n: row[n] for n, default in _DEFAULTS.items() if n in row and row[n] != default}
    said = f"Xception({_listed(given)}){_came(row)}"
    if row["ignored"]:
        said += f" Silently ignored: {_listed({name: row[name] for name in row['ignored']})}."
    return said


def _came(row: Row) -> str:
    if row["error"]:
        return f" raises {row['error'].rstrip('.')}."
    return f" has the output {_python(row['output'])} and {row['parameters']:,} parameters."


def _listed(arguments: Row) -> str:
    return ", ".join(f"{name}={_python(value)}" for name, value in arguments.items())


def _python(value: Any) -> str:
    if isinstance(value, list):
        return str(tuple(value))
    return json.dumps(value) if isinstance(value, str) else str(value)


def _choices(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Return the values of each argument, in the order of their first appearance."""
    found: dict[str, list[Any]] = {name: [] for name in _DEFAULTS}
    for row in rows:
        for name, values in found.items():
            if row[name] not in values:
                values.append(row[name])
    return found


def _svg(pictures: Mapping[str, Canvas], said: str) -> str:
    shown = ["inline", *["none"] * (len(pictures) - 1)]
    layers = [
        f'<g data-picture="" display="{display}">{"".join(canvas.parts)}</g>'
        for display, canvas in zip(shown, pictures.values(), strict=True)
    ]
    svg = Canvas(WIDTH, HEIGHT, layers).drawing("").svg
    return svg.replace("<svg ", f'<svg role="img" aria-label="{said}" ', 1)


def _form(rows: Sequence[Row]) -> str:
    # Hidden until the script has found it: a choice that changes nothing would be a lie.
    fields = "".join(_field(name, values) for name, values in _choices(rows).items())
    named = 'aria-label="Arguments of Xception"'
    return f'<form hidden {named}><div style="{_FLOW}">{fields}</div></form>'


def _field(name: str, values: Sequence[Any]) -> str:
    options = "".join(
        f'<label style="display: block"><input type="radio" name="{name}"> '
        f"<code>{escape(_python(value))}</code></label>"
        for value in values
    )
    legend = f'<legend style="{_LEGEND}"><code>{name}</code><span></span></legend>'
    return f'<fieldset style="{_FIELD}">{legend}{options}</fieldset>'


def _script(name: str, rows: Sequence[Row], pictures: Sequence[str]) -> str:
    outcomes = list(dict.fromkeys(map(_came, rows)))
    data = json.dumps(
        {
            "outcomes": outcomes,
            "rows": [
                [outcomes.index(_came(row)), pictures.index(drawn(row)), *row["ignored"]]
                for row in rows
            ],
            "defaults": {n: _python(value) for n, value in _DEFAULTS.items()},
        },
        separators=(",", ":"),
    )
    return _SCRIPT.replace("NAME", name).replace("DATA", data.replace("</", "<\\/"))


_SCRIPT = """(() => {
  const figure = document.getElementById("NAME");
  const form = figure.querySelector("form"), svg = figure.querySelector("svg");
  const {outcomes, rows, defaults} = DATA;
  const names = Object.keys(defaults);
  const fields = [...form.querySelectorAll("fieldset")];
  const options = fields.map(field => [...field.querySelectorAll("input")]);
  const python = input => input.parentElement.textContent.trim();
  const show = () => {
    const places = options.map(inputs => inputs.findIndex(input => input.checked));
    const values = places.map((place, n) => python(options[n][place]));
    const row = rows[places.reduce((sum, place, n) => sum * options[n].length + place, 0)];
    const [outcome, picture, ...ignored] = row;
    const said = chosen => chosen.map(n => `${names[n]}=${values[n]}`).join(", ");
    const all = [...names.keys()];
    let sentence = `Xception(${said(all.filter(n => values[n] !== defaults[names[n]]))})`;
    sentence += outcomes[outcome];
    if (ignored.length) {
      sentence += ` Silently ignored: ${said(all.filter(n => ignored.includes(names[n])))}.`;
    }
    fields.forEach((field, n) => {
      const isIgnored = ignored.includes(names[n]);
      field.querySelector("span").textContent = isIgnored ? ": ignored" : "";
      field.style.borderStyle = isIgnored ? "dashed" : "solid";
      options[n].forEach(input => {
        const crossed = isIgnored && input.checked;
        input.parentElement.style.textDecoration = crossed ? "line-through" : "none";
      });
    });
    svg.querySelectorAll("[data-picture]").forEach((layer, n) =>
      layer.setAttribute("display", n === picture ? "inline" : "none"));
    svg.setAttribute("aria-label", sentence);
    figure.querySelector("output").textContent = sentence;
  };
  options.forEach(inputs => { inputs[0].checked = true; });
  form.addEventListener("change", show);
  form.addEventListener("keydown", event => event.stopPropagation()); // JupyterLab eats arrows
  form.addEventListener("submit", event => event.preventDefault());
  form.hidden = false;
  show();
})();"""
