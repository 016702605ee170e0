// What scrolls must be within reach of the keyboard. The theme sees to code and outputs, not the rest.
function letBoxesBeReached() {
  for (const box of document.querySelectorAll(".katex-display, .dscourse-drawing")) {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
    } else {
      box.removeAttribute("tabindex");
    }
  }
}

addEventListener("load", letBoxesBeReached);
addEventListener("resize", letBoxesBeReached);
