import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IndexedDBStore } from '../../sdk/index.js';
import { FakeBrowser, TabClock } from '../support/browser.js';
import { World, done, texts } from '../support/world.js';

let count = 0;
const byText = (a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b));

/** A browser in which tabs of bob are opened and killed. */
class Tabs {
  constructor(seed = 1) {
    this.world = new World(seed);
    this.browser = new FakeBrowser();
    this.name = `bob ${count++}`;
  }

  async open(options = {}) {
    const clock = new TabClock(this.world.clock);
    const { WebSocket } = this.world.server;
    const sockets = [];
    const tab = {
      clock,
      kill: () => {
        clock.isDead = true;
        this.browser.kill(tab);
        sockets.forEach(socket => { socket.onclose = socket.onmessage = null; socket.cut(); });
      },
      client: this.world.client('bob', {
        store: new IndexedDBStore(this.name), clock,
        WebSocket: class extends WebSocket {
          constructor(url) {
            super(url);
            sockets.push(this);
          }
        },
        ...options,
      }),
    };
    await this.browser.as(tab, () => void tab.client.connect());
    return tab;
  }

  async openReady() {
    const tab = await this.open();
    await this.world.clock.until(() => tab.client.state === 'ready');
    return tab;
  }

  sessions() { return [...this.world.server.sessions].filter(({ user }) => user?.name === 'bob').length; }
}

test('Tabs of one user share a connection, and each shows every message once', async () => {
  const tabs = new Tabs();
  const [a, b, c] = [await tabs.openReady(), await tabs.openReady(), await tabs.openReady()];
  for (const text of ['x', 'y'])
    tabs.world.server.post(1, { toid: 2 }, text);
  tabs.world.server.live.tellMarks(1, 'd:1:2');
  await tabs.world.clock.until(() => [a, b, c].every(({ client }) => client.told.messages.length === 2));
  await tabs.world.clock.advance(5000);
  assert.equal(tabs.sessions(), 1);
  for (const { client } of [a, b, c])
    assert.deepEqual([texts(client), client.user.id, client.conversations], [['x', 'y'], 2, [{ conversation: 'd:1:2', head: 2, read: 0, peer: { received: 2, read: 2 } }]]);
});

test('A message that is sent in one tab is sent by the tab that has the connection, and shown in both', async () => {
  const tabs = new Tabs();
  const [a, b] = [await tabs.openReady(), await tabs.openReady()];
  const message = b.client.send({ to: 1 }, 'from the second tab');
  await tabs.world.clock.until(() => message.state === 'sent' && a.client.told.messages.length === 1 && b.client.told.messages.length === 1);
  assert.equal(b.client.told.messages[0], message);
  assert.deepEqual(texts(a.client), ['from the second tab']);
  assert.equal(tabs.world.server.log('d:1:2').length, 1);
});

test('Requests of every tab are answered, errors too', async () => {
  const tabs = new Tabs();
  await tabs.openReady();
  const b = await tabs.openReady();
  tabs.world.server.post(1, { toid: 2 }, 'x');
  let page, failure;
  void b.client.history('d:1:2').then(result => { page = result; });
  b.client.markRead('d:1:2', 99).catch(error => { failure = error; });
  await tabs.world.clock.until(() => page && failure);
  assert.deepEqual([page.messages.map(({ text }) => text), failure.code], [['x'], 4]);
});

