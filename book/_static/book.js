// What scrolls must be within reach of the keyboard. The theme sees to code and outputs, not formulas.
function letFormulasBeReached() {
  for (const box of document.querySelectorAll(".katex-display")) {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
    } else {
      box.removeAttribute("tabindex");
    }
  }
}

addEventListener("load", letFormulasBeReached);
addEventListener("resize", letFormulasBeReached);
