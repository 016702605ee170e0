"""The style and the script of `dscourse.figures.architecture`; NAME and DATA are put in there."""

# Grounds are see-through and lines take the page's colour: so dark pages stay readable.
STYLE = """
#NAME { text-align: left; }
#NAME form p { display: flex; flex-wrap: wrap; gap: 0.3em 1.2em; margin: 0 0 0.6em; }
#NAME .flows {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(13.5rem, 1fr)); gap: 0.6rem;
  align-items: start;
}
#NAME fieldset {
  border: 1px solid currentColor; border-radius: 4px; margin: 0; padding: 0.2rem 0.4rem;
  min-width: 0;
}
#NAME legend { float: none; width: auto; font-size: 1em; margin: 0; padding: 0 0.3rem; }
#NAME .block {
  display: flex; flex-wrap: wrap; align-items: center; gap: 0 0.3rem; margin: 0.2rem 0;
  padding: 0.1rem 0.4rem; border-radius: 4px; font-size: 0.85em; line-height: 1.4;
}
#NAME .block input { margin: 0; }
#NAME .block b { min-width: 4.1em; }
#NAME .block .shape { flex: 1; white-space: nowrap; }
#NAME .costs { flex: 0 0 100%; display: flex; align-items: center; gap: 0.4rem; }
#NAME .share { min-width: 4.4em; text-align: right; white-space: nowrap; }
#NAME .block:has(:checked) { outline: 3px solid currentColor; }
#NAME .bar { flex: 1; height: 0.5em; }
#NAME .bar i { display: block; height: 100%; }
#NAME .detail { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
#NAME .wiring svg { width: WIDTHpx; }
#NAME .layers { flex: 1 1 20rem; min-width: 0; overflow-x: auto; }
#NAME table { width: 100%; border-collapse: collapse; font-size: 0.8em; margin: 0; }
#NAME table :is(th, td) {
  padding: 0.1rem 0.4rem; border-bottom: 1px solid currentColor; text-align: right;
  vertical-align: top; white-space: nowrap;
}
#NAME table th:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; }
#NAME table tbody th { font-weight: normal; }
#NAME table thead th { font-weight: bold; }
#NAME figcaption { color: inherit; font-size: 0.85em; }
#NAME output { display: block; margin: 0.8rem 0; }
#NAME small { display: block; font-size: 0.85em; line-height: 1.2; }
@media (max-width: 576px) {
  #NAME table { font-size: 0.7em; }
  #NAME table :is(th, td) { padding: 0.1rem 0.2rem; }
}
"""

SCRIPT = """(() => {
  const figure = document.getElementById("NAME");
  const {sizes, blocks, networks, kinds} = DATA;
  const form = figure.querySelector("form"), fields = form.elements;
  const radios = [...figure.querySelectorAll("input[type=radio]")];
  const text = number => number.toLocaleString("en-US");
  const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);
  const percent = (part, all) => `${(100 * part / all).toFixed(1)} %`;
  const kind = (network, block) => kinds[networks[network][blocks.indexOf(block)]];
  const rows = (network, block) => {
    const at = sizes.indexOf(Number(fields.size.value));
    return kind(network, block).layers.map(layer => ({...layer,
      shape: layer.shapes[at].join("×"), multiply_adds: layer.multiply_adds[at]}));
  };
  const shown = ["shape", "parameters", "multiply_adds"];
  const same = (a, b) => a && b && shown.every(key => a[key] === b[key]) && a.type === b.type;
  const differ = (mine, theirs) => mine.length !== theirs.length ||
    mine.some((row, n) => row.name !== theirs[n].name || !same(row, theirs[n]));
  const add = (parent, tag, said = "") => {
    const child = parent.appendChild(document.createElement(tag));
    child.textContent = said;
    return child;
  };
  const written = value => typeof value === "number" ? text(value) : value;
  const line = (body, row, other, note) => {
    const tr = add(body, "tr"), head = add(tr, "th", row.name);
    head.scope = "row";
    add(head, "small", note || row.type);
    shown.forEach(key => {
      const cell = add(tr, "td", written(row[key]));
      if (other && other[key] !== row[key]) add(cell, "small", `≠ ${written(other[key])}`);
    });
  };
  const show = () => {
    const network = fields.network.value, other = fields.other.value;
    const block = radios.find(radio => radio.checked).value;
    const all = blocks.map(name => rows(network, name));
    const adds = all.map(layers => sum(layers, "multiply_adds"));
    const total = sum(all.flat(), "multiply_adds");
    blocks.forEach((name, n) => {
      const card = radios[n].parentElement, unlike = other && differ(all[n], rows(other, name));
      card.querySelector(".shape").textContent = all[n].at(-1).shape;
      card.querySelector(".share").textContent = (unlike ? "≠ " : "") + percent(adds[n], total);
      card.querySelector("i").style.width = `${100 * adds[n] / Math.max(...adds)}%`;
    });
    const place = blocks.indexOf(block), mine = all[place];
    const before = place ? all[place - 1].at(-1).shape : "the image";
    const weights = sum(mine, "parameters");
    let said = `${block.replace("block", "Block ").replace("head", "The head")} of ${network} at ` +
      `${fields.size.value} × ${fields.size.value}: ${before} becomes ${mine.at(-1).shape}, with ` +
      `${text(weights)} parameters (${percent(weights, sum(all.flat(), "parameters"))} of all) ` +
      `and ${text(adds[place])} multiply-adds (${percent(adds[place], total)}).`;
    const theirs = other ? rows(other, block) : [];
    if (other) {
      said += differ(mine, theirs)
        ? ` ${other}: ${text(sum(theirs, "parameters"))} parameters and ` +
          `${text(sum(theirs, "multiply_adds"))} multiply-adds.`
        : ` ${other}: the same.`;
    }
    figure.querySelector("output").textContent = said;
    figure.querySelectorAll("[data-wiring]").forEach(drawn => {
      drawn.hidden = Number(drawn.dataset.wiring) !== kind(network, block).wiring;
    });
    const body = figure.querySelector("tbody");
    body.replaceChildren();
    const find = (list, name) => list.find(row => row.name === name);
    mine.forEach(row => {
      const match = find(theirs, row.name);
      line(body, row, match, other && !match ? `not in ${other}` : "");
    });
    theirs.filter(row => !find(mine, row.name))
      .forEach(row => line(body, row, null, `only in ${other}`));
  };
  figure.addEventListener("change", show);
  // JupyterLab takes the arrow keys for itself.
  radios.forEach(radio => radio.addEventListener("keydown", event => event.stopPropagation()));
  form.addEventListener("submit", event => event.preventDefault());
  radios.forEach(radio => { radio.hidden = false; });
  form.hidden = false;
  show();
})();"""
