// The ranking: choose ranking, edition, category, state and size class; sort; search.
"use strict";

(() => {
  /** member, place, tendency, printed index; a mark each for place, tendency and index
   * @typedef {[number, number | null, number | null, string | null, string]} Result
   */
  /** id, name, state code and name, size class, whether it is a simulated city, latitude, longitude
   * @typedef {[string, string, string, string, string, boolean, string | null, string | null]} City
   */
  /**
   * @typedef {Object} Edition
   * @property {number | null} before
   * @property {number[]} members
   * @property {number[]} new
   * @property {Record<string, Result[]>} results
   */
  /**
   * @typedef {Object} RankingData
   * @property {City[]} cities
   * @property {Record<string, Edition>} editions
   */
  /**
   * @typedef {Object} State
   * @property {string} ranking
   * @property {string} edition
   * @property {string} category
   * @property {string} state
   * @property {string} size
   * @property {string} q
   * @property {string} sort
   * @property {string} dir
   */
  /**
   * @typedef {{name: string, simulated: boolean, dates: Record<string, string>,
   *   editions: Record<string, Record<string, string>>,
   *   known: Record<string, Record<string, string>>}} Ranking
   */

  /** @type {{rankings: Record<string, Ranking>}} */
  const settings = site.readJson("ranking-settings");
  const form = /** @type {HTMLFormElement} */ (document.getElementById("controls"));
  const table = /** @type {HTMLTableElement} */ (document.getElementById("ranking-table"));
  const body = table.tBodies[0];
  const headers = /** @type {HTMLElement[]} */ ([...table.querySelectorAll("th[data-sort]")]);
  const defaultRanking = /** @type {string} */ (table.dataset.ranking);
  const firstDirection = { place: "asc", tendency: "desc", city: "asc", index: "desc" };
  /** @type {State} */
  let state = stateOfAddress();

  /**
   * @param {string} name
   * @returns {HTMLSelectElement | HTMLInputElement}
   */
  function control(name) {
    return /** @type {HTMLSelectElement | HTMLInputElement} */ (form.elements.namedItem(name));
  }

  /**
   * The newest edition of a ranking.
   * @param {string} ranking
   * @returns {string}
   */
  function newestEdition(ranking) {
    return Object.keys(settings.rankings[ranking].editions).sort().reverse()[0];
  }

  /**
   * The state that the address asks for; what it asks wrongly falls back to the default.
   * @returns {State}
   */
  function stateOfAddress() {
    const asked = site.query();
    const ranking = Object.hasOwn(settings.rankings, asked.ranking) ? asked.ranking : defaultRanking;
    const editions = settings.rankings[ranking].editions;
    const edition = Object.hasOwn(editions, asked.edition) ? asked.edition : newestEdition(ranking);
    const sort = Object.hasOwn(firstDirection, asked.sort) ? asked.sort : "place";
    return {
      ranking,
      edition,
      category: Object.hasOwn(editions[edition], asked.category) ? asked.category : "overall",
      state: asked.state || "",
      size: asked.size || "",
      q: asked.q || "",
      sort,
      dir: asked.dir === "asc" || asked.dir === "desc" ? asked.dir : directionOf(sort),
    };
  }

  /**
   * @param {string} sort
   * @returns {string}
   */
  function directionOf(sort) {
    return firstDirection[/** @type {keyof typeof firstDirection} */ (sort)];
  }

  /**
   * What of the state differs from the default, for the address.
   * @returns {Record<string, string>}
   */
  function queryOfState() {
    const defaults = {
      ranking: defaultRanking,
      edition: newestEdition(state.ranking),
      category: "overall",
      sort: "place",
      dir: directionOf(state.sort),
    };
    return Object.fromEntries(
      Object.entries(state).filter(
        ([name, value]) =>
          value !== "" && value !== /** @type {Record<string, string>} */ (defaults)[name],
      ),
    );
  }

  /**
   * Put options into a control, and choose one.
   * @param {string} name
   * @param {[string, string][]} options value and text
   * @param {string} chosen
   */
  function fill(name, options, chosen) {
    control(name).replaceChildren(
      ...options.map(([value, label]) => site.element("option", { value }, label)),
    );
    control(name).value = options.some(([value]) => value === chosen) ? chosen : options[0][0];
  }

  /**
   * Let the controls show the state, and the state hold only what can be chosen.
   * @param {RankingData} data
   */
  function showControls(data) {
    const ranking = settings.rankings[state.ranking];
    control("ranking").value = state.ranking;
    fill(
      "edition",
      Object.keys(ranking.editions).sort().reverse().map((one) => [one, one]),
      state.edition,
    );
    fill("category", Object.entries(ranking.editions[state.edition]), state.category);
    /** @type {Map<string, string>} */
    const states = new Map(data.cities.map(([, , code, name]) => [code, name]));
    /** @type {[string, string][]} */
    const options = [...states].sort((one, other) => one[1].localeCompare(other[1], "de"));
    fill("state", [["", site.text("control_all")], ...options], state.state);
    control("size").value = state.size;
    if (control("q").value !== state.q) control("q").value = state.q;
    state.state = control("state").value;
    state.size = control("size").value || "";
  }

  /**
   * @param {string} value printed index
   * @returns {SVGElement}
   */
  function bar(value) {
    return site.svg(
      "svg",
      { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
      site.svg("rect", { class: "track", width: "100", height: "10" }),
      site.svg("rect", { class: `fill cat-${state.category}`, width: value, height: "10" }),
    );
  }

  /**
   * The row of a city.
   * @param {RankingData} data
   * @param {Edition} edition
   * @param {Result} result
   * @returns {HTMLElement}
   */
  function row(data, edition, [member, place, change, index, marks]) {
    const [id, name, , stateName, , isSimulatedCity] = data.cities[member];
    const reason = edition.before === null
      ? "gap_first_edition"
      : edition.new.includes(member) ? "gap_new_in_field" : "gap_not_recorded";
    const placeCell = site.element("td", { class: "number", "data-field": "place" });
    if (place === null) placeCell.append(figures.gap("gap_not_recorded"));
    else placeCell.append(String(place), ...figures.marked(marks[0]));
    const tendencyCell = site.element("td", { class: "number", "data-field": "tendency" });
    if (change === null) tendencyCell.append(figures.gap(reason));
    else tendencyCell.append(figures.tendency(change), ...figures.marked(marks[1]));
    const href = `city/${state.ranking}/${id}.html?edition=${state.edition}`;
    const cityCell = site.element(
      "th",
      { scope: "row", "data-field": "city" },
      site.element("a", { href }, name),
      ...(isSimulatedCity ? [figures.mark("s")] : []),
      " ",
      site.element("span", { class: "detail" }, stateName),
      ...(marks.includes("s") ? [" ", figures.simulatedTag()] : []),
    );
    const indexCell = site.element("td", { class: "index", "data-field": "index" });
    if (index === null) indexCell.append(figures.gap("gap_not_recorded"));
    else {
      const value = site.element("span", { class: "value" }, site.figure(index));
      value.append(...figures.marked(marks[2]));
      indexCell.append(value, bar(index));
    }
    return site.element("tr", { "data-city": id }, placeCell, tendencyCell, cityCell, indexCell);
  }

  /**
   * Compare two results; what is missing comes last in either direction.
   * @param {RankingData} data
   * @param {Result} one
   * @param {Result} other
   * @returns {number}
   */
  function compare(data, one, other) {
    const byName = data.cities[one[0]][1].localeCompare(data.cities[other[0]][1], "de");
    const sign = state.dir === "asc" ? 1 : -1;
    if (state.sort === "city") return sign * byName;
    const column = { place: 1, tendency: 2, index: 3 }[state.sort] || 1;
    const [value, otherValue] = [one[column], other[column]];
    if (value !== null && otherValue !== null) {
      const difference = Number(value) - Number(otherValue);
      if (difference !== 0) return sign * difference;
    } else if (value !== otherValue) return value === null ? 1 : -1;
    if (one[1] !== null && other[1] !== null && one[1] !== other[1]) return one[1] - other[1];
    return byName;
  }

  /**
   * The points of cities whose coordinates are known.
   * @param {RankingData} data
   * @param {Result[]} results
   */
  function points(data, results) {
    return results.flatMap(([member, place]) => {
      const [id, name, , , , , latitude, longitude] = data.cities[member];
      if (latitude === null || longitude === null) return [];
      return [{ id, name, place, latitude: Number(latitude), longitude: Number(longitude) }];
    });
  }

  /**
   * A name as one types it: small letters without marks.
   * @param {string} name
   * @returns {string}
   */
  function simplified(name) {
    return name.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  }

  /**
   * Show the state.
   * @param {RankingData} data
   */
  function show(data) {
    showControls(data);
    const ranking = settings.rankings[state.ranking];
    const edition = data.editions[state.edition];
    const known = new Map((edition.results[state.category] || []).map((one) => [one[0], one]));
    const field = edition.members.map(
      (member) => known.get(member) || /** @type {Result} */ ([member, null, null, null, "---"]),
    );
    const results = field
      .filter(([member]) => {
        const [, name, stateCode, , size] = data.cities[member];
        return (
          (!state.state || stateCode === state.state) &&
          (!state.size || size === state.size) &&
          simplified(name).includes(simplified(state.q.trim()))
        );
      })
      .sort((one, other) => compare(data, one, other));
    body.replaceChildren(...results.map((one) => row(data, edition, one)));
    const caption = site.text("ranking_caption", {
      ranking: ranking.name,
      edition: state.edition,
      category: ranking.editions[state.edition][state.category],
    });
    const captionElement = /** @type {HTMLElement} */ (document.getElementById("ranking-caption"));
    captionElement.textContent = caption;
    const summary = /** @type {HTMLElement} */ (document.getElementById("summary"));
    const numbers = {
      shown: results.length,
      cities: edition.members.length,
      placed: results.filter((one) => one[1] !== null).length,
    };
    summary.textContent = site.text(
      !results.length ? "ranking_nothing_found"
        : results.length < field.length ? "ranking_summary" : "ranking_summary_all",
      numbers,
    );
    const knownFigures = /** @type {HTMLElement} */ (document.getElementById("known"));
    knownFigures.textContent = ranking.known[state.edition][state.category];
    site.showOrigin(ranking, state.edition);
    const map = /** @type {HTMLElement} */ (document.getElementById("ranking-map"));
    const isReal = !ranking.simulated;
    rankingMap.draw(map, isReal ? points(data, field) : [], isReal ? points(data, results) : []);
    Object.assign(table.dataset, {
      ranking: state.ranking, edition: state.edition, category: state.category,
    });
    for (const header of headers) {
      if (header.dataset.sort === state.sort) {
        header.setAttribute("aria-sort", state.dir === "asc" ? "ascending" : "descending");
      } else header.removeAttribute("aria-sort");
    }
  }

  /** Load what the state needs, and show it. */
  function update() {
    const wanted = state.ranking;
    site.loadData(`ranking-${wanted}`, (data) => {
      if (wanted === state.ranking) show(data);
    });
  }

  /** Take over what the controls say. */
  function readControls() {
    const ranking = control("ranking").value;
    const edition = ranking === state.ranking ? control("edition").value : newestEdition(ranking);
    const names = settings.rankings[ranking].editions[edition];
    const category = control("category").value;
    state = {
      ...state,
      ranking,
      edition,
      category: Object.hasOwn(names, category) ? category : "overall",
      state: ranking === state.ranking ? control("state").value : "",
      size: control("size").value,
      q: control("q").value,
    };
  }

  for (const header of headers) {
    const sort = /** @type {string} */ (header.dataset.sort);
    const button = site.element("button", { type: "button" }, ...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const opposite = state.dir === "asc" ? "desc" : "asc";
      state = { ...state, sort, dir: state.sort === sort ? opposite : directionOf(sort) };
      site.setQuery(queryOfState());
      update();
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    if (event.target === control("q")) return;
    readControls();
    site.setQuery(queryOfState());
    update();
  });
  form.addEventListener("input", (event) => {
    if (event.target !== control("q")) return;
    readControls();
    site.setQuery(queryOfState(), true);
    update();
  });
  window.addEventListener("popstate", () => {
    state = stateOfAddress();
    update();
  });
  update();
})();
