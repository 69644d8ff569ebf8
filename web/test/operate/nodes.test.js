import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Nodes } from '../../operate/nodes.js';

const member = (address, more = {}) => ({ address, state: 'up', reachable: true, self: address === 'a:1', oldest: address === 'a:1', ...more });
const conditions = nodes => nodes.all.map(({ address, condition, since }) => `${address} ${condition} ${since}`);

test('A node that vanishes from the cluster is dead, and one that was leaving has left', () => {
  const nodes = new Nodes();
  nodes.seeMembers([member('a:1'), member('b:1'), member('c:1')], 10);
  nodes.seeMembers([member('a:1'), member('b:1', { reachable: false }), member('c:1', { state: 'leaving' })], 20);
  assert.deepEqual(conditions(nodes), ['a:1 up 10', 'b:1 unreachable 20', 'c:1 changing 20']);
  nodes.seeMembers([member('a:1')], 30);
  nodes.seeMembers([member('a:1')], 40);
  assert.deepEqual(conditions(nodes), ['a:1 up 10', 'b:1 dead 30', 'c:1 left 30']);
  assert.deepEqual(nodes.living.map(({ address }) => address), ['a:1']);
});

test('A node that goes while nobody looks is not called dead, unless it was not reachable before', () => {
  const nodes = new Nodes();
  nodes.seeMembers([member('a:1'), member('b:1'), member('c:1')], 1000);
  nodes.seeMembers([member('a:1'), member('b:1'), member('c:1', { reachable: false })], 2000);
  nodes.seeMembers([member('a:1')], 60_000);
  nodes.seeMembers([member('a:1')], 61_000);
  assert.deepEqual(conditions(nodes), ['a:1 up 1000', 'b:1 gone 60000', 'c:1 dead 60000']);
  assert.deepEqual(nodes.living.map(({ address }) => address), ['a:1']);
  nodes.forgetGone();
  assert.deepEqual(nodes.all.map(({ address }) => address), ['a:1']);
});

test('A node that was not ready any more has left, also when nobody has seen it leaving', () => {
  const nodes = new Nodes();
  nodes.seeMembers([member('a:1'), member('b:1')], 10);
  nodes.seeFigures([{ node: 'b:1', figures: { ready: false, upMilliseconds: 9, totals: {}, buckets: [], spreads: { ack: [], delivery: [], commit: [] } } }]);
  nodes.seeMembers([member('a:1')], 1010);
  assert.deepEqual(conditions(nodes), ['a:1 up 10', 'b:1 left 1010']);
});

test('A node that is back is up, and those that are gone can be forgotten', () => {
  const nodes = new Nodes();
  nodes.seeMembers([member('a:1'), member('b:1'), member('c:1')], 10);
  nodes.seeMembers([member('a:1')], 20);
  nodes.seeMembers([member('a:1'), member('b:1')], 30);
  assert.deepEqual(conditions(nodes), ['a:1 up 10', 'b:1 up 30', 'c:1 dead 20']);
  nodes.forgetGone();
  assert.deepEqual(conditions(nodes), ['a:1 up 10', 'b:1 up 30']);
});

test('When the node that is asked does not answer, it alone is not reachable', () => {
  const nodes = new Nodes();
  nodes.seeMembers([member('a:1'), member('b:1')], 10);
  nodes.missAsked(20);
  assert.deepEqual(conditions(nodes), ['a:1 unreachable 20', 'b:1 up 10']);
});

test('What a dead node had is not shown as if it still had it', () => {
  const nodes = new Nodes();
  nodes.seeMembers([member('a:1'), member('b:1')], 10);
  nodes.seeShards({ users: [{ node: 'b:1', shards: 50 }], conversations: [] });
  assert.equal(nodes.all[1].users, 50);
  nodes.seeMembers([member('a:1')], 20);
  assert.deepEqual([nodes.all[1].users, nodes.all[1].figures, nodes.all[1].rates], [0, null, null]);
});
