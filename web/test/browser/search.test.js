import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, person, register, say, twoPeople, violations } from '../support/browser-page.js';
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

const field = page => page.getByRole('searchbox', { name: 'Search conversations and messages' });
const hits = page => page.locator('.hit');

/** Types again until so many are found: the index is a moment behind. */
async function search(page, words, count) {
  for (const end = Date.now() + 60_000; ;) {
    await field(page).fill('');
    await field(page).fill(words);
    await page.waitForFunction(() => document.querySelector('.hits .hint')?.textContent !== 'Searching…');
    if (await hits(page).count() === count)
      return;
    assert.ok(Date.now() < end, `${await hits(page).count()} of ${count}: ${await page.locator('.hits').textContent()}`);
  }
}

/** The text of the message that was gone to, when it is on the screen. */
async function shownAt(page) {
  const found = page.locator('.message.found .text');
  await found.waitFor();
  const [box, list] = [await found.boundingBox(), await page.locator('.scroll').boundingBox()];
  assert.ok(box.y >= list.y && box.y + box.height <= list.y + list.height, 'it is in sight');
  return found.textContent();
}

/** Many messages of the first to the second, without a page. */
async function flood(page, name, to, texts) {
  await page.evaluate(async ([url, name, to, texts]) => {
    const { ChatClient } = await import('/sdk/index.js');
    const client = new ChatClient({ url, login: { name, password: 'wonderland' } });
    await client.connect();
    await Promise.all(texts.map(text => client.acknowledged(client.send({ to }, text))));
    await client.close();
  }, [node.ws, name, to, texts]);
}

test('Messages are found by their words, with a name, a time and what was found, and lead to their place', { timeout: 240_000 }, async () => {
  const page = await person(browser, node.url);
  const number = await register(page, 'Una');
  const other = await person(browser, node.url);
  await register(other, 'Bert');
  await flood(other, 'Bert', number, ['the needle is in here <b>somewhere</b>', ...Array.from({ length: 249 }, (_, i) => `hay ${i}`)]);
  await page.getByRole('button', { name: /Bert.*hay 248/ }).waitFor();
  await search(page, 'NEEDLE', 1);
  assert.match(await hits(page).textContent(), /^BBert\d\d:\d\d.*the needle is in here <b>somewhere<\/b>$/);
  assert.deepEqual([await page.locator('.hit mark').allTextContents(), await page.locator('.hit b').count()], [['needle'], 0]);
  await page.locator('.hits').getByText('One message').waitFor();
  assert.deepEqual(await violations(page), []);
  await hits(page).click();
  assert.equal(await shownAt(page), 'the needle is in here <b>somewhere</b>');
  await search(page, '248', 1); // of the conversation that is open
  await hits(page).click();
  await page.waitForFunction(() => document.querySelectorAll('.message.found').length === 2);
  await page.getByText('hay 248', { exact: true }).last().waitFor();
  await search(page, 'nowhere', 0);
  await page.getByText('No message has these words.').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.hits').waitFor({ state: 'hidden' });
  assert.equal(await page.locator('.composer').count(), 1, 'Escape has emptied the field, and left the conversation where it is');
  assert.deepEqual([page.problems, other.problems], [[], []]);
});

test('There are more pages, and the keyboard is enough', { timeout: 240_000 }, async () => {
  const page = await person(browser, node.url);
  const number = await register(page, 'Paula');
  const other = await person(browser, node.url);
  await register(other, 'Quin');
  await flood(other, 'Quin', number, Array.from({ length: 25 }, (_, i) => `page ${i}`));
  await search(page, 'page', 20);
  await page.getByRole('button', { name: 'More messages' }).click();
  await hits(page).nth(24).waitFor();
  await page.getByRole('button', { name: 'More messages' }).waitFor({ state: 'hidden' });
  assert.deepEqual(await hits(page).locator('.preview').allTextContents(), Array.from({ length: 25 }, (_, i) => `page ${24 - i}`));
  await field(page).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.equal(await shownAt(page), 'page 23');
});

test('Own messages are marked as such, and names that were not known are asked for', { timeout: 240_000 }, async () => {
  const [alice, bob] = await twoPeople(browser, node.url, 'Gwen', 'Hugo');
  await say(alice, 'croquet at noon');
  await alice.locator('[data-state=pending]').first().waitFor({ state: 'detached' });
  await alice.reload(); // Hugo has never written: his name is asked for
  await alice.getByRole('button', { name: /Hugo.*You: croquet at noon/ }).waitFor();
  await search(alice, 'croquet', 1);
  assert.match(await hits(alice).textContent(), /Hugo.*You: croquet at noon$/);
  await search(bob, 'croquet', 1);
  assert.match(await hits(bob).textContent(), /Gwen.*(AM|PM|\d\d)croquet at noon$/);
});

test('A server without search has the names of the conversations alone', { timeout: 180_000 }, async () => {
  const other = await NodeProcess.start('--Chat:Search:Enabled=false');
  try {
    const page = await person(browser, other.url);
    await register(page, 'Rosa');
    await field(page).fill('something');
    assert.equal(await page.locator('.hits').isVisible(), false);
    assert.deepEqual(page.problems, []);
  } finally {
    await other.dispose();
  }
});
