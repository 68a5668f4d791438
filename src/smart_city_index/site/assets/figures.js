// How scripts show figures: marks, gaps and tendencies, as the macros of the same names do.
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
   * The mark of a figure, if it has one.
   * @param {string} letter of a result's marks
   * @returns {HTMLElement[]}
   */
  function marked(letter) {
    return letter === "-" ? [] : [mark(letter)];
  }

  /**
   * What stands where a figure is missing.
   * @param {string} reason id of a text
   * @returns {HTMLElement}
   */
  function gap(reason) {
    return site.element(
      "span",
      { class: "gap", title: site.text(reason) },
      site.element("span", { "aria-hidden": "true" }, "–"),
      site.element("span", { class: "visually-hidden" }, site.text(reason)),
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

  return { mark, marked, gap, tendency, simulatedTag, swatch };
})();
