import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toChange, toState, withChange } from '../../sdk/changes.js';
import { fromPending } from '../../sdk/outgoing.js';
import { toMessage } from '../../sdk/protocol.js';
import { World } from '../support/world.js';

const PUSH = { msgid: 10, groupid: 5, id: 2, name: 'bob', msg: 'yes', time: 't', cmid: 'c', conversation: 'g:5', seq: 42, ts: 7, reply: 41, thread: 38, mentions: [1], x: 1 };

test('What a message refers to is its own, and other keys are the sender\'s', () => {
  const { reply, thread, mentions, fields } = toMessage(PUSH, 1);
  assert.deepEqual({ reply, thread, mentions, fields }, { reply: 41, thread: 38, mentions: [1], fields: { x: 1 } });
  assert.deepEqual(fromPending({ cmid: 'c', target: { group: 5 }, text: 'yes', ts: 7, fields: { reply: 41, mentions: 'all' } }, { id: 1, name: 'alice' }), {
    conversation: 'g:5', seq: 0, ts: 7, from: 1, name: 'alice', text: 'yes', cmid: 'c', own: true, state: 'pending', reply: 41, mentions: 'all',
  });
});

test('Only a history tells what has come of a thread', () => {
  const push = { ...PUSH, replies: 3, last_reply: 57 };
  const { replies, last_reply: last, fields } = toMessage(push, 1, true);
  assert.deepEqual({ replies, last, fields }, { replies: 3, last: 57, fields: { x: 1 } });
  assert.equal(toMessage(push, 1).replies, undefined);
});

test('An edit says who is mentioned, another change leaves it, and a recall ends it', () => {
  const message = toMessage(PUSH, 1);
  const edit = toChange({ conversation: 'g:5', seq: 42, rev: 1, by: 2, edit: { msg: 'no', ts: 9, mentions: 'all' } }, 1);
  assert.equal(withChange(message, edit).mentions, 'all');
  assert.equal(withChange(message, toChange({ conversation: 'g:5', seq: 42, rev: 1, by: 2, edit: { msg: 'no', ts: 9 } }, 1)).mentions, undefined);
  assert.deepEqual(withChange(message, toChange({ conversation: 'g:5', seq: 42, rev: 1, by: 2, pinned: true }, 1)).mentions, [1]);
  const recalled = withChange(message, toState('g:5', { seq: 42, rev: 1, recalled: { by: 2, ts: 9 } }));
  assert.deepEqual([recalled.reply, recalled.mentions], [41, undefined]);
});

test('They are sent as keys of the object, and a history is asked for a thread or for numbers', async () => {
  const world = new World();
  const alice = await world.ready('alice');
  alice.send({ to: 2 }, 'yes', { reply: 41, mentions: [2] });
  void alice.history('d:1:2', { thread: 38 }).catch(() => {});
  void alice.history('d:1:2', { seqs: [41, 38] }).catch(() => {});
  await world.clock.until(() => world.server.seen.filter(({ msgid }) => msgid === 107).length >= 2 && world.server.seen.some(({ msgid }) => msgid === 6));
  const sent = world.server.seen.find(({ msgid }) => msgid === 6);
  assert.deepEqual([sent.reply, sent.mentions, sent.msg], [41, [2], 'yes']);
  assert.deepEqual(world.server.seen.filter(({ msgid, thread, seqs }) => msgid === 107 && (thread || seqs)).map(({ thread, seqs }) => thread ?? seqs), [38, [41, 38]]);
});
