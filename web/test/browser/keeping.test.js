import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inNewGroup, join, launch, person, pick, register, rowOf, say, shot, shows, twoPeople, violations, writeTo } from '../support/browser-page.js';
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

const order = page => page.locator('.conversation .name').allTextContents();

test('A conversation is pinned, muted, marked as unread, archived, found again and cleared', { timeout: 240_000 }, async () => {
  const [alice, bob] = await twoPeople(browser, node.url, 'Ada', 'Ben');
  await say(alice, 'hello Ben');
  await shows(alice, ['hello Ben']);
  const carl = await person(browser, node.url);
  await writeTo(alice, await register(carl, 'Carl'));
  await say(alice, 'hello Carl');
  await rowOf(alice, /Carl/).waitFor();
  await alice.waitForFunction(() => [...document.querySelectorAll('.conversation .name')].map(name => name.textContent).join() === 'Carl,Ben');

  await rowOf(alice, /Ben/).click();
  await alice.getByRole('button', { name: 'More about this conversation' }).click();
  assert.deepEqual(await violations(alice), [], 'the menu');
  await shot(alice, 'conversation-menu');
  await alice.keyboard.press('Escape');
  await pick(alice, 'Pin to the top');
  await rowOf(alice, /Ben.*pinned/).waitFor();
  assert.deepEqual(await order(alice), ['Ben', 'Carl']);
  await pick(alice, 'Mute');
  await rowOf(alice, /Ben.*muted/).waitFor();
  await alice.locator('.with-line').getByText('muted').waitFor();
  await pick(alice, 'Mark as unread');
  await alice.getByRole('heading', { name: 'Your conversations' }).waitFor();
  await rowOf(alice, /Ben.*unread/).waitFor();

  await rowOf(bob, /Ada/).click();
  await say(bob, 'are you there?');
  await alice.locator('.muted .badge', { hasText: '1' }).waitFor();
  assert.doesNotMatch(await alice.title(), /\(/, 'what is muted does not disturb');

  await rowOf(alice, /Ben/).click();
  await shows(alice, ['hello Ben', 'are you there?']);
  await pick(alice, 'Archive');
  await rowOf(alice, /Ben/).waitFor({ state: 'detached' });
  await alice.getByRole('button', { name: 'Archive', exact: true }).click();
  await alice.getByRole('dialog', { name: 'Archive' }).getByText('Ben').waitFor();
  assert.deepEqual(await violations(alice), [], 'the archive');
  await shot(alice, 'archive');
  await alice.getByRole('button', { name: 'Move Ben to the list' }).click();
  await alice.getByText('Nothing is archived.').waitFor();
  await alice.keyboard.press('Escape');
  await rowOf(alice, /Ben/).click();

  await pick(alice, 'Clear the history');
  await alice.getByRole('dialog', { name: 'Clear Ben?' }).getByRole('button', { name: 'Clear' }).click();
  await shows(alice, []);
  await say(bob, 'after it');
  await shows(alice, ['after it']);
  await shows(bob, ['hello Ben', 'are you there?', 'after it']);
  await alice.reload();
  await shows(alice, ['after it']);
  assert.deepEqual([alice.problems, bob.problems], [[], []]);
});

test('What is marked as unread is so on all devices until it is opened on one', { timeout: 180_000 }, async () => {
  const [alice, bob] = await twoPeople(browser, node.url, 'Ida', 'Jon');
  await say(alice, 'hello Jon');
  await rowOf(bob, /Ida/).click();
  await shows(bob, ['hello Jon']);
  await bob.locator('.conversation:not(.unread)', { hasText: 'Ida' }).waitFor();
  await pick(bob, 'Mark as unread');
  await bob.getByRole('heading', { name: 'Your conversations' }).waitFor();
  await bob.locator('.conversation.unread', { hasText: 'Ida' }).waitFor();
  const phone = await person(browser, node.url);
  await phone.open();
  await phone.getByLabel('Name', { exact: true }).fill('Jon');
  await phone.getByLabel('Password').fill('wonderland');
  await phone.getByRole('button', { name: 'Log in' }).click();
  await phone.locator('.conversation.unread', { hasText: 'Ida' }).waitFor();
  await rowOf(bob, /Ida/).click();
  await shows(bob, ['hello Jon']);
  await bob.locator('.conversation:not(.unread)', { hasText: 'Ida' }).waitFor();
  await phone.locator('.conversation:not(.unread)', { hasText: 'Ida' }).waitFor();

  assert.deepEqual([alice.problems, bob.problems, phone.problems], [[], [], []]);
});

test('What wakes the user is chosen for a group, and is so on another device', { timeout: 180_000 }, async () => {
  const host = await inNewGroup(browser, node.url, 'Eve', 'Club');
  const chosen = async page => {
    await page.getByRole('button', { name: 'More about this conversation' }).click();
    const words = await page.getByRole('menuitemradio', { checked: true }).allTextContents();
    await page.keyboard.press('Escape');
    return words;
  };
  await say(host, 'hello');
  const becomes = async (page, words) => {
    const until = Date.now() + 60_000; // a page that has just logged in may not know yet what was chosen elsewhere
    while ((await chosen(page)).join() !== words)
      assert.ok(Date.now() < until, `"${words}" is not shown as chosen`);
  };
  assert.deepEqual(await chosen(host), ['Wake me as usual']);
  for (const words of ['Wake me for every message', 'Wake me as usual', 'Wake me for mentions only']) {
    await pick(host, words);
    await becomes(host, words);
  }
  await host.waitForFunction(() => document.querySelector('.thread-alert')?.textContent === '');
  const phone = await person(browser, node.url, { viewport: { width: 360, height: 640 }, colorScheme: 'dark' });
  await phone.open();
  await phone.getByLabel('Name', { exact: true }).fill('Eve');
  await phone.getByLabel('Password').fill('wonderland');
  await phone.getByRole('button', { name: 'Log in' }).click();
  await rowOf(phone, /Club/).click();
  await becomes(phone, 'Wake me for mentions only');
  await phone.getByRole('button', { name: 'More about this conversation' }).click();
  const menu = await phone.getByRole('menu', { name: 'Actions' }).boundingBox();
  assert.ok(menu.x >= 0 && menu.x + menu.width <= 360 && menu.y + menu.height <= 640, JSON.stringify(menu));
  assert.deepEqual(await violations(phone), []);
  await shot(phone, 'conversation-menu-narrow-dark');
  assert.deepEqual([host.problems, phone.problems], [[], []]);
});

test('Who is in no group any more is not asked what to do with it', { timeout: 120_000 }, async () => {
  const host = await inNewGroup(browser, node.url, 'Gus', 'Attic');
  const guest = await person(browser, node.url);
  await register(guest, 'Hal');
  await join(guest, /g:(\d+)/.exec(host.url())[1]);
  await guest.locator('.composer textarea').waitFor();
  await host.getByRole('button', { name: 'Members' }).click();
  await host.getByRole('button', { name: 'Actions for Hal' }).click();
  await host.getByRole('menu').getByText('Remove', { exact: true }).click();
  await host.getByRole('dialog', { name: 'Remove Hal?' }).getByRole('button', { name: 'Remove' }).click();
  await guest.getByRole('heading', { name: 'Your conversations' }).waitFor();
  assert.equal(await guest.getByRole('button', { name: 'More about this conversation' }).count(), 0);
});
