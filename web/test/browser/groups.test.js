import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inNewGroup, join, launch, person, register, say, shot, shows, violations } from '../support/browser-page.js';
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

const members = page => page.getByRole('dialog').getByRole('list', { name: 'Members' }).getByRole('listitem');
const memberRow = (page, name) => members(page).filter({ hasText: name });
const numberIn = page => /g:(\d+)/.exec(page.url())[1];

async function act(page, name, label) {
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menu', { name: 'Actions' }).getByText(label, { exact: true }).click();
}

test('A group is joined by its name, and who has read a message of it is shown', { timeout: 180_000 }, async () => {
  const host = await inNewGroup(browser, node.url, 'Cheshire', 'Grin club');
  const [reader, away] = [await person(browser, node.url), await person(browser, node.url)];
  await register(reader, 'Duchess');
  await join(reader, 'no such club');
  await reader.locator('.form-error').filter({ hasText: 'no such club' }).waitFor();
  await reader.getByLabel('Name or number of the group').fill('grin CLUB');
  await reader.getByRole('button', { name: 'Join', exact: true }).click();
  await reader.locator('.composer textarea').waitFor();
  await register(away, 'Cook');
  await join(away, numberIn(host));
  await away.locator('.composer textarea').waitFor();
  await away.context().close();

  await say(host, 'well, well');
  await shows(reader, ['well, well']);
  await host.locator('.message', { hasText: 'well, well' }).hover();
  const open = async () => {
    await host.locator('.message', { hasText: 'well, well' }).getByRole('button', { name: /Actions/ }).click();
    await host.getByRole('menu', { name: 'Actions' }).getByText('Who has read it').click();
  };
  await open();
  const dialog = host.getByRole('dialog', { name: 'Who has read it' });
  await dialog.getByText('Read by 1 of 2').waitFor();
  assert.deepEqual(await dialog.getByRole('listitem').allTextContents(), ['Duchess']);
  assert.deepEqual(await violations(host), [], 'who has read it');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await dialog.waitFor({ state: 'detached' });
  await reader.locator('.message', { hasText: 'well, well' }).hover();
  await reader.locator('.message', { hasText: 'well, well' }).getByRole('button', { name: /Actions/ }).click();
  assert.equal(await reader.getByRole('menu', { name: 'Actions' }).getByText('Who has read it').count(), 0, 'of messages of others it is not offered');
  assert.deepEqual([host.problems, reader.problems], [[], []]);
});

