/**
 * @typedef {object} Rates what a node did between two looks, per second; null: there was only one look
 * @property {number | null} accepted @property {number | null} delivered @property {number | null} refused @property {number | null} slow
 * @property {number | null} cpu of one processor, 0 to 1 and more
 * @property {Record<string, { p50: number | null, p99: number | null }>} durations in seconds; null: there were none
 */

/**
 * @param {any} before figures of the API, of an earlier look; null: there was none
 * @param {any} now
 * @returns {Rates}
 */
export function ratesBetween(before, now) {
  const isSameStart = before && before.upMilliseconds < now.upMilliseconds;
  const seconds = isSameStart ? (now.upMilliseconds - before.upMilliseconds) / 1000 : null;
  /** @param {(totals: any) => number} choose */
  const rate = choose => seconds === null ? null : (choose(now.totals) - choose(before.totals)) / seconds;
  /** @type {Rates['durations']} */
  const durations = {};
  for (const name of ['ack', 'delivery', 'commit']) {
    const counts = now.spreads[name].map((/** @type {number} */ count, /** @type {number} */ at) => count - (isSameStart ? before.spreads[name][at] : 0));
    durations[name] = { p50: quantile(counts, now.buckets, 0.5), p99: quantile(counts, now.buckets, 0.99) };
  }
  return {
    accepted: rate(totals => totals.accepted), delivered: rate(totals => totals.pushed + totals.drained), refused: rate(totals => totals.refused),
    slow: rate(totals => totals.slowConsumers), cpu: seconds === null ? null : (now.cpuMilliseconds - before.cpuMilliseconds) / seconds / 1000, durations,
  };
}

/**
 * Within a bucket as if its values were spread evenly, as Prometheus does it.
 * @param {number[]} counts one more than there are buckets
 * @param {number[]} buckets their upper ends
 * @param {number} share
 * @returns {number | null} null: nothing was counted; Infinity: beyond the last bucket
 */
export function quantile(counts, buckets, share) {
  const wanted = counts.reduce((sum, count) => sum + count, 0) * share;
  if (wanted === 0)
    return null;
  let seen = 0;
  for (const [at, end] of buckets.entries()) {
    const count = counts[at] ?? 0;
    if (count > 0 && seen + count >= wanted) {
      const begin = at === 0 ? 0 : buckets[at - 1] ?? 0;
      return begin + (end - begin) * (wanted - seen) / count;
    }
    seen += count;
  }
  return Infinity;
}
