import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, problemsOf } from '../support/browser-page.js';
import { NodeProcess, freePort } from '../support/node-process.js';

const SECRET = 'a secret that the shop and the chat server share';
const KEY = 'a-key-of-the-settings-that-is-long-enough';
const home = mkdtempSync(join(tmpdir(), 'chat-shop-')); // the keys of the shop's cookies

/** @type {NodeProcess} */
let node;
let browser, shop, url, output = '';

before(async () => {
  url = `http://127.0.0.1:${await freePort()}`;
  node = await NodeProcess.start(`--Chat:WebOrigins=${url}`, '--Chat:Accounts:Registration=off', `--Chat:Api:Keys:0=${KEY}`,
    '--Chat:Auth:Issuers:0:Name=shop', '--Chat:Auth:Issuers:0:Audience=chat', `--Chat:Auth:Issuers:0:Secret=${SECRET}`);
  shop = spawn('dotnet', [process.env.PRODUCT_PAGE_DLL, '--urls', url], {
    cwd: new URL('../../../samples/ProductPage', import.meta.url).pathname,
    env: { ...process.env, HOME: home, Chat__Url: node.url, Chat__Api: node.api, Chat__ApiKey: KEY, Chat__Secret: SECRET },
  });
  await new Promise((ready, failed) => {
    const note = data => String(output += data).includes('Now listening on') && ready();
    shop.stdout.on('data', note);
    shop.stderr.on('data', note);
    shop.on('exit', code => failed(new Error(`the shop has ended with ${code}: ${output}`)));
  });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  if (shop && shop.exitCode === null) {
    shop.kill('SIGKILL');
    await once(shop, 'exit');
  }
  await node?.dispose();
  rmSync(home, { recursive: true, force: true });
});

/** Somebody in a browser of their own who signs in to the shop. */
async function signIn(login, password = login) {
  const context = await browser.newContext();
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const problems = problemsOf(page);
  await page.goto(url);
  await page.getByLabel('Name').fill(login);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  return Object.assign(page, { problems });
}

async function say(page, text) {
  await page.locator('chat-box textarea').fill(text);
  await page.locator('chat-box textarea').press('Enter');
}

const hears = (page, text) => page.locator('chat-box .messages').getByText(text, { exact: true }).waitFor();

test('Two users of the shop talk on its page, also after the node was killed', { timeout: 300_000 }, async () => {
  const casey = await signIn('casey');
  await casey.getByRole('link', { name: 'Talk to Robin' }).click();
  await say(casey, 'Is it still for sale?');
  const robin = await signIn('robin');
  await robin.getByRole('link', { name: 'Talk to Casey' }).click();
  await hears(robin, 'Is it still for sale?');
  await say(robin, 'Yes, it is.');
  await hears(casey, 'Yes, it is.');

  await node.kill();
  await say(casey, 'Then I take it.');
  await node.start();
  await hears(robin, 'Then I take it.');
  assert.equal(await robin.locator('chat-box .messages').getByText('Then I take it.').count(), 1);
  assert.equal(await casey.locator('chat-box .title').textContent(), 'Robin');
  assert.deepEqual([casey.problems, robin.problems], [[], []]);

  await casey.getByRole('button', { name: 'Sign out Casey' }).click();
  await casey.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.deepEqual(await casey.evaluate(() => indexedDB.databases()), []);
});

test('Who is not signed in gets no token, and a wrong password signs nobody in', { timeout: 120_000 }, async () => {
  assert.equal((await fetch(`${url}/chat-token`, { method: 'POST' })).status, 401);
  const page = await signIn('casey', 'wrong');
  await page.getByRole('alert').waitFor();
  assert.equal(await page.evaluate(() => fetch('/chat-token', { method: 'POST' }).then(({ status }) => status)), 401);
});

test('The shop is open while chat cannot be asked', { timeout: 120_000 }, async () => {
  await node.kill();
  const page = await signIn('robin');
  await page.getByRole('link', { name: 'Talk to Sam' }).click();
  await page.getByText('Chat is away for a moment').waitFor();
  await node.start();
  await page.reload();
  await page.locator('chat-box textarea').waitFor();
});
