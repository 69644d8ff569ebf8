import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatError, ErrorCode } from '../../sdk/index.js';
import { World, done } from '../support/world.js';

const requests = (world, ...msgids) => world.server.seen.filter(one => msgids.includes(one.msgid)).map(({ ref, ...rest }) => rest);

async function scene() {
  const world = new World();
  const alice = await world.ready('alice');
  const told = { groups: [], contacts: [] };
  alice.on('groupChanged', event => told.groups.push(event));
  alice.on('contactChanged', event => told.contacts.push(event));
  return { world, alice, told, answers: world.server.circles.answers };
}

test('What a group is comes in the words of the server, without those of the wire', async () => {
  const { world, alice, answers } = await scene();
  answers.set(124, { groupid: 1, name: 'g1', desc: 'tea', members: 3, joining: 'ask', sending: 'all', history: 'all', role: 'admin' });
  assert.deepEqual(await done(world, alice.getGroup(1)), { id: 1, name: 'g1', desc: 'tea', members: 3, joining: 'ask', sending: 'all', history: 'all', role: 'admin' });
  assert.deepEqual(requests(world, 124), [{ msgid: 124, groupid: 1 }]);
});

test('Groups are changed, their members too, and left', async () => {
  const { world, alice } = await scene();
  await done(world, alice.changeGroup(1, { name: 'g2', joining: 'invite' }));
  await done(world, alice.changeGroup(1, { delete: true }));
  await done(world, alice.changeMembers(1, { add: [2, 3], role: { id: 2, role: 'admin' } }));
  await done(world, alice.leaveGroup(1));
  assert.deepEqual(requests(world, 126, 127, 128), [
    { msgid: 126, groupid: 1, name: 'g2', joining: 'invite' }, { msgid: 126, groupid: 1, delete: true },
    { msgid: 127, groupid: 1, add: [2, 3], role: { id: 2, role: 'admin' } }, { msgid: 128, groupid: 1 },
  ]);
});

test('Who waits to be let in is listed and decided about, and one who asks is told so', async () => {
  const { world, alice, answers } = await scene();
  answers.set(129, ({ accept }) => (accept ? {} : { requests: [{ id: 5, name: 'dave', since: 7 }], more: true }));
  assert.deepEqual(await done(world, alice.joinRequests(1, { after: 4, limit: 1 })), { requests: [{ id: 5, name: 'dave', since: 7 }], more: true });
  assert.deepEqual(await done(world, alice.joinRequests(1, { accept: [5], decline: [7] })), { requests: [], more: false });
  assert.deepEqual(requests(world, 129), [{ msgid: 129, groupid: 1, after: 4, limit: 1 }, { msgid: 129, groupid: 1, accept: [5], decline: [7] }]);
  assert.equal(await done(world, alice.joinGroup(1)), true);
  const { receive } = world.server;
  world.server.receive = function (session, object) {
    return object.msgid === 9 ? session.send({ msgid: 102, ref: object.ref, errno: 0, asked: true }) : receive.call(this, session, object);
  };
  assert.equal(await done(world, alice.joinGroup(1)), false);
});

test('Contacts are listed by what has changed, and changed', async () => {
  const { world, alice, answers } = await scene();
  const contacts = [{ id: 5, state: 'contact', alias: 'Dave' }, { id: 8, state: 'none', blocked: true }];
  answers.set(119, { rev: 9, contacts, more: true });
  answers.set(120, { rev: 10 });
  assert.deepEqual(await done(world, alice.listContacts({ since: 7, blocked: false, limit: 2 })), { contacts, rev: 9, more: true });
  answers.set(119, { rev: 9, contacts: [] });
  assert.deepEqual(await done(world, alice.listContacts()), { contacts: [], rev: 9, more: false });
  assert.equal(await done(world, alice.changeContact(5, 'request', { alias: 'D', note: 'hi' })), 10);
  await done(world, alice.changeContact(8, 'unblock'));
  assert.deepEqual(requests(world, 119, 120), [
    { msgid: 119, since: 7, blocked: false, limit: 2 }, { msgid: 119 },
    { msgid: 120, id: 5, do: 'request', alias: 'D', note: 'hi' }, { msgid: 120, id: 8, do: 'unblock' },
  ]);
});

test('What others do to the user is told as it comes', async () => {
  const { world, told } = await scene();
  world.server.pushAll({ msgid: 130, groupid: 1, change: 'muted', until: 5, by: 3 });
  world.server.pushAll({ msgid: 130, groupid: 2, change: 'something new' });
  world.server.pushAll({ msgid: 121, id: 5, state: 'asks', note: 'it is me', rev: 3 });
  await world.clock.until(() => told.groups.length === 2 && told.contacts.length === 1);
  assert.deepEqual(told, {
    groups: [{ groupid: 1, change: 'muted', until: 5, by: 3 }, { groupid: 2, change: 'something new' }], contacts: [{ id: 5, state: 'asks', note: 'it is me', rev: 3 }],
  });
});

test('What is refused for a moment is asked again, and other refusals say why', async () => {
  const { world, alice, answers } = await scene();
  let refusals = 2;
  answers.set(127, () => (refusals-- > 0 ? { errno: 10 } : {}));
  await done(world, alice.changeMembers(1, { add: [2] }));
  assert.equal(requests(world, 127).length, 3);
  answers.set(128, { errno: 13 });
  await assert.rejects(done(world, alice.leaveGroup(1)), error => error instanceof ChatError && error.code === ErrorCode.forbidden);
  answers.set(120, { errno: 12 });
  await assert.rejects(done(world, alice.changeContact(2, 'request')), error => error.code === ErrorCode.blocked);
});

test('A server without these features is not asked, and the reason is said', async () => {
  const world = new World();
  world.server.features = ['changes', 'people'];
  const alice = await world.ready('alice');
  for (const ask of [() => alice.getGroup(1), () => alice.changeGroup(1, { name: 'x' }), () => alice.changeMembers(1, { add: [2] }), () => alice.leaveGroup(1), () => alice.joinRequests(1), () => alice.listContacts(), () => alice.changeContact(2, 'add')])
    await assert.rejects(done(world, ask()), error => error instanceof ChatError && error.code === ErrorCode.unknownRequest && /does not have "(groups|contacts)"/.test(error.message));
  assert.deepEqual(requests(world, 119, 120, 124, 126, 127, 128, 129), []);
});
