import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deviceName } from '../../chat/device-name.js';
import { launch, person, register, rowOf, say, shot, shows, twoPeople, violations } from '../support/browser-page.js';
import { NodeProcess } from '../support/node-process.js';

const KEY = 'a-key-of-the-settings-that-is-long-enough';

/** @type {NodeProcess} */
let node;
let browser;
before(async () => {
  node = await NodeProcess.start(`--Chat:Api:Keys:0=${KEY}`, '--Chat:Limits:Devices=2');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await node?.dispose();
});

const devices = page => page.getByRole('list', { name: 'Devices' }).getByRole('listitem');
const you = (page, name) => page.getByRole('button', { name, exact: true }).click();

async function logIn(page, name) {
  await page.open();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Password').fill('wonderland');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name, exact: true }).waitFor();
}

test('Browsers are called what people call them', () => {
  const of = words => deviceName(`Mozilla/5.0 (${words}`);
  assert.deepEqual([
    of('X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'), of('Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0'),
    of('Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15'), of('iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1'),
    of('Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0'), of('X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'), deviceName('curl/8'),
  ], ['Chrome on Linux', 'Edge on Windows', 'Safari on macOS', 'Chrome on iPhone', 'Firefox on Android', 'Chrome on ChromeOS', 'A browser']);
});

test('Another browser of the same user is seen, gets a name, and is logged out from afar', { timeout: 240_000 }, async () => {
  const first = await person(browser, node.url);
  await register(first, 'Ann');
  const second = await person(browser, node.url, { viewport: { width: 360, height: 640 }, colorScheme: 'dark' });
  await logIn(second, 'Ann');
  await second.reload(); // it is the same device as before
  await you(second, 'Ann');
  await devices(second).nth(1).waitFor();
  assert.deepEqual((await devices(second).allTextContents()).map(words => /this one/.test(words)).sort(), [false, true]);

  await you(first, 'Ann');
  await devices(first).nth(1).waitFor();
  assert.equal(await devices(first).filter({ hasText: 'Chrome on Linux' }).filter({ hasText: 'web' }).count(), 2);
  const other = devices(first).filter({ hasText: 'last here' });
  await other.getByRole('button', { name: 'Rename Chrome on Linux', exact: true }).click();
  await first.keyboard.press('Control+A');
  await first.keyboard.type('The <kitchen>');
  await first.keyboard.press('Enter');
  await other.getByText('The <kitchen>').waitFor();
  assert.deepEqual([await violations(first), await violations(second)], [[], []]);
  await shot(first, 'you-wide');
  await shot(second, 'you-narrow-dark');
  await second.getByRole('list', { name: 'Devices' }).scrollIntoViewIfNeeded();
  await shot(second, 'you-narrow-dark-devices');

  await other.getByRole('button', { name: 'Log out The <kitchen>' }).click();
  await first.getByRole('dialog', { name: 'Log out The <kitchen>?' }).getByRole('button', { name: 'Log out' }).click();
  await second.getByText('You were logged out from another device.').waitFor(); // its dialog was open
  assert.equal(await second.getByRole('dialog').count(), 0);
  await devices(first).nth(1).waitFor({ state: 'detached' });
  await second.reload();
  await second.getByRole('button', { name: 'Log in' }).waitFor();
  await logIn(second, 'Ann');
  await first.keyboard.press('Escape');
  await first.locator('.self button:focus').waitFor();
  await first.keyboard.press('Enter');
  await devices(first).nth(1).waitFor();

  await devices(first).filter({ hasText: 'this one' }).getByRole('button', { name: /Log out/ }).click();
  await first.getByRole('dialog', { name: 'Log out here?' }).getByRole('button', { name: 'Log out' }).click();
  await first.getByRole('button', { name: 'Log in' }).waitFor();
  assert.deepEqual([first.problems, second.problems], [[], []]);
});

test('Who has as many devices as one may have comes in all the same, and is told', { timeout: 240_000 }, async () => {
  const pages = [];
  for (let i = 0; i < 3; i++)
    pages.push(await person(browser, node.url));
  await register(pages[0], 'Many');
  await logIn(pages[1], 'Many');
  await logIn(pages[2], 'Many');
  await pages[2].reload();
  await pages[2].getByRole('heading', { name: 'Many', exact: true }).waitFor();
  await you(pages[2], 'Many');
  await pages[2].getByText('This browser is not among them').waitFor();
  await devices(pages[2]).first().getByRole('button', { name: /Log out/ }).click();
  await pages[2].getByRole('dialog', { name: /Log out .*\?/ }).getByRole('button', { name: 'Log out' }).click();
  await devices(pages[2]).nth(1).waitFor({ state: 'detached' });
  await pages[2].reload();
  await you(pages[2], 'Many');
  await devices(pages[2]).filter({ hasText: 'this one' }).waitFor();
  for (const page of pages)
    await page.context().close();
});

