import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatError, ErrorCode, IndexedDBStore, MemoryStore } from '../../sdk/index.js';
import { FakeBrowser, TabClock } from '../support/browser.js';
import { World, done } from '../support/world.js';

const PAIR = 'd:1:2';

/** Two users, and messages between them that both have seen. */
async function scene({ count = 1, options = {} } = {}) {
  const world = new World();
  const [alice, bob] = [await world.ready('alice', options), await world.ready('bob')];
  for (let i = 1; i <= count; i++)
    alice.send({ to: 2 }, `m${i}`);
  await world.clock.until(() => [alice, bob].every(({ told }) => told.messages.length === count));
  await world.clock.until(() => alice.peer(PAIR).received === count);
  return { world, alice, bob };
}

const requests = (world, msgid) => world.server.seen.filter(one => one.msgid === msgid);

const lists = world => requests(world, 115).map(({ users, conversations }) => [users, conversations]);

test('It is told how far the other one is, and kept', async () => {
  const { world, alice, bob } = await scene({ count: 2 });
  assert.deepEqual(alice.told.receipts, [{ conversation: PAIR, id: 2, received: 2, read: 0 }]);
  await done(world, bob.markRead(PAIR, 1));
  await world.clock.until(() => alice.told.receipts.length === 2);
  assert.deepEqual([alice.told.receipts[1], alice.peer(PAIR)], [{ conversation: PAIR, id: 2, received: 2, read: 1 }, { received: 2, read: 1 }]);
  assert.deepEqual(alice.conversations, [{ conversation: PAIR, head: 2, read: 2, peer: { received: 2, read: 1 } }]);
  assert.deepEqual(alice.peer('d:1:3'), { received: 0, read: 0 });
});

test('Marks never go back, whatever comes late', async () => {
  const { world, alice } = await scene({ count: 2 });
  world.server.pushAll({ msgid: 113, conversation: PAIR, id: 2, received: 1, read: 1 });
  await world.clock.until(() => alice.told.receipts.length === 2);
  world.server.pushAll({ msgid: 113, conversation: PAIR, id: 2, received: 1, read: 0 });
  await world.clock.advance(1000);
  assert.deepEqual([alice.told.receipts.at(-1), alice.told.receipts.length], [{ conversation: PAIR, id: 2, received: 2, read: 1 }, 2]);
});

test('Who sends has read, on whatever device', async () => {
  const { world, alice, bob } = await scene({ count: 3 });
  const other = await world.ready('bob');
  await world.clock.until(() => other.conversations[0]?.head === 3);
  assert.deepEqual([bob.conversations[0].read, other.conversations[0].read], [0, 0]);
  other.send({ to: 1 }, 'from my phone');
  await world.clock.until(() => [bob, other].every(({ conversations: [{ head, read }] }) => head === 4 && read === 4));
  await world.clock.until(() => alice.told.messages.length === 4);
  assert.equal(alice.conversations[0].read, 3, 'who gets it has not read it');
});

test('Reading takes the mark as unread away on this device too, with a number that is known', async () => {
  const { world, bob } = await scene();
  await done(world, bob.markRead(PAIR, 1));
  await done(world, bob.markUnread(PAIR));
  await done(world, bob.markRead(PAIR, 1));
  assert.deepEqual(bob.told.kept.map(({ marked, read }) => [marked, read]), [[false, 1], [true, undefined], [false, 1]]);
});

test('What was read while nobody was connected is learnt from the list', async () => {
  const { world, alice } = await scene();
  world.server.die();
  world.server.marks.set(`read 2 ${PAIR}`, 1);
  world.server.isUp = true;
  await world.clock.until(() => alice.told.receipts.length === 2);
  assert.deepEqual([alice.told.receipts[1].read, alice.peer(PAIR).read], [1, 1]);
});

test('The next run begins with the marks that were kept, and a store of before has none', async () => {
  const store = new MemoryStore();
  const { world, alice, bob } = await scene({ options: { store } });
  await done(world, bob.markRead(PAIR, 1));
  await world.clock.until(() => alice.peer(PAIR).read === 1);
  await alice.close();
  const next = world.client('alice', { store });
  world.server.isUp = false;
  void next.connect();
  await world.clock.until(() => next.conversations.length === 1);
  assert.deepEqual(next.peer(PAIR), { received: 1, read: 1 });
  await next.close();
  const [{ peer, floor, ...old }] = (await store.load()).marks.filter(({ conversation }) => conversation === PAIR);
  await store.write({ marks: [old] });
  world.server.isUp = true;
  const last = await world.ready('alice', { store });
  await world.clock.until(() => last.peer(PAIR).read === 1);
  assert.deepEqual([peer, last.told.messages.length], [{ received: 1, read: 1 }, 0]);
});

