import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ChatClient, ChatError, ErrorCode } from '../../sdk/index.js';
import { NodeProcess } from '../support/node-process.js';

const PATIENCE = 60_000;
const clients = [];

/** @type {NodeProcess} */
let node;
before(async () => { node = await NodeProcess.start(); });
after(async () => {
  await Promise.all(clients.map(client => client.close()));
  await node.dispose();
});

async function user(name, url = node.ws) {
  await ChatClient.register({ url, name, password: 'secret' });
  const client = new ChatClient({ url, login: { name, password: 'secret' } });
  clients.push(client);
  await client.connect();
  return client;
}

/** Asks until the answer is as wanted: the index is a moment behind. */
async function eventually(ask, isWanted) {
  for (const end = Date.now() + PATIENCE; ;) {
    const answer = await ask();
    if (isWanted(answer))
      return answer;
    assert.ok(Date.now() < end, JSON.stringify(answer));
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

test('Strangers are found by name, by its beginning and by id, with what they say of themselves', { timeout: 180_000 }, async () => {
  const [alice, zoe] = [await user('alice'), await user('Zoë')];
  await user('zoe the other');
  const { id } = zoe.user;
  assert.deepEqual(await alice.findUser('zoË'), { id, name: 'Zoë' });
  assert.equal(await alice.findUser('zo'), null);
  assert.deepEqual((await alice.searchUsers('Zo')).users.map(({ name }) => name).sort(), ['Zoë', 'zoe the other']);
  await zoe.changeProfile({ display: 'Zoë Z.', avatar: 'https://example.com/zoe.png', about: 'back at 5' });
  assert.deepEqual(await alice.getUsers([999_999, id]), [{ id, name: 'Zoë', display: 'Zoë Z.', avatar: 'https://example.com/zoe.png', about: 'back at 5' }]);
  await zoe.changeProfile({ avatar: '', about: '' });
  assert.deepEqual(await alice.findUser('Zoë'), { id, name: 'Zoë', display: 'Zoë Z.' });
  await assert.rejects(zoe.changeProfile({ avatar: 'javascript:alert(1)' }), error => error instanceof ChatError && error.code === ErrorCode.malformed);
});

test('Messages are found by their words, page by page', { timeout: 180_000 }, async () => {
  const [bob, carol, dave] = [await user('bob'), await user('carol'), await user('dave')];
  const conversation = `d:${bob.user.id}:${carol.user.id}`;
  for (const text of ['a plan for tea', 'nothing', '上海 is the plan'])
    await bob.acknowledged(bob.send(conversation, text));
  await carol.acknowledged(carol.send(conversation, 'no plan'));
  await bob.acknowledged(bob.send({ to: dave.user.id }, 'a plan for dave'));
  const all = await eventually(() => carol.search('PLAN'), ({ hits }) => hits.length === 3);
  assert.deepEqual([all.hits.map(({ seq, from, text, own }) => [seq, from === bob.user.id, text, own]), all.more],
    [[[4, false, 'no plan', true], [3, true, '上海 is the plan', false], [1, true, 'a plan for tea', false]], false]);
  const first = await carol.search('plan', { conversation, from: bob.user.id, limit: 1 });
  const second = await carol.search('plan', { conversation, from: bob.user.id, limit: 1, after: first.after });
  assert.deepEqual([first.hits[0].seq, first.more, second.hits[0].seq], [3, true, 1]);
  assert.deepEqual((await carol.search('plan', { until: all.hits[2].ts })).hits, []);
  await assert.rejects(carol.search('...'), error => error instanceof ChatError && error.code === ErrorCode.malformed);
  await assert.rejects(dave.search('plan', { conversation }), error => error.code === ErrorCode.notYours);
});

test('Where only whole names are found, and nothing is searched, a client is told so', { timeout: 180_000 }, async () => {
  const other = await NodeProcess.start('--Chat:Users:Directory=exact', '--Chat:Search:Enabled=false');
  try {
    const erin = await user('erin', other.ws);
    await assert.rejects(erin.searchUsers('er'), error => error instanceof ChatError && error.code === ErrorCode.off);
    assert.deepEqual([(await erin.findUser('ERIN')).id, erin.can('people'), erin.can('search')], [erin.user.id, true, false]);
    await assert.rejects(erin.search('plan'), error => error instanceof ChatError && error.code === ErrorCode.unknownRequest);
  } finally {
    await other.dispose();
  }
});
