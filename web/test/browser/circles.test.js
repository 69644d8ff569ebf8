import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, person, register, say, shows, twoPeople, violations } from '../support/browser-page.js';
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

/** Somebody with a new group open. */
async function inGroup(name, group) {
  const page = await person(browser, node.url);
  await register(page, name);
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.getByRole('button', { name: 'New group' }).click();
  await page.getByLabel('Name', { exact: true }).fill(group);
  await page.getByRole('button', { name: 'Create group' }).click();
  await page.getByRole('heading', { name: group }).waitFor();
  return page;
}

const rowOf = (page, name) => page.locator('.conversations').getByRole('button', { name });

test('Somebody is added to a group by name, sees it, and leaves it', { timeout: 180_000 }, async () => {
  const guest = await person(browser, node.url);
  await register(guest, 'Dormouse');
  const host = await inGroup('Hatter', 'Tea table');
  await host.getByRole('button', { name: 'Members' }).click();
  await host.getByRole('button', { name: 'Add somebody' }).click();
  await host.getByRole('dialog', { name: 'Add to Tea table' }).waitFor();
  await host.keyboard.type('dormouse');
  await host.keyboard.press('Enter');
  await host.getByRole('dialog', { name: 'Tea table', exact: true }).getByText('Dormouse', { exact: true }).waitFor();
  assert.deepEqual(await violations(host), []);
  await rowOf(guest, /Tea table/).click(); // it came by itself, with its name
  await host.keyboard.press('Escape');
  await say(host, 'Wake up');
  await shows(guest, ['Wake up']);
  await guest.locator('.message.system', { hasText: 'Hatter added Dormouse' }).waitFor();
  await guest.getByRole('button', { name: 'Members' }).click();
  await guest.getByRole('button', { name: 'Leave the group' }).click();
  await guest.getByRole('dialog', { name: 'Leave Tea table?' }).getByRole('button', { name: 'Leave' }).click();
  await guest.getByRole('heading', { name: 'Your conversations' }).waitFor();
  await rowOf(guest, /Tea table/).waitFor({ state: 'detached' });
  await guest.reload();
  await guest.getByRole('heading', { name: 'Dormouse', exact: true }).waitFor();
  assert.equal(await rowOf(guest, /Tea table/).count(), 0);
  assert.deepEqual([host.problems, guest.problems], [[], []]);
});

test('What the server refuses is said in its words, and nothing else happens', { timeout: 180_000 }, async () => {
  const guest = await person(browser, node.url);
  await register(guest, 'Cook');
  const host = await inGroup('Duchess', 'Kitchen');
  await host.getByRole('button', { name: 'Members' }).click();
  await host.getByRole('button', { name: 'Add somebody' }).click();
  await host.keyboard.type('cook');
  await host.getByRole('button', { name: /Cook #\d+/ }).waitFor();
  await guest.evaluate(async url => {
    const { ChatClient } = await import('/sdk/index.js');
    const client = new ChatClient({ url, login: { name: 'Cook', password: 'wonderland' } });
    await client.connect();
    await client.changeContact((await client.findUser('Duchess')).id, 'block');
    await client.close();
  }, node.ws);
  await host.getByRole('button', { name: /Cook #\d+/ }).click();
  await host.getByText(/^Cook: ./).waitFor();
  await host.keyboard.press('Escape');
  await host.getByRole('button', { name: 'Members' }).click();
  await host.getByRole('button', { name: 'Leave the group' }).waitFor();
  await host.getByText('creator').waitFor();
  assert.equal(await host.getByText('Cook', { exact: true }).count(), 0);
});

test('Somebody is blocked and unblocked, also after a reload', { timeout: 180_000 }, async () => {
  const [alice, pest] = await twoPeople(browser, node.url, 'Alma', 'Pest');
  await say(alice, 'hello');
  await pest.getByRole('button', { name: /Alma.*hello/ }).click();
  await alice.getByRole('button', { name: 'Block Pest' }).click();
  await alice.getByRole('dialog', { name: 'Block Pest?' }).getByRole('button', { name: 'Block' }).click();
  await alice.getByRole('button', { name: 'Unblock Pest' }).waitFor();
  assert.deepEqual(await violations(alice), []);
  await say(pest, 'buy my carpets');
  await pest.locator('[data-state=failed]').waitFor();
  await alice.reload();
  await alice.getByRole('button', { name: 'Unblock Pest' }).click();
  await alice.getByRole('dialog', { name: 'Unblock Pest?' }).getByRole('button', { name: 'Unblock' }).click();
  await alice.getByRole('button', { name: 'Block Pest' }).waitFor();
  await say(pest, 'I am sorry');
  await shows(alice, ['hello', 'I am sorry']);
  assert.deepEqual([alice.problems, pest.problems], [[], []]);
});
