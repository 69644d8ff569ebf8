import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, register, person, say, shows, twoPeople, violations } from '../support/browser-page.js';
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

/** Two people who both see "one" (of the first) and "two" (of the second). */
async function talk(a, b, options, url = node.url) {
  const [alice, bob] = await twoPeople(browser, url, a, b, options);
  await say(alice, 'one');
  await bob.getByRole('button', { name: new RegExp(a) }).click();
  await shows(bob, ['one']);
  await say(bob, 'two');
  await shows(alice, ['one', 'two']);
  await sent(bob);
  return [alice, bob];
}

const sent = page => page.locator('[data-state=pending]').first().waitFor({ state: 'detached' });

const row = (page, text) => page.locator('.message', { has: page.locator('.text', { hasText: text }) });

const menu = page => page.getByRole('menu', { name: 'Actions' });

async function openMenu(page, text) {
  await row(page, text).hover();
  await row(page, text).getByRole('button', { name: 'Actions' }).click();
  await menu(page).waitFor();
}

async function choose(page, text, name) {
  await openMenu(page, text);
  await menu(page).getByText(name, { exact: true }).click();
}

/** Waits until these are there, in any order: emoji, count, whether one's own is among them. */
const reacted = (page, expected) => page.waitForFunction(wanted => JSON.stringify([...document.querySelectorAll('.reaction')]
  .map(one => [one.dataset.emoji, one.querySelector('.count').textContent, one.getAttribute('aria-pressed')]).sort()) === wanted, JSON.stringify(expected.toSorted()));

const chip = (page, emoji) => page.locator(`.reaction[data-emoji="${emoji}"]`);

test('An own message is edited, which everybody sees, also after a reload', { timeout: 180_000 }, async () => {
  const [alice, bob] = await talk('Edith', 'Ewan');
  await openMenu(alice, 'two');
  assert.deepEqual(await menu(alice).locator('.menu-item').allTextContents(), ['Reply', 'Reply in a thread', 'Pin', 'Report…'], 'what others have written cannot be edited');
  await alice.keyboard.press('Escape');
  await alice.locator('.composer textarea').fill('half a thought');
  await choose(alice, 'one', 'Edit');
  await alice.getByText('Editing your message').waitFor();
  assert.equal(await alice.locator('.composer textarea').inputValue(), 'one');
  await say(alice, 'one, edited');
  assert.equal(await alice.locator('.composer textarea').inputValue(), 'half a thought', 'what was being written is there again');
  for (const page of [alice, bob]) {
    await shows(page, ['one, edited', 'two']);
    assert.equal(await row(page, 'one, edited').locator('.edited').textContent(), 'edited');
  }
  await bob.reload();
  await shows(bob, ['one, edited', 'two']);
  await row(bob, 'one, edited').locator('.edited').waitFor();
  assert.deepEqual([alice.problems, bob.problems], [[], []]);
});

test('A message that was taken back leaves a placeholder, and its text nowhere', { timeout: 180_000 }, async () => {
  const [alice, bob] = await talk('Rita', 'Rob');
  await say(alice, 'the secret');
  await bob.getByText('the secret').first().waitFor();
  await sent(alice);
  await choose(alice, 'the secret', 'Take back');
  await shows(alice, ['one', 'two', 'You took this message back']);
  await shows(bob, ['one', 'two', 'This message was taken back']);
  await bob.getByText('A message was taken back').waitFor();
  for (const page of [alice, bob]) {
    assert.doesNotMatch(await page.locator('body').innerText(), /secret/);
    assert.equal(await page.locator('.message.gone .more:visible').count(), 0, 'nothing can be done with it');
  }
});

test('Reactions are counted, given and taken back', { timeout: 180_000 }, async () => {
  const [alice, bob] = await talk('Ray', 'Rex');
  await choose(alice, 'two', '👍');
  await reacted(alice, [['👍', '1', 'true']]);
  await reacted(bob, [['👍', '1', 'false']]);
  await bob.locator('.reaction').click();
  await reacted(bob, [['👍', '2', 'true']]);
  await reacted(alice, [['👍', '2', 'true']]);
  await choose(bob, 'two', '🎉');
  await reacted(alice, [['👍', '2', 'true'], ['🎉', '1', 'false']]);
  assert.equal(await chip(alice, '👍').getAttribute('aria-label'), '👍 2, yours too');
  await chip(alice, '👍').click();
  await reacted(bob, [['👍', '1', 'true'], ['🎉', '1', 'true']]);
  await reacted(alice, [['👍', '1', 'false'], ['🎉', '1', 'false']]);
  await bob.reload();
  await reacted(bob, [['👍', '1', 'true'], ['🎉', '1', 'true']]);
  assert.deepEqual([alice.problems, bob.problems], [[], []]);
});

