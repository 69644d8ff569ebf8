import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatClient, ChatError, MemoryStore } from '../../sdk/index.js';
import { World, texts } from '../support/world.js';

test('A client goes through connecting and syncing to ready', async () => {
  const world = new World();
  const alice = await world.ready('alice');
  assert.deepEqual(alice.told.states, ['connecting', 'syncing', 'ready']);
  assert.deepEqual([alice.user.id, alice.user.name], [1, 'alice']);
});

test('The first connect is awaited until everything that was missed has been handed over', async () => {
  const world = new World();
  world.server.post(2, { toid: 1 }, 'while you were away');
  const alice = world.client('alice');
  let seen = null;
  const connecting = alice.connect().then(() => { seen = texts(alice); });
  await world.clock.until(() => seen !== null);
  await connecting;
  assert.deepEqual(seen, ['while you were away']);
});

test('A message is pending at once, then sent with its number, and arrives', async () => {
  const world = new World();
  const [alice, bob] = [await world.ready('alice'), await world.ready('bob')];
  const message = alice.send({ to: 2 }, 'hi');
  assert.deepEqual([message.state, message.conversation, message.seq, message.own], ['pending', 'd:1:2', 0, true]);
  await world.clock.until(() => bob.told.messages.length === 1 && alice.told.messages.length === 1);
  assert.deepEqual([message.state, message.seq], ['sent', 1]);
  assert.deepEqual(alice.told.updates, [[message.cmid, 'sent']]);
  assert.equal(alice.told.messages[0], message, 'the event has the object that send has returned');
  assert.deepEqual([bob.told.messages[0].text, bob.told.messages[0].from, bob.told.messages[0].own], ['hi', 1, false]);
});

test('Other keys of a message arrive too, and cannot replace those of the protocol', async () => {
  const world = new World();
  const [alice, bob] = [await world.ready('alice'), await world.ready('bob')];
  alice.send('d:1:2', 'hi', { mood: 'good', toid: 3, cmid: 'x' });
  await world.clock.until(() => bob.told.messages.length === 1);
  assert.deepEqual(bob.told.messages[0].fields, { mood: 'good' });
});

test('A message that is written before the first login goes out after it', async () => {
  const world = new World();
  const bob = await world.ready('bob');
  const alice = world.client('alice');
  const message = alice.send({ to: 2 }, 'early');
  assert.equal(message.conversation, '');
  void alice.connect();
  await world.clock.until(() => bob.told.messages.length === 1 && message.state === 'sent');
  assert.equal(message.conversation, 'd:1:2');
});

test('A message that is written while the server is away goes out when it is back', async () => {
  const world = new World();
  const [alice, bob] = [await world.ready('alice'), await world.ready('bob')];
  world.server.die();
  const sent = ['a', 'b', 'c'].map(text => alice.send({ to: 2 }, text));
  await world.clock.advance(60_000);
  assert.deepEqual([alice.state, sent.map(({ state }) => state)], ['connecting', ['pending', 'pending', 'pending']]);
  world.server.isUp = true;
  await world.clock.until(() => bob.told.messages.length === 3);
  assert.deepEqual(texts(bob), ['a', 'b', 'c']);
});

test('A connection that is cut between the post and its acknowledgement shows the message once', async () => {
  const world = new World();
  const [alice, bob] = [await world.ready('alice'), await world.ready('bob')];
  world.server.faults.cutBeforeAck = 1;
  const message = alice.send({ to: 2 }, 'once');
  await world.clock.until(() => world.server.log('d:1:2').length === 1 && alice.state !== 'ready');
  world.server.faults = {};
  await world.clock.until(() => message.state === 'sent');
  await world.clock.advance(5000);
  assert.deepEqual([texts(alice), texts(bob), world.server.log('d:1:2').length], [['once'], ['once'], 1]);
});

test('A refusal for good fails the message, and what comes behind it goes on', async () => {
  const world = new World();
  const alice = await world.ready('alice');
  world.server.refuseText = text => text === 'bad';
  const [bad, good] = [alice.send({ to: 2 }, 'bad'), alice.send({ to: 2 }, 'good')];
  const outcome = assert.rejects(alice.acknowledged(bad), error => error instanceof ChatError && error.code === 8);
  await world.clock.until(() => good.state === 'sent');
  await outcome;
  assert.deepEqual([bad.state, bad.errno, alice.unsent(), await alice.acknowledged(good)], ['failed', 8, [bad], good]);
  alice.discard(bad);
  assert.deepEqual(alice.unsent(), []);
});

