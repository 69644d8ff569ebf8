import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ChatClient, MemoryStore } from '../../sdk/index.js';
import { NodeProcess } from '../support/node-process.js';

const PATIENCE = 120_000;

/** @type {NodeProcess} */
let node;
before(async () => { node = await NodeProcess.start(); });
after(() => node.dispose());

/** Waits until it is so; what happens is looked at often. */
async function until(condition, what) {
  const end = Date.now() + PATIENCE;
  while (!condition()) {
    if (Date.now() > end)
      throw new Error(`it did not happen: ${what()}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

async function user(name) {
  await ChatClient.register({ url: node.ws, name, password: 'secret' });
  const client = new ChatClient({ url: node.ws, login: { name, password: 'secret' }, store: new MemoryStore() });
  const seen = [];
  client.on('message', message => seen.push(message));
  await client.connect();
  return Object.assign(client, { seen });
}

const texts = (client, conversation) => client.seen.filter(message => message.conversation === conversation && !message.system).map(({ text }) => text);

test('A node that is killed again and again under load loses nothing, repeats nothing and keeps the order', { timeout: 540_000 }, async () => {
  const [alice, bob, carol] = [await user('alice'), await user('bob'), await user('carol')];
  const group = await alice.createGroup('all');
  await Promise.all([bob.joinGroup(group), carol.joinGroup(group)]);
  const [pair, all] = [`d:${alice.user.id}:${bob.user.id}`, `g:${group}`];
  const sent = [];
  let isOver = false;
  const sending = (async () => {
    for (let i = 0; !isOver; i++) {
      for (const client of [alice, bob, carol]) {
        if (client.unsent().length < 300)
          sent.push(client.send(all, `${client.user.name} ${i}`));
      }
      if (alice.unsent().length < 300)
        sent.push(alice.send(pair, `private ${i}`));
      await new Promise(resolve => setTimeout(resolve, 10));
    }
  })();
  for (let kills = 0; kills < 4; kills++) {
    const before = sent.length;
    await until(() => sent.filter(({ state }) => state === 'sent').length > before, () => `acknowledgements after ${kills} kills`);
    await node.kill();
    await node.start();
  }
  isOver = true;
  await sending;
  await until(() => sent.every(({ state }) => state === 'sent'), () => `${sent.filter(({ state }) => state !== 'sent').length} of ${sent.length} are not acknowledged`);
  const inGroup = sent.filter(({ conversation }) => conversation === all);
  await until(() => [alice, bob, carol].every(client => texts(client, all).length >= inGroup.length) && texts(bob, pair).length >= sent.length - inGroup.length,
    () => [alice, bob, carol].map(client => `${texts(client, all).length} of ${inGroup.length}`).join());

  const inOrder = inGroup.toSorted((a, b) => a.seq - b.seq).map(({ text }) => text);
  assert.ok(sent.length > 100, `${sent.length} messages`);
  const told = alice.seen.filter(({ conversation, system }) => conversation === all && system); // who has joined
  assert.deepEqual([...inGroup, ...told].map(({ seq }) => seq).toSorted((a, b) => a - b), Array.from({ length: inGroup.length + told.length }, (_, i) => i + 1), 'every number was given once');
  for (const client of [alice, bob, carol]) {
    assert.deepEqual(texts(client, all), inOrder, `${client.user.name} has everything once and in order`);
    const own = inOrder.filter(text => text.startsWith(`${client.user.name} `));
    assert.deepEqual(own, inGroup.filter(message => message.text.startsWith(`${client.user.name} `)).map(({ text }) => text), 'as it was sent');
  }
  const inPair = sent.filter(({ conversation }) => conversation === pair).map(({ text }) => text);
  assert.deepEqual(texts(bob, pair), inPair);
  assert.deepEqual(texts(alice, pair), inPair);
  console.log(`# ${sent.length} messages, 4 kills: 0 lost, 0 twice, in order`);
  for (const client of [alice, bob, carol])
    await client.close();
});

test('A node that is told to end has its clients come back to the next one', { timeout: 240_000 }, async () => {
  const [erin, frank] = [await user('erin'), await user('frank')];
  const states = [];
  erin.on('state', ({ state, reason }) => states.push(`${state} ${reason ?? ''}`));
  await node.stop();
  const message = erin.send({ to: frank.user.id }, 'while it is away');
  await node.start();
  await until(() => message.state === 'sent' && frank.seen.length === 1, () => states.join());
  assert.deepEqual(frank.seen.map(({ text }) => text), ['while it is away']);
  assert.ok(!states.some(state => state.startsWith('disconnected')), states.join());
  await erin.close();
  await frank.close();
});
