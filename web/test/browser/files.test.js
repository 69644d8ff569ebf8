import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, person, register, say, violations, writeTo } from '../support/browser-page.js';
import { NodeProcess } from '../support/node-process.js';

/** @type {NodeProcess} */
let node;
let browser;
before(async () => {
  node = await NodeProcess.start('--Chat:Files:MaxBytes=100000');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await node?.dispose();
});

/** A picture of one colour, as a browser draws it. */
const picture = async (page, colour) => Buffer.from(await page.evaluate(async colour => {
  const canvas = new OffscreenCanvas(480, 160);
  const context = canvas.getContext('2d');
  context.fillStyle = colour;
  context.fillRect(0, 0, 480, 160);
  return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())];
}, colour));

const chooser = page => page.locator('.composer input[type=file]');
const isShown = image => image.evaluate(element => element.decode().then(() => element.naturalWidth));

test('Pictures and files go with messages, are shown and downloaded, and are gone with them', { timeout: 240_000 }, async () => {
  const alice = await person(browser, node.url, { viewport: { width: 390, height: 760 }, colorScheme: 'dark' });
  const bob = await person(browser, node.url);
  await register(alice, 'Ann');
  const number = await register(bob, 'Bob');
  await writeTo(alice, number);
  await say(alice, 'hello');
  await bob.getByRole('button', { name: /Ann/ }).first().click();
  await alice.getByRole('button', { name: 'Add files' }).waitFor();
  assert.equal(await alice.getByRole('button', { name: 'Send' }).isDisabled(), true);

  await chooser(alice).setInputFiles([
    { name: 'tea.png', mimeType: 'image/png', buffer: await picture(alice, '#b05a7a') },
    { name: 'notes <b>.html', mimeType: 'text/html', buffer: Buffer.from('<script>alert(1)</script>') },
  ]);
  await alice.locator('.tray-file').nth(1).waitFor();
  await alice.getByRole('button', { name: 'Send' }).and(alice.locator(':enabled')).click(); // without a word
  const shown = bob.locator('.message .picture img');
  await shown.waitFor();
  assert.equal(await isShown(shown), 480);
  assert.deepEqual(await bob.locator('.message .picture').evaluate(frame => [frame.offsetWidth, frame.firstElementChild.offsetWidth]), [320, 320], 'the frame is as wide as what it shows');
  assert.equal(await isShown(alice.locator('.message .picture img')), 480);
  const chip = bob.locator('.message .file');
  assert.match(await chip.textContent(), /notes <b>\.html/);
  const answer = await bob.request.get(new URL(await chip.getAttribute('href'), node.url).href);
  assert.deepEqual([answer.status(), answer.headers()['content-type'], answer.headers()['x-content-type-options']], [200, 'application/octet-stream', 'nosniff']);
  assert.match(answer.headers()['content-disposition'], /^attachment/);
  for (const page of [alice, bob])
    assert.deepEqual(await violations(page), []);
  if (process.env.SHOTS)
    for (const [page, name] of [[alice, 'narrow-dark'], [bob, 'wide-light']])
      await page.screenshot({ path: `${process.env.SHOTS}/files-${name}.png` });

  // One that is too large says so, and can be taken out; a picture from the clipboard goes too.
  await chooser(alice).setInputFiles({ name: 'large.bin', mimeType: 'application/x-thing', buffer: Buffer.alloc(100_001) });
  await alice.locator('.tray-file.failed').getByText(/at most 100000 bytes/).waitFor();
  if (process.env.SHOTS)
    await alice.screenshot({ path: `${process.env.SHOTS}/files-tray.png` });
  await alice.getByRole('button', { name: 'Remove large.bin' }).click();
  await alice.locator('.composer textarea').focus();
  await alice.evaluate(async () => {
    const blob = await new OffscreenCanvas(30, 30).getContext('2d').canvas.convertToBlob({ type: 'image/png' });
    const data = new DataTransfer();
    data.items.add(new File([blob], 'pasted.png', { type: 'image/png' }));
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await alice.locator('.tray-file').getByText('pasted.png').waitFor();
  await alice.locator('.composer .send:enabled').waitFor();
  await alice.locator('.composer textarea').fill('with words');
  await alice.keyboard.press('Enter');
  await bob.locator('.message').filter({ hasText: 'with words' }).locator('.picture img').waitFor();

  // It is there again after a reload, with a new address; and gone when it is taken back.
  await bob.reload();
  await bob.getByRole('button', { name: /Ann/ }).first().click();
  assert.equal(await isShown(bob.locator('.message .picture img').first()), 480);
});

test('A message with files alone is named by its files in the list, also after a reload', { timeout: 180_000 }, async () => {
  const alice = await person(browser, node.url);
  const bob = await person(browser, node.url);
  await register(alice, 'Fay');
  await writeTo(alice, await register(bob, 'Gil'));
  await alice.getByRole('button', { name: 'Add files' }).waitFor();
  await chooser(alice).setInputFiles({ name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('a plan') });
  await alice.getByRole('button', { name: 'Send' }).and(alice.locator(':enabled')).click();
  for (const page of [alice, bob]) {
    await page.locator('.preview', { hasText: 'plan.txt' }).waitFor();
    await page.reload();
    await page.locator('.preview', { hasText: 'plan.txt' }).waitFor();
  }
  const phone = await person(browser, node.url); // knows nothing but what the list says
  await phone.open();
  await phone.getByLabel('Name', { exact: true }).fill('Gil');
  await phone.getByLabel('Password').fill('wonderland');
  await phone.getByRole('button', { name: 'Log in' }).click();
  await phone.locator('.preview', { hasText: 'plan.txt' }).waitFor();
});
