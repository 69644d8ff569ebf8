/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Contacts } from './contacts.js' */
/** @import { People } from './people.js' */
import { h, icon } from '../chat-box/dom.js';

let opened = 0;

/**
 * A dialog with a title. The browser keeps the focus in it and closes it with Escape.
 * @param {string} title @param {...(Node | false | undefined)} content
 */
export function dialog(title, ...content) {
  const id = `dialog-${++opened}`; // one may stand above another
  const element = h('dialog', { class: 'dialog', 'aria-labelledby': id },
    h('header', {}, h('h2', { id }, title), h('button', { type: 'button', class: 'plain', 'aria-label': 'Close', onclick: () => element.close() }, icon('close'))),
    ...content);
  element.addEventListener('click', event => event.target === element && element.close());
  element.addEventListener('close', () => element.remove());
  document.body.append(element);
  element.showModal();
  return element;
}

/**
 * A form of a dialog, which says what went wrong and stays open then.
 * @param {string} title @param {{ label: string, type?: string, maxlength?: number, optional?: boolean, value?: string, options?: string[][] }[]} fields
 *   `options`: one of these is chosen, each a value and its words
 * @param {string} action
 * @param {(...values: string[]) => Promise<void | string>} work what it returns is said, and the dialog stays open
 */
export function formDialog(title, fields, action, work) {
  const error = h('p', { class: 'form-error', role: 'alert' });
  const outcome = h('p', { role: 'status' });
  const inputs = fields.map(({ label, type = 'text', maxlength = 200, value = '', options }) => {
    const input = options ? h('select', { 'aria-label': label }, ...options.map(([one, words]) => h('option', { value: one }, words)))
      : h('input', { type, maxlength, 'aria-label': label, autocomplete: 'off', ...(type === 'number' && { inputmode: 'numeric', min: 1 }) });
    input.value = value;
    return input;
  });
  const submit = h('button', { class: 'primary', type: 'submit' }, action);
  const form = h('form', {
    novalidate: true,
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      const missing = inputs.findIndex((input, i) => !fields[i].optional && !input.value.trim());
      if (missing >= 0) {
        error.textContent = `${fields[missing].label}: this is missing.`;
        inputs[missing].focus();
        return;
      }
      submit.disabled = true;
      try {
        outcome.textContent = await work(...inputs.map(input => input.value.trim())) ?? '';
        if (!outcome.textContent)
          element.close();
      } catch (failure) {
        error.textContent = /** @type {Error} */ (failure).message;
        inputs[0].focus();
      }
      submit.disabled = false;
    },
  }, ...fields.flatMap(({ label }, i) => [h('label', { class: 'field' }, h('span', {}, label), inputs[i])]), error, outcome, submit);
  const element = dialog(title, form);
  inputs[0].focus();
}

/** @param {ChatClient} client @param {People} people @param {(conversation: string) => void} open */
export const newGroupDialog = (client, people, open) => formDialog('New group', [{ label: 'Name', maxlength: 50 }, { label: 'What it is about (optional)', optional: true }], 'Create group',
  async (name, description) => {
    const id = await client.createGroup(name, description);
    people.addGroup(id, name);
    open(`g:${id}`);
  });

/**
 * What the user calls a contact; nobody else sees it.
 * @param {Contacts} contacts @param {number} id @param {string} own the name that they have given themselves
 */
export const aliasDialog = (contacts, id, own) => formDialog(`What you call ${own}`, [{ label: `Name (empty: ${own})`, maxlength: 50, optional: true, value: contacts.aliasOf(id) }], 'Save',
  alias => contacts.do(id, 'add', { alias }));

/** @param {ChatClient} client @param {(conversation: string) => void} open */
export const joinGroupDialog = (client, open) => formDialog('Join a group', [{ label: 'Name or number of the group', maxlength: 50 }], 'Join',
  async which => {
    const id = /^\d+$/.test(which) ? Number(which) : (await client.getGroup(which)).id;
    if (!await client.joinGroup(id))
      return 'You are let in when the creator or an admin accepts you.';
    open(`g:${id}`);
  });

/**
 * Asks whether something is to be done, says what went wrong, and stays open then.
 * @param {string} title @param {string} words @param {string} action @param {() => Promise<void>} work
 */
export function confirmDialog(title, words, action, work) {
  const error = h('p', { class: 'form-error', role: 'alert' });
  const submit = h('button', { type: 'button', class: 'primary', onclick: async () => {
    submit.disabled = true;
    try {
      await work();
      element.close();
    } catch (failure) {
      error.textContent = /** @type {Error} */ (failure).message;
    }
    submit.disabled = false;
  } }, action);
  const element = dialog(title, h('p', { class: 'hint' }, words), h('div', { class: 'hint' }, error),
    h('footer', {}, h('button', { type: 'button', class: 'secondary', onclick: () => element.close() }, 'Cancel'), submit));
  submit.focus();
}
