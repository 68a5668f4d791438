// The comparison: up to five cities of one edition as bars and tables.
"use strict";

(() => {
  /** id, name, state, whether it is a simulated city, page
   * @typedef {[string, string, string, boolean, string | null]} City
   */
  /** member, place, tendency, printed index; a mark each for place, tendency and index
   * @typedef {[number, number | null, number | null, string | null, string]} Result
   */
  /**
   * @typedef {Object} Indicator
   * @property {string} id
   * @property {string} de
   * @property {string} en
   * @property {boolean} inferred whether the name is inferred
   * @property {boolean} projects whether these are project points
   * @property {[number, string, number][]} scores member, printed score or why
   *   there is none, whether it is marked
   */
  /**
   * @typedef {Object} Category
   * @property {string} id
   * @property {string} colour
   * @property {string} de
   * @property {string} en
   * @property {Result[]} results
   * @property {Indicator[]} indicators
   */
  /**
   * @typedef {Object} EditionData
   * @property {City[]} cities
   * @property {number | null} before
   * @property {number[]} new
   * @property {Category[]} categories the overall index first
   */
  /**
   * @typedef {{name: string, simulated: boolean, dates: Record<string, string>,
   *   editions: Record<string, number>}} Ranking
   */
  /** @typedef {{ranking: string, edition: string, cities: string[]}} State */

  /** @type {{default: string, rankings: Record<string, Ranking>}} */
  const settings = site.readJson("compare-settings");
  const language = site.language === "de" ? "de" : "en";
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
      edition: Object.hasOwn(editions, asked.edition) ? asked.edition : site.newestFirst(settings.rankings[ranking].editions)[0],
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
    /** @type {[string, string][]} */
    const options = data.cities
      .map((city) => /** @type {[string, string]} */ ([city[0], city[1]]))
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
   * A printed figure in units of its last of `digits` digits.
   * @param {string} printed
   * @param {number} digits
   * @returns {bigint}
   */
  function units(printed, digits) {
    const [whole, fraction = ""] = printed.split(".");
    return BigInt(whole + fraction.padEnd(digits, "0"));
  }

  /**
   * @param {string} printed
   * @returns {number} its digits after the point
   */
  function digitsOf(printed) {
    return (printed.split(".")[1] || "").length;
  }

  /**
   * The difference between two printed figures, as one prints it.
   * @param {string} one
   * @param {string} other
   * @returns {string}
   */
  function difference(one, other) {
    const digits = Math.max(digitsOf(one), digitsOf(other));
    const value = units(one, digits) - units(other, digits);
    const text = (value < 0n ? -value : value).toString().padStart(digits + 1, "0");
    const whole = text.slice(0, text.length - digits);
    const sign = value === 0n ? "±" : value > 0n ? "+" : "-";
    return site.figure(sign + whole + (digits ? `.${text.slice(-digits)}` : ""));
  }

  /**
   * Which of some figures are the best: none if fewer than two are known, or all are equal.
   * @param {(string | null)[]} values printed figures
   * @param {boolean} [lowIsBest]
   * @returns {boolean[]}
   */
  function best(values, lowIsBest = false) {
    const digits = Math.max(...values.map((value) => digitsOf(value || "")));
    const known = values.map((value) => (value === null ? null : units(value, digits)));
    const sorted = /** @type {bigint[]} */ (known.filter((value) => value !== null))
      .sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
    const first = sorted[0];
    const last = sorted[sorted.length - 1];
    if (first === last) return known.map(() => false);
    return known.map((value) => value === (lowIsBest ? first : last));
  }

  /**
   * A figure with its mark, and whether it is the best.
   * @param {string | null} printed
   * @param {string} mark letter, or - for none
   * @param {boolean} isBest
   * @param {string} [reason] why there is no figure
   * @returns {HTMLElement}
   */
  function score(printed, mark, isBest, reason = "not_recorded") {
    if (printed === null) {
      return site.element("span", { class: "score" }, figures.gap(`gap_${reason}`));
    }
    return site.element(
      "span",
      { class: "score" },
      ...(isBest ? bestMark() : []),
      site.figure(printed),
      ...figures.marked(mark),
    );
  }

  /**
   * What tells the best figure, for the eye and for the ear.
   * @returns {HTMLElement[]}
   */
  function bestMark() {
    return [
      site.element("span", { class: "best-mark", "aria-hidden": "true" }, "◆"),
      site.element("span", { class: "visually-hidden" }, `${site.text("compare_best")} `),
    ];
  }

  /**
   * What stands beside a figure of the second and the following cities.
   * @param {(string | null)[]} values printed figures of all compared cities
   * @param {number} position
   * @returns {HTMLElement[]}
   */
  function differenceBeside(values, position) {
    const [value, reference] = [values[position], values[0]];
    if (position === 0 || value === null || reference === null) return [];
    return [site.element("span", { class: "difference" }, difference(value, reference))];
  }

  /**
   * The head of a table: a column per city.
   * @param {EditionData} data
   * @param {number[]} members
   * @param {string} first id of the text above the first column
   * @returns {HTMLElement}
   */
  function head(data, members, first) {
    return site.element(
      "tr",
      {},
      site.element("th", { scope: "col" }, site.text(first)),
      ...members.map((member, position) => {
        const [id, name, stateName, isSimulatedCity, page] = data.cities[member];
        const note = position === 0 ? `${stateName}, ${site.text("compare_reference")}` : stateName;
        return site.element(
          "th",
          { scope: "col", "data-city": id },
          page ? site.element("a", { href: page }, name) : name,
          ...(isSimulatedCity ? [figures.mark("s")] : []),
          site.element("span", { class: "detail" }, note),
          ...(isMarked(data, member) ? [figures.simulatedTag()] : []),
        );
      }),
    );
  }

  /**
   * Whether figures of a real city are simulated.
   * @param {EditionData} data
   * @param {number} member
   * @returns {boolean}
   */
  function isMarked(data, member) {
    return resultOf(data.categories[0], member)[4].includes("s");
  }

  /**
   * @param {Category} category
   * @param {number} member
   * @returns {Result}
   */
  function resultOf(category, member) {
    return category.results.find((one) => one[0] === member) || [member, null, null, null, "---"];
  }

  /**
   * Place and tendency of a result.
   * @param {EditionData} data
   * @param {Result} result
   * @param {boolean} isBest whether no other has a better place
   * @returns {HTMLElement}
   */
  function placeLine(data, [member, place, change, , marks], isBest) {
    const line = site.element("span", { class: "detail" });
    if (place === null) {
      // One dash stands for both.
      line.append(site.text("compare_place", { place: "" }), figures.gap("gap_not_recorded"));
      if (change === null) return line;
    } else {
      line.append(
        site.element(
          "span", isBest ? { class: "best-place" } : {}, site.text("compare_place", { place }),
        ),
        ...figures.marked(marks[0]),
      );
    }
    const reason = data.before === null
      ? "gap_first_edition"
      : data.new.includes(member) ? "gap_new_in_field" : "gap_not_recorded";
    line.append(" ");
    if (change === null) line.append(figures.gap(reason));
    else line.append(figures.tendency(change), ...figures.marked(marks[1]));
    return line;
  }

  /**
   * The row of a category.
   * @param {EditionData} data
   * @param {number[]} members
   * @param {Category} category
   * @returns {HTMLElement}
   */
  function categoryRow(data, members, category) {
    const results = members.map((member) => resultOf(category, member));
    const values = results.map((result) => result[3]);
    const bestValues = best(values);
    const bestPlaces = best(results.map(([, place]) => place === null ? null : `${place}`), true);
    return site.element(
      "tr",
      { "data-category": category.id },
      site.element("th", { scope: "row" }, figures.swatch(category.colour), category[language]),
      ...results.map((result, position) => site.element(
        "td",
        {
          "data-city": data.cities[result[0]][0],
          ...(bestValues[position] ? { class: "best" } : {}),
        },
        score(values[position], result[4][2], bestValues[position]),
        ...differenceBeside(values, position),
        ...bar(category, values[position]),
        placeLine(data, result, bestPlaces[position]),
      )),
    );
  }

  /**
   * @param {string} one printed score, or why there is none
   * @returns {boolean}
   */
  function isFigure(one) {
    return /\d/.test(one);
  }

  /**
   * The row of an indicator.
   * @param {EditionData} data
   * @param {number[]} members
   * @param {Indicator} indicator
   * @returns {HTMLElement}
   */
  function indicatorRow(data, members, indicator) {
    const known = new Map(indicator.scores.map((one) => [one[0], one]));
    const found = members.map((member) => known.get(member));
    const values = found.map((one) => (one && isFigure(one[1]) ? one[1] : null));
    const bestValues = best(values);
    /** @type {[boolean, string][]} */
    const notes = [
      [indicator.inferred, "compare_inferred_name"], [indicator.projects, "compare_projects"],
    ];
    const shownNotes = notes.filter(([applies]) => applies).map(([, id]) => site.text(id));
    return site.element(
      "tr",
      { "data-indicator": indicator.id },
      site.element(
        "th",
        { scope: "row" },
        indicator[language],
        ...(shownNotes.length
          ? [" ", site.element("span", { class: "detail" }, `(${shownNotes.join(", ")})`)]
          : []),
      ),
      ...members.map((member, position) => {
        const one = found[position];
        return site.element(
          "td",
          {
            "data-city": data.cities[member][0],
            ...(bestValues[position] ? { class: "best" } : {}),
          },
          score(values[position], one && one[2] ? "s" : "-", bestValues[position], one && one[1]),
          ...differenceBeside(values, position),
        );
      }),
    );
  }

  /**
   * The bar of an index.
   * @param {Category} category
   * @param {string | null} index
   * @returns {SVGElement[]}
   */
  function bar(category, index) {
    if (index === null) return [];
    const scale = settings.rankings[state.ranking].editions[state.edition];
    return [site.bar(
      scale, site.svg("rect", { class: `fill ${category.colour}`, width: index, height: "10" }),
    )];
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
   * The indicators by category, or the reason why there are none.
   * @param {EditionData} data
   * @param {number[]} members
   */
  function showIndicators(data, members) {
    const table = /** @type {HTMLTableElement} */ (site.byId("indicators"));
    const groups = data.categories.filter(({ indicators }) => indicators.length);
    const isScored = groups.some(({ indicators }) => indicators.some(
      ({ scores }) => scores.some(([member, one]) => members.includes(member) && isFigure(one)),
    ));
    site.byId("indicators-scroll").hidden = !isScored;
    site.byId("no-scores").hidden = isScored;
    site.byId("no-scores").textContent = groups.length
      ? site.text("compare_no_scores")
      : site.text("compare_no_indicators", { edition: state.edition });
    for (const body of [...table.tBodies]) body.remove();
    if (!isScored) return;
    showHead(table, head(data, members, "compare_indicator"));
    for (const category of groups) {
      const title = site.element(
        "th",
        { scope: "rowgroup", colspan: String(members.length + 1) },
        site.element("span", {}, figures.swatch(category.colour), category[language]),
      );
      table.append(site.element(
        "tbody",
        { "data-category": category.id },
        site.element("tr", { class: "group" }, title),
        ...category.indicators.map((one) => indicatorRow(data, members, one)),
      ));
    }
  }

  /**
   * @param {HTMLTableElement} table
   * @param {HTMLElement} row
   */
  function showHead(table, row) {
    /** @type {HTMLTableSectionElement} */ (table.tHead).replaceChildren(row);
  }

  /**
   * Show the state.
   * @param {EditionData} data
   */
  function show(data) {
    for (const [id, name] of data.cities) names.set(id, name);
    const members = membersOf(data);
    const edition = { ranking: settings.rankings[state.ranking].name, edition: state.edition };
    showControls(data, members);
    showSummary(data, members);
    const indices = /** @type {HTMLTableElement} */ (site.byId("indices"));
    for (const id of ["indices", "indicators"]) site.byId(id).className = `comparison of-${members.length}`;
    showHead(indices, head(data, members, "compare_category"));
    indices.tBodies[0].replaceChildren(
      ...data.categories.map((category) => categoryRow(data, members, category)),
    );
    showIndicators(data, members);
    site.byId("indices-caption").textContent = site.text("compare_indices_caption", edition);
    site.byId("indicators-caption").textContent = site.text("compare_indicators_caption", edition);
    site.byId("comparison").hidden = false;
  }

  /** Show the state, loading what it needs. */
  function update() {
    const ranking = settings.rankings[state.ranking];
    controls.hidden = false;
    control("ranking").value = state.ranking;
    site.fill(control("edition"), site.newestFirst(ranking.editions).map((one) => [one, one]), state.edition);
    site.showOrigin(ranking, state.edition);
    const name = `compare-${state.ranking}-${state.edition}`;
    site.loadData(name, (data) => {
      // An edition that arrives after another one was chosen is not shown.
      if (name === `compare-${state.ranking}-${state.edition}`) show(data);
    });
  }

  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.addEventListener("change", (event) => {
    const ranking = control("ranking").value;
    const isCity = citySelects.some((select) => select === event.target);
    state = {
      ranking,
      edition: ranking === state.ranking ? control("edition").value : site.newestFirst(settings.rankings[ranking].editions)[0],
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