test('A refusal with retry is repeated until it is accepted, in order', async () => {
  const world = new World();
  const [alice, bob] = [await world.ready('alice'), await world.ready('bob')];
  world.server.faults.refuse = 0.4;
  const expected = Array.from({ length: 100 }, (_, i) => alice.send({ to: 2 }, `m${i}`).text);
  await world.clock.until(() => [alice, bob].every(({ told }) => told.messages.length === 100), 600_000);
  assert.deepEqual(texts(bob), expected);
  assert.deepEqual(texts(alice), expected);
});

test('A message that no frame can carry fails without ending the connection', async () => {
  const world = new World();
  const alice = await world.ready('alice');
  const message = alice.send({ to: 2 }, 'x'.repeat(70_000));
  await world.clock.until(() => message.state === 'failed');
  assert.equal(alice.state, 'ready');
});

test('More messages than may wait fail at once', async () => {
  const world = new World();
  const alice = world.client('alice');
  const sent = Array.from({ length: 1001 }, () => alice.send({ to: 2 }, 'x'));
  assert.deepEqual([sent[999].state, sent[1000].state], ['pending', 'failed']);
});

test('Wrong arguments are told at once', async () => {
  const world = new World();
  const alice = await world.ready('alice');
  for (const wrong of [[{ to: 0 }, 'x'], [{ to: 2.5 }, 'x'], [{ group: 2 ** 31 }, 'x'], [{ to: 2 }, 5]])
    assert.throws(() => alice.send(...wrong), TypeError);
  assert.throws(() => alice.send('d:2:3', 'x'), ChatError);
});

test('A lost connection is replaced, and what was missed comes once', async () => {
  const world = new World();
  const bob = await world.ready('bob');
  world.server.post(1, { toid: 2 }, 'a');
  await world.clock.until(() => bob.told.messages.length === 1);
  world.server.cutAll();
  world.server.post(1, { toid: 2 }, 'b');
  world.server.post(1, { groupid: 1 }, 'c');
  await world.clock.until(() => bob.told.messages.length === 3);
  await world.clock.advance(10_000);
  assert.deepEqual(texts(bob).toSorted(), ['a', 'b', 'c']);
});

test('Pushes that are lost are fetched, those that are repeated are not shown again', async () => {
  const world = new World();
  const bob = await world.ready('bob');
  Object.assign(world.server.faults, { dropPush: 0.4, repeatPush: 0.4 });
  const expected = Array.from({ length: 300 }, (_, i) => world.server.post(1, { toid: 2 }, `m${i}`).msg);
  world.server.faults = {};
  world.server.post(1, { toid: 2 }, 'last');
  await world.clock.until(() => bob.told.messages.length === 301);
  assert.deepEqual(texts(bob), [...expected, 'last']);
});

test('A server that does not answer is left after 5 seconds', async () => {
  const world = new World();
  const alice = await world.ready('alice');
  world.server.faults.late = 1;
  alice.send({ to: 2 }, 'x');
  await world.clock.advance(4900);
  assert.equal(alice.state, 'ready');
  await world.clock.advance(300);
  assert.equal(alice.state, 'connecting');
});

test('A connection that says nothing to a ping is given up', async () => {
  const world = new World();
  const alice = await world.ready('alice');
  await world.clock.advance(24_000);
  world.server.receive = () => {};
  await world.clock.advance(5000);
  assert.equal(alice.state, 'ready');
  await world.clock.advance(2000);
  assert.equal(alice.state, 'connecting');
});

test('A ping goes out every 25 seconds, so that no proxy closes', async () => {
  const world = new World();
  await world.ready('alice');
  world.server.seen = [];
  await world.clock.advance(101_000);
  assert.equal(world.server.seen.filter(({ msgid }) => msgid === 104).length, 4);
});

test('A server that is about to close is left when it says, and not before it may be come back to', async () => {
  const world = new World();
  const alice = await world.ready('alice');
  const begun = world.clock.now();
  world.server.pushAll({ msgid: 106, reason: 'draining', after: 1500 });
  await world.clock.until(() => alice.state === 'connecting');
  await world.clock.until(() => alice.state === 'ready');
  assert.ok(world.clock.now() - begun >= 1500 && world.clock.now() - begun < 2000, `${world.clock.now() - begun} ms`);
});

test('A server that closes before the time it has named is not come back to earlier', async () => {
  const world = new World();
  const alice = await world.ready('alice');
  const begun = world.clock.now();
  world.server.pushAll({ msgid: 106, reason: 'draining', after: 1500 });
  await world.clock.advance(100);
  world.server.cutAll();
  await world.clock.advance(1);
  assert.deepEqual([alice.state, alice.status.reason], ['connecting', 'draining']);
  await world.clock.until(() => alice.state === 'ready');
  assert.ok(world.clock.now() - begun >= 1500, `${world.clock.now() - begun} ms`);
});

