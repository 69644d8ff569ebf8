/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Contact } from '../sdk/types.js' */
/** @import { Contacts } from './contacts.js' */
/** @import { People } from './people.js' */
import { avatar, h } from '../chat-box/dom.js';
import { direct } from '../sdk/protocol.js';
import { aliasDialog, dialog } from './dialogs.js';
import { FindPeople } from './find-people.js';

const PARTS = [
  { title: 'Requests', isIn: (/** @type {Contact} */ one) => one.state === 'asks' },
  { title: 'Contacts', isIn: (/** @type {Contact} */ one) => one.state === 'contact' },
  { title: 'You have asked', isIn: (/** @type {Contact} */ one) => one.state === 'asked' },
  { title: 'Blocked', isIn: (/** @type {Contact} */ one) => one.blocked === true },
];

/** Whom the user knows: requests are answered here, and blocks taken back. */
export class ContactsDialog {
  #client;
  #people;
  #contacts;
  #open;
  #body = h('div', { class: 'parts' });
  #note = h('p', { class: 'hint form-error', role: 'alert' });
  #dialog;

  /** @param {ChatClient} client @param {People} people @param {Contacts} contacts @param {(conversation: string) => void} open */
  constructor(client, people, contacts, open) {
    this.#client = client;
    this.#people = people;
    this.#contacts = contacts;
    this.#open = open;
    this.#dialog = dialog('Contacts', this.#body, this.#note, h('footer', {}, h('button', { type: 'button', class: 'secondary', onclick: () => this.#ask() }, 'Ask somebody')));
    this.draw();
  }

  /** Rows are drawn anew: the focus goes to the one in its place. */
  draw() {
    if (!this.#dialog.open)
      return;
    const buttons = () => /** @type {HTMLElement[]} */ ([...this.#body.querySelectorAll('button')]);
    const at = buttons().indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const parts = PARTS.map(({ title, isIn }) => ({ title, shown: this.#contacts.all.filter(isIn) })).filter(({ shown }) => shown.length > 0);
    this.#body.replaceChildren(...parts.flatMap(({ title, shown }) => [h('h3', {}, title),
      h('ul', { class: 'people', 'aria-label': title }, ...shown.map(one => this.#row(one, title)))]));
    if (parts.length === 0)
      this.#body.append(h('p', { class: 'hint' }, 'Nobody yet. Contacts see each other online, if they want that, and ask each other here.'));
    if (at >= 0)
      (buttons()[Math.min(at, buttons().length - 1)] ?? this.#dialog.querySelector('button'))?.focus();
  }

  /** @param {Contact} contact @param {string} part */
  #row(contact, part) {
    const { id, note } = contact;
    const name = this.#people.nameOf(id);
    /** @param {string} words @param {Parameters<Contacts['do']>[1]} action */
    const button = (words, action) => h('button', { type: 'button', class: 'secondary small', 'aria-label': `${words} ${name}`, onclick: () => void this.#do(id, action) }, words);
    const actions = { Requests: [button('Accept', 'accept'), button('Decline', 'decline')], Contacts: [h('button', { type: 'button', class: 'secondary small', 'aria-label': `Rename ${name}`, onclick: () => aliasDialog(this.#contacts, id, this.#people.ownNameOf(id)) }, 'Rename'), button('Remove', 'remove')], 'You have asked': [button('Take back', 'remove')], Blocked: [button('Unblock', 'unblock')] }[part] ?? [];
    const words = h('span', { class: 'person-name', dir: 'auto' }, name, part === 'Requests' && note ? h('span', { class: 'person-note' }, note) : '');
    const face = part === 'Contacts'
      ? h('button', { type: 'button', class: 'person', 'aria-label': `Write to ${name}`, onclick: () => this.#write(id) }, avatar(name), words)
      : h('span', { class: 'person' }, avatar(name), words);
    return h('li', { class: 'with-actions' }, face, ...actions);
  }

  /** @param {number} id */
  #write(id) {
    this.#dialog.close();
    this.#open(direct(this.#client.user?.id ?? 0, id));
  }

  /** @param {number} id @param {Parameters<Contacts['do']>[1]} action */
  async #do(id, action) {
    this.#note.textContent = '';
    try {
      await this.#contacts.do(id, action);
      this.draw();
    } catch (error) {
      this.#note.textContent = `${this.#people.nameOf(id)}: ${/** @type {Error} */ (error).message}`;
    }
  }

  #ask() {
    this.#dialog.close();
    const finder = new FindPeople(this.#client, this.#people, {
      title: 'Ask to be a contact', isForUsers: true,
      choose: async person => {
        await this.#contacts.do(person.id, 'request');
        finder.close();
      },
    });
  }
}