test('A creator gives roles, mutes, bans and lifts bans; whoever may not is not offered it', { timeout: 240_000 }, async () => {
  const host = await inNewGroup(browser, node.url, 'Hatter', 'Tea table');
  const [hare, mouse] = [await person(browser, node.url, { colorScheme: 'dark', viewport: { width: 390, height: 760 } }), await person(browser, node.url)];
  for (const [page, name] of [[hare, 'Hare'], [mouse, 'Dormouse']]) {
    await register(page, name);
    await join(page, numberIn(host));
    await page.locator('.composer textarea').waitFor();
  }
  await host.getByRole('button', { name: 'Members' }).click();
  await memberRow(host, 'Dormouse').waitFor();
  assert.deepEqual(await violations(host), []);
  await act(host, 'Hare', 'Make an admin');
  await memberRow(host, 'Hare').getByText('admin').waitFor();
  await shot(host, 'group-creator');

  // An admin looks after ordinary members, and not after the creator.
  await hare.getByRole('button', { name: 'Members' }).click();
  await memberRow(hare, 'Dormouse').waitFor();
  assert.equal(await hare.getByRole('button', { name: 'Actions for Hatter' }).count(), 0);
  assert.equal(await hare.getByRole('button', { name: 'Delete the group' }).count(), 0);
  assert.deepEqual(await violations(hare), [], 'narrow and dark');
  await hare.getByRole('button', { name: 'Actions for Dormouse' }).click();
  assert.equal(await hare.getByRole('menu').getByText('Make an admin').count(), 0);
  await shot(hare, 'group-admin-narrow-dark');
  await hare.getByRole('menu').getByText('No messages for an hour').click();
  await hare.keyboard.press('Escape');

  await mouse.getByRole('button', { name: 'Members' }).click();
  await memberRow(mouse, 'Hare').getByText('admin').waitFor();
  assert.equal(await mouse.getByRole('button', { name: /^Actions for/ }).count(), 0);
  assert.equal(await mouse.getByRole('button', { name: 'Rules' }).count(), 0);
  await mouse.keyboard.press('Escape');
  await say(mouse, 'I breathe when I sleep');
  await mouse.locator('[data-state=failed]').waitFor();

  await act(host, 'Dormouse', 'Ban');
  await host.getByRole('dialog', { name: 'Ban Dormouse?' }).getByRole('button', { name: 'Ban' }).click();
  await memberRow(host, 'Dormouse').waitFor({ state: 'detached' });
  await mouse.getByRole('heading', { name: 'Your conversations' }).waitFor();
  await join(mouse, numberIn(host));
  await mouse.getByRole('dialog').getByRole('alert').filter({ hasText: /./ }).waitFor();
  await mouse.keyboard.press('Escape');

  await host.getByRole('button', { name: 'Lift a ban' }).click();
  await host.keyboard.type('dormouse');
  await host.getByRole('button', { name: /Dormouse #\d+/ }).waitFor();
  await host.keyboard.press('Enter');
  await host.getByRole('dialog', { name: 'Tea table', exact: true }).waitFor();
  await join(mouse, numberIn(host));
  await mouse.locator('.composer textarea').waitFor();
  assert.deepEqual([host.problems, hare.problems, mouse.problems], [[], [], []]);
});

test('Rules are changed; who wants in is let in or not; the last thing is the end of the group', { timeout: 240_000 }, async () => {
  const host = await inNewGroup(browser, node.url, 'Queen', 'Court');
  const [king, knave] = [await person(browser, node.url), await person(browser, node.url)];
  await register(king, 'King');
  await register(knave, 'Knave');
  await host.getByRole('button', { name: 'Members' }).click();
  await host.getByRole('button', { name: 'Rules' }).click();
  await host.getByRole('dialog', { name: 'Rules of Court' }).waitFor();
  await host.getByLabel('Who comes in').selectOption('ask');
  await host.getByLabel('Who writes').selectOption('admins');
  await host.getByLabel('New members see').selectOption('joined');
  await host.getByLabel('What it is about (optional)').fill('Off with their heads');
  assert.deepEqual(await violations(host), []);
  await shot(host, 'group-rules');
  await host.getByRole('button', { name: 'Save' }).click();
  await host.getByRole('dialog').waitFor({ state: 'detached' });

  for (const page of [king, knave]) {
    await join(page, numberIn(host));
    await page.getByText('You are let in when').waitFor();
    await page.keyboard.press('Escape');
  }
  await host.getByRole('button', { name: 'Members' }).click();
  await host.getByText('Off with their heads').waitFor();
  await host.getByRole('button', { name: 'Decline Knave' }).waitFor();
  await shot(host, 'group-requests');
  await host.getByRole('button', { name: 'Let in King' }).click();
  await memberRow(host, 'King').waitFor();
  await host.getByRole('button', { name: 'Decline Knave' }).click();
  await host.getByRole('list', { name: 'Want to be let in' }).waitFor({ state: 'detached' });
  assert.equal(await memberRow(host, 'Knave').count(), 0);

  await king.getByRole('button', { name: /Court/ }).click();
  await say(king, 'Rule forty-two');
  await king.locator('[data-state=failed]').waitFor();
  await host.getByRole('button', { name: 'Delete the group' }).click();
  await host.getByRole('dialog', { name: 'Delete Court?' }).getByRole('button', { name: 'Delete' }).click();
  for (const page of [host, king])
    await page.getByRole('heading', { name: 'Your conversations' }).waitFor();
  await king.locator('.conversations').getByRole('button', { name: /Court/ }).waitFor({ state: 'detached' });
  assert.deepEqual([host.problems, king.problems, knave.problems], [[], [], []]);
});

test('The members of a group are reached with the keyboard alone', { timeout: 120_000 }, async () => {
  const host = await inNewGroup(browser, node.url, 'Dinah', 'Cats');
  const guest = await person(browser, node.url);
  await register(guest, 'Tom');
  await join(guest, numberIn(host));
  await say(guest, 'hello');
  await shows(host, ['hello']);
  const press = async (...keys) => { for (const key of keys) await host.keyboard.press(key); };
  await host.getByRole('button', { name: 'Members' }).focus();
  await press('Enter');
  await memberRow(host, 'Tom').waitFor();
  await host.getByRole('button', { name: 'Actions for Tom' }).focus();
  await press('Enter');
  await host.locator('.menu-item:focus').waitFor();
  await press('End', 'ArrowUp'); // the last but one: remove
  await host.locator('.menu-item:focus', { hasText: 'Remove' }).waitFor();
  await press('Escape');
  await host.locator('[aria-label="Actions for Tom"]:focus').waitFor();
  await press('Enter', 'End', 'ArrowUp', 'Enter');
  await host.getByRole('dialog', { name: 'Remove Tom?' }).getByRole('button', { name: 'Remove' }).and(host.locator(':focus')).waitFor();
  await press('Enter');
  await memberRow(host, 'Tom').waitFor({ state: 'detached' });
  await press('Escape');
  await host.locator('[aria-label=Members]:focus').waitFor();
});
