import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, perSecond, span } from '../../operate/format.js';
import { quantile, ratesBetween } from '../../operate/rates.js';

const BUCKETS = [0.01, 0.1, 1];

/** Figures of a node that is up for so long, and has acknowledged so much. */
const figures = (upMilliseconds, accepted, ack) => ({
  upMilliseconds, cpuMilliseconds: upMilliseconds / 4, buckets: BUCKETS, spreads: { ack, delivery: [0, 0, 0, 0], commit: [0, 0, 0, 0] },
  totals: { accepted, pushed: accepted * 2, drained: 0, refused: 0, slowConsumers: 0 },
});

test('A rate is what was counted between two looks', () => {
  const { accepted, delivered, cpu } = ratesBetween(figures(1000, 10, [10, 0, 0, 0]), figures(3000, 50, [50, 0, 0, 0]));
  assert.deepEqual([accepted, delivered, cpu], [20, 40, 0.25]);
});

test('One look has no rate, and neither have two of which one is of another start', () => {
  for (const before of [null, figures(90_000, 500, [500, 0, 0, 0])]) {
    const { accepted, cpu, durations } = ratesBetween(before, figures(3000, 30, [30, 0, 0, 0]));
    assert.deepEqual([accepted, cpu], [null, null]);
    assert.ok(durations.ack.p50 > 0 && durations.ack.p50 <= 0.01, 'since the start');
  }
});

test('Durations are those between the looks, and not those before', () => {
  const { durations } = ratesBetween(figures(1000, 1000, [1000, 0, 0, 0]), figures(2000, 1010, [1000, 0, 10, 0]));
  assert.ok(durations.ack.p50 > 0.1 && durations.ack.p99 <= 1, JSON.stringify(durations.ack));
  assert.deepEqual(durations.delivery, { p50: null, p99: null });
});

test('A quantile lies within its bucket, and beyond the last one there is no end', () => {
  assert.equal(quantile([0, 10, 0, 0], BUCKETS, 0.5).toFixed(6), '0.055000');
  assert.equal(quantile([0, 0, 0, 1], BUCKETS, 0.5), Infinity);
  assert.equal(quantile([99, 0, 0, 1], BUCKETS, 0.99), 0.01);
  assert.equal(quantile([0, 0, 0, 0], BUCKETS, 0.5), null);
});

test('Figures are said in words that fit', () => {
  assert.deepEqual([duration(0.00123), duration(0.25), duration(2.5), duration(Infinity), duration(null)], ['1.2 ms', '250 ms', '2.5 s', '> 10 s', '–']);
  assert.deepEqual([perSecond(0), perSecond(2.25), perSecond(1234), perSecond(20_500), perSecond(null)], ['0/s', '2.3/s', '1234/s', '21 k/s', '–']);
  assert.deepEqual([span(5000), span(65_000), span(3_700_000), span(90_000_000)], ['5 s', '1 min', '1 h 1 min', '1 d 1 h']);
});