test('Who has a message is asked for', async () => {
  const { world, alice, bob } = await scene();
  await done(world, bob.markRead(PAIR, 1));
  assert.deepEqual(await done(world, alice.receipts(PAIR, 1)), { members: 1, received: 1, read: 1, who: [{ id: 2, received: 1, read: 1 }], more: false });
});

test('The list comes page by page, and its messages are in the words of this SDK', async () => {
  const { world, alice } = await scene();
  world.server.post(3, { toid: 1 }, 'from carol');
  await world.clock.until(() => alice.told.messages.length === 2);
  const first = await done(world, alice.listConversations({ limit: 1 }));
  assert.deepEqual([first.conversations.map(({ conversation, unread, last }) => [conversation, unread, last.text, last.own]), first.more], [[['d:1:3', 1, 'from carol', false]], true]);
  const second = await done(world, alice.listConversations({ limit: 1, after: 'd:1:3' }));
  assert.deepEqual([second.conversations.map(({ conversation, last, peer }) => [conversation, last.own, peer]), second.more], [[[PAIR, true, { received: 1, read: 0 }]], false]);
});

test('What is made of a conversation is told to all devices of the user', async () => {
  const { world, alice } = await scene({ count: 2 });
  const other = await world.ready('alice');
  await done(world, alice.archive(PAIR));
  await done(world, alice.markUnread(PAIR));
  await done(world, alice.clear(PAIR, 1));
  await done(world, alice.saveDraft(PAIR, 'so far'));
  await world.clock.until(() => other.told.kept.length === 4);
  assert.deepEqual(other.told.kept.at(-1), { conversation: PAIR, archived: true, marked: true, floor: 2, draft: 'so far' });
  assert.deepEqual(other.told.kept[0], { conversation: PAIR, archived: true, marked: false, draft: '' });
  assert.deepEqual(alice.told.kept, [{ conversation: PAIR, archived: true }, { conversation: PAIR, marked: true }, { conversation: PAIR, floor: 2 }, { conversation: PAIR, draft: 'so far' }]);
  assert.deepEqual([alice.conversations[0].floor, other.conversations[0].floor], [2, 2]);
  world.server.die();
  await world.clock.until(() => alice.state === 'connecting');
  assert.deepEqual((await alice.history(PAIR)).messages.map(({ text }) => text), ['m2'], 'what was cleared is not shown from the store either');
});

test('Whom the application shows is watched, again on every connection', async () => {
  const { world, alice } = await scene();
  world.server.live.states.set(2, 'online');
  await done(world, alice.watch([2, 3], [PAIR]));
  assert.deepEqual(alice.told.presence, [{ id: 2, state: 'online' }, { id: 3, state: 'offline' }]);
  world.server.live.setState(2, 'away');
  await world.clock.until(() => alice.told.presence.length === 3);
  world.server.cutAll();
  await world.clock.until(() => alice.told.presence.length === 5);
  assert.deepEqual([alice.told.presence[3], lists(world)], [{ id: 2, state: 'away' }, [[[2, 3], [PAIR]], [[2, 3], [PAIR]]]]);
  await done(world, alice.watch([]));
  world.server.live.setState(2, 'online');
  world.server.cutAll();
  await world.clock.until(() => alice.state !== 'ready');
  await world.clock.until(() => alice.state === 'ready');
  assert.deepEqual([alice.told.presence.length, lists(world).length], [5, 3]);
});

test('What is watched without a connection is told with the next login', async () => {
  const { world, alice } = await scene();
  world.server.die();
  await world.clock.until(() => alice.state === 'connecting');
  await done(world, alice.watch([2]));
  world.server.isUp = true;
  await world.clock.until(() => alice.told.presence.length === 1);
  assert.deepEqual(lists(world), [[[2], []]]);
});

test('A list that the server refuses leaves the one before', async () => {
  const { world, alice } = await scene();
  await done(world, alice.watch([2]));
  world.server.live.refuseWatch = (users, conversations) => (conversations.length > 0 ? 6 : 0);
  await assert.rejects(done(world, alice.watch([3], ['g:9'])), error => error instanceof ChatError && error.code === ErrorCode.notYours);
  world.server.live.setState(2, 'online');
  await world.clock.until(() => alice.told.presence.some(({ state }) => state === 'online'));
  world.server.cutAll();
  await world.clock.until(() => lists(world).length === 3);
  assert.deepEqual(lists(world)[2], [[2], []]);
});

