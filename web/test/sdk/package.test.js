import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { ChatError } from '../../sdk/index.js';
import { onDemand } from '../../sdk/on-demand.js';

const run = promisify(execFile);
const web = new URL('../../', import.meta.url).pathname;
const bin = name => join(web, 'node_modules/.bin', name);
const sources = async folder => (await readdir(join(web, folder))).filter(name => name.endsWith('.js')).map(name => join(web, folder, name));

/** The files of the SDK that a browser loads for one of them, itself included, as they are: from the start, or also when something needs them. */
async function modules(name, isWhole, found = new Map()) {
  if (found.has(name))
    return found;
  const text = await readFile(join(web, 'sdk', name), 'utf8');
  found.set(name, text);
  for (const [, next] of text.matchAll(/^(?:import|export) .*from '\.\/([^']+)'/gm))
    await modules(next, isWhole, found);
  for (const [, next] of isWhole ? text.matchAll(/=> import\('\.\/([^']+)'\)/g) : [])
    await modules(next, isWhole, found);
  return found;
}

const bundle = (options = {}) => build({ entryPoints: [join(web, 'sdk/index.js')], bundle: true, minify: true, format: 'esm', target: 'es2022', write: false, metafile: true, ...options });
const compressed = contents => gzipSync(contents, { level: 9 }).length;

/** What is loaded when it is first needed stays outside. */
const onlyCore = { name: 'only the core', setup: setup => setup.onResolve({ filter: /./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined)) };

/** What was printed, also by a command that has failed. */
const output = (command, ...args) => run(command, args, { cwd: web }).then(() => '', ({ stdout, stderr }) => stdout + stderr || 'it failed');

test('The types are right, strictly', { timeout: 120_000 }, async () => assert.equal(await output(bin('tsc'), '-p', 'tsconfig.json'), ''));

test('What a product loads at its start is at most 15 KB, and 19 KB with all that is loaded when it is first needed', async () => {
  const core = await bundle({ plugins: [onlyCore] });
  const whole = await bundle();
  const split = await bundle({ splitting: true, outdir: join(web, 'split') });
  assert.ok(Object.keys(core.metafile.inputs).length > 10, 'all modules of the core are in it');
  for (const [{ outputFiles: [{ contents }] }, limit] of [[core, 15], [whole, 19]])
    assert.ok(compressed(contents) <= limit * 1024, `${compressed(contents)} bytes, of ${limit} KB`);
  const outputs = Object.values(split.metafile.outputs);
  const later = outputs.flatMap(({ imports }) => imports).filter(({ kind }) => kind === 'dynamic-import').map(({ path }) => path);
  assert.equal(new Set(later).size, 6, 'a bundler with splitting makes files of what is loaded later');
  console.log(`# ${compressed(core.outputFiles[0].contents)} bytes at the start, ${compressed(whole.outputFiles[0].contents)} in all, minified and compressed`);
});

test('What a page loads without a bundler does not grow unnoticed', async () => {
  const sizes = [];
  for (const [isWhole, limit] of [[false, 45], [true, 57]]) {
    const served = await modules('index.js', isWhole);
    assert.ok(served.size > 10, 'all modules are in it');
    const size = [...served.values()].reduce((sum, text) => sum + compressed(text), 0);
    assert.ok(size <= limit * 1024, `${size} bytes`);
    sizes.push(`${size} bytes in ${served.size} files`);
  }
  console.log(`# as the node serves them: ${sizes.join(' at the start, ')} in all`);
});

test('What is loaded when it is first needed has all that a client offers, and a load that fails is tried again', async () => {
  const { NAMES } = await import('../../sdk/asking.js');
  const { Requests } = await import('../../sdk/requests.js');
  assert.deepEqual([...NAMES].sort(), Object.getOwnPropertyNames(Requests.prototype).filter(name => name !== 'constructor').sort());
  let tries = 0;
  const load = onDemand(async () => (++tries === 1 ? Promise.reject(new Error('no network')) : 'loaded'));
  await assert.rejects(load(), error => error instanceof ChatError && error.retry && /no network/.test(error.message));
  assert.deepEqual([await load(), await load(), tries], ['loaded', 'loaded', 2]);
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

test('No file names a host to fetch packages from', async () => {
  for (const file of ['package.json', 'package-lock.json', '.npmrc', 'sdk/package.json'])
    assert.doesNotMatch(await readFile(join(web, file), 'utf8'), /"resolved"|registry\s*=|registry\./, file);
});
