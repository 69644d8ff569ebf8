import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, person, register, say, shows, texts, twoPeople, violations } from '../support/browser-page.js';
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

/** Two people who talk to each other. */
const pair = (a, b, options) => twoPeople(browser, node.url, a, b, options);

test('Two people find each other and chat; the node is killed in between; nothing is lost or shown twice', { timeout: 300_000 }, async () => {
  const [alice, bob] = await pair('Alice Liddell', 'Bob');
  await say(alice, 'Hello Bob');
  await bob.getByRole('button', { name: /Alice Liddell.*Hello Bob/ }).click();
  await shows(bob, ['Hello Bob']);
  await say(bob, 'Hi! Wonderful to see you here.');
  await shows(alice, ['Hello Bob', 'Hi! Wonderful to see you here.']);
  await alice.getByRole('textbox', { name: 'Message Bob' }).waitFor(); // whom she knew by his number alone
  assert.equal(await alice.locator('.pane .top .avatar').textContent(), 'B');

  await node.kill();
  await alice.getByText(/No connection|Connecting/).waitFor();
  for (const text of ['Are you still there?', 'I write this without a connection'])
    await say(alice, text);
  await say(bob, 'Yes, and so is everything else');
  await alice.locator('[data-state=pending]').nth(1).waitFor();
  await node.start();
  await alice.reload(); // what was not sent survives that too

  await alice.locator('[data-state=pending]').first().waitFor({ state: 'detached' });
  await bob.locator('[data-state=pending]').first().waitFor({ state: 'detached' });
  await alice.waitForFunction(() => document.querySelectorAll('.messages .text').length === 5);
  await bob.waitForFunction(() => document.querySelectorAll('.messages .text').length === 5);
  const shown = await texts(alice);
  assert.deepEqual(await texts(bob), shown, 'both see the same in the same order');
  assert.deepEqual(shown.filter(text => /connection|still/.test(text)), ['Are you still there?', 'I write this without a connection']);
  await alice.reload();
  await shows(alice, shown);
  assert.deepEqual([alice.problems, bob.problems], [[], []]);
});

test('Tabs of one user share a connection, and go on when the one that had it is closed', { timeout: 180_000 }, async () => {
  const [first, other] = await pair('Tabby', 'Olga');
  const second = await first.context().newPage();
  await second.goto(node.url);
  await second.getByRole('button', { name: 'Continue as Tabby' }).click();
  await second.getByRole('heading', { name: 'Tabby', exact: true }).waitFor();
  await say(first, 'from the first tab');
  await second.getByRole('button', { name: /Olga|User/ }).click();
  await shows(second, ['from the first tab']);
  await say(second, 'from the second tab');
  await shows(first, ['from the first tab', 'from the second tab']);
  await other.getByRole('button', { name: /Tabby/ }).click();
  await shows(other, ['from the first tab', 'from the second tab']);
  const problems = [];
  second.on('pageerror', error => problems.push(error.message));
  await second.locator('.pane .presence').getByText('online').waitFor();
  await node.kill();
  await second.route('**/*.js', route => route.abort()); // also what the browser has kept
  await second.getByText(/No connection|Connecting/).waitFor();
  await first.close();
  await node.start();
  await second.locator('.pane .presence').getByText('online').waitFor(); // it has learned in time how to ask
  await say(other, 'to the tab that is left');
  await shows(second, ['from the first tab', 'from the second tab', 'to the tab that is left']);
  await say(second, 'from the tab that is left');
  await shows(other, ['from the first tab', 'from the second tab', 'to the tab that is left', 'from the tab that is left']);
  assert.deepEqual(problems, []);
});