test('A conversation that is not the user\'s any more does not end the watching of others', async () => {
  const { world, alice } = await scene();
  await done(world, alice.watch([2], ['g:1']));
  world.server.live.refuseWatch = (users, conversations) => (conversations.length > 0 ? 6 : 0);
  world.server.cutAll();
  await world.clock.until(() => alice.told.errors.length === 1);
  assert.deepEqual([lists(world).at(-1), alice.told.errors[0].code], [[[2], []], ErrorCode.notYours]);
});

test('A server that is busy is asked again', async () => {
  const { world, alice } = await scene();
  let refusals = 2;
  world.server.live.refuseWatch = () => (refusals > 0 ? 10 : 0);
  const watching = alice.watch([2]);
  await world.clock.until(() => lists(world).length === 2);
  refusals = 0;
  await done(world, watching);
  assert.equal(alice.told.presence.length, 1);
});

test('Somebody who types is told once, and is over when the server says so, when the time is over, with a message, and without a connection', async () => {
  const { world, alice } = await scene();
  await done(world, alice.watch([], [PAIR]));
  const type = async (...args) => {
    world.server.live.type(2, PAIR, ...args);
    await world.clock.advance(100);
    return alice.told.typing.splice(0);
  };
  assert.deepEqual([await type(true), await type(true), await type(false), await type(false)], [[[2, true]], [], [[2, false]], []]);
  await type(true);
  await world.clock.advance(5000);
  assert.deepEqual(await type(true), []);
  await world.clock.advance(5500);
  assert.deepEqual(alice.told.typing.splice(0), []);
  await world.clock.advance(1000);
  assert.deepEqual(alice.told.typing.splice(0), [[2, false]]);
  await type(true);
  world.server.post(2, { toid: 1 }, 'done');
  await world.clock.until(() => alice.told.typing.length === 1);
  assert.deepEqual(alice.told.typing.splice(0), [[2, false]]);
  await type(true);
  world.server.die();
  await world.clock.until(() => alice.told.typing.length === 1);
  assert.deepEqual(alice.told.typing, [[2, false]]);
});

test('Typing is told as often as the server wants to hear it, and its end only after a beginning', async () => {
  const { world, alice } = await scene();
  await done(world, alice.typing(PAIR, false));
  for (let i = 0; i < 60; i++) {
    void alice.typing(PAIR);
    await world.clock.advance(100);
  }
  await done(world, alice.typing(PAIR, false));
  const told = requests(world, 118).map(({ on }) => on);
  assert.deepEqual(told, [true, true, true, false]);
  void alice.typing(PAIR); // too soon, and no other key follows
  await world.clock.advance(3000);
  assert.deepEqual(requests(world, 118).map(({ on }) => on), [true, true, true, false, true]);
  void alice.typing(PAIR, false);
  void alice.typing(PAIR);
  void alice.typing(PAIR, false);
  await world.clock.advance(3000);
  assert.deepEqual(requests(world, 118).map(({ on }) => on), [true, true, true, false, true, false]);
  world.server.die();
  await world.clock.until(() => alice.state === 'connecting');
  await done(world, alice.typing(PAIR)); // nobody is told, and nothing waits
  world.server.isUp = true;
  await world.clock.until(() => alice.state === 'ready');
  assert.equal(requests(world, 118).length, 6);
  world.server.live.refuseTyping = 17;
  await assert.rejects(done(world, alice.typing('g:1')), error => error.code === ErrorCode.off);
});

test('Nobody in front of the device: that is said again after a reconnect', async () => {
  const { world, alice } = await scene();
  await done(world, alice.setPresence('away'));
  await done(world, alice.setPresence('away'));
  world.server.cutAll();
  await world.clock.until(() => requests(world, 117).length === 2);
  await done(world, alice.setPresence('online'));
  assert.deepEqual(requests(world, 117).map(({ state }) => state), ['away', 'away', 'online']);
  await assert.rejects(done(world, alice.setPresence('asleep')), error => error.code === ErrorCode.malformed && /asleep/.test(error.message));
});

