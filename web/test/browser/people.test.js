import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, person, register, say, shows, violations } from '../support/browser-page.js';
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

const field = page => page.getByRole('searchbox', { name: 'Name or number' });
const results = page => page.locator('#people .person');

/** Somebody with the dialog open in which one begins a conversation. */
async function composing(name, url = node.url) {
  const page = await person(browser, url);
  await register(page, name);
  await page.getByRole('button', { name: 'New conversation' }).click();
  await field(page).waitFor();
  return page;
}

test('A stranger is found by the beginning of a name while one types, and written to', { timeout: 180_000 }, async () => {
  const [zoe, zora] = [await person(browser, node.url), await person(browser, node.url)];
  const number = await register(zoe, 'Zoë Quist');
  await register(zora, 'Zora');
  const page = await composing('Yann');
  await field(page).pressSequentially('zo', { delay: 20 });
  await results(page).nth(1).waitFor();
  assert.deepEqual((await results(page).allTextContents()).map(text => /Zoë Quist|Zora/.exec(text)?.[0]).sort(), ['Zora', 'Zoë Quist']);
  await page.getByText('2 results').waitFor();
  assert.deepEqual(await violations(page), []);
  await field(page).pressSequentially('ë', { delay: 20 });
  await results(page).nth(1).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: `Zoë Quist #${number}` }).click();
  await page.getByRole('heading', { name: 'Zoë Quist' }).waitFor();
  await say(page, 'We have never met');
  await zoe.getByRole('button', { name: /Yann.*We have never met/ }).click();
  await shows(zoe, ['We have never met']);
  assert.deepEqual([page.problems, zoe.problems], [[], []]);
});

test('The keyboard is enough: Enter takes who has that very name, arrows go through the others', { timeout: 180_000 }, async () => {
  for (const name of ['Kai', 'Kaia', 'Kailash'])
    await register(await person(browser, node.url), name);
  const page = await composing('Ulf');
  await page.keyboard.type('KAI');
  await page.keyboard.press('Enter'); // before there is an answer
  await page.getByRole('heading', { name: 'Kai', exact: true }).waitFor();
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.keyboard.type('kai');
  await results(page).nth(2).waitFor();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp'])
    await page.keyboard.press(key);
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^.*Kaia#\d+$/);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  assert.equal(await field(page).evaluate(element => element === document.activeElement), true);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Kaia', exact: true }).waitFor();
  assert.deepEqual(page.problems, []);
});

test('A number has a name, and who does not exist is not offered', { timeout: 180_000 }, async () => {
  const number = await register(await person(browser, node.url), 'Numa');
  const page = await composing('Vera');
  await field(page).fill(`#${number}`);
  await page.getByRole('button', { name: `Numa #${number}` }).waitFor();
  await field(page).fill('999999');
  await page.getByText('Nobody has this name or number.').waitFor();
  assert.equal(await results(page).count(), 0);
  await field(page).fill('Vera'); // nobody writes to oneself by accident
  await page.getByText('Nobody has this name or number.').waitFor();
});

test('What somebody has written of themselves is shown as a text, beside the name', { timeout: 180_000 }, async () => {
  const nasty = await person(browser, node.url);
  await register(nasty, 'Wim');
  await nasty.evaluate(async url => {
    const { ChatClient } = await import('/sdk/index.js');
    const client = new ChatClient({ url, login: { name: 'Wim', password: 'wonderland' } });
    await client.connect();
    await client.changeProfile({ display: '<b>Root</b>' });
    await client.close();
  }, node.ws);
  const page = await composing('Xenia');
  await field(page).fill('wi');
  await page.getByRole('button', { name: /Wim <b>Root<\/b> #\d+/ }).waitFor();
  assert.equal(await page.locator('#people b').count(), 0);
});

test('Typing fast asks the server seldom, and where only whole names are found, by those', { timeout: 180_000 }, async () => {
  const other = await NodeProcess.start('--Chat:Users:Directory=exact');
  try {
    await register(await person(browser, other.url), 'Theodora');
    const page = await person(browser, other.url);
    const asked = [];
    page.on('websocket', socket => socket.on('framesent', ({ payload }) => asked.push(...String(payload).split('\n').filter(line => line.includes('"msgid":122')))));
    await register(page, 'Sam');
    await page.getByRole('button', { name: 'New conversation' }).click();
    await field(page).fill('theo');
    await page.getByText('Nobody has this name or number.').waitFor();
    await field(page).evaluate(input => [...'dora'].forEach(letter => {
      input.value += letter;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }));
    await page.getByRole('button', { name: /Theodora #\d+/ }).waitFor();
    assert.deepEqual(asked.map(line => JSON.parse(line)).map(({ prefix, name }) => [prefix, name]), [['theo', undefined], [undefined, 'theo'], [undefined, 'theodora']]);
  } finally {
    await other.dispose();
  }
});