test('A pinned message stands above the others, for both of them', { timeout: 180_000 }, async () => {
  const [alice, bob] = await talk('Pia', 'Pat');
  await choose(alice, 'two', 'Pin');
  for (const page of [alice, bob])
    await page.getByRole('button', { name: 'Pinned: two' }).waitFor();
  await alice.getByRole('button', { name: 'Pinned: two' }).click();
  await row(alice, 'two').locator('.more:focus').waitFor();
  await choose(bob, 'two', 'Unpin');
  for (const page of [alice, bob])
    await page.locator('.pinned').waitFor({ state: 'hidden' });
});

test('In a group only who looks after it pins, and takes back what others have written', { timeout: 180_000 }, async () => {
  const [alice, bob] = [await person(browser, node.url), await person(browser, node.url)];
  await register(alice, 'Gwen');
  await register(bob, 'Guy');
  await alice.getByRole('button', { name: 'New conversation' }).click();
  await alice.getByRole('button', { name: 'New group' }).click();
  await alice.getByLabel('Name', { exact: true }).fill('Garden');
  await alice.getByRole('button', { name: 'Create group' }).click();
  await alice.getByRole('heading', { name: 'Garden' }).waitFor();
  await bob.getByRole('button', { name: 'New conversation' }).click();
  await bob.getByRole('button', { name: 'Join a group' }).click();
  await bob.getByLabel('Name or number of the group').fill(/g:(\d+)/.exec(alice.url())[1]);
  await bob.getByRole('button', { name: 'Join', exact: true }).click();
  await bob.locator('.composer textarea').waitFor();
  await say(alice, 'of the creator');
  await shows(bob, ['of the creator']);
  await say(bob, 'of a member');
  await shows(alice, ['of the creator', 'of a member']);
  await sent(bob);
  await openMenu(bob, 'of the creator');
  assert.deepEqual(await menu(bob).locator('.menu-item').allTextContents(), ['Reply', 'Reply in a thread', 'Report…']);
  await bob.keyboard.press('Escape');
  await openMenu(bob, 'of a member');
  assert.deepEqual(await menu(bob).locator('.menu-item').allTextContents(), ['Reply', 'Reply in a thread', 'Who has read it…', 'Edit', 'Take back']);
  await bob.keyboard.press('Escape');
  await choose(alice, 'of a member', 'Pin');
  await bob.getByRole('button', { name: 'Pinned: of a member' }).waitFor();
  await choose(alice, 'of a member', 'Take back');
  await shows(bob, ['of the creator', 'Gwen took this message back']);
  await bob.locator('.pinned').waitFor({ state: 'hidden' });
});

test('A change that is made while the server is away is made when it is back', { timeout: 300_000 }, async () => {
  const [alice, bob] = await talk('Olive', 'Otto');
  await node.kill();
  await alice.getByText(/No connection|Connecting/).waitFor();
  await choose(alice, 'one', 'Edit');
  await say(alice, 'one, edited without a connection');
  await alice.getByText('It is changed when the connection is back.').waitFor(); // longer than the client itself waits for a connection
  await choose(alice, 'one', 'Edit');
  await say(alice, 'one, edited again');
  await node.start();
  for (const page of [alice, bob])
    await shows(page, ['one, edited again', 'two']);
  await alice.locator('.thread-alert').waitFor({ state: 'hidden' });
});

