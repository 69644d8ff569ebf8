import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, person, register, say, shows, twoPeople, violations, writeTo } from '../support/browser-page.js';
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

const progress = (page, text, wanted) => page.locator(`.message[data-progress=${wanted}]`, { has: page.locator('.text', { hasText: text }) }).waitFor();

const entry = (page, name) => page.locator('.conversation', { hasText: name });

const back = page => page.getByRole('link', { name: 'Go to the conversation' }).evaluate(() => { location.hash = ''; });

/** Two people; both have the conversation open, with a message of each. */
async function talk(a, b, options) {
  const [alice, bob] = await twoPeople(browser, node.url, a, b, options);
  await say(alice, 'one');
  await entry(bob, a).click();
  await shows(bob, ['one']);
  await say(bob, 'two');
  await shows(alice, ['one', 'two']);
  await progress(bob, 'two', 'read');
  return [alice, bob];
}

test('An own message is sent, received and read, also after a reload', { timeout: 180_000 }, async () => {
  const [alice, bob] = await twoPeople(browser, node.url, 'Tick', 'Tock');
  await bob.close();
  await say(alice, 'nobody is there');
  await progress(alice, 'nobody', 'sent');
  assert.equal(await alice.locator('.tick').textContent(), 'sent');
  const again = await bob.context().newPage();
  await again.goto(node.url);
  await again.getByRole('button', { name: 'Continue as Tock' }).click();
  await progress(alice, 'nobody', 'received');
  await entry(again, 'Tick').click();
  await progress(alice, 'nobody', 'read');
  assert.equal(await alice.locator('.tick').textContent(), 'read');
  await alice.reload();
  await progress(alice, 'nobody', 'read');
  assert.deepEqual(alice.problems, []);
});

test('In a group nobody is told who has read', { timeout: 180_000 }, async () => {
  const alice = await person(browser, node.url);
  await register(alice, 'Grace');
  await alice.getByRole('button', { name: 'New conversation' }).click();
  await alice.getByRole('button', { name: 'New group' }).click();
  await alice.getByLabel('Name', { exact: true }).fill('Greenhouse');
  await alice.getByRole('button', { name: 'Create group' }).click();
  await alice.getByRole('heading', { name: 'Greenhouse' }).waitFor();
  await say(alice, 'in the group');
  await progress(alice, 'in the group', 'sent');
  assert.equal(await alice.locator('.pane .presence').textContent(), '');
});

test('Who is online, writes, and has gone is seen', { timeout: 180_000 }, async () => {
  const [alice, bob] = await twoPeople(browser, node.url, 'Wanda', 'Will');
  await say(alice, 'one');
  await entry(bob, 'Wanda').click();
  await shows(bob, ['one']);
  await say(bob, 'two'); // only now she knows his name
  await shows(alice, ['one', 'two']);
  await alice.reload();
  await shows(alice, ['one', 'two']);
  const head = alice.locator('.pane .presence');
  await head.filter({ hasText: 'online' }).waitFor();
  await entry(alice, 'Will').locator('.dot.online').waitFor();
  await bob.locator('.composer textarea').pressSequentially('writing');
  await alice.locator('.typing').getByText('Will is writing…').first().waitFor();
  assert.equal(await alice.locator('.typing [role=status]').textContent(), 'Will is writing…');
  assert.deepEqual(await violations(alice), [], 'somebody writes');
  await bob.locator('.composer textarea').fill('');
  await alice.waitForFunction(() => document.querySelector('.typing').textContent === '');
  await bob.locator('.composer textarea').pressSequentially('writing again');
  await alice.waitForFunction(() => document.querySelector('.typing').textContent !== '');
  assert.equal(await alice.locator('.typing [role=status]').textContent(), '', 'a screen reader is not told every time');
  await bob.locator('.composer textarea').press('Enter');
  await shows(alice, ['one', 'two', 'writing again']);
  await alice.waitForFunction(() => document.querySelector('.typing').textContent === '');
  await bob.context().close();
  await head.filter({ hasText: 'last here' }).waitFor();
  assert.equal(await entry(alice, 'Will').locator('.dot').count(), 0);
  await node.kill();
  await alice.getByText(/No connection|Connecting/).waitFor();
  assert.equal(await head.textContent(), '', 'without a connection nobody can tell');
  await node.start();
  await head.filter({ hasText: 'offline' }).waitFor();
  assert.deepEqual(alice.problems, []);
});

test('The list is in order and counts what is unread, also on a device that has just come', { timeout: 180_000 }, async () => {
  const [alice, bob] = await talk('Liz', 'Lou');
  const carol = await person(browser, node.url);
  await register(carol, 'Lea');
  await writeTo(carol, Number(/d:(\d+):/.exec(alice.url())[1]));
  for (const text of ['a', 'b', 'c'])
    await say(carol, text);
  await entry(alice, 'Lea').locator('.badge', { hasText: '3 unread' }).waitFor();
  const names = page => page.locator('.conversation .name').allTextContents();
  assert.deepEqual(await names(alice), ['Lea', 'Lou']);
  const other = await person(browser, node.url);
  await other.open();
  await other.getByLabel('Name', { exact: true }).fill('Liz');
  await other.getByLabel('Password').fill('wonderland');
  await other.getByRole('button', { name: 'Log in', exact: true }).click();
  await entry(other, 'Lea').locator('.badge', { hasText: '3 unread' }).waitFor();
  assert.deepEqual([await names(other), await entry(other, 'Lou').locator('.preview').textContent()], [['Lea', 'Lou'], 'two']);
  await other.waitForFunction(() => document.title.startsWith('(3)'));
  await entry(alice, 'Lea').click();
  await progress(carol, 'c', 'read');
  await say(bob, 'to the front');
  await other.waitForFunction(() => document.querySelector('.conversation .name').textContent === 'Lou');
  await other.reload();
  await entry(other, 'Lou').locator('.badge', { hasText: '1 unread' }).waitFor();
  assert.deepEqual([await names(other), await entry(other, 'Lea').locator('.badge').textContent()], [['Lou', 'Lea'], '']);
  assert.deepEqual([alice.problems, bob.problems, other.problems], [[], [], []]);
});

