// The ranking: sort the rows of the page and leave out those that a filter excludes.
"use strict";

(() => {
  const table = /** @type {HTMLTableElement} */ (document.getElementById("ranking-table"));
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("controls"));
  const summary = document.getElementById("summary");
  const headers = /** @type {HTMLElement[]} */ ([...table.querySelectorAll("th[data-sort]")]);
  const inOrder = [...table.tBodies[0].rows];
  const cities = inOrder.filter((row) => row.dataset.city);
  const descending = ["tendency", "index"];
  /** @type {Record<string, string>} */
  let state = stateOfAddress();

  /** What the address asks for; what it asks wrongly is left out.
   * @returns {Record<string, string>}
   */
  function stateOfAddress() {
    const asked = site.query();
    const filters = Object.fromEntries(
      ["state", "size"]
        .filter((name) => cities.some((row) => row.dataset[name] === asked[name]))
        .map((name) => [name, asked[name]]),
    );
    const sorts = headers.map((one) => one.dataset.sort);
    if (!sorts.includes(asked.sort)) return filters;
    return { ...filters, sort: asked.sort, ...(asked.dir === "other" ? { dir: "other" } : {}) };
  }

  /**
   * What a row is sorted by.
   * @param {HTMLTableRowElement} row
   * @param {string} sort
   * @returns {string | undefined}
   */
  function value(row, sort) {
    const field = row.querySelector(`[data-field="${sort}"], [data-category="${sort}"]`);
    if (sort === "city") return (field && field.textContent) || "";
    return field instanceof HTMLElement ? field.dataset.value : undefined;
  }

  /** Show the state. What has no value comes last in either direction. */
  function show() {
    const { sort = "place", dir } = state;
    const isAscending = descending.includes(sort) === (dir === "other");
    const sign = isAscending ? 1 : -1;
    const isPlain = sort === "place" && !dir && !state.state && !state.size;
    const values = new Map(cities.map((row) => [row, value(row, sort)]));
    const sorted = isPlain ? inOrder : sort === "place" && !dir ? cities : [...cities].sort((one, other) => {
      const [a, b] = [values.get(one), values.get(other)];
      if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
      return sign * (sort === "city" ? a.localeCompare(b, "de") : Number(a) - Number(b));
    });
    const shown = sorted.filter((row) => isPlain ||
      ["state", "size"].every((name) => !state[name] || row.dataset[name] === state[name]));
    table.tBodies[0].replaceChildren(...shown);
    for (const header of headers) {
      if (header.dataset.sort === sort) {
        header.setAttribute("aria-sort", isAscending ? "ascending" : "descending");
      } else header.removeAttribute("aria-sort");
    }
    for (const name of ["state", "size"]) {
      const control = form && form.elements.namedItem(name);
      if (control instanceof HTMLSelectElement) control.value = state[name] || "";
    }
    if (summary && (state.state || state.size)) {
      summary.textContent = shown.length
        ? site.text("ranking_summary", { shown: shown.length, cities: cities.length })
        : site.text("ranking_nothing_found");
    } else if (summary) summary.textContent = "";
  }

  for (const header of headers) {
    const sort = header.dataset.sort || "";
    const button = site.element("button", { type: "button" }, ...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const { sort: before = "place", dir, ...filters } = state;
      const turned = before === sort && !dir;
      state = { ...filters, ...(sort === "place" && !turned ? {} : { sort }), ...(turned ? { dir: "other" } : {}) };
      site.setQuery(state);
      show();
    });
  }
  if (form) {
    form.hidden = false;
    form.addEventListener("change", () => {
      const { sort, dir } = state;
      const chosen = [...new FormData(form)].filter(([, one]) => one !== "");
      state = { ...Object.fromEntries(chosen), ...(sort && { sort }), ...(dir && { dir }) };
      site.setQuery(state);
      show();
    });
  }
  window.addEventListener("popstate", () => {
    state = stateOfAddress();
    show();
  });
  if (Object.keys(state).length) show();
})();