test('A change that the server does not allow is said in words, and nothing stays changed', { timeout: 180_000 }, async () => {
  const strict = await NodeProcess.start('--Chat:Limits:EditHours=0', '--Chat:Limits:RecallSeconds=0');
  try {
    const [alice] = await talk('Nia', 'Ned', {}, strict.url);
    await choose(alice, 'one', 'Edit');
    await say(alice, 'too late');
    await alice.getByRole('alert').filter({ hasText: 'Not changed: a message may be edited for 0 hours' }).waitFor();
    await choose(alice, 'one', 'Take back');
    await alice.getByRole('alert').filter({ hasText: 'Not changed: a message may be recalled for 0 seconds' }).waitFor();
    await shows(alice, ['one', 'two']);
    await choose(alice, 'one', '👍');
    await reacted(alice, [['👍', '1', 'true']]);
    assert.equal(await alice.locator('.thread-alert').textContent(), '', 'what went wrong before is not said any more');
    assert.deepEqual(alice.problems, []);
  } finally {
    await strict.dispose();
  }
});

test('Messages are changed with the keyboard alone', { timeout: 180_000 }, async () => {
  const [alice] = await talk('Kay', 'Ken');
  const press = async (...keys) => { for (const key of keys) await alice.keyboard.press(key); };
  await alice.locator('.composer textarea').focus();
  await press('ArrowUp');
  await alice.getByText('Editing your message').waitFor();
  await press('Escape');
  await alice.getByText('Editing your message').waitFor({ state: 'hidden' });
  await alice.getByRole('heading', { name: 'Ken' }).waitFor();
  await press('ArrowUp');
  await alice.keyboard.type(' and a half');
  await press('Enter');
  await shows(alice, ['one and a half', 'two']);
  await press('Shift+Tab', 'Shift+Tab'); // behind the paper clip; the buttons of the messages are one stop: the newest one's
  await row(alice, 'two').locator('.more:focus').waitFor();
  await press('ArrowUp');
  await row(alice, 'one').locator('.more:focus').waitFor();
  await press('ArrowDown', 'Enter');
  await alice.locator('.emoji:focus').waitFor();
  await press('ArrowRight', 'Enter');
  await reacted(alice, [['❤️', '1', 'true']]);
  await row(alice, 'two').locator('.more:focus').waitFor();
  await press('Enter', 'End');
  await alice.locator('.menu-item:focus', { hasText: 'Report…' }).waitFor();
  await press('Escape');
  await menu(alice).waitFor({ state: 'hidden' });
  await row(alice, 'two').locator('.more:focus').waitFor();
  await alice.getByRole('heading', { name: 'Ken' }).waitFor(); // Escape has not left the conversation
});

for (const [width, height] of [[1120, 720], [390, 780]]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`At ${width} × ${height}, ${colorScheme}, changes are on the screen, and usable for everybody`, { timeout: 180_000 }, async () => {
      const [alice, bob] = await talk(`Ada ${width} ${colorScheme}`, `Bea ${width} ${colorScheme}`, { viewport: { width, height }, colorScheme });
      await say(alice, 'A message that is long enough to need several lines on a small screen, and says nothing at all');
      await say(alice, 'three');
      await sent(alice);
      await choose(alice, 'three', 'Take back');
      await choose(alice, 'nothing at all', 'Pin');
      for (const emoji of ['👍', '❤️', '😂', '😮', '😢', '🎉'])
        await choose(alice, 'two', emoji);
      await reacted(bob, [['👍', '1', 'false'], ['❤️', '1', 'false'], ['😂', '1', 'false'], ['😮', '1', 'false'], ['😢', '1', 'false'], ['🎉', '1', 'false']]);
      assert.deepEqual(await violations(alice), [], 'changed messages');
      await choose(alice, 'one', 'Edit');
      assert.deepEqual(await violations(alice), [], 'an edit');
      await alice.keyboard.press('Escape');
      for (const [page, text] of [[alice, 'nothing at all'], [bob, 'nothing at all'], [bob, 'one']]) {
        await openMenu(page, text);
        const box = await menu(page).boundingBox();
        assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height, JSON.stringify(box));
        assert.deepEqual(await violations(page), [], 'a menu');
        await page.keyboard.press('Escape');
      }
      assert.deepEqual(await alice.evaluate(() => [document.documentElement.scrollWidth <= innerWidth, document.documentElement.scrollHeight <= innerHeight]), [true, true]);
      assert.deepEqual([alice.problems, bob.problems], [[], []]);
    });
  }
}
