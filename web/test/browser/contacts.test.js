import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, person, pick, register, rowOf, say, shot, twoPeople, violations } from '../support/browser-page.js';
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

test('Somebody asks to be a contact, is accepted, and is removed again', { timeout: 240_000 }, async () => {
  const [alice, bob] = await twoPeople(browser, node.url, 'Ann', 'Bert');
  await say(alice, 'hello');
  await pick(alice, 'Ask to be a contact');
  await bob.getByRole('button', { name: 'Contacts, 1 request' }).click();
  await bob.getByRole('list', { name: 'Requests' }).getByText('Ann').waitFor();
  assert.deepEqual(await violations(bob), []);
  await shot(bob, 'contacts-request');
  await alice.getByRole('button', { name: 'Contacts', exact: true }).click();
  await alice.getByRole('list', { name: 'You have asked' }).getByText('Bert').waitFor();

  await bob.getByRole('button', { name: 'Accept Ann' }).click();
  await bob.getByRole('list', { name: 'Contacts' }).getByText('Ann').waitFor();
  await alice.getByRole('list', { name: 'Contacts' }).getByText('Bert').waitFor(); // while it is open
  await alice.getByRole('button', { name: 'Rename Bert' }).click();
  await alice.keyboard.type('Bertie <at work>');
  await alice.keyboard.press('Enter');
  await alice.getByRole('list', { name: 'Contacts' }).getByText('Bertie <at work>').waitFor();
  await shot(alice, 'contacts-alias');
  await alice.getByRole('button', { name: 'Write to Bertie <at work>' }).click();
  await alice.getByRole('heading', { name: 'Bertie <at work>', exact: true }).waitFor();
  await rowOf(alice, /Bertie <at work>/).waitFor();
  await bob.getByRole('list', { name: 'Contacts' }).getByText('Ann').waitFor(); // it is Ann's word for him: he does not see it
  assert.equal(await bob.getByText('Bertie').count(), 0);
  await alice.getByRole('button', { name: 'New conversation' }).click();
  await alice.keyboard.type('bert');
  await alice.getByRole('button', { name: /Bert Bertie <at work> #\d+/ }).waitFor();
  await alice.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await pick(alice, 'Give another name');
  await alice.keyboard.press('Control+A');
  await alice.keyboard.press('Delete');
  await alice.keyboard.press('Enter');
  await alice.getByRole('heading', { name: 'Bert', exact: true }).waitFor();
  await alice.getByRole('button', { name: 'Contacts', exact: true }).click();
  await alice.getByRole('button', { name: 'Remove Bert' }).click();
  await alice.getByText('Nobody yet.').waitFor();
  await alice.keyboard.press('Escape');
  await bob.getByRole('button', { name: 'Write to Ann' }).click();
  await bob.getByRole('heading', { name: 'Ann' }).waitFor();
  assert.deepEqual([alice.problems, bob.problems], [[], []]);
});

test('A request is declined, or taken back; a block is in the list, on a phone and with keys alone', { timeout: 240_000 }, async () => {
  const phone = { viewport: { width: 360, height: 640 }, colorScheme: 'dark' };
  const alice = await person(browser, node.url, phone);
  const bob = await person(browser, node.url);
  await register(alice, 'Cleo');
  await register(bob, 'Dirk');
  const press = async (...keys) => { for (const key of keys) await alice.keyboard.press(key); };
  await alice.getByRole('button', { name: 'Contacts', exact: true }).focus();
  await press('Enter');
  await alice.getByRole('button', { name: 'Ask somebody' }).focus();
  await press('Enter');
  await alice.keyboard.type('dirk');
  await alice.getByRole('button', { name: /Dirk #\d+/ }).waitFor();
  await press('Enter');
  await alice.getByRole('dialog').waitFor({ state: 'detached' });

  await bob.getByRole('button', { name: 'Contacts, 1 request' }).click();
  await bob.getByRole('button', { name: 'Decline Cleo' }).click();
  await bob.getByText('Nobody yet.').waitFor();
  await bob.keyboard.press('Escape');
  await say(await openWith(bob, 'Cleo'), 'no, thank you');
  await rowOf(alice, /Dirk/).click();
  await alice.getByRole('button', { name: 'Block Dirk' }).click();
  await alice.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
  await alice.getByRole('button', { name: 'Unblock Dirk' }).waitFor();
  await alice.getByRole('button', { name: 'Back to the conversations' }).click();
  await alice.getByRole('button', { name: 'Contacts', exact: true }).click();
  await alice.getByRole('list', { name: 'Blocked' }).getByText('Dirk').waitFor();
  assert.deepEqual(await violations(alice), []);
  await shot(alice, 'contacts-narrow-dark');
  await alice.getByRole('button', { name: 'Unblock Dirk' }).focus();
  await press('Enter');
  await alice.getByText('Nobody yet.').waitFor();
  assert.equal(await alice.evaluate(() => document.activeElement?.closest('dialog') !== null), true, 'the focus stays in the dialog');
  await press('Escape');
  await alice.locator('[aria-label=Contacts]:focus').waitFor();
  assert.deepEqual([alice.problems, bob.problems], [[], []]);
});

async function openWith(page, name) {
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.keyboard.type(name);
  await page.getByRole('button', { name: new RegExp(`${name} #\\d+`) }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.composer textarea').waitFor();
  return page;
}