test('A server that wants no reconnect gets none', async () => {
  const world = new World();
  const alice = await world.ready('alice');
  world.server.pushAll({ msgid: 106, reason: 'expired', reconnect: false });
  await world.clock.advance(120_000);
  assert.deepEqual([alice.state, alice.told.logouts.map(({ reason }) => reason)], ['disconnected', ['expired']]);
  assert.equal(world.server.sessions.size, 0);
});

test('A token that ended while no newer one could be had is no logout: the next try may have one', async () => {
  const world = new World();
  let isAway = false;
  const alice = await world.ready('alice', { login: undefined, getToken: async () => {
    if (isAway)
      throw new Error('the backend is away');
    return 'jwt-1';
  } });
  isAway = true;
  world.server.pushAll({ msgid: 142, in: 30 });
  await world.clock.advance(30_000);
  world.server.tokens.clear(); // a resume token does not outlive the token of the product
  world.server.pushAll({ msgid: 106, reason: 'expired', reconnect: false });
  await world.clock.advance(60_000);
  assert.deepEqual([alice.state, alice.told.logouts], ['connecting', []]);
  isAway = false;
  await world.clock.until(() => alice.state === 'ready');
  world.server.pushAll({ msgid: 106, reason: 'revoked', reconnect: false });
  await world.clock.until(() => alice.state === 'disconnected');
  assert.deepEqual(alice.told.logouts.map(({ reason }) => reason), ['revoked']);
});

test('A wrong password ends it, and is told', async () => {
  const world = new World();
  const alice = world.client('alice', { login: { name: 'alice', password: 'wrong' } });
  const refused = assert.rejects(alice.connect(), error => error instanceof ChatError && error.code === 1);
  await world.clock.until(() => alice.state === 'disconnected');
  await refused;
  assert.deepEqual(alice.told.logouts.map(({ code }) => code), [1]);
});

test('A reconnect uses the token of the last login, and the password when that is refused', async () => {
  const world = new World();
  const alice = await world.ready('alice');
  world.server.cutAll();
  await world.clock.until(() => alice.state === 'ready');
  assert.deepEqual(world.server.seen.filter(({ msgid }) => msgid === 1).map(({ token }) => token), [undefined, 'token-0']);
  world.server.tokens.clear();
  world.server.cutAll();
  await world.clock.until(() => alice.state === 'ready');
  assert.deepEqual(world.server.seen.filter(({ msgid }) => msgid === 1).slice(2).map(({ token, password }) => token ?? password), ['token-0', 'secret']);
});

test('The token of a product is asked for when one is needed, and refreshed before it expires', async () => {
  const world = new World();
  let asked = 0;
  const alice = await world.ready('alice', { login: undefined, getToken: async () => `jwt-1-${++asked}` });
  assert.equal(asked, 1);
  world.server.pushAll({ msgid: 142, in: 30 });
  await world.clock.until(() => asked === 2);
  await world.clock.advance(1000);
  assert.deepEqual([alice.state, [...world.server.sessions][0].jwt], ['ready', 'jwt-1-2']);
});

test('A token that cannot be had is asked for again; a user who gets none is out', async () => {
  const world = new World();
  const answers = [() => { throw new Error('the backend is away'); }, () => 'jwt-1', () => null];
  const alice = await world.ready('alice', { login: undefined, getToken: async () => answers.shift()() });
  assert.deepEqual(alice.told.errors.map(({ message }) => message), ['the backend is away']);
  world.server.tokens.clear();
  world.server.cutAll();
  await world.clock.until(() => alice.state === 'disconnected');
  assert.equal(alice.told.logouts.length, 1);
});

test('The next run goes on where the last has ended: nothing twice, nothing lost, and what was not sent goes out', async () => {
  const world = new World();
  const store = new MemoryStore();
  const bob = await world.ready('bob', { store });
  world.server.post(1, { toid: 2 }, 'a');
  await world.clock.until(() => bob.told.messages.length === 1);
  await world.clock.advance(1000);
  world.server.die();
  bob.send({ to: 1 }, 'unsent');
  await world.clock.advance(100);
  await bob.close();
  world.server.isUp = true;
  world.server.post(1, { toid: 2 }, 'b');
  const again = world.client('bob', { store, login: undefined });
  void again.connect();
  await world.clock.until(() => again.state === 'ready' && again.told.messages.length === 2);
  await world.clock.advance(5000);
  assert.deepEqual(texts(again), ['b', 'unsent']);
  assert.deepEqual(world.server.log('d:1:2').map(({ msg }) => msg), ['a', 'b', 'unsent']);
});