for (const isOld of [true, false]) {
  test(`A server ${isOld ? 'of version 2' : 'without these features'} is not asked, and the reason is said`, async () => {
    const world = new World();
    Object.assign(world.server, { isOld, features: ['changes'] });
    const alice = await world.ready('alice');
    world.server.post(2, { toid: 1 }, 'hi');
    await world.clock.until(() => alice.told.messages.length === 1);
    for (const ask of [() => alice.receipts(PAIR, 1), () => alice.listConversations(), () => alice.archive(PAIR), () => alice.watch([2]), () => alice.setPresence('away'), () => alice.typing(PAIR)])
      await assert.rejects(done(world, ask()), error => error instanceof ChatError && error.code === ErrorCode.unknownRequest && /does not have "/.test(error.message) && !error.retry);
    assert.deepEqual([alice.can('receipts'), alice.can('watch'), world.server.seen.filter(({ msgid }) => msgid > 110).length], [false, false, 0]);
    assert.deepEqual(alice.told.errors, []);
  });
}

/** Tabs of alice, in one browser, which share a connection. */
async function tabsOfAlice(world, count) {
  const browser = new FakeBrowser();
  const store = `alice ${Math.random()}`;
  const tabs = [];
  for (let i = 0; i < count; i++) {
    const clock = new TabClock(world.clock);
    const sockets = [];
    const { WebSocket } = world.server;
    const tab = { clock, kill: () => {
      clock.isDead = true;
      browser.kill(tab);
      sockets.forEach(socket => { socket.onclose = socket.onmessage = null; socket.cut(); });
    } };
    tab.client = world.client('alice', { store: new IndexedDBStore(store), clock, WebSocket: class extends WebSocket {
      constructor(url) {
        super(url);
        sockets.push(this);
      }
    } });
    await browser.as(tab, () => void tab.client.connect());
    await world.clock.until(() => tab.client.state === 'ready');
    tabs.push(tab);
  }
  return tabs;
}

test('Tabs that share a connection watch together, and each is told of its own', async () => {
  const world = new World();
  const [a, b] = await tabsOfAlice(world, 2);
  await done(world, a.client.watch([2]));
  await done(world, b.client.watch([3], [PAIR]));
  assert.deepEqual(lists(world).at(-1), [[3, 2], [PAIR]]);
  world.server.live.setState(2, 'online');
  world.server.live.setState(3, 'away');
  world.server.live.type(2, PAIR, true);
  await world.clock.until(() => b.client.told.typing.length === 1);
  const states = tab => tab.client.told.presence.filter(({ state }) => state !== 'offline');
  await world.clock.until(() => states(a).length === 1 && states(b).length === 1);
  assert.deepEqual([states(a), states(b), a.client.told.typing], [[{ id: 2, state: 'online' }], [{ id: 3, state: 'away' }], []]);
  b.kill();
  await world.clock.until(() => lists(world).length === 3);
  assert.deepEqual(lists(world)[2], [[2], []], 'a tab that is gone watches nobody');
});

test('The tab that takes over the connection goes on with what all of them watch', async () => {
  const world = new World();
  const [a, b, c] = await tabsOfAlice(world, 3);
  await done(world, a.client.watch([2]));
  await done(world, b.client.watch([3], [PAIR]));
  await done(world, c.client.watch([2]));
  a.kill();
  const before = world.server.seen.length;
  await world.clock.until(() => world.server.seen.slice(before).some(({ msgid, users }) => msgid === 115 && users.length === 2));
  const list = world.server.seen.findLast(({ msgid }) => msgid === 115);
  assert.deepEqual([list.users.toSorted(), list.conversations], [[2, 3], [PAIR]]);
  world.server.live.setState(2, 'away');
  await world.clock.until(() => c.client.told.presence.at(-1)?.state === 'away');
});

test('A user is away when all tabs are', async () => {
  const world = new World();
  const [a, b] = await tabsOfAlice(world, 2);
  await done(world, b.client.watch([2]));
  await done(world, a.client.setPresence('away'));
  assert.deepEqual(requests(world, 117), []);
  await done(world, b.client.setPresence('away'));
  assert.equal(requests(world, 117).at(-1).state, 'away');
  await done(world, a.client.setPresence('online'));
  a.kill();
  await world.clock.until(() => b.client.state === 'ready' && requests(world, 117).length === 3);
  assert.deepEqual(requests(world, 117).map(({ state }) => state), ['away', 'online', 'away'], 'the one that is left is away');
});

test('Receipts and what is made of conversations come to every tab', async () => {
  const world = new World();
  const [a, b] = await tabsOfAlice(world, 2);
  const bob = await world.ready('bob');
  a.client.send({ to: 2 }, 'hi');
  await world.clock.until(() => bob.told.messages.length === 1);
  await done(world, bob.markRead(PAIR, 1));
  await world.clock.until(() => [a, b].every(({ client }) => client.peer(PAIR).read === 1 && client.told.receipts.at(-1)?.read === 1));
  await done(world, b.client.saveDraft(PAIR, 'x'));
  await world.clock.until(() => a.client.told.kept.length === 1);
  assert.deepEqual([a.client.told.kept, b.client.told.kept], [[{ conversation: PAIR, draft: 'x' }], [{ conversation: PAIR, draft: 'x' }]]);
});
