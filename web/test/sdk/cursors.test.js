import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cursors } from '../../sdk/cursors.js';
import { FakeClock } from '../support/fake-clock.js';

const message = (seq, own = false) => ({ conversation: 'g:7', seq, ts: seq, from: own ? 1 : 2, name: '', text: '', cmid: `${seq}`, own, state: 'sent' });

function cursorsOf() {
  const clock = new FakeClock();
  const seqs = [];
  const cursors = new Cursors(clock, item => seqs.push(item.message.seq), { gap() {}, rewound() {}, received() {}, changed() {} });
  cursors.beginSync();
  cursors.finishSync([], true);
  return { clock, cursors, seqs };
}

test('In a group that was just joined an acknowledgement may overtake the messages in front of it', () => {
  const { cursors, seqs } = cursorsOf();
  cursors.offer(message(6, true), true);
  assert.deepEqual(seqs, []);
  cursors.offer(message(4), true);
  cursors.offer(message(5), true);
  assert.deepEqual(seqs, [4, 5, 6]);
});

test('Where nobody else writes the own message is shown after a while', async () => {
  const { clock, cursors, seqs } = cursorsOf();
  cursors.offer(message(6, true), true);
  assert.equal(cursors.findGap(), 2000);
  await clock.advance(2000);
  assert.equal(cursors.findGap(), null);
  assert.deepEqual(seqs, [6]);
});

test('A group of which the sync has told everything begins at its first message', () => {
  const { clock, seqs } = cursorsOf();
  const cursors = new Cursors(clock, item => seqs.push(item.message.seq), { gap() {}, rewound() {}, received() {}, changed() {} });
  cursors.beginSync();
  cursors.finishSync(['g:7'], true);
  cursors.offer(message(2, true), true);
  assert.deepEqual([seqs, cursors.hasGaps], [[], true]);
  cursors.offer(message(1), true);
  assert.deepEqual(seqs, [1, 2]);
});
