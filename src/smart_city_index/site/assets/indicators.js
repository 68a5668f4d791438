// The indicator explorer: choose ranking, edition and indicator; draw its distribution.
"use strict";

(() => {
  /** position of the city, printed score, place, whether it is simulated (1)
   * @typedef {[number, string, number | null, number]} Score
   */
  /** @typedef {Record<string, string | null> & {flags: string[], cities: number, field: number}} Statistics */
  /**
   * @typedef {Object} Indicator
   * @property {string} id
   * @property {string} category
   * @property {Record<string, string>} name
   * @property {boolean} inferred
   * @property {"regular" | "project"} role
   * @property {Record<string, string | null>} unit
   * @property {string} direction
   * @property {string} rule
   * @property {string} weight
   * @property {string | null} source
   * @property {Statistics | null} statistics
   * @property {Score[]} scores best first
   */
  /**
   * @typedef {Object} EditionData
   * @property {Indicator[]} indicators
   * @property {Record<string, Record<string, string | null>>} correlations
   * @property {number[]} correlated numbers of cities that the correlations are over
   * @property {number} field number of cities
   */
  /**
   * @typedef {Object} Data
   * @property {[string, string, boolean][]} cities id, name, whether it is simulated
   * @property {Record<string, EditionData>} editions
   */
  /**
   * @typedef {Object} Edition
   * @property {string} status
   * @property {number} cities
   * @property {string} scores
   * @property {string} expected
   * @property {string} maximum
   * @property {Record<string, string>} categories
   */
  /**
   * @typedef {{name: string, simulated: boolean, dates: Record<string, string>,
   *   editions: Record<string, Edition>}} Ranking
   */
  /** @typedef {{ranking: string, edition: string, indicator: string}} State */
  /** @typedef {(Node | string)[]} Content */

  const SHOWN_PLACES = 10;
  const BINS = 20;
  const PROJECT_BIN = 5;
  const NARROWEST_CHART = 280;
  const POINTS = [
    "mean_score", "standard_deviation", "minimum_score", "first_quartile", "median_score",
    "third_quartile", "maximum_score",
  ];
  const CORRELATIONS = [
    "correlation_with_overall_index", "correlation_with_category_index",
    "correlation_with_rest_of_category",
  ];

  /** @type {{rankings: Record<string, Ranking>}} */
  const settings = site.readJson("indicator-settings");
  const form = /** @type {HTMLFormElement} */ (document.getElementById("controls"));
  const panel = byId("indicator");
  const defaultRanking = /** @type {string} */ (panel.dataset.ranking);
  /** @type {State} */
  let state = stateOfAddress();
  /** @type {() => void} */
  let redraw = () => {};

  /**
   * @param {string} id
   * @returns {HTMLElement}
   */
  function byId(id) {
    return /** @type {HTMLElement} */ (document.getElementById(id));
  }

  /**
   * @param {string} name
   * @returns {HTMLSelectElement}
   */
  function control(name) {
    return /** @type {HTMLSelectElement} */ (form.elements.namedItem(name));
  }

  /**
   * @param {string} ranking
   * @returns {string[]} editions, newest first
   */
  function editionsOf(ranking) {
    return Object.keys(settings.rankings[ranking].editions).sort().reverse();
  }

  /**
   * The state that the address asks for; what it asks wrongly falls back to the default.
   * @returns {State}
   */
  function stateOfAddress() {
    const asked = site.query();
    const known = Object.keys(settings.rankings).includes(asked.ranking);
    const ranking = known ? asked.ranking : defaultRanking;
    const editions = editionsOf(ranking);
    return {
      ranking,
      edition: editions.includes(asked.edition) ? asked.edition : editions[0],
      indicator: asked.indicator || "",
    };
  }

  /**
   * The best possible score of the edition.
   * @returns {number}
   */
  function maximumOf() {
    return Number(settings.rankings[state.ranking].editions[state.edition].maximum);
  }

  /**
   * @param {Indicator} indicator
   * @returns {string}
   */
  function nameOf(indicator) {
    return indicator.name[site.language];
  }

  /**
   * A printed percentage in the page's language.
   * @param {string} printed
   * @returns {string}
   */
  function percentage(printed) {
    return site.language === "de" ? printed.replace("%", "\u202f%") : printed;
  }

  /**
   * A printed correlation with its sign.
   * @param {string} printed
   * @returns {string}
   */
  function correlation(printed) {
    return Number(printed) > 0 ? `+${site.figure(printed)}` : site.figure(printed);
  }

  /**
   * A mark, where the ranking shown is a simulated field.
   * @returns {Content}
   */
  function fieldMark() {
    return settings.rankings[state.ranking].simulated ? [figures.mark("s")] : [];
  }

  /**
   * @param {string} caption
   * @param {[string, string][]} columns text and class
   * @param {HTMLElement[]} rows
   * @returns {HTMLElement}
   */
  function table(caption, columns, rows) {
    const heads = columns.map(([text, name]) =>
      site.element("th", name ? { scope: "col", class: name } : { scope: "col" }, text),
    );
    return site.element(
      "table",
      {},
      site.element("caption", {}, caption, ...fieldMark()),
      site.element("thead", {}, site.element("tr", {}, ...heads)),
      site.element("tbody", {}, ...rows),
    );
  }

  /**
   * @param {string} source
   * @returns {Content}
   */
  function sourceLink(source) {
    if (!/^https?:\/\//.test(source)) return [source];
    const host = new URL(source).hostname.replace(/^www\./, "");
    return [site.element("a", { href: source, rel: "noreferrer" }, host)];
  }

  /**
   * The definition of an indicator.
   * @param {Indicator} indicator
   * @returns {HTMLElement}
   */
  function facts(indicator) {
    const edition = settings.rankings[state.ranking].editions[state.edition];
    const statistics = indicator.statistics;
    const dot = site.svg(
      "svg",
      { class: "dot", viewBox: "0 0 10 10", "aria-hidden": "true" },
      site.svg("circle", { class: `cat-${indicator.category}`, cx: "5", cy: "5", r: "5" }),
    );
    /** @type {[string, Content][]} */
    const lines = [
      ["indicators_category", [dot, edition.categories[indicator.category]]],
      ["indicators_name", [site.text(
        indicator.inferred ? "indicators_name_inferred" : "indicators_name_printed",
      )]],
      ["indicators_role", [site.text(`role_${indicator.role}`)]],
      ["indicators_unit", [indicator.unit[site.language] || figures.gap("gap_not_recorded")]],
      ["indicators_direction", [site.text(`direction_${indicator.direction}`)]],
      ["indicators_scoring_rule", [site.text(`normalisation_${indicator.rule}`)]],
      ["indicators_weight", [
        site.text("indicators_weight_value", { weight: site.figure(indicator.weight) }),
      ]],
    ];
    if (statistics && statistics.effective_weight) {
      const weight = site.figure(statistics.effective_weight);
      lines.push(["indicators_effective_weight", [
        site.text("indicators_effective_weight_value", { weight }),
      ]]);
    }
    if (statistics && statistics.share_of_index_variance) {
      lines.push(["share_of_index_variance", [
        percentage(statistics.share_of_index_variance), ...fieldMark(),
      ]]);
    }
    if (indicator.source) lines.push(["indicators_source", sourceLink(indicator.source)]);
    return site.element(
      "dl",
      { class: "facts" },
      ...lines.flatMap(([label, content]) => [
        site.element("dt", {}, site.text(label)),
        site.element("dd", {}, ...content),
      ]),
    );
  }

  /**
   * A piece of text in the chart.
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {Record<string, string>} [attributes]
   * @returns {SVGElement}
   */
  function label(text, x, y, attributes = {}) {
    const place = { x: String(x), y: String(y), "text-anchor": "middle" };
    const made = site.svg("text", { ...place, ...attributes });
    made.textContent = text;
    return made;
  }

  /**
   * @param {string} name
   * @param {Record<string, number>} place
   * @returns {SVGElement}
   */
  function rect(name, place) {
    const entries = Object.entries(place).map(([key, value]) => [key, value.toFixed(1)]);
    return site.svg("rect", { class: name, ...Object.fromEntries(entries) });
  }

  /**
   * How many cities fall into each step of the axis; the last step includes its end.
   * @param {Score[]} scores
   * @param {number} width
   * @param {number} count
   * @returns {number[]}
   */
  function binned(scores, width, count) {
    const bins = new Array(count).fill(0);
    for (const [, printed] of scores) {
      bins[Math.min(count - 1, Math.floor(Number(printed) / width + 1e-9))] += 1;
    }
    return bins;
  }

  /**
   * The steps of the axis: twenty for scores, five points wide for project points.
   * @param {Indicator} indicator
   * @param {Statistics} statistics
   * @returns {{width: number, count: number}}
   */
  function steps(indicator, statistics) {
    const maximum = maximumOf();
    if (indicator.role === "regular") return { width: maximum / BINS, count: BINS };
    const count = Math.floor(Number(statistics.maximum_score) / PROJECT_BIN) + 1;
    return { width: PROJECT_BIN, count };
  }

  /**
   * The distribution as bars, with median and quartiles below.
   * @param {Indicator} indicator
   * @param {Statistics} statistics
   * @param {number} wide width in pixels
   * @returns {SVGElement}
   */
  function chart(indicator, statistics, wide) {
    const { width, count } = steps(indicator, statistics);
    const bins = binned(indicator.scores, width, count);
    const highest = Math.max(...bins);
    const left = 8, right = wide - 8, top = 18, base = 158, box = 190, tall = 212;
    /** @param {number} value */
    const x = (value) => left + ((right - left) * value) / (width * count);
    /** @param {string} name */
    const at = (name) => x(Number(statistics[name]));
    /** @type {SVGElement[]} */
    const parts = [];
    bins.forEach((cities, number) => {
      if (!cities) return;
      const height = ((base - top) * cities) / highest;
      const from = x(number * width) + 0.75;
      const until = x((number + 1) * width) - 0.75;
      const place = { x: from, y: base - height, width: until - from, height };
      parts.push(rect(`cat-${indicator.category}`, place));
      parts.push(label(String(cities), (from + until) / 2, base - height - 4, { class: "count" }));
    });
    parts.push(rect("axis", { x: left, y: base, width: right - left, height: 1 }));
    const every = indicator.role === "regular" ? BINS / 5 : 1;
    for (let number = 0; number <= count; number += every) {
      const place = x(number * width);
      const anchor = number === 0 ? "start" : number === count ? "end" : "middle";
      parts.push(rect("axis", { x: place - 0.5, y: base, width: 1, height: 4 }));
      parts.push(label(String(number * width), place, base + 15, { "text-anchor": anchor }));
    }
    const first = at("first_quartile");
    parts.push(rect("whisker", {
      x: at("minimum_score"), y: box, width: at("maximum_score") - at("minimum_score"), height: 2,
    }));
    parts.push(rect("quartiles", {
      x: first, y: box - 7, width: Math.max(1, at("third_quartile") - first), height: 16,
    }));
    parts.push(rect("median-stroke", {
      x: at("median_score") - 1.5, y: box - 11, width: 3, height: 24,
    }));
    /** @param {string} name */
    const printed = (name) => site.figure(statistics[name] || "");
    const description = site.text("indicators_chart_label", {
      cities: statistics.cities,
      median: printed("median_score"),
      first: printed("first_quartile"),
      third: printed("third_quartile"),
      minimum: printed("minimum_score"),
      maximum: printed("maximum_score"),
    });
    return site.svg(
      "svg",
      {
        class: "distribution",
        viewBox: `0 0 ${wide} ${tall}`,
        role: "img",
        "aria-label": description,
      },
      ...parts,
    );
  }

  /**
   * What strikes about an indicator, in words.
   * @param {Statistics} statistics
   * @returns {HTMLElement}
   */
  function flags(statistics) {
    if (!statistics.flags.length) {
      return site.element("p", { class: "note" }, site.text("indicators_no_flags"));
    }
    const values = {
      share_at_zero: percentage(statistics.share_at_zero || ""),
      share_at_maximum: percentage(statistics.share_at_maximum || ""),
      correlation_with_rest_of_category: correlation(
        statistics.correlation_with_rest_of_category || "",
      ),
    };
    return site.element(
      "ul",
      { class: "flags" },
      ...statistics.flags.map((flag) =>
        site.element("li", { "data-flag": flag }, site.text(flag, values)),
      ),
    );
  }

  /**
   * The statistics of the scores as pairs of name and figure.
   * @param {Indicator} indicator
   * @param {Statistics} statistics
   * @returns {HTMLElement}
   */
  function keyFigures(indicator, statistics) {
    /** @type {[string, string][]} */
    const pairs = [[
      "indicators_cities",
      `${statistics.cities} ${site.text("of_cities", { count: statistics.field })}`,
    ]];
    for (const name of POINTS) {
      if (statistics[name]) pairs.push([name, site.figure(statistics[name] || "")]);
    }
    pairs.push(["share_at_zero", percentage(statistics.share_at_zero || "")]);
    // The mart compares project points with the scale, which they never reach.
    if (indicator.role === "regular") {
      pairs.push(["share_at_maximum", percentage(statistics.share_at_maximum || "")]);
    }
    return site.element(
      "dl",
      { class: "figures" },
      ...pairs.map(([name, value]) =>
        site.element(
          "div",
          {},
          site.element("dt", {}, site.text(name)),
          site.element(
            "dd",
            { "data-field": name },
            value,
            ...(name === "indicators_cities" ? [] : fieldMark()),
          ),
        ),
      ),
    );
  }

  /**
   * A city, with its marks, that leads to its profile.
   * @param {Data} data
   * @param {Score} score
   * @returns {HTMLElement}
   */
  function cityCell(data, score) {
    const [id, name, simulatedCity] = data.cities[score[0]];
    const href = `city/${state.ranking}/${id}.html?edition=${state.edition}`;
    /** @type {Content} */
    const content = [site.element("a", { href }, name)];
    if (simulatedCity) content.push(figures.mark("s"));
    else if (score[3]) {
      content.push(" ", site.element("span", { class: "tag" }, site.text("figures_simulated")));
    }
    return site.element("th", { scope: "row" }, ...content);
  }

  /**
   * A bar up to the best possible score.
   * @param {Indicator} indicator
   * @param {string} printed
   * @returns {SVGElement}
   */
  function scoreBar(indicator, printed) {
    const width = (Number(printed) / maximumOf()) * 100;
    return site.svg(
      "svg",
      { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
      rect("track", { width: 100, height: 10 }),
      rect(`cat-${indicator.category}`, { width, height: 10 }),
    );
  }

  /**
   * @param {Data} data
   * @param {Indicator} indicator
   * @param {Score} score
   * @param {boolean} withPlace
   * @returns {HTMLElement}
   */
  function scoreRow(data, indicator, score, withPlace) {
    const [member, printed, place, simulated] = score;
    /** @type {Content} */
    const figure = [site.figure(printed)];
    if (simulated && !data.cities[member][2]) figure.push(figures.mark("s"));
    const cells = [
      cityCell(data, score),
      site.element("td", { class: "number", "data-field": "score" }, ...figure),
    ];
    if (withPlace) {
      const shown = place === null ? figures.gap("indicators_no_place") : String(place);
      cells.unshift(site.element("td", { class: "number place", "data-field": "place" }, shown));
    } else if (indicator.role === "regular") {
      cells.push(site.element("td", { class: "bar-column" }, scoreBar(indicator, printed)));
    }
    return site.element("tr", { "data-city": data.cities[member][0] }, ...cells);
  }

  /**
   * A table of scores.
   * @param {Data} data
   * @param {Indicator} indicator
   * @param {string} caption
   * @param {Score[]} scores
   * @param {boolean} withPlace
   * @returns {HTMLElement}
   */
  function scoreTable(data, indicator, caption, scores, withPlace) {
    /** @type {[string, string][]} */
    const columns = [
      [site.text("column_city"), ""],
      [site.text("indicators_column_score"), "number"],
    ];
    if (withPlace) columns.unshift([site.text("column_place"), "number place"]);
    else if (indicator.role === "regular") columns.push([`0 … ${maximumOf()}`, "bar-column"]);
    const rows = scores.map((score) => scoreRow(data, indicator, score, withPlace));
    return table(caption, columns, rows);
  }

  /**
   * The first or last places, with a word on ties that go beyond them.
   * @param {Data} data
   * @param {Indicator} indicator
   * @param {"indicators_leaders" | "indicators_last"} text
   * @returns {HTMLElement}
   */
  function somePlaces(data, indicator, text) {
    const all = indicator.scores;
    const isLast = text === "indicators_last";
    const shown = isLast ? all.slice(-SHOWN_PLACES) : all.slice(0, SHOWN_PLACES);
    const place = shown[isLast ? 0 : shown.length - 1][2];
    const tied = all.filter((score) => score[2] === place).length;
    const section = site.element(
      "div", {}, scoreTable(data, indicator, site.text(text), shown, true),
    );
    if (tied > shown.filter((score) => score[2] === place).length && place !== null) {
      const note = site.text("indicators_tied", { count: tied, place });
      section.append(site.element("p", { class: "note" }, note));
    }
    return section;
  }

  /**
   * A bar from −1 to 1.
   * @param {number} value
   * @returns {SVGElement}
   */
  function correlationBar(value) {
    const length = Math.abs(value) * 50;
    const name = value < 0 ? "negative" : "positive";
    return site.svg(
      "svg",
      { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
      rect("track", { width: 100, height: 10 }),
      rect(name, { x: value < 0 ? 50 - length : 50, width: length, height: 10 }),
      rect("axis", { x: 49.8, width: 0.4, height: 10 }),
    );
  }

  /**
   * The correlations of the indicator.
   * @param {Indicator} indicator
   * @param {Statistics} statistics
   * @returns {HTMLElement}
   */
  function ownCorrelations(indicator, statistics) {
    const rows = CORRELATIONS.map((name) => {
      const value = statistics[name];
      return site.element(
        "tr",
        {},
        site.element("th", { scope: "row" }, site.text(name)),
        site.element("td", { class: "number", "data-field": name },
          value === null ? figures.gap("indicators_not_defined") : correlation(value)),
        site.element("td", { class: "bar-column" },
          ...(value === null ? [] : [correlationBar(Number(value))])),
      );
    });
    const made = table(nameOf(indicator), [
      [site.text("indicators_column_figure"), ""],
      [site.text("indicators_column_value"), "number"],
      ["−1 … +1", "bar-column"],
    ], rows);
    made.classList.add("correlation-list");
    return made;
  }

  /**
   * The colour of a correlation: five steps in each direction.
   * @param {number} value
   * @returns {string}
   */
  function colour(value) {
    const step = Math.min(5, Math.floor(Math.abs(value) * 5) + 1);
    return `correlation-${value < 0 ? "minus" : "plus"}-${step}`;
  }

  /**
   * The correlations between the categories, a number in every cell.
   * @param {EditionData} edition
   * @param {string} chosen category of the indicator
   * @returns {HTMLElement}
   */
  function matrix(edition, chosen) {
    const names = settings.rankings[state.ranking].editions[state.edition].categories;
    const ids = Object.keys(names).filter((id) => id in edition.correlations);
    const rows = ids.map((id) =>
      site.element(
        "tr",
        { "data-category": id },
        site.element("th", { scope: "row", ...(id === chosen && { class: "chosen" }) }, names[id]),
        ...ids.map((other) => {
          const value = edition.correlations[id][other];
          if (id === other || value === null) {
            const reason = id === other ? "indicators_matrix_itself" : "indicators_not_defined";
            return site.element("td", {}, figures.gap(reason));
          }
          return site.element(
            "td", { class: colour(Number(value)), "data-category": other }, correlation(value),
          );
        }),
      ),
    );
    /** @type {[string, string][]} */
    const columns = [["", ""]];
    for (const id of ids) columns.push([names[id], id === chosen ? "chosen" : ""]);
    const made = table(
      site.text("indicators_matrix_caption", {
        edition: state.edition, cities: edition.correlated.join(", "), field: edition.field,
      }),
      columns,
      rows,
    );
    const corner = /** @type {HTMLElement} */ (made.querySelector("thead th"));
    corner.replaceWith(site.element("td"));
    made.classList.add("matrix");
    return made;
  }

  /**
   * A link to the same indicator in the newest edition of the other rankings.
   * @returns {HTMLElement[]}
   */
  function otherRankings() {
    return Object.entries(settings.rankings)
      .filter(([ranking]) => ranking !== state.ranking)
      .map(([ranking, { name }]) => {
        const search = new URLSearchParams({ ranking, indicator: state.indicator });
        const text = site.text("indicators_other_ranking", { ranking: name });
        return site.element("p", {}, site.element("a", { href: `?${search}` }, text));
      });
  }

  /**
   * Show an indicator whose whole field is known.
   * @param {Data} data
   * @param {Indicator} indicator
   * @param {Statistics} statistics
   */
  function showField(data, indicator, statistics) {
    const holder = byId("distribution");
    const { width } = steps(indicator, statistics);
    const drawing = site.element("div");
    holder.replaceChildren(
      drawing,
      site.element("p", { class: "note" }, site.text("indicators_chart_key", { width })),
      keyFigures(indicator, statistics),
      flags(statistics),
    );
    redraw = () => {
      const wide = Math.max(NARROWEST_CHART, drawing.clientWidth);
      drawing.replaceChildren(chart(indicator, statistics, wide));
    };
    redraw();
    byId("places").replaceChildren(
      somePlaces(data, indicator, "indicators_leaders"),
      somePlaces(data, indicator, "indicators_last"),
    );
    const caption = site.text("indicators_all_cities_caption", {
      indicator: nameOf(indicator), edition: state.edition,
    });
    byId("all-cities").replaceChildren(
      site.element(
        "details",
        {},
        site.element(
          "summary", {}, site.text("indicators_all_cities", { count: statistics.cities }),
        ),
        scoreTable(data, indicator, caption, indicator.scores, true),
      ),
    );
    byId("own-correlations").replaceChildren(ownCorrelations(indicator, statistics));
    byId("matrix").replaceChildren(matrix(data.editions[state.edition], indicator.category));
  }

  /**
   * Show an indicator of which single scores are known at most, and say why.
   * @param {Data} data
   * @param {Indicator} indicator
   * @param {string} reason
   */
  function showSingleScores(data, indicator, reason) {
    redraw = () => {};
    const caption = site.text("indicators_known_scores", {
      indicator: nameOf(indicator), edition: state.edition,
    });
    byId("distribution").replaceChildren(
      site.element("p", {}, reason),
      indicator.scores.length
        ? scoreTable(data, indicator, caption, indicator.scores, false)
        : site.element("p", {}, site.text("indicators_none_known")),
      ...otherRankings(),
    );
    byId("places").replaceChildren();
    byId("all-cities").replaceChildren();
  }

  /**
   * Put the choices into the controls.
   * @param {Indicator[]} indicators
   */
  function showControls(indicators) {
    const ranking = settings.rankings[state.ranking];
    const names = ranking.editions[state.edition].categories;
    control("ranking").replaceChildren(
      ...Object.entries(settings.rankings).map(([value, { name }]) =>
        site.element("option", { value }, name),
      ),
    );
    control("ranking").value = state.ranking;
    control("edition").replaceChildren(
      ...editionsOf(state.ranking).map((value) => site.element("option", { value }, value)),
    );
    control("edition").value = state.edition;
    const groups = Object.keys(names).map((category) =>
      site.element(
        "optgroup",
        { label: names[category] },
        ...indicators
          .filter((one) => one.category === category)
          .map((one) => site.element("option", { value: one.id }, nameOf(one))),
      ),
    );
    control("indicator").replaceChildren(...groups.filter((group) => group.childElementCount));
    control("indicator").disabled = !indicators.length;
    control("indicator").value = state.indicator;
  }

  /**
   * Show the state.
   * @param {Data} data
   */
  function show(data) {
    const ranking = settings.rankings[state.ranking];
    const edition = ranking.editions[state.edition];
    const indicators = data.editions[state.edition].indicators;
    const indicator = indicators.find((one) => one.id === state.indicator) || indicators[0];
    if (indicator) state.indicator = indicator.id;
    showControls(indicators);
    site.showOrigin(ranking, state.edition);
    const reason = site.text(`indicators_status_${edition.status}`, {
      cities: edition.cities, scores: edition.scores, expected: edition.expected,
    });
    panel.hidden = !indicator;
    byId("no-indicators").hidden = Boolean(indicator);
    byId("no-indicators").textContent = indicator ? "" : reason;
    Object.assign(panel.dataset, {
      ranking: state.ranking, edition: state.edition, indicator: state.indicator,
    });
    if (!indicator) return;
    byId("indicator-name").textContent = `${nameOf(indicator)} ${state.edition}`;
    byId("facts").replaceChildren(
      site.element("h3", {}, site.text("indicators_facts")), facts(indicator),
    );
    byId("correlations").hidden = !indicator.statistics;
    if (indicator.statistics) showField(data, indicator, indicator.statistics);
    else showSingleScores(data, indicator, reason);
  }

  /** Load what the state needs, and show it. */
  function update() {
    site.loadData(`indicators-${state.ranking}`, show);
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => {
    const ranking = control("ranking").value;
    const edition = ranking === state.ranking ? control("edition").value : editionsOf(ranking)[0];
    state = { ranking, edition, indicator: control("indicator").value || state.indicator };
    site.setQuery(state);
    update();
  });
  window.addEventListener("popstate", () => {
    state = stateOfAddress();
    update();
  });
  window.addEventListener("resize", () => redraw());
  update();
})();
