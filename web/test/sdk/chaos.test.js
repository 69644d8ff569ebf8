import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../../sdk/index.js';
import { World } from '../support/world.js';

const RUNS = Number(process.env.CHAOS_RUNS ?? 60);
const MESSAGES = 120;

/** Every conversation that a user can see, as the server has it. */
const logOf = (world, id) => Object.fromEntries([...world.server.logs].filter(([conversation]) => conversation.startsWith('g:') || conversation.split(':').slice(1).includes(String(id)))
  .map(([conversation, log]) => [conversation, log.map(({ msg }) => msg)]));

const shown = messages => Object.fromEntries([...groups(messages)]
  .map(([conversation, all]) => [conversation, all.map(({ text }) => text)]));

function groups(messages) {
  const found = new Map();
  for (const message of messages)
    found.set(message.conversation, [...found.get(message.conversation) ?? [], message]);
  return found;
}

for (let seed = 1; seed <= RUNS; seed++) {
  test(`Whatever the connection does, every message is there once and in order (seed ${seed})`, async () => {
    const world = new World(seed);
    const { random, clock, server } = world;
    const users = ['alice', 'bob', 'carol'].map((name, i) => ({ name, id: i + 1, store: new MemoryStore(), client: null, all: [], sent: [] }));
    const start = user => {
      user.client = world.client(user.name, { store: user.store });
      user.client.on('message', message => user.all.push(message));
      void user.client.connect();
    };
    users.forEach(start);
    await clock.until(() => users.every(({ client }) => client.state === 'ready'));
    Object.assign(server.faults, { dropPush: 0.1, repeatPush: 0.1, refuse: 0.05, cutBeforeAck: 0.03, late: 0.003, cut: 0.01 });

    for (let i = 0; i < MESSAGES; i++) {
      const user = users[Math.floor(random() * 3)];
      const text = `${user.name} ${i}`;
      const to = random() < 0.5 ? { group: 1 } : { to: (user.id % 3) + 1 };
      if (user.client.user) {
        user.client.send(to, text);
        user.sent.push(text);
      }
      if (random() < 0.02)
        server.die();
      if (random() < 0.1)
        server.isUp = true;
      if (random() < 0.03) {
        await clock.advance(20); // what was written is stored by then
        await user.client.close();
        start(user);
      }
      await clock.advance(200 * random());
    }

    server.faults = {};
    server.isUp = true;
    server.cutAll(); // a push that was dropped behind all others is missed by nobody before the next login
    await clock.until(() => users.every(({ client }) => client.state === 'ready' && client.unsent().length === 0), 300_000);
    await clock.advance(20_000);

    const posted = [...server.logs.values()].flat().map(({ msg }) => msg);
    assert.deepEqual(posted.toSorted(), users.flatMap(({ sent }) => sent).toSorted(), 'each message is in the log once');
    for (const user of users) {
      assert.deepEqual(shown(user.all), logOf(world, user.id), `${user.name} has seen everything once and in order`);
      for (const [, texts] of Object.entries(logOf(world, user.id))) {
        const own = texts.filter(text => text.startsWith(`${user.name} `)).map(text => Number(text.split(' ')[1]));
        assert.deepEqual(own, own.toSorted((a, b) => a - b), 'in the order in which they were sent');
      }
    }
    users.forEach(({ client }) => void client.close());
  });
}
