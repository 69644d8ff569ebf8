import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ChatClient } from '../../sdk/index.js';
import { launch, person, shot, violations } from '../support/browser-page.js';
import { NodeProcess } from '../support/node-process.js';

const KEY = 'a-key-of-the-settings-that-is-long-enough';
const SETTINGS = [`--Chat:Api:Keys:0=${KEY}`];

/** @type {NodeProcess[]} */
const nodes = [];
let browser;
before(async () => {
  nodes.push(await NodeProcess.start(...SETTINGS));
  for (let i = 0; i < 2; i++)
    nodes.push(await NodeProcess.beside(nodes[0], ...SETTINGS));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  for (const node of nodes.reverse())
    await node.dispose();
});

/** Somebody at the page of the first node, with the key given. */
async function operator(options) {
  const page = await person(browser, nodes[0].api, options);
  await page.open();
  await page.getByLabel('Key of the API').fill(KEY);
  await page.getByRole('button', { name: 'Show the nodes' }).click();
  await page.getByRole('heading', { name: 'Nodes', exact: true }).waitFor();
  return page;
}

const card = (page, node) => page.locator(`[data-node="${node.address}"]`);
const is = (page, node, condition) => page.locator(`[data-node="${node.address}"][data-condition="${condition}"]`).waitFor();

async function user(node, name) {
  await ChatClient.register({ url: node.ws, name, password: 'secret' });
  const client = new ChatClient({ url: node.ws, login: { name, password: 'secret' } });
  await client.connect();
  return client;
}

test('Without a key of the API nothing is shown', { timeout: 120_000 }, async () => {
  const page = await person(browser, nodes[0].api);
  await page.open();
  await page.getByRole('button', { name: 'Show the nodes' }).click();
  await page.getByText('The key is missing.').waitFor();
  await page.getByLabel('Key of the API').fill('b'.repeat(40));
  await page.getByLabel('Key of the API').press('Enter');
  await page.getByText('The node does not know this key.').waitFor();
  assert.equal(await page.locator('.node').count(), 0);
  await page.getByLabel('Key of the API').fill(KEY);
  await page.getByLabel('Key of the API').press('Enter');
  await is(page, nodes[2], 'up');
  assert.ok(!page.url().includes(KEY));
  await page.reload(); // the tab knows the key
  await is(page, nodes[2], 'up');
  await page.getByRole('button', { name: 'Leave' }).click();
  await page.getByLabel('Key of the API').waitFor();
  await page.reload();
  await page.getByLabel('Key of the API').waitFor();
  assert.deepEqual(page.problems.filter(text => !text.includes('401')), []);
});

test('Messages are counted, a user is found, a message is traced, and a node that is killed turns red', { timeout: 300_000 }, async () => {
  const page = await operator({ viewport: { width: 1280, height: 900 } });
  for (const node of nodes)
    await is(page, node, 'up');
  const [alice, bob] = [await user(nodes[1], 'Alice'), await user(nodes[2], 'Bob')];
  const sent = alice.send({ to: bob.user.id }, 'where am I?');
  await alice.acknowledged(sent);
  const talk = setInterval(() => alice.send({ to: bob.user.id }, 'and on'), 50);
  try {
    await page.waitForFunction(() => /^[0-9.]+/.exec(document.querySelector('[data-total=messages] dd').textContent)?.[0] > 0);
    await page.waitForFunction(() => /ms|s$/.test(document.querySelector('[data-total=ack] dd').textContent));
    await page.waitForFunction(() => [...document.querySelectorAll('.bar-text')].every(bar => bar.textContent.startsWith('100 of them') || /^[1-9]/.test(bar.textContent)));
    await page.locator('.queues').getByRole('row', { name: /^log / }).first().waitFor();
    await page.waitForFunction(() => document.querySelector('[data-total=sessions] dd').textContent === '2');

    await page.getByRole('heading', { name: 'Nodes', exact: true }).focus();
    await page.keyboard.press('/');
    await page.keyboard.type('Bob');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Bob' }).waitFor();
    await page.locator('.found-user + dl').getByText(nodes[2].address).waitFor();

    await page.getByLabel('Conversation').fill(sent.conversation);
    await page.getByLabel('Message', { exact: true }).fill(String(sent.seq));
    await page.getByRole('button', { name: 'Trace' }).click();
    const row = page.locator('.receivers tbody tr');
    await row.first().waitFor();
    assert.equal(await row.count(), 1);
    assert.match(await row.textContent(), new RegExp(`^${bob.user.id}(received|given|underWay|read)`));
    await shot(page, 'operate-up');

    await nodes[1].kill();
    await is(page, nodes[1], 'dead');
    await card(page, nodes[1]).getByText(/dead since/).waitFor();
    const red = await page.evaluate(() => {
      const probe = document.body.appendChild(document.createElement('i'));
      probe.style.color = 'var(--chat-danger)';
      const color = getComputedStyle(probe).color;
      probe.remove();
      return color;
    });
    const border = element => element.evaluate(one => getComputedStyle(one).borderInlineStartColor);
    assert.equal(await border(card(page, nodes[1])), red);
    assert.notEqual(await border(card(page, nodes[2])), red);
    await page.locator('.warnings').getByText(new RegExp(`node ${nodes[1].address} is dead`)).first().waitFor();
    await page.waitForFunction(gone => [...document.querySelectorAll('.bar-text')].every(bar => !bar.textContent.includes(gone)), nodes[1].address);
    await is(page, nodes[2], 'up');
    await page.evaluate(() => scrollTo(0, 0));
    await shot(page, 'operate-dead');
  } finally {
    clearInterval(talk);
    await alice.close();
    await bob.close();
  }

  await nodes[1].start();
  await is(page, nodes[1], 'up');
  assert.deepEqual(page.problems, []);
});

test('A node that does not answer is said, and what was shown stays', { timeout: 180_000 }, async () => {
  const page = await operator();
  await is(page, nodes[2], 'up');
  await page.context().setOffline(true);
  await is(page, nodes[0], 'unreachable');
  await page.getByText(/The node does not answer/).waitFor();
  await is(page, nodes[2], 'up');
  await page.context().setOffline(false);
  await is(page, nodes[0], 'up');
  await page.getByText('3 of 3 up').waitFor();
});

for (const [width, height] of [[1280, 900], [390, 844]]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`At ${width} × ${height}, ${colorScheme}, it is usable for everybody`, { timeout: 180_000 }, async () => {
      const page = await operator({ viewport: { width, height }, colorScheme });
      await page.locator('.queues tbody tr').first().waitFor();
      await page.getByRole('searchbox', { name: 'Name or number' }).fill('nobody at all');
      await page.getByRole('searchbox', { name: 'Name or number' }).press('Enter');
      await page.getByText('there is no such user').waitFor();
      assert.deepEqual(await violations(page), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
      await shot(page, `operate-${width}-${colorScheme}`);
      assert.deepEqual(page.problems.filter(text => !text.includes('404')), []);
    });
  }
}
