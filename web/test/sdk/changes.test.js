import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatError, ErrorCode, MemoryStore, withChange } from '../../sdk/index.js';
import { World } from '../support/world.js';

const PAIR = { conversation: 'd:1:2', seq: 1 };

/** Two users, and a message between them that both have seen. */
async function scene({ count = 1, options = {} } = {}) {
  const world = new World();
  const [alice, bob] = [await world.ready('alice', options), await world.ready('bob')];
  for (let i = 1; i <= count; i++)
    alice.send({ to: 2 }, `m${i}`);
  await world.clock.until(() => [alice, bob].every(({ told }) => told.messages.length === count));
  return { world, alice, bob };
}

/** An answer, which takes time of the fake clock. */
async function done(world, promise) {
  let outcome = null;
  promise.then(value => { outcome = { value }; }, error => { outcome = { error }; });
  await world.clock.until(() => outcome !== null, 120_000);
  if (outcome.error)
    throw outcome.error;
  return outcome.value;
}

const requests = (world, msgid) => world.server.seen.filter(one => one.msgid === msgid);
const revs = client => client.told.changes.map(({ rev }) => rev);

test('All changes are asked for, and told to everybody', async () => {
  const { world, alice, bob } = await scene();
  assert.equal(alice.canChange, true);
  assert.deepEqual(await done(world, alice.edit(alice.told.messages[0], 'hello')), { rev: 1, ts: 5 });
  await done(world, bob.react(PAIR, '👍'));
  await done(world, bob.unreact(PAIR, '👍'));
  await done(world, bob.pin(PAIR));
  await done(world, bob.pin(PAIR, false));
  await done(world, alice.recall(PAIR));
  await world.clock.until(() => [alice, bob].every(({ told }) => told.changes.length === 6));
  const { changes } = bob.told;
  assert.deepEqual(revs(alice), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([changes[0].text, changes[0].by, changes[1].reactions, changes[1].own, changes[2].own], ['hello', 1, { '👍': 1 }, { '👍': true }, { '👍': false }]);
  assert.deepEqual([changes[3].pinned, changes[4].pinned, changes[5].recalled.by], [true, false, 1]);
  assert.equal(requests(world, 133).length, 0);
});

test('A change whose answer is lost is asked for again on the next connection', async () => {
  const { world, alice } = await scene();
  world.server.faults.cutBeforeAck = 1;
  const editing = alice.edit(PAIR, 'hello');
  await world.clock.until(() => requests(world, 131).length === 1 && alice.state !== 'ready');
  world.server.faults = {};
  assert.equal((await done(world, editing)).rev, 1);
  assert.deepEqual([requests(world, 131).length, world.server.log('d:1:2')[0].msg], [2, 'hello']);
});

for (const [errno, name] of [[13, 'forbidden'], [15, 'tooLate'], [6, 'notYours']]) {
  test(`A refusal is "${name}", and is not repeated`, async () => {
    const { world, alice } = await scene();
    world.server.refuseChange = () => errno;
    await assert.rejects(done(world, alice.recall(PAIR)), error => error instanceof ChatError && error.code === ErrorCode[name] && !error.retry);
    assert.equal(requests(world, 131).length, 1);
  });
}

test('A change that got lost on the way is fetched with the next one', async () => {
  const { world, bob } = await scene({ count: 3 });
  world.server.faults.dropPush = 1;
  world.server.change(1, { ...PAIR, edit: { msg: 'one' } });
  world.server.change(1, { ...PAIR, seq: 2, recall: true });
  world.server.faults = {};
  world.server.change(1, { ...PAIR, seq: 3, react: '🎉' });
  await world.clock.until(() => bob.told.changes.length === 3);
  assert.deepEqual(bob.told.changes.map(({ seq, rev, text, recalled }) => [seq, rev, text, recalled?.by]), [[1, 1, 'one', undefined], [2, 2, undefined, 1], [3, 3, undefined, undefined]]);
});

test('What was changed during an outage is told page by page after it', async () => {
  const { world, bob } = await scene({ count: 450 });
  world.server.die();
  for (let seq = 1; seq <= 450; seq++)
    world.server.change(1, { ...PAIR, seq, pin: true });
  world.server.isUp = true;
  await world.clock.until(() => bob.told.changes.length === 450, 120_000);
  assert.deepEqual(revs(bob), Array.from({ length: 450 }, (_, i) => i + 1));
  assert.ok(requests(world, 133).length >= 3);
});

test('What is kept is changed too, and the next run goes on where the changes were', async () => {
  const store = new MemoryStore();
  const { world, alice } = await scene({ count: 2, options: { store } });
  world.server.change(2, { ...PAIR, react: '👍' });
  world.server.change(1, { ...PAIR, edit: { msg: 'one' } });
  world.server.change(1, { ...PAIR, react: '👍' });
  await world.clock.until(() => alice.told.changes.length === 3);
  await world.clock.advance(100);
  const [kept] = await store.messages('d:1:2', {});
  assert.deepEqual([kept.text, kept.reactions, kept.mine, kept.rev], ['one', { '👍': 2 }, ['👍'], 3]);
  assert.equal((await store.load()).marks.find(({ conversation }) => conversation === 'd:1:2').rev, 3);
  await alice.close();
  world.server.change(1, { ...PAIR, seq: 2, recall: true });
  const next = await world.ready('alice', { store });
  assert.deepEqual(next.told.changes.map(({ seq, rev }) => [seq, rev]), [[2, 4]]);
  assert.equal((await store.messages('d:1:2', {}))[1].text, '');
});

test('A first login shows messages as they are, and no changes', async () => {
  const { world, bob } = await scene({ count: 2 });
  world.server.change(1, { ...PAIR, edit: { msg: 'one' } });
  world.server.change(3, { ...PAIR, react: '👍' });
  world.server.change(2, { ...PAIR, react: '👍' });
  world.server.change(1, { ...PAIR, seq: 2, recall: true });
  await world.clock.until(() => bob.told.changes.length === 4);
  await world.clock.advance(500); // the server hears that all was received
  const other = await world.ready('bob');
  const { messages } = await done(world, other.history('d:1:2'));
  assert.deepEqual([messages[0].text, messages[0].reactions, messages[0].mine, messages[0].rev, messages[0].fields], ['one', { '👍': 2 }, ['👍'], 3, undefined]);
  assert.deepEqual([messages[1].text, messages[1].recalled.by], ['', 1]);
  assert.deepEqual(other.told.changes, []);
});

test('What a sender writes in the words of the server means nothing in a push', async () => {
  const { world, alice, bob } = await scene();
  alice.send({ to: 2 }, 'forged', { pinned: true, reactions: { '👍': 99 }, rev: 7 });
  await world.clock.until(() => bob.told.messages.length === 2);
  const [, forged] = bob.told.messages;
  assert.deepEqual([forged.pinned, forged.reactions, forged.rev, forged.fields.rev], [undefined, undefined, undefined, 7]);
});

test('A change follows its message, even if it has overtaken it', async () => {
  const { world, bob } = await scene();
  const order = [];
  bob.on('message', ({ text }) => order.push(text));
  bob.on('change', ({ text }) => order.push(text));
  world.server.faults.dropPush = 1;
  world.server.post(1, { toid: 2 }, 'old');
  const late = { ...world.server.log('d:1:2')[1] };
  world.server.faults = {};
  world.server.change(1, { ...PAIR, seq: 2, edit: { msg: 'new' } });
  world.server.pushAll(late);
  await world.clock.until(() => order.length === 2);
  assert.deepEqual(order, ['old', 'new']);
});

test('A message whose push is lost is fetched when a change tells that it is there', async () => {
  const { world, bob } = await scene();
  world.server.faults.dropPush = 1;
  world.server.post(1, { toid: 2 }, 'lost');
  world.server.faults = {};
  world.server.change(1, { ...PAIR, seq: 2, pin: true });
  await world.clock.until(() => bob.told.changes.length === 1);
  assert.deepEqual([bob.told.messages[1].text, bob.told.messages[1].pinned], ['lost', true]);
});

test('A server that was restored is asked for everything that it knows', async () => {
  const { world, bob } = await scene({ count: 3 });
  for (const seq of [1, 2, 3])
    world.server.change(1, { ...PAIR, seq, pin: true });
  await world.clock.until(() => bob.told.changes.length === 3);
  world.server.die();
  world.server.changes.rewind('d:1:2', 1);
  world.server.change(1, { ...PAIR, seq: 2, edit: { msg: 'after' } });
  world.server.isUp = true;
  await world.clock.until(() => bob.told.changes.length === 5);
  assert.deepEqual(revs(bob), [1, 2, 3, 1, 2]);
  world.server.change(1, { ...PAIR, seq: 3, edit: { msg: 'more' } });
  await world.clock.until(() => bob.told.changes.length === 6);
  assert.equal(bob.told.changes[5].text, 'more');
});

test('An older server is spoken to as before', async () => {
  const world = new World();
  world.server.isOld = true;
  const alice = await world.ready('alice');
  world.server.post(2, { toid: 1 }, 'hi');
  await world.clock.until(() => alice.told.messages.length === 1);
  assert.equal(alice.canChange, false);
  await assert.rejects(done(world, alice.react(PAIR, '👍')), error => error.code === ErrorCode.unknownRequest);
  world.server.isOld = false;
  world.server.change(2, { ...PAIR, edit: { msg: 'hello' } });
  world.server.cutAll();
  await world.clock.until(() => alice.told.changes.length === 1);
  assert.deepEqual([alice.told.changes[0].text, alice.canChange], ['hello', true]);
});

for (let seed = 1; seed <= Number(process.env.CHAOS_RUNS ?? 30); seed++) {
  test(`Whatever the connection does, every message becomes what the server has (seed ${seed})`, async () => {
    const world = new World(seed);
    const { random, clock, server } = world;
    const users = ['alice', 'bob'].map((name, i) => ({ name, id: i + 1, store: new MemoryStore(), view: new Map() }));
    const start = user => {
      user.client = world.client(user.name, { store: user.store });
      user.client.on('message', message => user.view.set(message.seq, message));
      user.client.on('change', change => {
        assert.ok(user.view.has(change.seq), 'a change is behind its message');
        user.view.set(change.seq, withChange(user.view.get(change.seq), change));
      });
      void user.client.connect();
    };
    users.forEach(start);
    await clock.until(() => users.every(({ client }) => client.state === 'ready'));
    Object.assign(server.faults, { dropPush: 0.15, repeatPush: 0.1, refuse: 0.05, cutBeforeAck: 0.03, late: 0.003, cut: 0.01 });
    const changes = [() => ({ edit: { msg: `edited ${random()}` } }), () => ({ react: '👍' }), () => ({ unreact: '👍' }), () => ({ pin: random() < 0.5 }), () => (random() < 0.2 ? { recall: true } : { react: '🎉' })];
    for (let i = 0; i < 100; i++) {
      const [user, other] = random() < 0.5 ? users : users.toReversed();
      const log = server.log('d:1:2');
      if (log.length === 0 || random() < 0.3)
        user.client.send({ to: other.id }, `m${i}`);
      else {
        const { msgid, ...change } = { conversation: 'd:1:2', seq: 1 + Math.floor(random() * log.length), ...changes[Math.floor(random() * changes.length)]() };
        if (!server.changes.find('d:1:2', change.seq).recalled)
          server.change(user.id, change);
      }
      if (random() < 0.02)
        server.die();
      if (random() < 0.2)
        server.isUp = true;
      if (random() < 0.03) {
        await clock.advance(20);
        await user.client.close();
        start(user);
      }
      await clock.advance(200 * random());
    }
    server.faults = {};
    server.isUp = true;
    server.cutAll();
    await clock.until(() => users.every(({ client }) => client.state === 'ready' && client.unsent().length === 0), 300_000);
    await clock.advance(20_000);
    for (const { id, name, view, store } of users) {
      const wanted = server.log('d:1:2').map(({ seq, msg }) => {
        const { pinned = false, recalled, reactions = {}, mine = [] } = server.changes.tell('d:1:2', seq, id);
        return [seq, msg, recalled ? false : pinned, recalled?.by, reactions, mine.toSorted()];
      });
      const told = message => [message.seq, message.text, message.pinned ?? false, message.recalled?.by, message.reactions ?? {}, (message.mine ?? []).toSorted()];
      assert.deepEqual([...view.values()].sort((a, b) => a.seq - b.seq).map(told), wanted, `${name} shows what the server has`);
      assert.deepEqual((await store.messages('d:1:2', { limit: 500 })).map(told), wanted, `${name} has kept it`);
    }
    users.forEach(({ client }) => void client.close());
  });
}
