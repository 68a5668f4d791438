// The ranking under weights of one's own, in whole numbers: the same as queries/own_weights.sql.
"use strict";

const weightsArithmetic = (() => {
  const DIGITS = 12;

  /**
   * An exact number as units of its last of `digits` digits.
   * @param {string} text digits with or without a decimal point, at most `digits` after it
   * @param {number} digits
   * @returns {bigint}
   */
  function units(text, digits) {
    const [whole, fraction = ""] = text.split(".");
    if (!/^\d+$/.test(whole + fraction) || fraction.length > digits) {
      throw new Error(`${text} is no number with ${digits} digits`);
    }
    return BigInt(whole + fraction.padEnd(digits, "0"));
  }

  /**
   * A quotient rounded half up; nothing here is negative.
   * @param {bigint} numerator
   * @param {bigint} denominator
   * @returns {bigint}
   */
  function divide(numerator, denominator) {
    return (2n * numerator + denominator) / (2n * denominator);
  }

  /**
   * The weighted mean of a city's category indices, in units of the twelfth digit.
   * @param {bigint[]} indices in units of the twelfth digit
   * @param {bigint[]} weights in tenths, not all 0
   * @returns {bigint}
   */
  function mean(indices, weights) {
    const sum = indices.reduce((total, index, position) => total + index * weights[position], 0n);
    return divide(sum, weights.reduce((total, weight) => total + weight, 0n));
  }

  /**
   * Round units of the twelfth digit to units of an earlier one.
   * @param {bigint} value
   * @param {number} digits
   * @returns {bigint}
   */
  function rounded(value, digits) {
    return divide(value, 10n ** BigInt(DIGITS - digits));
  }

  /**
   * The places of values, the highest first; equal values share a place.
   * @param {bigint[]} values
   * @returns {number[]}
   */
  function places(values) {
    /** @type {Map<bigint, number>} */
    const first = new Map();
    const sorted = [...values].sort((one, other) => (one < other ? 1 : one > other ? -1 : 0));
    sorted.forEach((value, position) => {
      if (!first.has(value)) first.set(value, position + 1);
    });
    return values.map((value) => /** @type {number} */ (first.get(value)));
  }

  /**
   * Index and place of every city.
   * @param {bigint[][]} cities the category indices of each, in units of the twelfth digit
   * @param {bigint[]} weights in tenths
   * @param {number} rankDigits digits that places are taken on
   * @returns {{index: bigint, place: number}[] | null} nothing if every weight is 0
   */
  function ranking(cities, weights, rankDigits) {
    if (weights.every((weight) => weight === 0n)) return null;
    const means = cities.map((indices) => mean(indices, weights));
    const found = places(means.map((value) => rounded(value, rankDigits)));
    return means.map((index, position) => ({ index, place: found[position] }));
  }

  /**
   * The printed form of units of the twelfth digit, with a decimal point.
   * @param {bigint} value
   * @param {number} digits
   * @returns {string}
   */
  function printed(value, digits) {
    const text = rounded(value, digits).toString().padStart(digits + 1, "0");
    const whole = text.slice(0, text.length - digits);
    return digits ? `${whole}.${text.slice(-digits)}` : whole;
  }

  return { DIGITS, units, ranking, printed };
})();
