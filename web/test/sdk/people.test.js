import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatError, ErrorCode } from '../../sdk/index.js';
import { World, done } from '../support/world.js';

const requests = (world, msgid) => world.server.seen.filter(one => one.msgid === msgid).map(({ msgid, ref, ...rest }) => rest);

async function scene() {
  const world = new World();
  return { world, alice: await world.ready('alice') };
}

test('Users are found by their whole name, by its beginning, and by their ids', async () => {
  const { world, alice } = await scene();
  world.server.addUser(4, 'bobby');
  world.server.people.profiles.set(2, { display: 'Bob B.', about: 'back at 5' });
  assert.deepEqual(await done(world, alice.findUser('BOB')), { id: 2, name: 'bob', display: 'Bob B.', about: 'back at 5' });
  assert.equal(await done(world, alice.findUser('bo')), null);
  assert.deepEqual(await done(world, alice.searchUsers('bo')), { users: [{ id: 2, name: 'bob', display: 'Bob B.', about: 'back at 5' }, { id: 4, name: 'bobby' }], more: false });
  world.server.people.room = 1;
  assert.deepEqual((await done(world, alice.searchUsers('bo'))).more, true);
  assert.deepEqual(requests(world, 122), [{ name: 'BOB' }, { name: 'bo' }, { prefix: 'bo' }, { prefix: 'bo' }]);
});

test('Any number of users is asked for in portions, and those that did not fit into a frame again', async () => {
  const { world, alice } = await scene();
  for (let id = 4; id <= 150; id++)
    world.server.addUser(id, `user ${id}`);
  world.server.people.room = 60;
  const ids = [999, 3, 3, ...Array.from({ length: 150 }, (_, i) => 150 - i)];
  assert.deepEqual((await done(world, alice.getUsers(ids))).map(({ id }) => id), Array.from({ length: 150 }, (_, i) => i + 1));
  assert.ok(requests(world, 122).every(({ ids }) => ids.length <= 100), 'a request has at most 100');
  assert.deepEqual([await done(world, alice.getUsers([])), await done(world, alice.getUsers([777]))], [[], []]);
});

test('A profile is changed as far as it is said', async () => {
  const { world, alice } = await scene();
  await done(world, alice.changeProfile({ display: 'Alice L.', about: 'curious' }));
  await done(world, alice.changeProfile({ about: '' }));
  assert.deepEqual([requests(world, 123), await done(world, alice.getUsers([1]))], [[{ display: 'Alice L.', about: 'curious' }, { about: '' }], [{ id: 1, name: 'alice', display: 'Alice L.' }]]);
});

test('Messages are found page by page, in the words of this SDK', async () => {
  const { world, alice } = await scene();
  alice.send({ to: 2 }, 'the plan');
  await world.clock.until(() => alice.told.updates.length === 1);
  world.server.post(3, { toid: 1 }, 'no plan');
  world.server.post(3, { toid: 1 }, 'nothing');
  await world.clock.until(() => alice.told.messages.length === 3);
  const first = await done(world, alice.search('plan', { limit: 1 }));
  const { ts } = world.server.log('d:1:3')[0];
  assert.deepEqual(first, { hits: [{ conversation: 'd:1:3', seq: 1, from: 3, ts, text: 'no plan', own: false }], more: true, after: '1', indexed: 5 });
  const second = await done(world, alice.search('plan', { limit: 1, after: first.after }));
  assert.deepEqual([second.hits.map(({ text, own }) => [text, own]), second.more, 'after' in second], [[['the plan', true]], false, false]);
  const of = { conversation: 'd:1:2', from: 1, since: 1, until: 9e15 };
  assert.equal((await done(world, alice.search('plan', of))).hits.length, 1);
  assert.deepEqual(requests(world, 137).at(-1), { text: 'plan', ...of });
});

test('What is too fast is asked again, and a refusal says why', async () => {
  const { world, alice } = await scene();
  let refusals = 2;
  world.server.people.refuse = () => (refusals-- > 0 ? ErrorCode.tooFast : 0);
  assert.equal((await done(world, alice.searchUsers('bo'))).users.length, 1);
  assert.equal(requests(world, 122).length, 3);
  world.server.people.refuse = ({ prefix }) => (prefix ? ErrorCode.off : 0);
  await assert.rejects(done(world, alice.searchUsers('bo')), error => error instanceof ChatError && error.code === ErrorCode.off);
  assert.equal((await done(world, alice.findUser('bob'))).id, 2);
});

test('A search may take longer than other requests without an end of the connection', async () => {
  const { world, alice } = await scene();
  const { receive } = world.server.people;
  world.server.people.receive = function (...args) { world.clock.setTimeout(() => receive.apply(this, args), 9000); };
  assert.deepEqual((await done(world, alice.search('plan'))).hits, []);
  assert.deepEqual([alice.state, requests(world, 137).length], ['ready', 1]);
});

for (const isOld of [true, false]) {
  test(`A server ${isOld ? 'of version 2' : 'without these features'} is not asked, and the reason is said`, async () => {
    const world = new World();
    Object.assign(world.server, { isOld, features: ['changes'] });
    const alice = await world.ready('alice');
    for (const ask of [() => alice.findUser('bob'), () => alice.searchUsers('bo'), () => alice.getUsers([2]), () => alice.changeProfile({ about: '' }), () => alice.search('plan')])
      await assert.rejects(done(world, ask()), error => error instanceof ChatError && error.code === ErrorCode.unknownRequest && /does not have "/.test(error.message) && !error.retry);
    assert.deepEqual([alice.can('people'), alice.can('search'), world.server.seen.filter(({ msgid }) => msgid > 110).length], [false, false, 0]);
  });
}

test('Devices are named in the login, listed, changed and logged out, and a message is reported', async () => {
  const world = new World();
  const alice = await world.ready('alice', { device: { id: 'd1', name: 'a browser' } });
  assert.deepEqual(requests(world, 1).map(({ device }) => device), [{ id: 'd1', name: 'a browser' }]);
  assert.deepEqual(await done(world, alice.devices()), [{ device: 'd1', name: 'a browser', seen: 5, here: true }]);
  await done(world, alice.changeDevice('d1', { name: '', push: null }));
  await done(world, alice.renameDevice('d2', 'a phone'));
  await done(world, alice.revokeDevice('d2'));
  assert.deepEqual(requests(world, 140), [{ device: 'd1', name: '', push: null }, { device: 'd2', name: 'a phone' }, { device: 'd2', revoke: true }]);
  await done(world, alice.report({ conversation: 'd:1:2', seq: 3 }, 'spam'));
  assert.deepEqual(requests(world, 143), [{ conversation: 'd:1:2', seq: 3, reason: 'spam' }]);
});

test('A server that knows nothing of devices is not asked', async () => {
  const world = new World();
  world.server.features = ['people'];
  const alice = await world.ready('alice');
  await assert.rejects(done(world, alice.devices()), error => error instanceof ChatError && error.code === ErrorCode.unknownRequest);
  assert.deepEqual([requests(world, 139), requests(world, 1)[0].device], [[], undefined]);
});
