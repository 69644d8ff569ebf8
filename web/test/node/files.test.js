import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ChatClient, ErrorCode } from '../../sdk/index.js';
import { NodeProcess } from '../support/node-process.js';

/** @type {NodeProcess} */
let node;
before(async () => { node = await NodeProcess.start('--Chat:Files:MaxBytes=100000'); });
after(() => node?.dispose());

async function userOf(name) {
  await ChatClient.register({ url: node.ws, name, password: 'secret' });
  const client = new ChatClient({ url: node.ws, login: { name, password: 'secret' } });
  await client.connect();
  return client;
}

test('A file is sent, named in a message, and got by who takes part', { timeout: 120_000 }, async () => {
  const [alice, bob] = [await userOf('alice'), await userOf('bob')];
  try {
    assert.ok(alice.can('files'));
    const parts = [];
    const file = await alice.upload(new File([new Uint8Array(50_000).fill(7)], 'a/b.bin', { type: 'application/x-thing' }), { progress: part => parts.push(part) });
    assert.equal(parts.at(-1), 1);
    const got = new Promise(done => bob.on('message', done));
    await alice.acknowledged(alice.send({ to: bob.user.id }, 'look', { attachments: [file] }));
    const { text, fields: { attachments: [seen] } } = await got;
    assert.deepEqual([text, seen.id, seen.name, seen.size], ['look', file.id, 'a_b.bin', 50_000]);
    const bytes = new Uint8Array(await (await fetch(bob.fileUrl(seen))).arrayBuffer());
    assert.ok(bytes.length === 50_000 && bytes.every(byte => byte === 7));
    assert.equal(bob.fileUrl({ ...seen, url: 'https://evil.example/files/x?u=1' }), '');
    await assert.rejects(alice.upload(new Blob([new Uint8Array(100_001)])), { code: ErrorCode.tooLarge });
    await assert.rejects(alice.upload(new Blob(['<html>'], { type: 'image/png' })), { code: ErrorCode.malformed });
  } finally {
    await Promise.all([alice.close(), bob.close()]);
  }
});
