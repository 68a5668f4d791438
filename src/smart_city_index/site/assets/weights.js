// Weights of one's own: sliders, the ranking under them, and the place of the chosen city.
"use strict";

(() => {
  /** id, name, state, whether it is a simulated city, whether a real city's figures are simulated,
   * category indices in units of the twelfth digit, page
   * @typedef {[string, string, string, boolean, boolean, string[], string | null]} City
   */
  /**
   * @typedef {Object} EditionData
   * @property {number} scale
   * @property {number} indexDigits
   * @property {number} rankDigits
   * @property {{id: string, colour: string, de: string, en: string}[]} categories
   * @property {City[]} cities
   */
  /**
   * A city under the weights that are set.
   * @typedef {Object} Result
   * @property {City} city
   * @property {bigint} index
   * @property {number} place
   * @property {number} gained places against equal weights
   */
  /** @typedef {{cities: number, complete: number}} Edition */
  /**
   * @typedef {{name: string, simulated: boolean, dates: Record<string, string>,
   *   editions: Record<string, Edition>}} Ranking
   */
  /**
   * @typedef {Object} State
   * @property {string} ranking
   * @property {string} edition
   * @property {string} city
   * @property {Record<string, string>} weights as tenths in digits, by category; others have EQUAL
   */

  const EQUAL = "1.0";
  const WEIGHT_PREFIX = "weight_";

  /** @type {{default: string, rankings: Record<string, Ranking>}} */
  const settings = site.readJson("weights-settings");
  const language = site.language === "de" ? "de" : "en";
  const controls = /** @type {HTMLFormElement} */ (site.byId("controls"));
  const weightsForm = /** @type {HTMLFormElement} */ (site.byId("weights"));
  const table = /** @type {HTMLTableElement} */ (site.byId("weights-table"));
  /** @type {State} */
  let state = stateOfAddress();
  /** The edition that the sliders belong to. */
  let shown = "";

  /**
   * @param {string} name
   * @returns {HTMLSelectElement}
   */
  function control(name) {
    return /** @type {HTMLSelectElement} */ (controls.elements.namedItem(name));
  }

  /**
   * The newest edition of a ranking for which weights are offered, otherwise its newest.
   * @param {string} ranking
   * @returns {string}
   */
  function defaultEdition(ranking) {
    const editions = settings.rankings[ranking].editions;
    const newest = site.newestFirst(editions);
    return newest.find((one) => isOffered(editions[one])) || newest[0];
  }

  /**
   * @param {Edition} edition
   * @returns {boolean}
   */
  function isOffered(edition) {
    return edition.complete === edition.cities;
  }

  /**
   * A weight as the address has it, as one of the steps of a slider.
   * @param {string} text
   * @returns {string | null} nothing if it is no weight
   */
  function weightOf(text) {
    return /^([0-4](\.[05])?|5(\.0)?)$/.test(text) ? Number(text).toFixed(1) : null;
  }

  /**
   * The state that the address asks for; what it asks wrongly falls back to the default.
   * @returns {State}
   */
  function stateOfAddress() {
    const asked = site.query();
    const ranking = Object.hasOwn(settings.rankings, asked.ranking) ? asked.ranking : settings.default;
    const editions = settings.rankings[ranking].editions;
    /** @type {Record<string, string>} */
    const weights = {};
    for (const [name, value] of Object.entries(asked)) {
      const weight = weightOf(value);
      if (name.startsWith(WEIGHT_PREFIX) && weight) {
        weights[name.slice(WEIGHT_PREFIX.length)] = weight;
      }
    }
    return {
      ranking,
      edition: Object.hasOwn(editions, asked.edition) ? asked.edition : defaultEdition(ranking),
      city: asked.city || "",
      weights,
    };
  }

  /**
   * The state for the address; weights that equal all others are left out.
   * @returns {Record<string, string>}
   */
  function queryOfState() {
    const weights = Object.entries(state.weights)
      .filter(([, weight]) => weight !== EQUAL)
      .map(([category, weight]) => [WEIGHT_PREFIX + category, String(Number(weight))]);
    return {
      ranking: state.ranking,
      edition: state.edition,
      ...(state.city ? { city: state.city } : {}),
      ...Object.fromEntries(weights),
    };
  }

  /**
   * The weights in the order of the categories.
   * @param {EditionData} data
   * @returns {string[]}
   */
  function weightsOfState(data) {
    return data.categories.map(({ id }) => state.weights[id] || EQUAL);
  }

  /**
   * The ranking under weights, the first city first.
   * @param {EditionData} data
   * @param {string[]} weights
   * @returns {Result[] | null} nothing if every weight is 0
   */
  function resultsOf(data, weights) {
    const indices = data.cities.map((city) => city[5].map(BigInt));
    /** @param {string[]} asked */
    const rankingOf = (asked) => weightsArithmetic.ranking(
      indices, asked.map((weight) => weightsArithmetic.units(weight, 1)), data.rankDigits,
    );
    const own = rankingOf(weights);
    const equal = rankingOf(weights.map(() => EQUAL));
    if (!own || !equal) return null;
    return data.cities
      .map((city, position) => ({
        city,
        ...own[position],
        gained: equal[position].place - own[position].place,
      }))
      .sort((one, other) => one.place - other.place
        || one.city[1].localeCompare(other.city[1], "de"));
  }

  /**
   * A bar whose parts are what the categories contribute to the index.
   * @param {EditionData} data
   * @param {City} city
   * @param {string[]} weights
   * @returns {SVGElement}
   */
  function bar(data, city, weights) {
    const total = weights.reduce((sum, weight) => sum + Number(weight), 0);
    const drawn = site.bar(data.scale);
    let start = 0;
    data.categories.forEach(({ colour }, position) => {
      const index = Number(city[5][position]) / 10 ** weightsArithmetic.DIGITS;
      const width = (index * Number(weights[position])) / total;
      if (width === 0) return;
      drawn.append(site.svg("rect", {
        class: `part ${colour}`, x: start.toFixed(3), width: width.toFixed(3), height: "10",
      }));
      start += width;
    });
    return drawn;
  }

  /**
   * @param {EditionData} data
   * @param {Result} result
   * @param {string[]} weights
   * @returns {HTMLElement}
   */
  function row(data, { city, index, place, gained }, weights) {
    const [id, name, stateName, isSimulatedCity, isMarked, , page] = city;
    const markOf = () => (isMarked ? [figures.mark("s")] : []);
    const printed = site.figure(weightsArithmetic.printed(index, data.indexDigits));
    return site.element(
      "tr",
      { "data-city": id, ...(id === state.city ? { "aria-current": "true" } : {}) },
      site.element(
        "td", { class: "number", "data-field": "place" }, String(place), ...markOf(),
      ),
      site.element("td", { class: "number", "data-field": "gained" }, figures.tendency(gained)),
      site.element(
        "th",
        { scope: "row", "data-field": "city" },
        page ? site.element("a", { href: page }, name) : name,
        ...(isSimulatedCity ? [figures.mark("s")] : []),
        " ",
        site.element("span", { class: "detail" }, stateName),
        ...(isMarked ? [" ", figures.simulatedTag()] : []),
      ),
      site.element(
        "td",
        { class: "index", "data-field": "index" },
        site.element("span", { class: "value" }, printed, ...markOf()),
        bar(data, city, weights),
      ),
    );
  }

  /**
   * How many places a city won or lost, as a sentence has it.
   * @param {number} gained
   * @returns {string}
   */
  function gainedText(gained) {
    if (gained === 0) return site.text("weights_unchanged");
    const direction = gained > 0 ? "weights_gained" : "weights_lost";
    const places = Math.abs(gained);
    return places === 1 ? site.text(`${direction}_one`) : site.text(direction, { places });
  }

  /**
   * Show the place of the chosen city; it is read aloud.
   * @param {EditionData} data
   * @param {Result[]} results
   * @param {string[]} weights
   * @param {boolean} isUnknown whether the address asked for a city that is not there
   */
  function showChosen(data, results, weights, isUnknown) {
    const chosen = /** @type {Result} */ (results.find(({ city }) => city[0] === state.city));
    const isTied = results.filter(({ place }) => place === chosen.place).length > 1;
    const name = chosen.city[1];
    site.byId("chosen-place").replaceChildren(
      ...(isUnknown ? [`${site.text("weights_unknown_city", { city: name })} `] : []),
      site.element(
        "strong",
        {},
        `${name}: ${site.text(isTied ? "weights_place_tied" : "weights_place", {
          place: chosen.place, cities: results.length,
        })}`,
      ),
      site.element("span", { class: "detail" }, `, ${gainedText(chosen.gained)}`),
      ...(chosen.city[4] ? [" ", figures.simulatedTag()] : []),
    );
    site.byId("chosen-bar").replaceChildren(bar(data, chosen.city, weights));
  }

  /**
   * Make the sliders of an edition.
   * @param {EditionData} data
   */
  function makeSliders(data) {
    site.byId("sliders").replaceChildren(...data.categories.map((category) => {
      const id = `weight-${category.id}`;
      const range = { type: "range", min: "0", max: "5", step: "0.5" };
      return site.element(
        "div",
        { class: "weight", "data-category": category.id },
        site.element("label", { for: id }, figures.swatch(category.colour), category[language]),
        site.element(
          "div",
          { class: "setting" },
          site.element("input", { id, name: category.id, autocomplete: "off", ...range }),
          site.element("output", { for: id }),
        ),
      );
    }));
  }

  /**
   * Let the sliders show the weights.
   * @param {EditionData} data
   * @param {string[]} weights
   */
  function showSliders(data, weights) {
    data.categories.forEach(({ id }, position) => {
      const slider = /** @type {HTMLInputElement} */ (site.byId(`weight-${id}`));
      const output = /** @type {HTMLOutputElement} */ (slider.nextElementSibling);
      const printed = site.figure(weights[position]);
      if (Number(slider.value) !== Number(weights[position])) slider.value = weights[position];
      slider.setAttribute("aria-valuetext", printed);
      output.textContent = printed;
    });
  }

  /**
   * The city that is shown if none is asked for: a real one before simulated ones.
   * @param {EditionData} data
   * @returns {string}
   */
  function defaultCity(data) {
    const first = data.cities.find((city) => !city[3]) || data.cities[0];
    return first[0];
  }

  /**
   * Show an edition under the weights.
   * @param {EditionData} data
   */
  function show(data) {
    const key = `${state.ranking} ${state.edition}`;
    const isKnown = data.cities.some((city) => city[0] === state.city);
    const isUnknown = state.city !== "" && !isKnown;
    if (!isKnown) state.city = defaultCity(data);
    if (shown !== key) {
      makeSliders(data);
      site.fill(control("city"), data.cities.map((city) => [city[0], city[1]]), state.city);
      shown = key;
    }
    control("city").value = state.city;
    const weights = weightsOfState(data);
    showSliders(data, weights);
    const results = resultsOf(data, weights);
    site.byId("result").hidden = !results;
    site.byId("workbench").hidden = false;
    if (!results) {
      site.byId("chosen-place").textContent = site.text("weights_all_zero");
      site.byId("chosen-bar").replaceChildren();
      return;
    }
    showChosen(data, results, weights, isUnknown);
    table.tBodies[0].replaceChildren(...results.map((one) => row(data, one, weights)));
    site.byId("weights-caption").textContent = site.text("weights_caption", {
      ranking: settings.rankings[state.ranking].name, edition: state.edition,
    });
    Object.assign(table.dataset, { ranking: state.ranking, edition: state.edition });
  }

  /** Say why an edition has no weights of one's own. */
  function refuse() {
    const ranking = settings.rankings[state.ranking];
    site.byId("refusal-reason").textContent = site.text("weights_not_offered", {
      ranking: ranking.name, edition: state.edition, ...ranking.editions[state.edition],
    });
    site.byId("workbench").hidden = true;
    for (const link of site.byId("refusal").querySelectorAll("a")) {
      const { ranking = "", edition = "" } = link.dataset;
      link.search = new URLSearchParams({ ...queryOfState(), ranking, edition }).toString();
    }
  }

  /** Show the state, loading what it needs. */
  function update() {
    const ranking = settings.rankings[state.ranking];
    controls.hidden = false;
    control("ranking").value = state.ranking;
    site.fill(
      control("edition"),
      site.newestFirst(ranking.editions).map((one) => [one, one]),
      state.edition,
    );
    site.showOrigin(ranking, state.edition);
    const offered = isOffered(ranking.editions[state.edition]);
    site.byId("refusal").hidden = offered;
    site.byId("control-city-box").hidden = !offered;
    if (!offered) {
      refuse();
      return;
    }
    const name = `weights-${state.ranking}-${state.edition}`;
    site.loadData(name, (data) => {
      // An edition that arrives after another one was chosen is not shown.
      if (name === `weights-${state.ranking}-${state.edition}`) show(data);
    });
  }

  /** Write the state into the address as a step of its own, if it is another one. */
  function remember() {
    const before = window.location.search;
    const after = new URLSearchParams(queryOfState()).toString();
    if (before !== `?${after}`) site.setQuery(queryOfState());
  }

  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.addEventListener("change", () => {
    const ranking = control("ranking").value;
    const isSame = ranking === state.ranking;
    state = {
      ...state,
      ranking,
      edition: isSame ? control("edition").value : defaultEdition(ranking),
      city: control("city").value || state.city,
    };
    remember();
    update();
  });
  weightsForm.addEventListener("submit", (event) => event.preventDefault());
  weightsForm.addEventListener("input", (event) => {
    const slider = /** @type {HTMLInputElement} */ (event.target);
    const weight = Number(slider.value).toFixed(1);
    state = { ...state, weights: { ...state.weights, [slider.name]: weight } };
    update();
  });
  weightsForm.addEventListener("change", remember);
  weightsForm.addEventListener("reset", (event) => {
    event.preventDefault();
    state = { ...state, weights: {} };
    remember();
    update();
  });
  window.addEventListener("popstate", () => {
    state = stateOfAddress();
    update();
  });
  update();
})();
