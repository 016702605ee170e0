"""A picture that moves without a kernel: steps over one background, chosen with a slider."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import count

from dscourse.figures.drawing import Canvas

_displayed = count(1)


@dataclass(frozen=True)
class Step:
    """What one position of the slider shows.

    Args:
        sentence: What is to be seen; it stands below the picture and describes it.
        canvas: What is drawn over the background.
    """

    sentence: str
    canvas: Canvas


@dataclass(frozen=True)
class Steps:
    """A picture with a slider; where scripts do not run, its first step stands still.

    Args:
        background: What all steps share.
        steps: At least one.
        label: What the slider moves.
        caption: A sentence below the picture, or "".

    >>> first = Step("A box on the left.", Canvas(90, 30))
    >>> Steps(Canvas(90, 30), [first], label="Place of the box")
    Steps of 'Place of the box', from 'A box on the left.'
    """

    background: Canvas
    steps: Sequence[Step]
    label: str
    caption: str = ""

    def __repr__(self) -> str:
        return f"Steps of {self.label!r}, from {self.steps[0].sentence!r}"

    def _repr_html_(self) -> str:
        name = f"dscourse-steps-{next(_displayed)}"  # the same picture may be shown twice
        caption = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
        return (
            f'<figure class="dscourse-drawing dscourse-steps" id="{name}">{self._svg()}'
            f"<div>{self._slider(name)}</div>{caption}</figure>"
            f"<script>{self._script(name)}</script>"
        )

    def _svg(self) -> str:
        shown = ["inline", *["none"] * (len(self.steps) - 1)]
        layers = [
            f'<g data-step="" display="{display}">{"".join(step.canvas.parts)}</g>'
            for step, display in zip(self.steps, shown, strict=True)
        ]
        whole = Canvas(
            self.background.width, self.background.height, [*self.background.parts, *layers]
        )
        described = f'<svg role="img" aria-label="{escape(self.steps[0].sentence)}" '
        return whole.drawing(self.label).svg.replace("<svg ", described, 1)

    def _slider(self, name: str) -> str:
        # Hidden until the script has found it: a slider that moves nothing would be a lie.
        return (
            f'<p hidden><label for="{name}-slider">{escape(self.label)}</label> '
            f'<input type="range" id="{name}-slider" min="0" max="{len(self.steps) - 1}" '
            f'value="0" style="width: 14em; max-width: 100%; vertical-align: middle"></p>'
            f'<output for="{name}-slider">{escape(self.steps[0].sentence)}</output>'
        )

    def _script(self, name: str) -> str:
        # "</" would end the script element.
        said = json.dumps([step.sentence for step in self.steps]).replace("</", "<\\/")
        return _SCRIPT.replace("NAME", name).replace("SENTENCES", said)


_SCRIPT = """(() => {
  const figure = document.getElementById("NAME");
  const slider = figure.querySelector("input");
  const layers = figure.querySelectorAll("[data-step]");
  const sentences = SENTENCES;
  const show = () => {
    const now = Number(slider.value);
    layers.forEach((layer, n) => layer.setAttribute("display", n === now ? "inline" : "none"));
    figure.querySelector("output").textContent = sentences[now];
    figure.querySelector("svg").setAttribute("aria-label", sentences[now]);
    slider.setAttribute("aria-valuetext", `${now + 1} of ${layers.length}`);
  };
  slider.addEventListener("input", show);
  slider.addEventListener("keydown", (event) => event.stopPropagation()); // JupyterLab eats arrows
  slider.parentElement.hidden = false;
  show();
})();"""
