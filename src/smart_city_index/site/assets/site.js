// What every page shares: texts, data on demand, the printed form of numbers, the language switch.
"use strict";

/**
 * @typedef {Object} SiteWindow
 * @property {Record<string, any>} [siteData] what the files in data/ brought, by name
 */

const site = (() => {
  const root = document.documentElement.dataset.root || "";
  const language = document.documentElement.lang;

  /**
   * Read a block of JSON in the page.
   * @param {string} id id of the script element
   * @returns {any}
   */
  function readJson(id) {
    const element = document.getElementById(id);
    return element && element.textContent ? JSON.parse(element.textContent) : {};
  }

  /** @type {Record<string, string>} */
  const texts = readJson("texts");

  /**
   * A text in the page's language.
   * @param {string} id
   * @param {Record<string, string | number>} [values] what stands for its {braces}
   * @returns {string}
   */
  function text(id, values = {}) {
    if (!(id in texts)) throw new Error(`there is no text ${id} in the page`);
    return texts[id].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  }

  /**
   * A printed figure with the language's decimal mark and a real minus.
   * @param {string} printed
   * @returns {string}
   */
  function figure(printed) {
    const localised = printed.replace("-", "\u2212");
    return language === "de" ? localised.replace(".", ",") : localised;
  }

  /**
   * A whole number with its sign.
   * @param {number} value
   * @returns {string}
   */
  function signed(value) {
    if (value === 0) return "\u00b10";
    return value > 0 ? `+${value}` : `\u2212${-value}`;
  }

  /**
   * Bring data/<name>.js, which works from disk too, and hand over what it holds.
   * @param {string} name
   * @param {(value: any) => void} then
   */
  function loadData(name, then) {
    const holder = /** @type {SiteWindow} */ (/** @type {unknown} */ (window));
    const found = holder.siteData && holder.siteData[name];
    if (found) {
      then(found);
      return;
    }
    const script = document.createElement("script");
    script.src = `${root}data/${name}.js`;
    script.onload = () => then((holder.siteData || {})[name]);
    script.onerror = () => {
      const note = element("p", { class: "note", role: "alert" }, text("data_file_missing", { name }));
      (document.getElementById("main") || document.body).prepend(note);
    };
    document.head.append(script);
  }

  /**
   * Make an element.
   * @param {string} tag
   * @param {Record<string, string>} [attributes]
   * @param {...(Node | string)} children
   * @returns {HTMLElement}
   */
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  /**
   * Make an SVG element.
   * @param {string} tag
   * @param {Record<string, string>} [attributes]
   * @param {...Node} children
   * @returns {SVGElement}
   */
  function svg(tag, attributes = {}, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return /** @type {SVGElement} */ (made);
  }

  /**
   * The query of the page as a record.
   * @returns {Record<string, string>}
   */
  function query() {
    return Object.fromEntries(new URLSearchParams(window.location.search));
  }

  /**
   * Write the state of the controls into the address, as a step that the back button undoes.
   * @param {Record<string, string>} state
   * @param {boolean} [replace] change the present step instead
   */
  function setQuery(state, replace = false) {
    const search = new URLSearchParams(state).toString();
    const address = window.location.pathname + (search ? `?${search}` : "") + window.location.hash;
    if (replace) window.history.replaceState(null, "", address);
    else window.history.pushState(null, "", address);
    updateLanguageSwitch();
  }

  /**
   * Say what a view is of: whether the field is simulated, and what time the data are of.
   * @param {{simulated: boolean, dates: Record<string, string>}} ranking
   * @param {string} edition
   */
  function showOrigin(ranking, edition) {
    const banner = /** @type {HTMLElement} */ (document.getElementById("simulated-banner"));
    banner.hidden = !ranking.simulated;
    const date = /** @type {HTMLElement} */ (document.getElementById("data-date"));
    date.textContent = ranking.dates[edition];
  }

  /** Let the language switch lead to the same state of the counterpart. */
  function updateLanguageSwitch() {
    const link = /** @type {HTMLAnchorElement | null} */ (document.getElementById("language-switch"));
    if (!link) return;
    const path = (link.getAttribute("href") || "").replace(/[?#].*$/, "");
    link.setAttribute("href", path + window.location.search + window.location.hash);
  }

  updateLanguageSwitch();
  window.addEventListener("popstate", updateLanguageSwitch);
  window.addEventListener("hashchange", updateLanguageSwitch);

  return {
    root, language, readJson, text, figure, signed, loadData, element, svg, query, setQuery, showOrigin,
  };
})();
