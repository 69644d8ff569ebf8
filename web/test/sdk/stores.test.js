import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IndexedDBStore, MemoryStore } from '../../sdk/index.js';

const message = (seq, conversation = 'd:1:2') => ({ conversation, seq, ts: seq, from: 1, name: 'a', text: `t${seq}`, cmid: `c${seq}`, own: false, state: 'sent' });
const mark = (conversation, delivered) => ({ conversation, delivered, received: delivered, head: delivered, read: 0, ts: 0 });
const pending = cmid => ({ cmid, target: { to: 2 }, text: cmid, ts: 0 });
const seqs = messages => messages.map(({ seq }) => seq);

let count = 0;
for (const [kind, create] of [['memory', () => new MemoryStore()], ['IndexedDB', () => new IndexedDBStore(`test ${count++}`)]]) {
  test(`${kind}: a new store is empty`, async () =>
    assert.deepEqual(await create().load(), { meta: {}, marks: [], pending: [] }));

  test(`${kind}: what is written is there afterwards`, async () => {
    const store = create();
    await store.write({ messages: [message(1)], marks: [mark('d:1:2', 1)], pending: [pending('p')], meta: { syncToken: 's' } });
    await store.write({ marks: [mark('d:1:2', 2)], meta: { resumeToken: 'r' } });
    assert.deepEqual(await store.load(), { meta: { syncToken: 's', resumeToken: 'r' }, marks: [mark('d:1:2', 2)], pending: [pending('p')] });
    assert.deepEqual(await store.messages('d:1:2', {}), [message(1)]);
  });

  test(`${kind}: a message that is kept becomes what its changes say, also if it is written with them`, async () => {
    const store = create();
    const change = (rev, rest) => ({ conversation: 'd:1:2', seq: 1, rev, ...rest });
    await store.write({ messages: [message(1), message(2)], changed: [change(1, { text: 'new', edited: 5 }), change(2, { reactions: { '👍': 1 }, own: { '👍': true } })] });
    await store.write({ changed: [change(3, { pinned: true }), { ...change(4, { pinned: true }), seq: 9 }, change(2, { text: 'old' })] });
    const [one, two, ...others] = await store.messages('d:1:2', {});
    assert.deepEqual([one.text, one.edited, one.reactions, one.mine, one.pinned, one.rev], ['new', 5, { '👍': 1 }, ['👍'], true, 3]);
    assert.deepEqual([two, others], [message(2), []]);
  });

  test(`${kind}: what was acknowledged is not pending any more`, async () => {
    const store = create();
    await store.write({ pending: [pending('p'), pending('q')] });
    await store.write({ done: ['p', 'unknown'] });
    assert.deepEqual((await store.load()).pending, [pending('q')]);
  });

  test(`${kind}: messages are found by number, ascending`, async () => {
    const store = create();
    await store.write({ messages: [1, 2, 3, 4, 5, 6].map(seq => message(seq)) });
    await store.write({ messages: [message(1, 'g:1'), message(10, 'd:1:20')] });
    assert.deepEqual(seqs(await store.messages('d:1:2', { limit: 2 })), [5, 6]);
    assert.deepEqual(seqs(await store.messages('d:1:2', { before: 5, limit: 2 })), [3, 4]);
    assert.deepEqual(seqs(await store.messages('d:1:2', { after: 2, limit: 2 })), [3, 4]);
    assert.deepEqual(seqs(await store.messages('d:1:2', { after: 2, before: 4 })), [3]);
    assert.deepEqual(seqs(await store.messages('d:1:9', {})), []);
  });

  test(`${kind}: what the server does not have any more is forgotten, before what is new is written`, async () => {
    const store = create();
    await store.write({ messages: [1, 2, 3].map(seq => message(seq)).concat(message(9, 'g:1')) });
    await store.write({ rewinds: [{ conversation: 'd:1:2', to: 1 }], messages: [message(2)] });
    assert.deepEqual([seqs(await store.messages('d:1:2', {})), seqs(await store.messages('g:1', {}))], [[1, 2], [9]]);
  });

  test(`${kind}: clearing forgets everything, before what is new is written`, async () => {
    const store = create();
    await store.write({ messages: [message(1)], marks: [mark('d:1:2', 1)], pending: [pending('p')], meta: { syncToken: 's' } });
    await store.write({ clear: true, meta: { resumeToken: 'new' } });
    assert.deepEqual(await store.load(), { meta: { resumeToken: 'new' }, marks: [], pending: [] });
    assert.deepEqual(await store.messages('d:1:2', {}), []);
  });

  test(`${kind}: of a long conversation the newest messages are kept`, async () => {
    const store = create();
    for (let seq = 1; seq <= 2500; seq += 100)
      await store.write({ messages: Array.from({ length: 100 }, (_, i) => message(seq + i)) });
    const kept = seqs(await store.messages('d:1:2', { limit: 10_000 }));
    assert.ok(kept.length >= 500 && kept.length <= 1100, `${kept.length}`);
    assert.equal(kept.at(-1), 2500);
    assert.deepEqual(kept, kept.toSorted((a, b) => a - b));
  });
}

test('IndexedDB: two stores of one name share what is kept, others do not', async () => {
  const [a, b, c] = [new IndexedDBStore('shared'), new IndexedDBStore('shared'), new IndexedDBStore('other')];
  await a.write({ pending: [pending('p')] });
  assert.deepEqual([(await b.load()).pending.length, (await c.load()).pending.length], [1, 0]);
});

test('IndexedDB: a closed store opens again when it is used', async () => {
  const store = new IndexedDBStore('closed');
  await store.write({ pending: [pending('p')] });
  store.close();
  assert.equal((await store.load()).pending.length, 1);
});
