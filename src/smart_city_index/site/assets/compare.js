// The comparison: puts the columns of up to five cities of one edition together.
"use strict";

(() => {
  /** the printed figure, how it is shown, what stands below it
   * @typedef {[string | null, string, string?]} Cell
   */
  /** `category`, `group` or `indicator`; its id, its head, a cell for each city
   * @typedef {[string, string, string, (Cell | null)[]]} Row
   */
  /** @typedef {{cities: [string, string, string][], rows: Row[], gap: string}} EditionData */
  /**
   * @typedef {{name: string, simulated: boolean, dates: Record<string, string>,
   *   editions: Record<string, boolean>}} Ranking
   */
  /** @typedef {{ranking: string, edition: string, cities: string[]}} State */

  /** @type {{default: string, rankings: Record<string, Ranking>}} */
  const settings = site.readJson("compare-settings");
  const controls = /** @type {HTMLFormElement} */ (site.byId("controls"));
  const citySelects = /** @type {HTMLSelectElement[]} */ (
    [...controls.querySelectorAll("select[name=city]")]
  );
  /** Names of the cities seen so far, for those that are missing in another edition.
   * @type {Map<string, string>}
   */
  const names = new Map();
  /** @type {State} */
  let state = stateOfAddress();

  /**
   * @param {string} name
   * @returns {HTMLSelectElement}
   */
  function control(name) {
    return /** @type {HTMLSelectElement} */ (controls.elements.namedItem(name));
  }

  /**
   * The state that the address asks for; what it asks wrongly falls back to the default.
   * @returns {State}
   */
  function stateOfAddress() {
    const asked = site.query();
    const ranking = Object.hasOwn(settings.rankings, asked.ranking) ? asked.ranking : settings.default;
    const editions = settings.rankings[ranking].editions;
    return {
      ranking,
      edition: Object.hasOwn(editions, asked.edition) ? asked.edition : site.newestFirst(editions)[0],
      cities: (asked.cities || "").split(",").filter(Boolean),
    };
  }

  /**
   * The members of an edition that are compared, without repetition.
   * @param {EditionData} data
   * @returns {number[]}
   */
  function membersOf(data) {
    const members = state.cities
      .map((id) => data.cities.findIndex((city) => city[0] === id))
      .filter((member) => member >= 0);
    const found = [...new Set(members)].slice(0, citySelects.length);
    return found.length ? found : data.cities.slice(0, 2).map((_, member) => member);
  }

  /**
   * Let the controls show what is compared; a city can be chosen once.
   * @param {EditionData} data
   * @param {number[]} members
   */
  function showControls(data, members) {
    const options = data.cities
      .map(([id, name]) => /** @type {[string, string]} */ ([id, name]))
      .sort((one, other) => one[1].localeCompare(other[1], "de"));
    const chosen = members.map((member) => data.cities[member][0]);
    citySelects.forEach((select, position) => {
      const own = chosen[position] || "";
      const none = /** @type {[string, string]} */ (["", site.text("compare_nobody")]);
      site.fill(select, position === 0 ? options : [none, ...options], own);
      for (const option of select.options) {
        option.disabled = option.value !== own && chosen.includes(option.value);
      }
    });
  }

  /**
   * Printed figures in units of the last digit that any of them has.
   * @param {(string | null)[]} printed
   * @returns {[(bigint | null)[], number]} the units, and the digits after the point
   */
  function units(printed) {
    const digits = Math.max(...printed.map((one) => ((one || "").split(".")[1] || "").length));
    return [printed.map((one) => {
      if (one === null) return null;
      const [whole, fraction = ""] = one.split(".");
      return BigInt(whole + fraction.padEnd(digits, "0"));
    }), digits];
  }

  /**
   * A difference between printed figures, as one prints it.
   * @param {bigint} value in units of the last digit
   * @param {number} digits
   * @returns {string}
   */
  function difference(value, digits) {
    const text = (value < 0n ? -value : value).toString().padStart(digits + 1, "0");
    const whole = text.slice(0, text.length - digits);
    const sign = value === 0n ? "±" : value > 0n ? "+" : "-";
    return site.figure(sign + whole + (digits ? `.${text.slice(-digits)}` : ""));
  }

  /**
   * A row of a table: what is drawn already, the mark of the best, and differences from the first.
   * @param {EditionData} data
   * @param {number[]} members
   * @param {Row} row
   * @returns {HTMLElement}
   */
  function rowOf(data, members, [kind, id, head, cells]) {
    const gap = /** @type {Cell} */ ([null, data.gap]);
    const shown = members.map((member) => cells[member] || gap);
    const [values, digits] = units(shown.map(([printed]) => printed));
    const known = values.filter((value) => value !== null);
    const highest = known.reduce((one, other) => (other > one ? other : one), known[0]);
    const isBest = values.map((value) => value === highest && known.some((one) => one !== highest));
    const made = site.element("tr", { [`data-${kind}`]: id }, site.html("th", { scope: "row" }, head));
    shown.forEach(([, figure, below = ""], position) => {
      const cell = site.element("td", { "data-city": data.cities[members[position]][0] });
      const score = site.html("span", { class: "score" }, figure);
      if (isBest[position]) {
        cell.className = "best";
        score.prepend(
          site.element("span", { class: "best-mark", "aria-hidden": "true" }, "◆"),
          site.element("span", { class: "visually-hidden" }, `${site.text("compare_best")} `),
        );
      }
      cell.append(score);
      const [value, reference] = [values[position], values[0]];
      if (position > 0 && value !== null && reference !== null) {
        cell.append(site.element("span", { class: "difference" }, difference(value - reference, digits)));
      }
      cell.append(site.html("div", {}, below));
      made.append(cell);
    });
    return made;
  }

  /**
   * Show rows in a table.
   * @param {string} id of the table
   * @param {string} first id of the text above the first column
   * @param {EditionData} data
   * @param {number[]} members
   * @param {Row[]} rows
   */
  function showTable(id, first, data, members, rows) {
    const table = /** @type {HTMLTableElement} */ (site.byId(id));
    table.className = `comparison of-${members.length}`;
    const columns = members.map((member) => site.html(
      "th", { scope: "col", "data-city": data.cities[member][0] }, data.cities[member][2],
    ));
    /** @type {HTMLElement} */ (table.tHead).replaceChildren(site.element(
      "tr", {}, site.element("th", { scope: "col" }, site.text(first)), ...columns,
    ));
    for (const body of [...table.tBodies]) body.remove();
    let body = table.createTBody();
    for (const row of rows) {
      if (row[0] === "group") {
        body = table.createTBody();
        const span = { scope: "rowgroup", colspan: String(members.length + 1) };
        body.append(site.element("tr", { class: "group" }, site.html("th", span, row[2])));
      } else body.append(rowOf(data, members, row));
    }
    if (!table.tBodies[0].rows.length) table.tBodies[0].remove();
    const edition = { ranking: settings.rankings[state.ranking].name, edition: state.edition };
    site.byId(`${id}-caption`).textContent = site.text(`compare_${id}_caption`, edition);
  }

  /**
   * Say what is compared, and what of the asked is not.
   * @param {EditionData} data
   * @param {number[]} members
   */
  function showSummary(data, members) {
    const ids = new Set(data.cities.map((city) => city[0]));
    const missing = [...new Set(state.cities.filter((id) => !ids.has(id)))];
    const asked = new Set(state.cities.filter((id) => ids.has(id)));
    const sentences = [
      site.text("compare_summary", {
        ranking: settings.rankings[state.ranking].name,
        edition: state.edition,
        cities: members.map((member) => data.cities[member][1]).join(", "),
      }),
    ];
    if (members.length < 2) sentences.push(site.text("compare_one_city"));
    if (missing.length) {
      const cities = missing.map((id) => names.get(id) || id).join(", ");
      sentences.push(site.text("compare_missing", { cities }));
    }
    if (asked.size > members.length) sentences.push(site.text("compare_most_cities"));
    site.byId("summary").textContent = sentences.join(" ");
  }

  /**
   * Show the state.
   * @param {EditionData} data
   */
  function show(data) {
    for (const [id, name] of data.cities) names.set(id, name);
    const members = membersOf(data);
    showControls(data, members);
    showSummary(data, members);
    const isIndex = (/** @type {Row} */ row) => row[0] === "category";
    const indicators = data.rows.filter((row) => !isIndex(row));
    const isScored = indicators.some(([, , , cells]) =>
      members.some((member) => (cells[member] || [null])[0] !== null));
    showTable("indices", "compare_category", data, members, data.rows.filter(isIndex));
    showTable("indicators", "compare_indicator", data, members, isScored ? indicators : []);
    site.byId("indicators-scroll").hidden = !isScored;
    site.byId("no-scores").hidden = isScored;
    site.byId("no-scores").textContent = indicators.length
      ? site.text("compare_no_scores")
      : site.text("compare_no_indicators", { edition: state.edition });
    site.byId("comparison").hidden = false;
  }

  /** Show the state, loading what it needs. */
  function update() {
    const ranking = settings.rankings[state.ranking];
    controls.hidden = false;
    control("ranking").value = state.ranking;
    const editions = site.newestFirst(ranking.editions);
    site.fill(control("edition"), editions.map((one) => [one, one]), state.edition);
    site.showOrigin(ranking, state.edition);
    const wanted = `compare-${state.ranking}-${state.edition}-${site.language}`;
    site.loadData(wanted, (data) => {
      // An edition that arrives after another one was chosen is not shown.
      if (wanted === `compare-${state.ranking}-${state.edition}-${site.language}`) show(data);
    });
  }

  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.addEventListener("change", (event) => {
    const ranking = control("ranking").value;
    const isCity = citySelects.some((select) => select === event.target);
    const newest = site.newestFirst(settings.rankings[ranking].editions)[0];
    state = {
      ranking,
      edition: ranking === state.ranking ? control("edition").value : newest,
      cities: isCity ? citySelects.map(({ value }) => value).filter(Boolean) : state.cities,
    };
    site.setQuery({
      ranking: state.ranking,
      edition: state.edition,
      ...(state.cities.length ? { cities: state.cities.join(",") } : {}),
    });
    update();
  });
  window.addEventListener("popstate", () => {
    state = stateOfAddress();
    update();
  });
  update();
})();
