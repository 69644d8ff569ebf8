import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { ChatClient } from '../../sdk/index.js';
import { launch, problemsOf, shot, violations } from '../support/browser-page.js';
import { NodeProcess } from '../support/node-process.js';

const SECRET = 'a secret that the shop and the chat server share';

const base64 = value => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What the shop's backend says of its own user. */
function tokenOf(sub, name) {
  const now = Math.floor(Date.now() / 1000);
  const text = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ iss: 'shop', aud: 'chat', sub, name, iat: now, exp: now + 600 })}`;
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
}

/** @type {NodeProcess} */
let node;
let browser, shop, support, asked = 0, answer = 200;
const heard = [];

before(async () => {
  shop = createServer((request, response) => {
    if (request.url === '/chat-token') {
      asked++;
      response.writeHead(answer, { 'content-type': 'text/plain' }).end(answer === 200 ? tokenOf('customer-1', 'Casey') : '');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': `default-src 'none'; script-src ${node.url}; connect-src 'self' ${node.url} ${node.ws}` })
      .end(`<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1><script type="module" src="${node.url}chat-box/chat-box.js"></script>
        <chat-box url="${node.ws}" token-url="/chat-token" to="${support.user.id}" title="Support"></chat-box>`);
  }).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  node = await NodeProcess.start(`--Chat:WebOrigins=http://127.0.0.1:${shop.address().port}`, '--Chat:DemoPage=false',
    '--Chat:Auth:Issuers:0:Name=shop', '--Chat:Auth:Issuers:0:Audience=chat', `--Chat:Auth:Issuers:0:Secret=${SECRET}`);
  browser = await launch();
  await ChatClient.register({ url: node.ws, name: 'support', password: 'secret' });
  support = new ChatClient({ url: node.ws, login: { name: 'support', password: 'secret' } });
  support.on('message', message => heard.push(message));
  await support.connect();
});
after(async () => {
  await browser?.close();
  await support?.close();
  shop?.close();
  await node?.dispose();
});

/** The page of the shop, on another host than the chat server. */
async function open() {
  const context = await browser.newContext();
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const problems = problemsOf(page);
  await page.goto(`http://127.0.0.1:${shop.address().port}/`);
  return Object.assign(page, { problems });
}

test('A customer of a shop talks to its support on the page of the shop, with the token of the shop', { timeout: 180_000 }, async () => {
  const page = await open();
  await page.locator('chat-box textarea').fill('Where is my parcel?');
  await page.locator('chat-box textarea').press('Enter');
  for (let i = 0; heard.length === 0 && i < 600; i++)
    await new Promise(resolve => setTimeout(resolve, 100));
  assert.deepEqual(heard.map(({ text, name }) => [text, name]), [['Where is my parcel?', 'Casey']]);
  support.send(heard[0].conversation, 'It is on its way.');
  await page.locator('chat-box').getByText('It is on its way.').waitFor();
  assert.equal(await page.locator('chat-box .title').textContent(), 'Support');
  assert.equal(asked, 1);
  assert.deepEqual(page.problems, []);
});

test('Messages are changed in the element too', { timeout: 180_000 }, async () => {
  const page = await open();
  const box = page.locator('chat-box');
  await box.locator('textarea').fill('Where is my parcle?');
  await box.locator('textarea').press('Enter');
  while (!heard.some(({ text }) => text.includes('parcle')))
    await new Promise(resolve => setTimeout(resolve, 50));
  await page.locator('chat-box [data-state=pending]').first().waitFor({ state: 'detached' });
  await box.locator('textarea').press('ArrowUp');
  await box.locator('textarea').fill('Where is my new parcel?');
  await box.locator('textarea').press('Enter');
  await box.getByText('Where is my new parcel?').waitFor();
  const { conversation, seq } = heard.findLast(({ text }) => text.includes('parcle'));
  await support.react({ conversation, seq }, '👍');
  await box.getByRole('button', { name: '👍 1' }).click();
  await box.getByRole('button', { name: '👍 2, yours too' }).waitFor();
  await support.recall({ conversation, seq }).then(() => assert.fail('it is not its own'), error => assert.equal(error.code, 13));
  await box.getByRole('button', { name: 'Actions' }).last().click();
  await box.getByRole('menuitem', { name: 'Take back' }).click();
  await box.getByText('You took this message back').waitFor();
  assert.deepEqual(page.problems, []);
});

test('A message of somebody else is reported in the element too', { timeout: 180_000 }, async () => {
  const page = await open();
  const box = page.locator('chat-box');
  await box.locator('textarea').fill('Is it lost?');
  await box.locator('textarea').press('Enter');
  while (!heard.some(({ text }) => text === 'Is it lost?'))
    await new Promise(resolve => setTimeout(resolve, 50));
  support.send(heard.findLast(({ text }) => text === 'Is it lost?').conversation, 'Who cares.');
  await box.locator('.message', { hasText: 'Who cares.' }).getByRole('button', { name: 'Actions' }).click();
  await box.getByRole('menuitem', { name: 'Report…' }).click();
  await box.getByRole('dialog').locator('textarea').fill('not nice');
  await shot(page, 'report-in-box');
  assert.deepEqual((await violations(page)).filter(one => !one.includes('<h1>Shop</h1>')), []); // that is the shop's own
  await box.getByRole('button', { name: 'Report', exact: true }).click();
  await box.getByText('The message was reported.').waitFor();
  await box.getByRole('button', { name: 'Close' }).click();
  await box.getByRole('dialog').waitFor({ state: 'detached' });
  assert.deepEqual(page.problems, []);
});

test('The element shows ticks, who is there and who writes', { timeout: 180_000 }, async () => {
  const page = await open();
  const box = page.locator('chat-box');
  await box.locator('.presence').filter({ hasText: 'online' }).waitFor();
  await box.locator('textarea').fill('Are you there?');
  await box.locator('textarea').press('Enter');
  while (!heard.some(({ text }) => text === 'Are you there?'))
    await new Promise(resolve => setTimeout(resolve, 50));
  const { conversation, seq } = heard.findLast(({ text }) => text === 'Are you there?');
  const row = box.locator('.message', { hasText: 'Are you there?' });
  await row.and(box.locator('[data-progress=received]')).waitFor();
  await support.typing(conversation);
  await box.locator('.typing').getByText('Support is writing…').first().waitFor();
  await support.markRead(conversation, seq);
  await row.and(box.locator('[data-progress=read]')).waitFor();
  const asked = new Promise(resolve => support.on('typing', ({ on }) => on && resolve()));
  await support.watch([], [conversation]);
  await box.locator('textarea').pressSequentially('I am');
  await asked;
  assert.deepEqual(page.problems, []);
});

test('A visitor whom the shop does not let chat is told so', { timeout: 120_000 }, async () => {
  answer = 403;
  const page = await open();
  await page.locator('chat-box .trouble').waitFor();
  assert.match(await page.locator('chat-box .trouble').textContent(), /nobody is logged in/);
});