test('What somebody wants to be called, says of themselves, and who sees them online, is what others see', { timeout: 240_000 }, async () => {
  const [cleo, dirk] = await twoPeople(browser, node.url, 'Cleo', 'Dirk');
  await say(cleo, 'hello');
  await rowOf(dirk, /Cleo/).click();
  await dirk.locator('.pane .presence').getByText('online').waitFor();
  await you(cleo, 'Cleo');
  await cleo.getByRole('button', { name: 'Save' }).and(cleo.locator(':enabled')).waitFor();
  await cleo.getByLabel('What you want to be called').fill('Cleo <C.>');
  await cleo.getByLabel('A word about yourself').fill('back at 5');
  await cleo.getByLabel('Who sees you online').selectOption('Nobody');
  await cleo.getByLabel('Others see how far you have read').selectOption('off');
  await cleo.getByLabel('What you want to be called').press('Enter');
  await cleo.getByText('Saved.').waitFor();
  await shot(cleo, 'you-saved');
  await dirk.locator('.pane .presence').getByText('offline').waitFor();
  await dirk.getByRole('button', { name: 'New conversation' }).click();
  await dirk.keyboard.type('cle');
  await dirk.getByRole('button', { name: /^Cleo Cleo <C\.> ?back at 5 ?#\d+$/ }).waitFor();
  assert.deepEqual(await violations(dirk), []);
  await shot(dirk, 'you-found');
  await dirk.keyboard.press('Escape');
  await dirk.reload(); // a page asks once for what people want to be called
  await rowOf(dirk, /Cleo <C\.>/).waitFor();
  assert.match(await dirk.getByRole('heading', { name: 'Cleo <C.>' }).getAttribute('title'), /^Cleo #\d+$/, 'others may call themselves the same');
  await dirk.locator('.message.first').getByText('Cleo <C.>').waitFor();
  await dirk.getByPlaceholder('Message Cleo <C.>').waitFor();

  await cleo.reload();
  await you(cleo, 'Cleo');
  await cleo.getByRole('button', { name: 'Save' }).and(cleo.locator(':enabled')).waitFor();
  const values = await cleo.getByRole('dialog').locator('input, textarea, select').evaluateAll(inputs => inputs.map(({ value }) => value));
  assert.deepEqual(values, ['Cleo <C.>', 'back at 5', 'nobody', 'off']);
  await cleo.getByLabel('What you want to be called').fill('a\u0007b');
  await cleo.getByRole('button', { name: 'Save' }).click();
  await cleo.getByRole('alert').getByText(/^Not saved: ./).waitFor();
  assert.deepEqual(await violations(cleo), []);
  assert.deepEqual([cleo.problems, dirk.problems], [[], []]);
});

test('A message of somebody else is reported, with keys alone, and whoever runs the server sees it', { timeout: 240_000 }, async () => {
  const [erin, finn] = await twoPeople(browser, node.url, 'Erin', 'Finn', { viewport: { width: 360, height: 640 }, colorScheme: 'dark' });
  await say(erin, 'buy this');
  await rowOf(finn, /Erin/).click();
  await shows(finn, ['buy this']);
  await erin.locator('.message .more').click();
  await erin.getByRole('menuitem', { name: 'Take back' }).waitFor();
  assert.equal(await erin.getByRole('menuitem', { name: 'Report…' }).count(), 0, 'nobody reports their own messages');

  const open = async () => {
    await finn.locator('.message .more').focus();
    await finn.keyboard.press('Enter');
    await finn.getByRole('menuitem', { name: 'Report…' }).focus();
    await finn.keyboard.press('Enter');
  };
  await open();
  await finn.getByRole('dialog', { name: 'Report a message' }).waitFor();
  await finn.keyboard.press('Escape');
  await finn.locator('.message .more:focus').waitFor();
  await open();
  await finn.getByRole('button', { name: 'Report', exact: true }).click();
  await finn.getByText('The reason is missing.').waitFor();
  await finn.keyboard.type('spam, again');
  assert.deepEqual(await violations(finn), []);
  assert.equal(await finn.getByText('The reason is missing.').count(), 0);
  await shot(finn, 'report-narrow-dark');
  await finn.keyboard.press('Tab');
  await finn.keyboard.press('Tab');
  await finn.keyboard.press('Enter');
  await finn.getByText('The message was reported.').waitFor();
  assert.deepEqual(await violations(finn), []);
  await shot(finn, 'reported-narrow-dark');
  await finn.keyboard.press('Enter');
  await finn.getByRole('dialog').waitFor({ state: 'detached' });

  const answer = await fetch(`${node.api}api/v1/reports`, { headers: { authorization: `Bearer ${KEY}` } });
  const { reports } = await answer.json();
  assert.deepEqual(reports.map(({ reason, msg, seq }) => [reason, msg, seq]), [['spam, again', 'buy this', 1]]);
  assert.deepEqual([erin.problems, finn.problems], [[], []]);
});
