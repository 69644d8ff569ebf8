import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cursor } from '../../sdk/cursor.js';
import { RewindSearch } from '../../sdk/rewind.js';
import { seeded } from '../support/fake-clock.js';

const message = (seq, ts = seq * 10) => ({ conversation: 'd:1:2', seq, ts, from: 2, name: 'b', text: `t${seq}@${ts}`, cmid: '', own: false, state: 'sent' });

/** A cursor that begins at 0, and what it lined up. */
function cursorAt(base = 0) {
  const items = [];
  const cursor = new Cursor('d:1:2', item => items.push(item));
  if (base !== null)
    cursor.setBase(base);
  return { cursor, items, seqs: () => items.map(item => item.message?.seq ?? [item.after + 1, item.upTo]) };
}

test('Messages in order come out in order', () => {
  const { cursor, seqs } = cursorAt();
  for (const seq of [1, 2, 3])
    cursor.offer(message(seq), true);
  assert.deepEqual(seqs(), [1, 2, 3]);
  assert.equal(cursor.hasGap, false);
});

test('What comes early waits for what is missing', () => {
  const { cursor, seqs } = cursorAt();
  cursor.offer(message(3), true);
  cursor.offer(message(1), true);
  assert.deepEqual([seqs(), cursor.hasGap, cursor.fetchAfter], [[1], true, 1]);
  cursor.offer(message(2), true);
  assert.deepEqual([seqs(), cursor.hasGap], [[1, 2, 3], false]);
});

test('A repetition is not shown again', () => {
  const { cursor, seqs } = cursorAt();
  for (const seq of [1, 1, 3, 3, 2, 2, 3])
    cursor.offer(message(seq), true);
  assert.deepEqual(seqs(), [1, 2, 3]);
});

test('Without room a message is only noted, and fetched later', () => {
  const { cursor, seqs } = cursorAt();
  cursor.offer(message(1), false);
  assert.deepEqual([seqs(), cursor.hasGap], [[], true]);
  cursor.offerHistory(0, [message(1)], false, 1);
  assert.deepEqual([seqs(), cursor.hasGap], [[1], false]);
});

test('What the history leaves out is told as missing', () => {
  const { cursor, seqs } = cursorAt();
  cursor.offer(message(1), true);
  cursor.offer(message(6), true);
  cursor.offerHistory(1, [message(3)], false, 6);
  assert.deepEqual(seqs(), [1, [2, 2], 3, [4, 5], 6]);
});

test('In front of the first message of all there is nothing to miss', () => {
  const { cursor, items } = cursorAt();
  cursor.offerHistory(0, [message(4)], false, 4);
  assert.equal(items[0].after, items[0].upTo);
  assert.equal(items[1].message.seq, 4);
});

test('An empty page that is not the last skips what is too large for any answer', () => {
  const { cursor, seqs } = cursorAt(5);
  cursor.restore({ conversation: 'd:1:2', delivered: 5, received: 5, head: 8, read: 0, ts: 0 });
  cursor.offerHistory(5, [], true, 8);
  assert.deepEqual([seqs(), cursor.fetchAfter], [[[6, 6]], 6]);
});

test('Until it is known where a conversation begins everything waits', () => {
  const { cursor, seqs } = cursorAt(null);
  cursor.offer(message(7), true);
  cursor.offer(message(8), true);
  assert.deepEqual([seqs(), cursor.hasGap], [[], false]);
  cursor.setBaseToFirstSeen();
  assert.deepEqual(seqs(), [7, 8]);
});

test('A mark that is kept goes on where it was', () => {
  const { cursor, items } = cursorAt();
  cursor.offer(message(1), true);
  cursor.take(items[0]);
  const { cursor: next, seqs } = cursorAt(null);
  next.restore(cursor.toMark());
  next.offer(message(1), true);
  next.offer(message(2), true);
  assert.deepEqual(seqs(), [2]);
});

test('A mark says what was handed over, not what is in line', () => {
  const { cursor, items } = cursorAt();
  cursor.offer(message(1), true);
  cursor.offer(message(2), true);
  cursor.take(items[0]);
  assert.deepEqual(cursor.toMark(), { conversation: 'd:1:2', delivered: 1, received: 1, head: 2, read: 0, ts: 10, rev: 0, revHead: 0 });
});