test('A badge counts what was not read, and goes away when it is read', { timeout: 120_000 }, async () => {
  const [alice, bob] = await pair('Ada', 'Ben');
  for (const text of ['one', 'two', 'three'])
    await say(alice, text);
  await bob.locator('.badge', { hasText: '3' }).waitFor();
  assert.match(await bob.title(), /^\(3\)/);
  await bob.reload();
  await bob.locator('.badge', { hasText: '3' }).waitFor();
  await bob.getByRole('button', { name: /Ada/ }).click();
  await bob.waitForFunction(() => [...document.querySelectorAll('.badge')].every(({ textContent }) => textContent === ''));
  assert.doesNotMatch(await bob.title(), /\(/);
});

test('Older messages come when one scrolls up', { timeout: 180_000 }, async () => {
  const [alice, bob] = await pair('Uma', 'Vic');
  const all = Array.from({ length: 130 }, (_, i) => `line ${i + 1}`);
  for (const text of all)
    await say(alice, text);
  await alice.locator('[data-state=pending]').first().waitFor({ state: 'detached' });
  await bob.getByRole('button', { name: /Uma/ }).click();
  await bob.getByText('line 130', { exact: true }).last().waitFor();
  const before = (await texts(bob)).length;
  assert.ok(before < 130, `${before} at once`);
  for (let i = 0; i < 20 && (await texts(bob)).length < 130; i++) {
    const count = (await texts(bob)).length;
    await bob.locator('.scroll').evaluate(element => { element.scrollTop = 0; });
    await bob.waitForFunction(known => document.querySelectorAll('.messages .text').length > known, count);
  }
  assert.deepEqual(await texts(bob), all);
  await bob.getByRole('button', { name: 'Latest' }).click();
  const endInSight = () => bob.waitForFunction(() => {
    const [scroller, last] = [document.querySelector('.scroll'), [...document.querySelectorAll('.messages .text')].at(-1)];
    return last.getBoundingClientRect().bottom <= scroller.getBoundingClientRect().bottom;
  });
  await endInSight();
  await node.kill();
  await bob.getByText(/No connection|Connecting/).waitFor();
  await endInSight();
  await bob.locator('.composer textarea').fill('a draft\nof\nsome\nlines');
  await endInSight();
  await node.start();
});

test('Groups are made, joined and written to', { timeout: 120_000 }, async () => {
  const [alice, bob] = await pair('Gia', 'Hal');
  await alice.getByRole('button', { name: 'New conversation' }).click();
  await alice.getByRole('button', { name: 'New group' }).click();
  await alice.getByRole('button', { name: 'Create group' }).click();
  await alice.getByText('Name: this is missing.').waitFor();
  await alice.getByLabel('Name', { exact: true }).fill('Tea party');
  await alice.getByRole('button', { name: 'Create group' }).click();
  await alice.getByRole('heading', { name: 'Tea party' }).waitFor();
  const id = /g:(\d+)/.exec(alice.url())[1];
  await bob.getByRole('button', { name: 'New conversation' }).click();
  await bob.getByRole('button', { name: 'Join a group' }).click();
  await bob.getByLabel('Name or number of the group').fill(id);
  await bob.getByRole('button', { name: 'Join', exact: true }).click();
  await bob.locator('.composer textarea').waitFor();
  await say(alice, 'No room! No room!');
  await bob.getByText('No room! No room!').last().waitFor();
  await alice.getByRole('button', { name: 'Members' }).click();
  await alice.getByText('Hal', { exact: true }).last().waitFor();
  await alice.keyboard.press('Escape');
  await alice.getByRole('dialog').waitFor({ state: 'detached' });
});

test('Everything can be done with the keyboard alone', { timeout: 120_000 }, async () => {
  const helper = await person(browser, node.url);
  const number = await register(helper, 'Kim');
  const page = await person(browser, node.url);
  await page.open();
  await page.getByLabel('Name', { exact: true }).waitFor();
  const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
  await page.keyboard.type('keyboard');
  await press('Tab');
  await page.keyboard.type('secret');
  await press('Tab', 'Tab', 'Enter'); // over the button to "create an account"
  await page.getByRole('heading', { name: 'Create your account' }).waitFor();
  await press('Tab', 'Enter'); // from the name to the password: what was typed is still there
  await page.getByRole('heading', { name: 'keyboard', exact: true }).waitFor();
  await press('Tab', 'Tab', 'Tab', 'Enter'); // over the way past the list and the user's own name, to "new conversation"
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type(String(number));
  await page.getByRole('button', { name: new RegExp(`#${number}$`) }).waitFor();
  await press('Enter');
  await page.locator('.composer textarea:focus').waitFor();
  await page.keyboard.type('written by keys');
  await press('Shift+Enter');
  await page.keyboard.type('on two lines');
  await press('Enter');
  await shows(page, ['written by keys\non two lines']);
  await press('Escape');
  await page.locator('.conversation:focus').waitFor();
  await press('Enter');
  await page.locator('.composer textarea:focus').waitFor();
});

test('Texts are texts: markup is shown, not run', { timeout: 120_000 }, async () => {
  const [alice, bob] = await pair('<b>Mallory</b>', 'Trent');
  const nasty = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script> https://example.com/?a=1&b=2. javascript:alert(1)';
  await say(alice, nasty);
  await bob.getByRole('button', { name: /Mallory/ }).click();
  await shows(bob, [nasty]);
  assert.deepEqual(await bob.locator('.text a').evaluateAll(links => links.map(link => [link.getAttribute('href'), link.getAttribute('rel')])), [['https://example.com/?a=1&b=2', 'noopener noreferrer nofollow']]);
  assert.equal(await bob.locator('.text img, .text script, .name b').count(), 0);
  assert.doesNotMatch(await bob.title(), /owned/);
  assert.deepEqual(bob.problems, []);
});

test('A wrong password and a name that is taken are said in words', { timeout: 120_000 }, async () => {
  const page = await person(browser, node.url);
  await register(page, 'Nora');
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Log in to chat' }).waitFor();
  await page.getByLabel('Name', { exact: true }).fill('Nora');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.getByText('The name or the password is wrong.').waitFor();
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('This name is taken. Pick another one.').waitFor();
  assert.deepEqual(page.problems, []);
});

for (const [width, height] of [[1120, 720], [390, 780]]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`At ${width} × ${height}, ${colorScheme}, all is on the screen, and usable for everybody`, { timeout: 180_000 }, async () => {
      const options = { viewport: { width, height }, colorScheme };
      const page = await person(browser, node.url, options);
      await page.open();
      await page.getByRole('heading', { name: 'Log in to chat' }).waitFor();
      assert.deepEqual(await violations(page), [], 'before the login');
      const [alice, bob] = await pair(`Ana ${width} ${colorScheme}`, `Bo ${width} ${colorScheme}`, options);
      await say(alice, 'A message that is long enough to need more than one line on a phone, and says nothing at all');
      await bob.getByRole('button', { name: /Ana/ }).waitFor();
      assert.deepEqual(await violations(bob), [], 'the list');
      await bob.getByRole('button', { name: /Ana/ }).click();
      await say(bob, 'Short');
      await alice.getByText('Short', { exact: true }).last().waitFor();
      assert.deepEqual(await violations(bob), [], 'a conversation');
      const isNarrow = width < 720;
      assert.equal(await bob.locator('.sidebar').isVisible(), !isNarrow);
      assert.equal(await bob.getByRole('button', { name: 'Back to the conversations' }).isVisible(), isNarrow);
      assert.deepEqual(await bob.evaluate(() => [document.documentElement.scrollWidth <= innerWidth, document.documentElement.scrollHeight <= innerHeight]), [true, true]);
      const box = await bob.locator('.composer').boundingBox();
      assert.ok(box.y + box.height <= height + 1 && box.width > 0, JSON.stringify(box));
      await bob.getByRole(isNarrow ? 'button' : 'button', { name: isNarrow ? 'Back to the conversations' : 'New conversation' }).click();
      if (isNarrow)
        await bob.getByRole('button', { name: 'New conversation' }).click();
      await bob.getByRole('dialog').waitFor();
      assert.deepEqual(await violations(bob), [], 'a dialog');
      assert.deepEqual([alice.problems, bob.problems], [[], []]);
    });
  }
}