test('Somebody else who logs in with the same store does not see what was kept', async () => {
  const world = new World();
  const store = new MemoryStore();
  const bob = await world.ready('bob', { store });
  world.server.post(1, { toid: 2 }, 'for bob');
  await world.clock.until(() => bob.told.messages.length === 1);
  await bob.close();
  store.write({ meta: { resumeToken: null } });
  const carol = await world.ready('carol', { store });
  await world.clock.advance(1000);
  assert.deepEqual([texts(carol), (await store.messages('d:1:2', {})).length, carol.conversations], [[], 0, []]);
});

test('A store that does not work is told once, and the chat goes on', async () => {
  const world = new World();
  class BrokenStore extends MemoryStore {
    async write() { throw new Error('no room'); }
  }
  const [alice, bob] = [await world.ready('alice', { store: new BrokenStore() }), await world.ready('bob')];
  alice.send({ to: 2 }, 'x');
  world.server.post(2, { toid: 1 }, 'y');
  await world.clock.until(() => [alice, bob].every(({ told }) => told.messages.length === 2));
  assert.deepEqual(alice.told.errors.map(({ message }) => message), ['what is kept on this device cannot be used: no room']);
});

test('A store that hangs is given up', async () => {
  const world = new World();
  class HangingStore extends MemoryStore {
    load() { return new Promise(() => {}); }
  }
  const alice = await world.ready('alice', { store: new HangingStore() });
  assert.equal(alice.told.errors.length, 1);
});

test('Received is told only of what was handed over', async () => {
  const world = new World();
  let release;
  const stored = new Promise(resolve => { release = resolve; });
  class SlowStore extends MemoryStore {
    async write(changes) {
      if (changes.messages?.length > 0)
        await stored;
      return super.write(changes);
    }
  }
  const bob = await world.ready('bob', { store: new SlowStore() });
  world.server.post(1, { toid: 2 }, 'a');
  await world.clock.advance(2000);
  assert.deepEqual([texts(bob), world.server.marks.get('2 d:1:2')], [[], undefined]);
  release();
  await world.clock.until(() => world.server.marks.get('2 d:1:2') === 1);
  assert.deepEqual(texts(bob), ['a']);
});

test('Received is told again and again', async () => {
  const world = new World();
  const bob = await world.ready('bob');
  for (const seq of [1, 2, 3]) {
    world.server.post(1, { toid: 2 }, `m${seq}`);
    await world.clock.until(() => bob.told.messages.length === seq);
    await world.clock.advance(1000);
    assert.equal(world.server.marks.get('2 d:1:2'), seq);
  }
});

test('A handler that is taken off hears nothing more', async () => {
  const world = new World();
  const bob = await world.ready('bob');
  const heard = [];
  const off = bob.on('message', ({ text }) => heard.push(text));
  world.server.post(1, { toid: 2 }, 'a');
  await world.clock.until(() => heard.length === 1);
  off();
  world.server.post(1, { toid: 2 }, 'b');
  await world.clock.until(() => bob.told.messages.length === 2);
  assert.deepEqual(heard, ['a']);
});

test('The history is read page by page, and from what is kept without a connection', async () => {
  const world = new World();
  const bob = await world.ready('bob');
  for (let i = 1; i <= 5; i++)
    world.server.post(1, { toid: 2 }, `m${i}`);
  await world.clock.until(() => bob.told.messages.length === 5);
  const ask = async range => {
    let page = null;
    void bob.history('d:1:2', range).then(result => { page = result; });
    await world.clock.until(() => page !== null);
    return [page.messages.map(({ text }) => text), page.more];
  };
  assert.deepEqual(await ask({ limit: 2 }), [['m4', 'm5'], true]);
  assert.deepEqual(await ask({ before: 4, limit: 5 }), [['m1', 'm2', 'm3'], false]);
  world.server.die();
  await world.clock.advance(1000);
  assert.deepEqual(await ask({ limit: 2 }), [['m4', 'm5'], true]);
  assert.deepEqual(await ask({ before: 3, limit: 5 }), [['m1', 'm2'], false]);
});

