// A map of the cities in the ranking table: points only, bigger and darker towards place 1.
"use strict";

const rankingMap = (() => {
  /**
   * @typedef {Object} MapPoint
   * @property {string} id
   * @property {string} name
   * @property {number} latitude
   * @property {number} longitude
   * @property {number | null} place
   */

  const UNITS_PER_DEGREE = 50;
  const MIDDLE_LATITUDE = 51;
  const MARGIN = 20;
  const MARGIN_FOR_NAMES = 90;
  const MOST_NAMES = 8;
  const LINE_HEIGHT = 13;

  /**
   * The class of a place, and the radius of its point.
   * @param {number | null} place
   * @returns {[string, number]}
   */
  function look(place) {
    if (place === null) return ["unknown", 3];
    if (place <= 10) return ["first", 6];
    return place <= 30 ? ["second", 4.5] : ["third", 3];
  }

  /**
   * Draw the points into the figure, and hide it if there are none.
   * @param {HTMLElement} holder
   * @param {MapPoint[]} all every city of the field, which fixes the section
   * @param {MapPoint[]} shown the cities in the table
   */
  function draw(holder, all, shown) {
    holder.hidden = all.length === 0;
    if (holder.hidden) return;
    const narrowing = Math.cos((MIDDLE_LATITUDE * Math.PI) / 180);
    const west = Math.min(...all.map((point) => point.longitude));
    const east = Math.max(...all.map((point) => point.longitude));
    const north = Math.max(...all.map((point) => point.latitude));
    const south = Math.min(...all.map((point) => point.latitude));
    const width = (east - west) * narrowing * UNITS_PER_DEGREE + MARGIN + MARGIN_FOR_NAMES;
    const height = (north - south) * UNITS_PER_DEGREE + 2 * MARGIN;
    const svg = /** @type {SVGElement} */ (holder.querySelector("svg"));
    svg.setAttribute("viewBox", `0 0 ${width.toFixed(0)} ${height.toFixed(0)}`);
    svg.replaceChildren();
    /** @type {[number, number][]} */
    const named = [];
    const bestFirst = [...shown].sort((one, other) => (one.place || 999) - (other.place || 999));
    for (const point of bestFirst) {
      const x = MARGIN + (point.longitude - west) * narrowing * UNITS_PER_DEGREE;
      const y = MARGIN + (north - point.latitude) * UNITS_PER_DEGREE;
      const [kind, radius] = look(point.place);
      const title = site.svg("title");
      title.textContent = point.place === null ? point.name : `${point.place} ${point.name}`;
      const circle = site.svg(
        "circle",
        {
          class: `city ${kind}`,
          "data-city": point.id,
          cx: x.toFixed(1),
          cy: y.toFixed(1),
          r: String(radius),
        },
        title,
      );
      // The best places stand on top of the others.
      svg.prepend(circle);
      const isFree = named.every(
        ([otherX, otherY]) =>
          Math.abs(otherX - x) > MARGIN_FOR_NAMES || Math.abs(otherY - y) > LINE_HEIGHT,
      );
      if (point.place !== null && isFree && named.length < MOST_NAMES) {
        named.push([x, y]);
        const name = site.svg("text", { x: (x + radius + 3).toFixed(1), y: (y + 4).toFixed(1) });
        name.textContent = point.name;
        svg.append(name);
      }
    }
  }

  return { draw };
})();
