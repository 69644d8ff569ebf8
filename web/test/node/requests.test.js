import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ChatClient, ChatError } from '../../sdk/index.js';
import { NodeProcess } from '../support/node-process.js';

/** @type {NodeProcess} */
let node;
/** @type {ChatClient} */
let alice, bob;

async function user(name) {
  await ChatClient.register({ url: node.ws, name, password: 'secret' });
  const client = new ChatClient({ url: node.ws, login: { name, password: 'secret' } });
  await client.connect();
  return client;
}

before(async () => {
  node = await NodeProcess.start();
  [alice, bob] = [await user('alice'), await user('bob')];
});
after(async () => {
  await alice.close();
  await bob.close();
  await node.dispose();
});

test('A name that is taken is refused with a number and words', () =>
  assert.rejects(ChatClient.register({ url: node.ws, name: 'alice', password: 'x' }), error => error instanceof ChatError && error.code === 1 && /taken/.test(error.message)));

test('A wrong password is refused', () =>
  assert.rejects(new ChatClient({ url: node.ws, login: { name: 'alice', password: 'wrong' } }).connect(), error => error instanceof ChatError && error.code === 1));

test('Groups are made, joined and listed', async () => {
  const id = await alice.createGroup('friends', 'who likes tea');
  await bob.joinGroup(id);
  assert.deepEqual((await bob.members(id)).members.map(({ name, role }) => [name, role]), [['alice', 'creator'], ['bob', 'normal']]);
  assert.deepEqual((await bob.groups()).groups.map(({ groupname, members }) => [groupname, members]), [['friends', 2]]);
  await assert.rejects(bob.joinGroup(99_999), error => error instanceof ChatError && error.code === 7);
});

test('Friends and settings are kept', async () => {
  await alice.addFriend(bob.user.id);
  assert.deepEqual((await alice.friends()).friends.map(({ name }) => name), ['bob']);
  assert.deepEqual((await alice.changeSettings({ mute: `d:${alice.user.id}:${bob.user.id}` })).muted, [`d:${alice.user.id}:${bob.user.id}`]);
  assert.equal((await alice.settings()).presence, 'everyone');
});

test('A message to nobody fails, and says why', async () => {
  const message = alice.send({ to: 99_999 }, 'hello?');
  await assert.rejects(alice.acknowledged(message), error => error instanceof ChatError && error.code === 7);
  assert.equal(message.state, 'failed');
});

test('The history is read by pages, and reading is remembered', async () => {
  const conversation = `d:${alice.user.id}:${bob.user.id}`;
  const sent = Array.from({ length: 30 }, (_, i) => alice.send(conversation, `m${i}`));
  await Promise.all(sent.map(message => alice.acknowledged(message)));
  const newest = await bob.history(conversation, { limit: 10 });
  assert.deepEqual([newest.messages.map(({ text }) => text), newest.more], [sent.slice(-10).map(({ text }) => text), true]);
  const older = await bob.history(conversation, { before: newest.messages[0].seq, limit: 100 });
  assert.deepEqual([older.messages.length, older.more], [20, false]);
  await bob.markRead(conversation, 30);
  const again = new ChatClient({ url: node.ws, login: { name: 'bob', password: 'secret' } });
  await again.connect();
  assert.deepEqual(again.conversations.filter(one => one.conversation === conversation).map(({ head, read }) => [head, read]), [[30, 30]]);
  await again.close();
});
