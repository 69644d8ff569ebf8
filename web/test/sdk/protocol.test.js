import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatError, direct, group } from '../../sdk/index.js';
import { cmidSource, failureOf, reconnectDelay, retryDelay, targetOf, toMessage } from '../../sdk/protocol.js';

test('A conversation of two users has the lower id first', () => {
  assert.equal(direct(7, 3), 'd:3:7');
  assert.equal(group(5), 'g:5');
});

test('The target of a conversation is the other user, oneself, or the group', () => {
  assert.deepEqual(targetOf('d:3:7', 3), { to: 7 });
  assert.deepEqual(targetOf('d:3:7', 7), { to: 3 });
  assert.deepEqual(targetOf('d:3:3', 3), { to: 3 });
  assert.deepEqual(targetOf('g:5', 3), { group: 5 });
});

for (const wrong of ['', 'd:3', 'g:x', 'd:4:5', 'x:1:2', 'd:3:7:9', 'g:5:6'])
  test(`"${wrong}" is no conversation of user 3`, () => assert.throws(() => targetOf(wrong, 3), ChatError));

test('Cmids ascend even if the clock goes back, and fit into 64 code points', () => {
  const times = [1_800_000_000_000, 1_800_000_000_000, 1_799_000_000_000, 1_800_000_000_001];
  const next = cmidSource(() => times.shift());
  const made = [next(), next(), next(), next()];
  assert.deepEqual(made, made.toSorted());
  assert.equal(new Set(made).size, 4);
  assert.ok(made.every(cmid => cmid.length <= 64), made.join());
});

test('Two sources never make the same cmid', () => assert.notEqual(cmidSource(() => 1)(), cmidSource(() => 1)()));

test('The pause before reconnecting is anything between half a second and a bound that doubles to 20 seconds', () => {
  assert.deepEqual([0, 1, 2, 5, 6, 1000].map(attempt => [reconnectDelay(attempt, 0), reconnectDelay(attempt, 1)]),
    [[500, 1000], [500, 2000], [500, 4000], [500, 20_000], [500, 20_000], [500, 20_000]]);
});

test('The pause before a repetition doubles from 0.1 to 2 seconds', () => {
  assert.deepEqual([0, 1, 5, 1000].map(attempt => retryDelay(attempt, 1)), [100, 200, 2000, 2000]);
  assert.equal(retryDelay(0, 0), 50);
});

test('A failure says its number and whether to try again', () => {
  const failure = failureOf({ errno: 10, errmsg: 'busy', retry: true });
  assert.deepEqual([failure?.code, failure?.retry, failure?.message], [10, true, 'busy']);
  assert.equal(failureOf({ errno: 0 }), null);
});

test('A push becomes a message, with the keys that the protocol does not know', () => {
  const push = { id: 1, msg: 'hi', msgid: 6, name: 'alice', time: '2026-11-23 04:27:23', toid: 3, cmid: 'c', conversation: 'd:1:3', seq: 42, ts: 5, mood: 'good' };
  assert.deepEqual(toMessage(push, 3), {
    conversation: 'd:1:3', seq: 42, ts: 5, from: 1, name: 'alice', text: 'hi', cmid: 'c', own: false, state: 'sent', fields: { mood: 'good' },
  });
  assert.equal(toMessage(push, 1).own, true);
});

test('What nobody has sent is a system message, and what somebody writes into a message is not', () => {
  const push = { by: 1, change: 'added', groupid: 9, id: 0, ids: [5, 7], kind: 'system', msg: 'alice added dave and eve', msgid: 10, name: '*', time: '2026-11-23 04:27:23', cmid: 'S:1:2', conversation: 'g:9', seq: 42, ts: 5 };
  assert.deepEqual(toMessage(push, 3), {
    conversation: 'g:9', seq: 42, ts: 5, from: 0, name: '*', text: 'alice added dave and eve', cmid: 'S:1:2', own: false, state: 'sent',
    system: { by: 1, change: 'added', ids: [5, 7], kind: 'system' },
  });
  const claimed = toMessage({ ...push, id: 4, name: 'mallory' }, 3);
  assert.deepEqual([claimed.system, claimed.fields], [undefined, { by: 1, change: 'added', ids: [5, 7], kind: 'system' }]);
});

test('A push of a server without a history has its conversation from its receiver', () => {
  const message = toMessage({ id: 4, msg: 'hi', msgid: 6, name: 'a', toid: 3, time: '2026-11-23 04:27:23', offline: 7 }, 3);
  assert.deepEqual([message.conversation, message.seq, message.offline, message.ts], ['d:3:4', 0, 7, Date.parse('2026-11-23T04:27:23Z')]);
  assert.equal(toMessage({ id: 4, msg: 'hi', msgid: 10, name: 'a', groupid: 9 }, 3).conversation, 'g:9');
});
