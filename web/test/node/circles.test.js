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

async function until(condition, what) {
  for (const end = Date.now() + PATIENCE; !condition();) {
    assert.ok(Date.now() < end, `it did not happen: ${what()}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

async function user(name) {
  await ChatClient.register({ url: node.ws, name, password: 'secret' });
  const client = new ChatClient({ url: node.ws, login: { name, password: 'secret' } });
  const told = { groups: [], contacts: [], messages: [] };
  client.on('groupChanged', event => told.groups.push(event));
  client.on('contactChanged', event => told.contacts.push(event));
  client.on('message', ({ text }) => told.messages.push(text));
  clients.push(client);
  await client.connect();
  return Object.assign(client, { told, id: client.user.id });
}

const refused = code => error => error instanceof ChatError && error.code === code && !error.retry;

test('A group is changed, people are added, made admins, muted and removed, and each is told', { timeout: 180_000 }, async () => {
  const [alice, bob, carol] = [await user('alice'), await user('bob'), await user('carol')];
  const id = await alice.createGroup('tea', 'with cake');
  assert.deepEqual(await alice.getGroup(id), { id, name: 'tea', desc: 'with cake', members: 1, joining: 'free', sending: 'all', history: 'all', role: 'creator' });
  await alice.changeMembers(id, { add: [bob.id, carol.id], role: { id: bob.id, role: 'admin' } });
  await until(() => bob.told.groups.length === 2, () => JSON.stringify(bob.told.groups));
  assert.deepEqual(bob.told.groups.map(({ change, by, role }) => [change, by, role]), [['added', alice.id, undefined], ['role', alice.id, 'admin']]);
  await alice.acknowledged(alice.send({ group: id }, 'welcome'));
  await until(() => carol.told.messages.includes('welcome'), () => JSON.stringify(carol.told.messages));
  await bob.changeMembers(id, { mute: { id: carol.id, until: Date.now() + 3_600_000 } });
  await assert.rejects(carol.acknowledged(carol.send({ group: id }, 'cake?')), error => error.code === ErrorCode.forbidden);
  await bob.changeGroup(id, { name: 'tea party', joining: 'ask' });
  await until(() => carol.told.groups.at(-1)?.change === 'changed', () => JSON.stringify(carol.told.groups));
  assert.equal((await carol.getGroup(id)).name, 'tea party');
  await assert.rejects(carol.changeMembers(id, { remove: [bob.id] }), refused(ErrorCode.forbidden));
  await bob.changeMembers(id, { remove: [carol.id] });
  await until(() => carol.told.groups.at(-1)?.change === 'removed', () => JSON.stringify(carol.told.groups));
  await assert.rejects(alice.leaveGroup(id), refused(ErrorCode.forbidden));
  await alice.changeMembers(id, { owner: bob.id });
  await alice.leaveGroup(id);
  assert.equal((await bob.getGroup(id)).members, 1);
  assert.equal((await bob.getGroup('TEA Party')).id, id, 'by its name');
  await assert.rejects(bob.getGroup('no such'), refused(ErrorCode.notFound));
  await bob.changeGroup(id, { delete: true });
  await assert.rejects(bob.getGroup(id), refused(ErrorCode.notFound));
});

test('Who asks to be let in waits, and is accepted or declined', { timeout: 180_000 }, async () => {
  const [dave, erin, frank] = [await user('dave'), await user('erin'), await user('frank')];
  const id = await dave.createGroup('chess');
  await dave.changeGroup(id, { joining: 'ask' });
  assert.deepEqual([await erin.joinGroup(id), await frank.joinGroup(id)], [false, false]);
  await until(() => dave.told.groups.length === 2, () => JSON.stringify(dave.told.groups));
  assert.deepEqual(dave.told.groups.map(({ change, id }) => [change, id]), [['asked', erin.id], ['asked', frank.id]]);
  const first = await dave.joinRequests(id, { limit: 1 });
  assert.deepEqual([first.requests.map(({ name }) => name), first.more], [['erin'], true]);
  await dave.joinRequests(id, { accept: [erin.id], decline: [frank.id] });
  await until(() => erin.told.groups.length === 1 && frank.told.groups.length === 1, () => 'told');
  assert.deepEqual([erin.told.groups[0].change, frank.told.groups[0].change, (await dave.joinRequests(id)).requests], ['added', 'declined', []]);
  assert.deepEqual((await erin.members(id)).members.map(({ name }) => name), ['dave', 'erin']);
});

test('Contacts are asked, accepted, named and blocked, and every device is told', { timeout: 180_000 }, async () => {
  const [gina, hal] = [await user('gina'), await user('hal')];
  const other = new ChatClient({ url: node.ws, login: { name: 'gina', password: 'secret' } });
  const told = [];
  other.on('contactChanged', event => told.push(event));
  clients.push(other);
  await other.connect();
  const rev = await gina.changeContact(hal.id, 'request', { alias: 'Hal from work', note: 'it is Gina' });
  await until(() => hal.told.contacts.length === 1 && told.length === 1, () => JSON.stringify(told));
  assert.deepEqual([told[0], hal.told.contacts[0].note], [{ id: hal.id, state: 'asked', alias: 'Hal from work', rev }, 'it is Gina']);
  await hal.changeContact(gina.id, 'accept');
  await until(() => told.length === 2, () => JSON.stringify(told));
  assert.deepEqual((await gina.listContacts()).contacts, [{ id: hal.id, state: 'contact', alias: 'Hal from work' }]);
  assert.equal((await gina.listContacts({ since: rev })).contacts.length, 1);
  await gina.changeContact(hal.id, 'block');
  await assert.rejects(hal.acknowledged(hal.send({ to: gina.id }, 'hello?')), error => error.code === ErrorCode.blocked);
  assert.deepEqual((await gina.listContacts({ blocked: true })).contacts.map(({ id, blocked }) => [id, blocked]), [[hal.id, true]]);
  await gina.changeContact(hal.id, 'unblock');
  await hal.acknowledged(hal.send({ to: gina.id }, 'hello again'));
  await until(() => gina.told.messages.includes('hello again'), () => JSON.stringify(gina.told.messages));
  await assert.rejects(gina.changeContact(gina.id, 'add'), refused(ErrorCode.malformed));
});
