import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ChatClient, MemoryStore, withChange } from '../../sdk/index.js';
import { NodeProcess } from '../support/node-process.js';

const PATIENCE = 120_000;
const MESSAGES = 20;

/** @type {NodeProcess} */
let node;
before(async () => { node = await NodeProcess.start('--Chat:Limits:RecallSeconds=3600'); });
after(() => node.dispose());

async function until(condition, what) {
  const end = Date.now() + PATIENCE;
  while (!condition()) {
    if (Date.now() > end)
      throw new Error(`it did not happen: ${what()}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

/** Somebody whose view is what events have said. */
async function user(name) {
  await ChatClient.register({ url: node.ws, name, password: 'secret' });
  const client = new ChatClient({ url: node.ws, login: { name, password: 'secret' }, store: new MemoryStore() });
  const view = new Map();
  client.on('message', message => view.set(message.seq, message));
  client.on('change', change => view.set(change.seq, withChange(view.get(change.seq), change)));
  await client.connect();
  return Object.assign(client, { view });
}

const told = ({ seq, text, edited, pinned = false, recalled, reactions = {}, mine = [] }) =>
  [seq, text, recalled ? undefined : edited, pinned, recalled?.by, Object.entries(reactions).sort(), mine.toSorted()];

test('A node that is killed while messages are changed loses no change, and everybody sees the same', { timeout: 540_000 }, async () => {
  const [alice, bob] = [await user('alice'), await user('bob')];
  const conversation = `d:${alice.user.id}:${bob.user.id}`;
  const sent = Array.from({ length: MESSAGES }, (_, i) => alice.send(conversation, `m${i}`));
  await until(() => [alice, bob].every(({ view }) => view.size === MESSAGES), () => `${alice.view.size}, ${bob.view.size} messages`);
  let isOver = false, done = 0;
  const asked = new Map();
  // Each works by itself, and asks until it is answered: what was answered has to be there in the end.
  const keep = async change => {
    for (let i = 0, isAnswered = true; !isOver || !isAnswered;) {
      try {
        await change(i);
        isAnswered = true;
        i++;
        done++;
      } catch (error) {
        assert.ok(error.retry, `${error.code} ${error.message}`);
        isAnswered = false;
      }
    }
  };
  const at = i => ({ conversation, seq: 1 + (i % MESSAGES) });
  const working = [
    keep(async i => {
      asked.set(at(i).seq, `edited ${i}`);
      await alice.edit(at(i), `edited ${i}`);
    }),
    keep(i => (Math.floor(i / MESSAGES) % 2 === 0 ? bob.react(at(i), '👍') : bob.unreact(at(i), '👍'))),
    keep(i => bob.pin(at(i), i % 3 === 0)),
  ];
  for (let kills = 0; kills < 3; kills++) {
    const before = done;
    await until(() => done > before + 20, () => `changes after ${kills} kills`);
    await node.kill();
    await node.start();
  }
  const before = done;
  await until(() => done > before + 20, () => 'changes after all');
  isOver = true;
  await Promise.all(working);
  await alice.recall(sent[3]);
  for (const client of [alice, bob]) {
    const { messages } = await client.history(conversation, { limit: MESSAGES });
    await until(() => JSON.stringify([...client.view.values()].map(told)) === JSON.stringify(messages.map(told)), () => `${client.user.name}: ${JSON.stringify([...client.view.values()].map(told))} is not ${JSON.stringify(messages.map(told))}`);
    for (const { seq, text, recalled } of messages)
      assert.equal(text, recalled ? '' : asked.get(seq) ?? `m${seq - 1}`, `the last edit of ${seq}`);
  }
  console.log(`# ${done} changes, 3 kills`);
  await alice.close();
  await bob.close();
});
