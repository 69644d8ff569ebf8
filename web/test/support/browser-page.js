import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const WEB = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');
const PROGRAM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** A real Chromium without a window. */
export function launch() {
  if (!PROGRAM)
    throw new Error('no Chromium is installed: test.sh installs Debian\'s');
  return chromium.launch({ executablePath: PROGRAM, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

/** Somebody in a browser of their own, and whatever went wrong there. */
export async function person(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1120, height: 720 }, ...options });
  context.setDefaultTimeout(90_000);
  if (process.env.WEB_FROM_DISK) // scripts and styles of this folder, in place of those that the node was built with
    await context.route(/\/(sdk|chat|chat-box|operate)\/[\w-]+\.(js|css)$/, route => route.fulfill({ path: `${WEB}${new URL(route.request().url()).pathname}` }));
  const page = await context.newPage();
  return Object.assign(page, { problems: problemsOf(page), open: () => page.goto(url) });
}

/** What the page and the browser complain about. A server that is away is no fault of the page. */
export function problemsOf(page) {
  const problems = [];
  page.on('pageerror', error => problems.push(String(error)));
  page.on('console', message => {
    if (message.type() === 'error' && !/ERR_CONNECTION|WebSocket connection|ERR_EMPTY_RESPONSE/.test(message.text()))
      problems.push(message.text());
  });
  return problems;
}

export async function register(page, name) {
  await page.open();
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Password').fill('wonderland');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name, exact: true }).waitFor();
  return Number(/\d+/.exec(await page.getByText('Your number is').textContent())[0]);
}

/** Opens a conversation with a number. */
export async function writeTo(page, number) {
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.getByRole('searchbox', { name: 'Name or number' }).fill(String(number));
  await page.getByRole('button', { name: new RegExp(`#${number}$`) }).click();
  await page.locator('.composer textarea').waitFor();
}

export async function say(page, text) {
  await page.locator('.composer textarea').fill(text);
  await page.locator('.composer textarea').press('Enter');
}

/** The texts on the screen that people have sent, from top to bottom. */
export const texts = page => page.locator('.messages .message:not(.system) .text').allTextContents();

/** Waits until these are they. */
export const shows = (page, expected) => page.waitForFunction(
  wanted => JSON.stringify([...document.querySelectorAll('.messages .message:not(.system) .text')].map(text => text.textContent)) === JSON.stringify(wanted), expected, { timeout: 60_000 });

/** Two people; the first one has the conversation with the second one open. */
export async function twoPeople(browser, url, a, b, options) {
  const [first, second] = [await person(browser, url, options), await person(browser, url, options)];
  const [, number] = [await register(first, a), await register(second, b)];
  await writeTo(first, number);
  return [first, second];
}

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What a tool finds that knows the rules of accessibility. */
export async function violations(page) {
  const found = await page.evaluate(async source => {
    if (!globalThis.axe)
      globalThis.eval?.(source);
    return (await globalThis.axe.run(document, { resultTypes: ['violations'] })).violations;
  }, AXE).catch(async () => {
    await page.evaluate(AXE); // the policy of the page forbids eval: the debugger may
    return page.evaluate(async () => (await globalThis.axe.run(document, { resultTypes: ['violations'] })).violations);
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

/** Somebody with a new group open. */
export async function inNewGroup(browser, url, name, group, options) {
  const page = await person(browser, url, options);
  await register(page, name);
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.getByRole('button', { name: 'New group' }).click();
  await page.getByLabel('Name', { exact: true }).fill(group);
  await page.getByRole('button', { name: 'Create group' }).click();
  await page.getByRole('heading', { name: group }).waitFor();
  return page;
}

/** Enters a group by its number, or asks to. */
export async function join(page, number) {
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.getByRole('button', { name: 'Join a group' }).click();
  await page.getByLabel('Name or number of the group').fill(String(number));
  await page.getByRole('button', { name: 'Join', exact: true }).click();
}

/** The row of a conversation in the list. */
export const rowOf = (page, name) => page.locator('.conversations').getByRole('button', { name });

/** Picks an entry of the menu of a conversation. */
export async function pick(page, label) {
  await page.getByRole('button', { name: 'More about this conversation' }).click();
  await page.getByRole('menu', { name: 'Actions' }).getByText(label, { exact: true }).click();
}

/** Of a page, into the folder that SHOTS names: for people to look at. */
export async function shot(page, name) {
  if (process.env.SHOTS)
    await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
}
