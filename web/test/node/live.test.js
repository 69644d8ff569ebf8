import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ChatClient, ChatError, ErrorCode, MemoryStore } from '../../sdk/index.js';
import { NodeProcess } from '../support/node-process.js';

const PATIENCE = 120_000;
const clients = [];

/** @type {NodeProcess} */
let node;
before(async () => { node = await NodeProcess.start(); });
after(async () => {
  await Promise.all(clients.map(client => client.close()));
  await node.dispose();
});

async function until(condition, what) {
  const end = Date.now() + PATIENCE;
  while (!condition()) {
    if (Date.now() > end)
      throw new Error(`it did not happen: ${what()}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

async function logIn(name) {
  const client = new ChatClient({ url: node.ws, login: { name, password: 'secret' }, store: new MemoryStore() });
  const told = { receipts: [], presence: new Map(), typing: [], kept: [] };
  client.on('receipt', receipt => told.receipts.push(receipt));
  client.on('presence', ({ users }) => users.forEach(({ id, state }) => told.presence.set(id, state)));
  client.on('typing', ({ id, on }) => told.typing.push([id, on]));
  client.on('conversationChanged', change => told.kept.push(change));
  await client.connect();
  clients.push(client);
  return Object.assign(client, { told });
}

async function user(name) {
  await ChatClient.register({ url: node.ws, name, password: 'secret' });
  return logIn(name);
}

/** Two users, a message of the first one, and their conversation. */
async function pair(a, b) {
  const [first, second] = [await user(a), await user(b)];
  const conversation = `d:${first.user.id}:${second.user.id}`;
  const message = await first.acknowledged(first.send(conversation, 'hello'));
  await until(() => second.conversations.length === 1 && first.peer(conversation).received === message.seq, () => JSON.stringify(first.told.receipts));
  return { first, second, conversation };
}

test('Receipts come at once, and after a kill of the node those that were missed', { timeout: 300_000 }, async () => {
  const { first, second, conversation } = await pair('alice', 'bob');
  assert.equal(first.peer(conversation).read, 0);
  assert.deepEqual(await first.receipts(conversation, 1), { members: 1, received: 1, read: 0, who: [{ id: second.user.id, received: 1, read: 0 }], more: false });
  await second.markRead(conversation, 1);
  await until(() => first.peer(conversation).read === 1, () => JSON.stringify(first.told.receipts));
  await first.acknowledged(first.send(conversation, 'again'));
  await until(() => first.peer(conversation).received === 2, () => JSON.stringify(first.told.receipts));
  await first.close();
  await second.markRead(conversation, 2);
  await node.kill();
  await node.start();
  const later = await logIn('alice');
  await until(() => later.peer(conversation).read === 2, () => JSON.stringify(later.told.receipts));
});

test('The list and what is made of it are the same on all devices', { timeout: 180_000 }, async () => {
  const { first, second, conversation } = await pair('carol', 'dave');
  const other = await logIn('dave');
  await second.saveDraft(conversation, 'so far');
  await second.markUnread(conversation);
  await until(() => other.told.kept.length === 2, () => JSON.stringify(other.told.kept));
  assert.deepEqual(other.told.kept[1], { conversation, archived: false, marked: true, draft: 'so far' });
  const { conversations: [entry], unread, more } = await other.listConversations();
  assert.deepEqual([entry.conversation, entry.unread, entry.last.text, entry.draft, entry.marked, entry.peer, unread, more], [conversation, 1, 'hello', 'so far', true, { received: 1, read: 1 }, 1, false]);
  await second.markRead(conversation, 1);
  await until(() => other.conversations[0].read === 1, () => JSON.stringify(other.conversations));
  assert.deepEqual(other.told.kept[2], { conversation, marked: false, read: 1 });
  await second.archive(conversation);
  assert.deepEqual((await other.listConversations()).conversations, []);
  await second.clear(conversation, 1);
  await until(() => other.conversations[0].floor === 2, () => JSON.stringify(other.conversations));
  assert.deepEqual((await other.listConversations({ archived: true })).conversations.map(({ last, floor }) => [last, floor]), [[null, 2]]);
  await assert.rejects(other.archive('d:1:999999'), error => error instanceof ChatError && error.code === ErrorCode.notYours);
  assert.equal(first.told.kept.length, 0);
});

test('Who is watched is seen coming, typing, away and, after a kill of the node, again', { timeout: 300_000 }, async () => {
  const { first, second, conversation } = await pair('erin', 'frank');
  const { id } = second.user;
  await first.watch([id], [conversation]);
  await until(() => first.told.presence.get(id) === 'online', () => JSON.stringify([...first.told.presence]));
  await second.typing(conversation);
  await until(() => first.told.typing.length === 1, () => 'typing');
  await second.typing(conversation, false);
  await until(() => first.told.typing.length === 2, () => 'no typing');
  assert.deepEqual(first.told.typing, [[id, true], [id, false]]);
  await second.setPresence('away');
  await until(() => first.told.presence.get(id) === 'away', () => JSON.stringify([...first.told.presence]));
  first.told.presence.clear();
  await node.kill();
  await node.start();
  await until(() => first.told.presence.get(id) === 'away', () => JSON.stringify([...first.told.presence]));
  await assert.rejects(first.watch([id], ['g:999999']), error => error instanceof ChatError && error.code === ErrorCode.notYours);
});

test('Without a history there are no receipts and no list, and they watch all the same', { timeout: 180_000 }, async () => {
  const other = await NodeProcess.start('--Chat:History:Enabled=false');
  try {
    await ChatClient.register({ url: other.ws, name: 'gina', password: 'secret' });
    const gina = new ChatClient({ url: other.ws, login: { name: 'gina', password: 'secret' } });
    clients.push(gina);
    await gina.connect();
    assert.deepEqual(['receipts', 'conversations', 'watch', 'typing'].map(feature => gina.can(feature)), [false, false, true, true]);
    await assert.rejects(gina.listConversations(), error => error instanceof ChatError && error.code === ErrorCode.unknownRequest);
    await gina.watch([gina.user.id]);
  } finally {
    await other.dispose();
  }
});