test('An own message does not move the received mark', () => {
  const { cursor, items } = cursorAt();
  cursor.offer({ ...message(1), own: true }, true);
  cursor.take(items[0]);
  assert.deepEqual([cursor.delivered, cursor.received], [1, 0]);
});

test('A newer message with a number that was seen shows that the server has gone back', () => {
  const { cursor, items, seqs } = cursorAt();
  for (const seq of [1, 2, 3])
    cursor.offer(message(seq), true);
  cursor.offer(message(2, 100), true); // the server has lost 2 and 3
  cursor.offerHistory(cursor.fetchAfter, [message(1), message(2, 100)], false, 2);
  cursor.offerHistory(cursor.fetchAfter, [message(2, 100)], false, 2);
  assert.deepEqual(items.filter(item => item.from !== undefined).map(({ from, upTo }) => [from, upTo]), [[3, 1]]);
  assert.deepEqual(items.at(-1).message.text, 't2@100');
  assert.equal(cursor.hasGap, false, seqs().join());
});

test('A head below what was known at the login shows it too', () => {
  const { cursor, items } = cursorAt();
  for (const seq of [1, 2, 3])
    cursor.offer(message(seq), true);
  cursor.beginLogin();
  cursor.noteServerHead(2);
  cursor.offerHistory(cursor.fetchAfter, [message(1), message(2)], false, 2);
  assert.deepEqual(items.filter(item => item.from !== undefined).map(({ from, upTo }) => [from, upTo]), [[3, 2]]);
});

test('The last message is compared when a conversation has changed', () => {
  const { cursor, items } = cursorAt();
  for (const seq of [1, 2])
    cursor.offer(message(seq), true);
  cursor.beginLogin();
  cursor.noteServerHead(2);
  cursor.compareLast();
  assert.deepEqual([cursor.hasGap, cursor.fetchAfter], [true, 1]);
  cursor.offerHistory(1, [message(2, 500)], false, 2);
  while (cursor.hasGap)
    cursor.offerHistory(cursor.fetchAfter, [message(1, 400), message(2, 500)].filter(({ seq }) => seq > cursor.fetchAfter), false, 2);
  assert.deepEqual(items.filter(item => item.message).map(item => item.message.text), ['t1@10', 't2@20', 't1@400', 't2@500']);
});

test('The search for what is new finds the first newer message wherever it is', () => {
  for (let first = 1; first <= 350; first += 7) {
    const log = Array.from({ length: 350 }, (_, i) => message(i + 1, i + 1 >= first ? 1000 + i : i));
    const search = new RewindSearch(349, 999);
    for (let pages = 0; !search.done; pages++) {
      assert.ok(pages < 50, 'it does not end');
      const found = log.filter(({ seq }) => seq > search.after);
      search.offer(found.slice(0, 100), found.length > 100);
    }
    assert.equal(search.below, Math.min(349, first - 1));
  }
});

for (let seed = 1; seed <= 200; seed++) {
  test(`Whatever comes in whatever order, everything comes out once and in order (seed ${seed})`, () => {
    const random = seeded(seed);
    const head = 1 + Math.floor(random() * 60);
    const { cursor, items } = cursorAt();
    for (let step = 0; step < 400; step++) {
      const seq = 1 + Math.floor(random() * head);
      if (random() < 0.9)
        cursor.offer(message(seq), random() < 0.8);
      else if (cursor.hasGap) {
        const after = cursor.fetchAfter;
        const page = Array.from({ length: Math.min(5, head - after) }, (_, i) => message(after + 1 + i));
        cursor.offerHistory(after, page, after + page.length < head, cursor.head);
      }
    }
    cursor.noteServerHead(head);
    for (let pages = 0; cursor.hasGap && pages < 100; pages++)
      cursor.offerHistory(cursor.fetchAfter, Array.from({ length: head - cursor.fetchAfter }, (_, i) => message(cursor.fetchAfter + 1 + i)), false, cursor.head);
    assert.deepEqual(items.map(item => item.message?.seq), Array.from({ length: head }, (_, i) => i + 1));
  });
}