test('What one tab does about groups and contacts is told in the others, and not in itself', async () => {
  const tabs = new Tabs();
  const all = [await tabs.openReady(), await tabs.openReady(), await tabs.openReady()];
  const { answers } = tabs.world.server.circles;
  answers.set(120, { rev: 10 });
  answers.set(119, { rev: 10, contacts: [{ id: 5, state: 'none', blocked: true }] });
  const told = all.map(() => []);
  all.forEach(({ client }, i) => ['groupChanged', 'contactChanged'].forEach(type => client.on(type, event => told[i].push(event))));
  for (const [i, { client }] of all.slice(0, 2).entries()) { // the first has the connection
    told.forEach(events => events.splice(0));
    const work = async () => {
      await client.changeContact(5, 'block');
      await client.changeGroup(1, { name: 'tea' });
      await client.changeMembers(1, { owner: 3 });
      await client.leaveGroup(1);
    };
    await done(tabs.world, work());
    const expected = [
      { id: 5, state: 'none', blocked: true, rev: 10 }, { groupid: 1, change: 'changed', by: 2 }, { groupid: 1, change: 'role', role: 'admin', by: 2 }, { groupid: 1, change: 'removed', by: 2 },
    ];
    const others = told.filter((_, j) => j !== i);
    await tabs.world.clock.until(() => others.every(({ length }) => length === 4));
    others.forEach(events => assert.deepEqual(events.sort(byText), [...expected].sort(byText)));
    assert.deepEqual(told[i], []);
  }
});

test('When the tab with the connection is closed, another takes over, and nothing is lost or shown twice', async () => {
  const tabs = new Tabs();
  const [a, b] = [await tabs.openReady(), await tabs.openReady()];
  tabs.world.server.post(1, { toid: 2 }, 'x');
  await tabs.world.clock.until(() => b.client.told.messages.length === 1);
  await a.client.close();
  tabs.world.server.post(1, { toid: 2 }, 'y');
  await tabs.world.clock.until(() => b.client.told.messages.length === 2);
  await tabs.world.clock.advance(5000);
  assert.deepEqual([texts(b.client), tabs.sessions(), b.client.state], [['x', 'y'], 1, 'ready']);
});

test('What another tab has stored and not told any more is read from the store', async () => {
  const tabs = new Tabs();
  const [a, b] = [await tabs.openReady(), await tabs.openReady()];
  const post = BroadcastChannel.prototype.postMessage;
  BroadcastChannel.prototype.postMessage = () => {}; // it dies between the two
  tabs.world.server.post(1, { toid: 2 }, 'x');
  await tabs.world.clock.until(() => a.client.told.messages.length === 1);
  a.kill();
  BroadcastChannel.prototype.postMessage = post;
  await tabs.world.clock.until(() => b.client.told.messages.length === 1);
  tabs.world.server.post(1, { toid: 2 }, 'y');
  await tabs.world.clock.until(() => b.client.told.messages.length === 2);
  assert.deepEqual(texts(b.client), ['x', 'y']);
});

test('Changes that another tab has stored and not told any more are asked for again', async () => {
  const tabs = new Tabs();
  const [a, b] = [await tabs.openReady(), await tabs.openReady()];
  tabs.world.server.post(1, { toid: 2 }, 'x');
  await tabs.world.clock.until(() => b.client.told.messages.length === 1);
  tabs.world.server.change(1, { conversation: 'd:1:2', seq: 1, react: '👍' });
  await tabs.world.clock.until(() => b.client.told.changes.length === 1);
  const post = BroadcastChannel.prototype.postMessage;
  BroadcastChannel.prototype.postMessage = () => {};
  tabs.world.server.change(1, { conversation: 'd:1:2', seq: 1, edit: { msg: 'y' } });
  await tabs.world.clock.until(() => a.client.told.changes.length === 2);
  a.kill();
  BroadcastChannel.prototype.postMessage = post;
  await tabs.world.clock.until(() => b.client.told.changes.length === 2);
  assert.deepEqual([b.client.told.changes[1].text, b.client.canChange], ['y', true]);
});

test('A tab without the connection changes messages over the one that has it', async () => {
  const tabs = new Tabs();
  const [a, b] = [await tabs.openReady(), await tabs.openReady()];
  tabs.world.server.post(1, { toid: 2 }, 'x');
  await tabs.world.clock.until(() => b.client.told.messages.length === 1);
  void b.client.react(b.client.told.messages[0], '🎉');
  await tabs.world.clock.until(() => [a, b].every(({ client }) => client.told.changes.length === 1));
  assert.deepEqual(b.client.told.changes[0].own, { '🎉': true });
});

