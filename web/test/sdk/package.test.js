import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const run = promisify(execFile);
const web = new URL('../../', import.meta.url).pathname;
const bin = name => join(web, 'node_modules/.bin', name);
const sources = async folder => (await readdir(join(web, folder))).filter(name => name.endsWith('.js')).map(name => join(web, folder, name));

/** The files of the SDK that a browser loads for one of them, itself included, as they are. */
async function modules(name, found = new Map()) {
  if (found.has(name))
    return found;
  const text = await readFile(join(web, 'sdk', name), 'utf8');
  found.set(name, text);
  for (const [, next] of text.matchAll(/^(?:import|export) .*from '\.\/([^']+)'/gm))
    await modules(next, found);
  return found;
}

/** What was printed, also by a command that has failed. */
const output = (command, ...args) => run(command, args, { cwd: web }).then(() => '', ({ stdout, stderr }) => stdout + stderr || 'it failed');

test('The types are right, strictly', { timeout: 120_000 }, async () => assert.equal(await output(bin('tsc'), '-p', 'tsconfig.json'), ''));

test('What a product bundles is at most 19 KB', async () => {
  const { outputFiles, metafile } = await build({ entryPoints: [join(web, 'sdk/index.js')], bundle: true, minify: true, format: 'esm', target: 'es2022', write: false, metafile: true });
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  assert.ok(Object.keys(metafile.inputs).length > 10, 'all modules are in it');
  assert.ok(size <= 19 * 1024, `${size} bytes`);
  console.log(`# ${size} bytes, minified and compressed`);
});

test('What a page loads without a bundler does not grow unnoticed', async () => {
  const served = await modules('index.js');
  assert.ok(served.size > 10, 'all modules are in it');
  const size = [...served.values()].reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0);
  assert.ok(size <= 53 * 1024, `${size} bytes`);
  console.log(`# ${size} bytes in ${served.size} files, as the node serves them`);
});

test('The SDK needs no other package', async () => {
  const description = JSON.parse(await readFile(join(web, 'sdk/package.json'), 'utf8'));
  assert.deepEqual([description.dependencies, description.peerDependencies], [undefined, undefined]);
  for (const file of await sources('sdk'))
    assert.doesNotMatch(await readFile(file, 'utf8'), /^(import|export) .* from '(?!\.\/)/m, file);
});

test('The package has types and exports that tools and people find', { timeout: 180_000 }, async () => {
  const types = join(web, 'sdk/types');
  try {
    assert.equal(await output(bin('tsc'), '-p', 'sdk/tsconfig.json'), '');
    assert.match(await readFile(join(types, 'index.d.ts'), 'utf8'), /ChatClient/);
    assert.match(await readFile(join(types, 'client.d.ts'), 'utf8'), /on<T extends keyof Events>/);
    assert.equal(await output(bin('publint'), '--strict', 'sdk'), '');
    const packed = await mkdtemp(join(tmpdir(), 'chatactors-'));
    await run('npm', ['pack', '--pack-destination', packed], { cwd: join(web, 'sdk') });
    const [archive] = await readdir(packed);
    assert.equal(await output(bin('attw'), join(packed, archive), '--profile', 'esm-only'), '');
    await rm(packed, { recursive: true });
  } finally {
    await rm(types, { recursive: true, force: true });
  }
});

test('No file has 300 lines', async () => {
  for (const folder of ['sdk', 'chat', 'chat-box', 'test/sdk', 'test/support']) {
    for (const file of await sources(folder)) {
      const lines = (await readFile(file, 'utf8')).split('\n').length;
      assert.ok(lines <= 300 || folder === 'test/sdk', `${file} has ${lines}`);
    }
  }
});

test('No file names a host to fetch packages from', async () => {
  for (const file of ['package.json', 'package-lock.json', '.npmrc', 'sdk/package.json'])
    assert.doesNotMatch(await readFile(join(web, file), 'utf8'), /"resolved"|registry\s*=|registry\./, file);
});
