import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Posts } from '../../sdk/posts.js';

const pending = (cmid, to = 2) => ({ cmid, target: { to }, text: cmid, ts: 0 });
const postsOf = (...all) => {
  const posts = new Posts();
  all.forEach(one => posts.add(one));
  return posts;
};
const cmids = list => list.map(({ cmid }) => cmid);

test('Messages are sent in the order they were made, each once', () => {
  const posts = postsOf(pending('a'), pending('b', 3), pending('c'));
  assert.deepEqual(cmids(posts.takeSendable(0)), ['a', 'b', 'c']);
  assert.deepEqual(posts.takeSendable(0), []);
});

test('The same cmid counts once', () => {
  const posts = postsOf(pending('a'));
  assert.equal(posts.add(pending('a')), false);
  assert.equal(posts.size, 1);
});

test('No more than a window is on the wire', () => {
  const posts = postsOf(...Array.from({ length: 100 }, (_, i) => pending(`m${i}`)));
  assert.equal(posts.takeSendable(0).length, 48);
  posts.finish('m0');
  assert.deepEqual(cmids(posts.takeSendable(0)), ['m48']);
});

test('After a refusal the conversation pauses, and begins again with the refused one', () => {
  const posts = postsOf(pending('a'), pending('b'), pending('c', 3));
  posts.takeSendable(0);
  posts.refuse('a', 0, 1);
  assert.equal(posts.nextDue, Infinity, 'the answer to b is still to come');
  posts.refuse('b', 1, 1);
  posts.add(pending('d'));
  assert.deepEqual(posts.takeSendable(99), []);
  assert.equal(posts.nextDue, 100);
  assert.deepEqual(cmids(posts.takeSendable(100)), ['a', 'b', 'd']);
});

test('Pauses grow with each refusal, and a success ends that', () => {
  const posts = postsOf(pending('a'));
  for (const [now, due] of [[0, 100], [100, 300], [300, 700]]) {
    posts.takeSendable(now);
    posts.refuse('a', now, 1);
    assert.equal(posts.nextDue, due);
  }
  posts.takeSendable(700);
  posts.finish('a');
  posts.add(pending('b'));
  posts.takeSendable(800);
  posts.refuse('b', 800, 1);
  assert.equal(posts.nextDue, 900);
});

test('Other conversations go on meanwhile', () => {
  const posts = postsOf(pending('a'), pending('x', 3));
  posts.takeSendable(0);
  posts.refuse('a', 0, 1);
  posts.finish('x');
  posts.add(pending('y', 3));
  assert.deepEqual(cmids(posts.takeSendable(1)), ['y']);
});

test('After a lost connection everything without an answer is sent again, in order and without a pause', () => {
  const posts = postsOf(pending('a'), pending('b'), pending('c'));
  posts.takeSendable(0);
  posts.finish('b');
  posts.refuse('a', 0, 1);
  posts.connectionLost();
  assert.deepEqual(cmids(posts.takeSendable(0)), ['a', 'c']);
});

test('A message to a user and one to a group of the same number have nothing to do with each other', () => {
  const posts = postsOf(pending('a'), { cmid: 'g', target: { group: 2 }, text: '', ts: 0 });
  posts.takeSendable(0);
  posts.refuse('a', 0, 1);
  posts.finish('g');
  posts.add({ cmid: 'h', target: { group: 2 }, text: '', ts: 0 });
  assert.deepEqual(cmids(posts.takeSendable(1)), ['h']);
});

test('What is forgotten is told', () => {
  const posts = postsOf(pending('a'), pending('b'));
  posts.takeSendable(0);
  assert.deepEqual(cmids(posts.clear()), ['a', 'b']);
  assert.equal(posts.size, 0);
});