test('Tabs that are opened later begin with what comes later', async () => {
  const tabs = new Tabs();
  await tabs.openReady();
  tabs.world.server.post(1, { toid: 2 }, 'x');
  await tabs.world.clock.advance(3000);
  const b = await tabs.openReady();
  tabs.world.server.post(1, { toid: 2 }, 'y');
  await tabs.world.clock.until(() => b.client.told.messages.length > 0);
  assert.deepEqual(texts(b.client), ['y']);
});

test('A logout in one tab logs out all of them', async () => {
  const tabs = new Tabs();
  const [a, b] = [await tabs.openReady(), await tabs.openReady()];
  void b.client.logout();
  await tabs.world.clock.until(() => a.client.told.logouts.length === 1 && b.client.told.logouts.length === 1);
  assert.deepEqual([a.client.state, b.client.state, tabs.sessions()], ['disconnected', 'disconnected', 0]);
});

test('Who closes on a logout that another tab has asked for does so in peace', async () => {
  const tabs = new Tabs();
  const [a, b] = [await tabs.openReady(), await tabs.openReady()];
  const failures = [];
  const note = error => failures.push(error);
  process.on('unhandledRejection', note);
  a.client.on('logout', () => void a.client.close());
  b.client.logout().catch(() => {}); // nobody may be left to answer it
  await tabs.world.clock.until(() => b.client.told.logouts.length === 1);
  await tabs.world.clock.advance(1000);
  process.off('unhandledRejection', note);
  assert.deepEqual(failures, []);
});

test('Without locks each tab connects by itself', async () => {
  const tabs = new Tabs();
  globalThis.navigator.locks = undefined;
  const [a, b] = [await tabs.openReady(), await tabs.openReady()];
  tabs.world.server.post(1, { toid: 2 }, 'x');
  await tabs.world.clock.until(() => a.client.told.messages.length === 1 && b.client.told.messages.length === 1);
  assert.equal(tabs.sessions(), 2);
});

test('A tab whose token another one uses stops, and says so', async () => {
  const tabs = new Tabs();
  const a = await tabs.openReady();
  [...tabs.world.server.sessions][0].socket.cut(4005, 'replaced');
  await tabs.world.clock.advance(60_000);
  assert.deepEqual([a.client.state, a.client.told.logouts], ['disconnected', [{ code: 4005, reason: 'replaced' }]]);
});

for (let seed = 1; seed <= 25; seed++) {
  test(`Whichever tab dies whenever, every tab shows everything once and in order (seed ${seed})`, async () => {
    const tabs = new Tabs(seed);
    const { random, clock, server } = tabs.world;
    let open = [await tabs.openReady(), await tabs.openReady()];
    const sent = [];
    let others = 0;
    Object.assign(server.faults, { dropPush: 0.1, cutBeforeAck: 0.05, refuse: 0.05, cut: 0.01 });
    for (let i = 0; i < 60; i++) {
      const tab = open[Math.floor(random() * open.length)];
      if (random() < 0.5)
        sent.push(tab.client.send({ to: 1 }, `bob ${i}`).text);
      else
        server.post(1, { toid: 2 }, `alice ${others++}`);
      await clock.advance(300 * random());
      if (random() < 0.1) {
        await clock.advance(50); // what was written is stored by then
        open[0].kill();
        open = [...open.slice(1), await tabs.open()];
      }
    }
    server.faults = {};
    await clock.until(() => open.every(({ client }) => client.state === 'ready' && client.unsent().length === 0), 300_000);
    server.cutAll();
    await clock.until(() => open.every(({ client }) => client.state !== 'ready'));
    await clock.until(() => open.every(({ client }) => client.state === 'ready'));
    server.post(1, { toid: 2 }, 'alice last');
    await clock.until(() => open.every(({ client }) => texts(client).at(-1) === 'alice last'));
    await clock.advance(10_000);

    const log = server.log('d:1:2').map(({ msg }) => msg);
    assert.deepEqual(log.filter(text => text.startsWith('bob')).toSorted(), sent.toSorted(), 'each message is in the log once');
    for (const { client } of open) {
      const shown = texts(client);
      assert.deepEqual(shown, log.slice(log.length - shown.length), 'all from the opening of the tab on');
      assert.equal(shown.at(-1), 'alice last');
    }
  });
}
