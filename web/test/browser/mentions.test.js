import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inNewGroup, join, launch, person, register, rowOf, say, shot, shows, violations } from '../support/browser-page.js';
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

/** A group of three; the first two look at it. */
async function three(a, b, c, group, options) {
  const host = await inNewGroup(browser, node.url, a, group, options);
  const [first, second] = [await person(browser, node.url, options), await person(browser, node.url)];
  for (const [page, name] of [[first, b], [second, c]]) {
    await register(page, name);
    await join(page, /g:(\d+)/.exec(host.url())[1]);
    await page.locator('.composer textarea').waitFor();
  }
  return [host, first, second];
}

const row = (page, text) => page.locator('.thread > .scroll .message', { has: page.locator('.text', { hasText: text }) });
const view = page => page.getByRole('region', { name: 'Thread' });

async function openThread(page, text) {
  await row(page, text).hover();
  await row(page, text).getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menu', { name: 'Actions' }).getByText('Reply in a thread', { exact: true }).click();
  await view(page).waitFor();
}

test('A name is completed with keys, and its user is mentioned', { timeout: 240_000 }, async () => {
  const [host, ben, carl] = await three('Ida', 'Ben Hur', 'Carl', 'Race');
  await ben.evaluate(() => { location.hash = ''; }); // looks at no conversation
  const names = host.getByRole('listbox', { name: 'Members' });
  await host.locator('.composer textarea').focus();
  await host.keyboard.type('look, @');
  await names.getByRole('option', { name: '@Ben Hur' }).waitFor();
  await names.getByRole('option', { name: '@all' }).waitFor();
  assert.equal(await names.getByRole('option', { name: '@Ida' }).count(), 0, 'nobody mentions themselves');
  assert.deepEqual(await violations(host), []);
  await shot(host, 'mention-names');
  await host.keyboard.type('be');
  await names.getByRole('option', { name: '@Carl' }).waitFor({ state: 'detached' });
  await host.keyboard.press('Enter');
  assert.equal(await host.locator('.composer textarea').inputValue(), 'look, @Ben Hur ');
  await host.keyboard.type('is here');
  await host.keyboard.press('Enter');
  await shows(host, ['look, @Ben Hur is here']);

  await rowOf(ben, /Race.*you are mentioned/).click();
  await ben.locator('.message.for-me', { hasText: 'look' }).waitFor();
  assert.equal(await carl.locator('.message.for-me').count(), 0);
  await ben.keyboard.type('to @ca');
  await ben.getByRole('listbox').waitFor();
  assert.equal(await ben.getByRole('option', { name: '@all' }).count(), 0, 'only who looks after the group calls everybody');
  await ben.keyboard.press('Escape');
  await ben.getByRole('listbox').waitFor({ state: 'detached' });
  await ben.locator('.composer textarea:focus').waitFor(); // the conversation stays open
  await ben.keyboard.type('rl and nobody@carl.example');
  await ben.keyboard.press('Enter');
  await carl.locator('.message.for-me', { hasText: 'to @carl' }).waitFor();
  await say(host, 'mail@ben hur.example');
  await ben.getByText('mail@ben hur.example').last().waitFor();
  assert.equal(await ben.locator('.message.for-me').count(), 1, 'an address is no mention');
  assert.deepEqual([host.problems, ben.problems, carl.problems], [[], [], []]);
});

test('A thread is begun, answered and counted, and the focus goes back to where it was opened', { timeout: 240_000 }, async () => {
  const [host, ben] = await three('Jo', 'Kay', 'Lee', 'Lab');
  await say(host, 'who brings cake?');
  await row(ben, 'cake').waitFor();
  await openThread(ben, 'cake');
  await view(ben).getByText('who brings cake?').waitFor();
  await ben.keyboard.type('I do, @jo '); // the blank ends the choice of a name
  await ben.keyboard.press('Enter');
  await view(ben).getByText('I do, @jo').waitFor();
  assert.deepEqual(await violations(ben), []);
  await shot(ben, 'thread-view');

  await row(host, 'who brings').getByRole('button', { name: '1 answer in the thread' }).click();
  await view(host).getByText('I do, @jo').waitFor();
  await view(host).locator('.composer textarea').fill('thank you');
  await view(host).locator('.composer textarea').press('Enter');
  await view(ben).getByText('thank you').waitFor(); // while it is open
  await ben.keyboard.press('Escape');
  await view(ben).waitFor({ state: 'hidden' });
  await ben.locator('.more:focus').waitFor();
  await row(ben, 'who brings').getByRole('button', { name: '2 answers in the thread' }).waitFor();
  await row(ben, 'thank you').getByRole('button', { name: /^In the thread of/ }).click();
  await view(ben).getByText('thank you').waitFor();
  await view(ben).getByRole('button', { name: 'Close the thread' }).click();

  await ben.reload();
  await row(ben, 'who brings').getByRole('button', { name: '2 answers in the thread' }).click();
  await view(ben).getByText('thank you').waitFor();
  assert.deepEqual([host.problems, ben.problems], [[], []]);
});

test('On a phone a thread is the whole screen, and names do not leave it', { timeout: 180_000 }, async () => {
  const [host] = await three('Mo', 'Ned', 'Olaf', 'Choir', { viewport: { width: 360, height: 640 }, colorScheme: 'dark' });
  await say(host, 'la la la');
  await row(host, 'la la la').waitFor();
  await openThread(host, 'la la la');
  const box = await view(host).boundingBox();
  assert.deepEqual([box.x, box.width], [0, 360]);
  await host.keyboard.type('@');
  const names = await view(host).getByRole('listbox', { name: 'Members' }).boundingBox();
  assert.ok(names.x >= 0 && names.x + names.width <= 360 && names.y > 0, JSON.stringify(names));
  assert.deepEqual(await violations(host), []);
  await shot(host, 'thread-narrow-dark');
  assert.deepEqual(host.problems, []);
});
