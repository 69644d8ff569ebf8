import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withChange } from '../../sdk/index.js';
import { ChangeCursor } from '../../sdk/change-cursor.js';
import { toChange, toState } from '../../sdk/changes.js';

const change = (rev, seq = 1) => ({ conversation: 'd:1:2', seq, rev });
const offer = (cursor, rev, previous, { early = false, room = true, seq = 1 } = {}) => cursor.offer(change(rev, seq), previous, early, room)?.rev;
const at = rev => {
  const cursor = new ChangeCursor();
  cursor.begin(rev, 0, false);
  return cursor;
};

test('What follows the rev that is known is told at once, what is known is not told again', () => {
  const cursor = at(4);
  assert.deepEqual([offer(cursor, 5, 4), offer(cursor, 8, 5), offer(cursor, 8, 5), offer(cursor, 5, 4)], [5, 8, undefined, undefined]);
  assert.equal(offer(cursor, 10, 6), 10, 'it has everything from 6 on');
  assert.deepEqual([cursor.rev, cursor.hasGap], [10, false]);
});

test('A push whose forerunner is not known is fetched with it, page by page', () => {
  const cursor = at(4);
  assert.equal(offer(cursor, 9, 8), undefined);
  assert.deepEqual([cursor.rev, cursor.hasGap], [4, true]);
  cursor.endPage({ since: 4, head: 9 }, 6, true);
  assert.equal(cursor.hasGap, true);
  assert.equal(offer(cursor, 12, 10), undefined, 'it is ahead of what was fetched');
  cursor.endPage({ since: 6, head: 9 }, 9, false);
  assert.equal(cursor.hasGap, true);
  cursor.endPage({ since: 9, head: 12 }, 12, false);
  assert.deepEqual([cursor.rev, cursor.hasGap], [12, false]);
});

test('An answer that never reaches what a push has said ends the asking', () => {
  const cursor = at(4);
  offer(cursor, 99, 98);
  cursor.endPage({ since: 4, head: 99 }, 5, false);
  assert.deepEqual([cursor.rev, cursor.hasGap], [5, false]);
});

test('A conversation that is new here begins where the server is, one that is known from its beginning at zero', () => {
  assert.deepEqual([at(17).rev, at(17).hasGap], [17, false]);
  const known = new ChangeCursor();
  known.startAtZero();
  assert.equal(offer(known, 3, 2), undefined);
  assert.deepEqual([known.rev, known.hasGap], [0, true]);
});

test('A login asks for what was missed, and for everything of a server that has gone back', () => {
  const cursor = new ChangeCursor();
  cursor.restore(4);
  cursor.beginLogin();
  assert.equal(offer(cursor, 5, 4), 5);
  cursor.noteServerRev(4);
  assert.deepEqual([cursor.rev, cursor.hasGap], [5, false], 'the push has overtaken the sync');
  cursor.beginLogin();
  cursor.noteServerRev(3);
  assert.deepEqual([cursor.rev, cursor.hasGap], [0, true]);
  cursor.endPage({ since: 0, head: 3 }, 3, false);
  offer(cursor, 9, 8);
  cursor.endPage({ since: 3, head: 9 }, 2, false);
  assert.deepEqual([cursor.rev, cursor.hasGap], [0, true], 'the answer shows it');
});

test('What was heard of and not handed over is asked for after a restart', () => {
  const cursor = new ChangeCursor();
  cursor.restore(4, 6);
  cursor.beginLogin();
  assert.deepEqual([cursor.rev, cursor.head, cursor.hasGap], [4, 6, true]);
});

test('A change waits for its message, and what was not handed over is asked for again after a restart', () => {
  const cursor = at(4);
  assert.equal(offer(cursor, 5, 4, { early: true, seq: 41 }), undefined);
  assert.equal(offer(cursor, 6, 5), 6);
  cursor.take(6);
  assert.deepEqual([cursor.taken, cursor.early], [4, 1]);
  assert.deepEqual(cursor.release(40), []);
  assert.deepEqual(cursor.release(41).map(({ rev }) => rev), [5]);
  assert.equal(cursor.taken, 4);
  cursor.take(5);
  assert.equal(cursor.taken, 6);
});

test('Without room a change is fetched later', () => {
  const cursor = new ChangeCursor();
  assert.equal(offer(cursor, 5, 4, { room: false }), undefined);
  assert.deepEqual([cursor.rev, cursor.hasGap], [0, true]);
});

test('Of a conversation that is new here the changes of messages that are still to come are fetched', () => {
  const cursor = new ChangeCursor();
  cursor.begin(9, 40, true);
  assert.deepEqual([cursor.rev, cursor.hasGap], [0, true]);
  assert.deepEqual([change(3, 40), change(8, 41), change(10, 40)].map(one => cursor.offerFetched(one, false)?.rev), [undefined, 8, 10]);
});

test('A message becomes what its changes say', () => {
  const old = { conversation: 'd:1:2', seq: 1, ts: 1, from: 2, name: 'bob', text: 'old', cmid: 'c', own: false, state: 'sent', rev: 2, fields: { mood: 'good' } };
  assert.equal(withChange(old, { ...change(2), text: 'stale' }), old);
  assert.equal(withChange(old, change(3, 2)), old);
  const push = { msgid: 132, conversation: 'd:1:2', seq: 1, prev: 2, by: 2 };
  let message = withChange(old, toChange({ ...push, rev: 3, edit: { msg: 'new', ts: 9 } }, 1));
  assert.deepEqual([message.text, message.edited, message.fields], ['new', 9, { mood: 'good' }]);
  message = withChange(message, toChange({ ...push, rev: 4, reactions: { '👍': 2 }, who: [{ id: 2, react: '👍' }, { id: 1, react: '👍' }] }, 1));
  assert.deepEqual([message.reactions, message.mine, message.text], [{ '👍': 2 }, ['👍'], 'new']);
  message = withChange(message, toChange({ ...push, rev: 5, pinned: true, reactions: { '👍': 1 }, who: [{ id: 1, unreact: '👍' }] }, 1));
  assert.deepEqual([message.reactions, message.mine, message.pinned], [{ '👍': 1 }, [], true]);
  assert.deepEqual(withChange(message, toState('d:1:2', { seq: 1, rev: 6, mine: ['🎉'], reactions: { '🎉': 1 } })).mine, ['🎉']);
  message = withChange(message, toChange({ ...push, rev: 7, recalled: { by: 2, ts: 8 } }, 1));
  assert.deepEqual([message.text, message.recalled, message.pinned, message.edited, message.fields], ['', { by: 2, ts: 8 }, false, undefined, undefined]);
});
