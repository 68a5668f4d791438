// How scripts show figures: marks and tendencies, as the macros of the same names do.
"use strict";

const figures = (() => {
  /**
   * A superscript for what is not as readers expect it.
   * @param {string} letter
   * @returns {HTMLElement}
   */
  function mark(letter) {
    const meaning = site.text(`mark_${letter}`);
    return site.element(
      "sup",
      { class: `mark mark-${letter}`, title: meaning },
      site.element("span", { "aria-hidden": "true" }, letter),
      site.element("span", { class: "visually-hidden" }, ` (${meaning})`),
    );
  }

  /**
   * A number of places won or lost, with its arrow.
   * @param {number} value
   * @returns {HTMLElement}
   */
  function tendency(value) {
    const direction = value === 0 ? "same" : value > 0 ? "up" : "down";
    const arrow = { up: "▲", down: "▼", same: "=" }[direction];
    return site.element(
      "span",
      { class: `tendency ${direction}` },
      site.element("span", { class: "arrow", "aria-hidden": "true" }, arrow),
      site.signed(value),
    );
  }

  /**
   * What a real city carries whose figures are simulated.
   * @returns {HTMLElement}
   */
  function simulatedTag() {
    return site.element("span", { class: "tag" }, site.text("figures_simulated"));
  }

  /**
   * A square in the colour of a category.
   * @param {string} colour class
   * @returns {SVGElement}
   */
  function swatch(colour) {
    return site.svg(
      "svg",
      { class: "swatch", viewBox: "0 0 10 10", "aria-hidden": "true" },
      site.svg("rect", { class: colour, width: "10", height: "10" }),
    );
  }

  return { mark, tendency, simulatedTag, swatch };
})();