test('What was begun to write is there on another device, and gone when it was sent', { timeout: 180_000 }, async () => {
  const [alice] = await talk('Dora', 'Dan');
  const other = await person(browser, node.url);
  await other.open();
  await other.getByLabel('Name', { exact: true }).fill('Dora');
  await other.getByLabel('Password').fill('wonderland');
  await other.getByRole('button', { name: 'Log in', exact: true }).click();
  await entry(other, 'Dan').waitFor();
  await alice.locator('.composer textarea').pressSequentially('half a thought');
  await entry(other, 'Dan').locator('.preview', { hasText: 'Draft: half a thought' }).waitFor();
  await entry(other, 'Dan').click();
  assert.equal(await other.locator('.composer textarea').inputValue(), 'half a thought');
  await alice.locator('.composer textarea').press('Enter');
  await shows(other, ['one', 'two', 'half a thought']);
  await other.waitForFunction(() => document.querySelector('.composer textarea').value === '');
  await alice.locator('.composer textarea').pressSequentially('kept over a reload');
  await back(alice);
  await entry(alice, 'Dan').locator('.preview', { hasText: 'Draft: kept over a reload' }).waitFor();
  await entry(other, 'Dan').waitFor();
  await other.waitForFunction(() => document.querySelector('.composer textarea').value === 'kept over a reload');
  assert.deepEqual([alice.problems, other.problems], [[], []]);
});

test('The button of a menu says whether it is open', { timeout: 180_000 }, async () => {
  const [alice] = await talk('Mia', 'Max');
  const buttons = alice.getByRole('button', { name: 'Actions' });
  const states = () => buttons.evaluateAll(all => all.map(button => button.getAttribute('aria-expanded')));
  await buttons.first().click({ force: true });
  await alice.waitForFunction(() => document.querySelector('.more[aria-expanded=true]') !== null);
  assert.deepEqual(await states(), ['true', 'false']);
  await buttons.last().click({ force: true });
  await alice.waitForFunction(() => document.querySelectorAll('.more')[1].getAttribute('aria-expanded') === 'true');
  assert.deepEqual(await states(), ['false', 'true']);
  await alice.keyboard.press('Escape');
  await alice.waitForFunction(() => document.querySelector('.more[aria-expanded=true]') === null);
});

test('Many changes at once are one drawing', { timeout: 180_000 }, async () => {
  const [alice, bob] = await talk('Bea', 'Ben');
  await alice.evaluate(() => {
    globalThis.drawings = 0;
    new MutationObserver(() => { globalThis.drawings++; }).observe(document.querySelector('.messages'), { childList: true });
  });
  await bob.context().setOffline(true);
  for (let i = 0; i < 40; i++)
    await say(bob, `m${i}`);
  await bob.context().setOffline(false);
  await shows(alice, ['one', 'two', ...Array.from({ length: 40 }, (_, i) => `m${i}`)]);
  assert.ok(await alice.evaluate(() => globalThis.drawings) <= 40);
});

for (const [width, height] of [[1120, 720], [390, 780]]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`At ${width} × ${height}, ${colorScheme}, ticks, presence, drafts and counts are on the screen, and usable for everybody`, { timeout: 180_000 }, async () => {
      const [alice, bob] = await talk(`Uma ${width} ${colorScheme}`, `Ugo ${width} ${colorScheme}`, { viewport: { width, height }, colorScheme });
      await alice.locator('.pane .presence').filter({ hasText: 'online' }).waitFor();
      await bob.locator('.composer textarea').pressSequentially('writing');
      await alice.locator('.typing').getByText(/is writing…/).first().waitFor();
      if (process.env.SCREENSHOTS)
        await alice.screenshot({ path: `${process.env.SCREENSHOTS}/thread-${width}-${colorScheme}.png` });
      assert.deepEqual(await violations(alice), [], 'a conversation');
      const carol = await person(browser, node.url);
      await register(carol, `Ute ${width} ${colorScheme}`);
      await writeTo(carol, Number(/d:(\d+):/.exec(alice.url())[1]));
      await say(carol, 'are you there?');
      await alice.locator('.composer textarea').pressSequentially('half a thought');
      await back(alice);
      await alice.locator('.preview', { hasText: 'Draft:' }).waitFor();
      await alice.locator('.badge', { hasText: '1 unread' }).waitFor();
      await alice.locator('.face .dot.online').last().waitFor();
      if (process.env.SCREENSHOTS)
        await alice.screenshot({ path: `${process.env.SCREENSHOTS}/list-${width}-${colorScheme}.png` });
      assert.deepEqual(await violations(alice), [], 'the list');
      assert.deepEqual(await alice.evaluate(() => [document.documentElement.scrollWidth <= innerWidth, document.documentElement.scrollHeight <= innerHeight]), [true, true]);
      assert.deepEqual([alice.problems, bob.problems], [[], []]);
    });
  }
}
