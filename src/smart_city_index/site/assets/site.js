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
   * Make an element of what the builder has drawn, which has escaped every name in it.
   * @param {string} tag
   * @param {Record<string, string>} attributes
   * @param {string} drawn
   * @returns {HTMLElement}
   */
  function html(tag, attributes, drawn) {
    const made = element(tag, attributes);
    made.innerHTML = drawn;
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
   * An element of the page that is there.
   * @param {string} id
   * @returns {HTMLElement}
   */
  function byId(id) {
    return /** @type {HTMLElement} */ (document.getElementById(id));
  }

  /**
   * Put options into a control, and choose one.
   * @param {HTMLSelectElement} select
   * @param {[string, string][]} options value and text
   * @param {string} chosen
   */
  function fill(select, options, chosen) {
    select.replaceChildren(...options.map(([value, label]) => element("option", { value }, label)));
    select.value = chosen;
  }

  /**
   * The names of a record's entries, the newest edition first.
   * @param {Record<string, unknown>} editions
   * @returns {string[]}
   */
  function newestFirst(editions) {
    return Object.keys(editions).sort().reverse();
  }

  /**
   * A bar of an index: a track, and on it what is drawn.
   * @param {number} scale
   * @param {...SVGElement} parts
   * @returns {SVGElement}
   */
  function bar(scale, ...parts) {
    return svg(
      "svg",
      {
        class: "bar", viewBox: `0 0 ${scale} 10`, preserveAspectRatio: "none", "aria-hidden": "true",
      },
      svg("rect", { class: "track", width: String(scale), height: "10" }),
      ...parts,
    );
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

  /**
   * The forms in which one may type a name: small letters, with ae for ä and with a for ä.
   * @param {string} name
   * @returns {string[]}
   */
  function spellings(name) {
    const small = name.trim().toLowerCase().replace(/ß/g, "ss").replace(/[-\s]+/g, " ");
    const plain = small.normalize("NFD").replace(/\p{M}/gu, "");
    const written = small.replace(/[äöü]/g, (one) => ({ ä: "ae", ö: "oe", ü: "ue" })[one] || one);
    return [...new Set([plain, written.normalize("NFD").replace(/\p{M}/gu, "")])];
  }

  /**
   * The number of letters to change, add, leave out or swap until one text begins like the other.
   * @param {string} typed
   * @param {string} name
   * @returns {number}
   */
  function mistakes(typed, name) {
    let before = /** @type {number[]} */ ([]);
    let row = [...Array(name.length + 1).keys()];
    for (let i = 1; i <= typed.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= name.length; j += 1) {
        const same = typed[i - 1] === name[j - 1];
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1));
        if (i > 1 && j > 1 && typed[i - 1] === name[j - 2] && typed[i - 2] === name[j - 1]) {
          next[j] = Math.min(next[j], before[j - 2] + 1);
        }
      }
      [before, row] = [row, next];
    }
    return Math.min(...row);
  }

  /**
   * The entries whose names fit best what is typed: beginnings, then parts, then small mistakes.
   * @param {[string, string][]} entries name and page
   * @param {string} typed
   * @returns {[string, string][]}
   */
  function fitting(entries, typed) {
    const asked = spellings(typed);
    if (!asked[0]) return [];
    const rated = entries.map((entry) => {
      const rates = spellings(entry[0]).flatMap((name) => asked.map((one) => {
        if (name === one) return 0;
        if (name.startsWith(one)) return 1;
        if (name.includes(` ${one}`)) return 2;
        if (name.includes(one)) return 3;
        const allowed = one.length < 4 ? 0 : one.length < 8 ? 1 : 2;
        const made = mistakes(one, name);
        return made <= allowed ? 3 + made : Infinity;
      }));
      return /** @type {const} */ ([Math.min(...rates), entry]);
    });
    const best = rated.filter(([rate]) => rate < Infinity).sort(([one], [other]) => one - other);
    const isClear = best.length > 0 && best[0][0] <= 3;
    return best.filter(([rate]) => !isClear || rate <= 3).map(([, entry]) => entry).slice(0, 8);
  }

  /** Let the search of the header list the cities that fit; Enter opens the first. */
  function setUpSearch() {
    const form = /** @type {HTMLFormElement} */ (document.getElementById("find"));
    const input = /** @type {HTMLInputElement} */ (document.getElementById("find-name"));
    const list = /** @type {HTMLElement} */ (document.getElementById("find-results"));
    const said = /** @type {HTMLElement} */ (document.getElementById("find-said"));
    const home = `${root}${language}/`;
    form.hidden = false;
    /** @param {(found: [string, string][]) => void} then */
    const search = (then) => loadData("cities", (entries) => then(fitting(entries, input.value)));
    const show = () => search((found) => {
      list.replaceChildren(...found.map(([name, page]) =>
        element("li", {}, element("a", { href: home + page }, name))));
      list.hidden = !found.length;
      said.textContent = !input.value.trim() ? "" : found.length
        ? text("find_found", { count: found.length, first: found[0][0] })
        : text("find_nothing");
      form.classList.toggle("nothing", Boolean(input.value.trim()) && !found.length);
    });
    input.addEventListener("input", show);
    input.addEventListener("focus", show);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      search((found) => { if (found.length) window.location.href = home + found[0][1]; });
    });
    form.addEventListener("focusout", (event) => {
      if (!form.contains(/** @type {Node | null} */ (event.relatedTarget))) list.hidden = true;
    });
    form.addEventListener("keydown", (event) => {
      const links = [...list.querySelectorAll("a")];
      const at = links.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
      if (event.key === "Escape") list.hidden = true;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || !links.length || list.hidden) return;
      event.preventDefault();
      (links[at + step] || input).focus();
    });
  }

  setUpSearch();
  updateLanguageSwitch();
  window.addEventListener("popstate", updateLanguageSwitch);
  window.addEventListener("hashchange", updateLanguageSwitch);

  return {
    root, language, readJson, text, figure, signed, loadData, element, html, svg, byId, fill, newestFirst, bar,
    query, setQuery, showOrigin,
  };
})();