test('A mark of reading is told to the server and kept', async () => {
  const world = new World();
  const bob = await world.ready('bob');
  world.server.post(1, { toid: 2 }, 'a');
  await world.clock.until(() => bob.told.messages.length === 1);
  void bob.markRead('d:1:2', 1);
  await world.clock.until(() => bob.conversations[0].read === 1);
  assert.deepEqual(bob.conversations.map(({ conversation, head, read }) => [conversation, head, read]), [['d:1:2', 1, 1]]);
  assert.equal(world.server.marks.get('read 2 d:1:2'), 1);
});

test('A request waits for a connection, and fails with retry when there is none', async () => {
  const world = new World();
  const bob = await world.ready('bob');
  world.server.die();
  await world.clock.advance(10);
  let outcome = null;
  bob.addFriend(1).then(() => { outcome = 'done'; }, error => { outcome = error; });
  world.server.isUp = true;
  await world.clock.until(() => outcome !== null);
  assert.equal(outcome, 'done');
  world.server.die();
  outcome = null;
  bob.addFriend(1).then(() => { outcome = 'done'; }, error => { outcome = error; });
  await world.clock.until(() => outcome !== null);
  assert.deepEqual([outcome instanceof ChatError, outcome.retry], [true, true]);
});

test('The first message of a group that was just created is not missed', async () => {
  const world = new World();
  const bob = await world.ready('bob');
  let id = null;
  void bob.createGroup('friends').then(result => { id = result; });
  await world.clock.until(() => id !== null);
  world.server.groups.get(id).members.add(1);
  world.server.faults.dropPush = 1;
  world.server.post(1, { groupid: id }, 'first');
  world.server.faults = {};
  world.server.post(1, { groupid: id }, 'second');
  await world.clock.until(() => bob.told.messages.length === 2);
  assert.deepEqual(texts(bob), ['first', 'second']);
});

test('A server that was restored from a backup is noticed, and what is new is shown', async () => {
  const world = new World();
  const bob = await world.ready('bob');
  for (const text of ['a', 'b', 'c'])
    world.server.post(1, { toid: 2 }, text);
  await world.clock.until(() => bob.told.messages.length === 3);
  await world.clock.advance(2000);
  world.server.die();
  world.server.log('d:1:2').length = 1;
  world.server.marks.set('2 d:1:2', 1);
  world.server.isUp = true;
  for (const text of ['d', 'e', 'f'])
    world.server.post(1, { toid: 2 }, text);
  await world.clock.until(() => bob.told.messages.length === 6);
  assert.deepEqual([texts(bob).slice(3), bob.told.rewound], [['d', 'e', 'f'], [{ conversation: 'd:1:2', from: 3, to: 1 }]]);
});

test('Without a history messages come all the same, each once, and their rows are acknowledged', async () => {
  const world = new World();
  world.server.withoutHistory = true;
  const bob = await world.ready('bob');
  const push = { id: 1, msg: 'hi', msgid: 6, name: 'alice', toid: 2, time: '2026-11-23 04:27:23', cmid: 'c1', offline: 9 };
  world.server.pushAll(push);
  world.server.pushAll(push);
  await world.clock.advance(1000);
  assert.deepEqual(texts(bob), ['hi']);
  assert.ok(world.server.seen.some(({ msgid, offline }) => msgid === 103 && offline === 9));
});

test('After a logout nothing is kept, and nobody reconnects', async () => {
  const world = new World();
  const store = new MemoryStore();
  const bob = await world.ready('bob', { store });
  world.server.post(1, { toid: 2 }, 'a');
  await world.clock.until(() => bob.told.messages.length === 1);
  void bob.logout();
  await world.clock.advance(60_000);
  const kept = await store.load();
  assert.deepEqual([bob.state, kept.marks, kept.meta, world.server.sessions.size], ['disconnected', [], {}, 0]);
});

test('An account is registered without a client', async () => {
  const world = new World();
  let id = null;
  ChatClient.register({ url: 'ws://fake/ws', name: 'dave', password: 'x', WebSocket: world.server.WebSocket, clock: world.clock }).then(result => { id = result; });
  await world.clock.until(() => id !== null);
  assert.equal(world.server.users.get(id).name, 'dave');
});

test('What the server sends and nobody understands ends the connection, not the client', async () => {
  const world = new World();
  const bob = await world.ready('bob');
  [...world.server.sessions][0].socket.onmessage({ data: '{"msgid":' });
  assert.equal(bob.state, 'ready');
  await world.clock.until(() => bob.state === 'connecting');
  await world.clock.until(() => bob.state === 'ready');
});

test('Where there is no WebSocket the error says what to do', () => {
  assert.throws(() => new ChatClient({ url: 'ws://fake', WebSocket: null }), /the package "ws"/);
});
