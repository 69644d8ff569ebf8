import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, say, shows, twoPeople, violations } from '../support/browser-page.js';
import { NodeProcess } from '../support/node-process.js';

/** @type {NodeProcess} */
let node;
let browser;
before(async () => {
  node = await NodeProcess.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await node?.dispose();
});

const row = (page, text) => page.locator('.message', { has: page.locator('.text', { hasText: text }) });

async function reply(page, text) {
  await row(page, text).hover();
  await row(page, text).getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menu', { name: 'Actions' }).getByText('Reply', { exact: true }).click();
}

test('A message is answered, and what it answers stands above it, also after a reload', { timeout: 180_000 }, async () => {
  const [alice, bob] = await twoPeople(browser, node.url, 'Rita', 'Ralf');
  await say(alice, 'one');
  await bob.getByRole('button', { name: /Rita/ }).click();
  await shows(bob, ['one']);

  await reply(bob, 'one');
  await bob.getByText('Replying to Rita: one').waitFor();
  assert.deepEqual(await violations(bob), [], 'while answering');
  await bob.keyboard.press('Escape');
  await bob.getByText('Replying to Rita: one').waitFor({ state: 'hidden' });
  await say(bob, 'no answer');
  await shows(alice, ['one', 'no answer']);
  await reply(bob, 'one');
  await say(bob, 'an answer');
  await shows(alice, ['one', 'no answer', 'an answer']);
  for (const page of [alice, bob])
    assert.equal(await row(page, 'an answer').locator('.quote span:last-child').textContent(), 'one');
  assert.equal(await row(alice, 'no answer').locator('.quote').isVisible(), false);
  assert.equal(await row(alice, 'an answer').getByRole('button', { name: /^In reply to.*one$/ }).count(), 1);

  await row(alice, 'an answer').locator('.quote').click();
  await row(alice, 'one').and(alice.locator('.found')).waitFor();
  await alice.reload();
  await row(alice, 'an answer').locator('.quote span:last-child').filter({ hasText: 'one' }).waitFor();
  assert.deepEqual(await violations(alice), [], 'a quote');
});
