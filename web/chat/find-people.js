/** @import { ChatClient } from '../sdk/client.js' */
/** @import { People, Person } from './people.js' */
import { avatar, h, icon } from '../chat-box/dom.js';
import { dialog, joinGroupDialog, newGroupDialog } from './dialogs.js';
import { Directory, numberIn } from './directory.js';
import { Paced } from './paced.js';

/** Nothing was typed for so many ms: then the server is asked, one time after the other. It takes 5 a second. */
const PAUSE = 250;

/**
 * @typedef {object} Purpose what somebody is looked for
 * @property {string} title
 * @property {boolean} [isForUsers] groups are not wanted
 * @property {Node} [footer]
 * @property {(person: Person) => Promise<void> | void} choose what it fails with is shown
 */

/** Finds people and groups: among those who are known here at once, and on the server while one types. */
export class FindPeople {
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  /** @type {Person[]} */
  #known = [];
  /** @type {Person[]} */
  #found = [];
  #problem = '';
  #client;
  #people;
  #purpose;
  #directory;
  #paced;
  #results = h('ul', { class: 'people', id: 'people', 'aria-label': 'People and groups' });
  #note = h('p', { class: 'hint', role: 'status' });
  #count = h('p', { class: 'visually-hidden', role: 'status' });
  #input = h('input', { type: 'search', placeholder: 'Name, or number such as 5', 'aria-label': 'Name or number', 'aria-controls': 'people', autocomplete: 'off', spellcheck: 'false', oninput: () => this.#onType() });
  #dialog;

  /** @param {ChatClient} client @param {People} people @param {Purpose} purpose */
  constructor(client, people, purpose) {
    this.#client = client;
    this.#people = people;
    this.#purpose = purpose;
    const directory = this.#directory = new Directory(client);
    this.#paced = new Paced(PAUSE, typed => directory.find(typed), answer => this.#onAnswer(answer));
    this.#dialog = dialog(purpose.title, h('div', { class: 'field search' }, icon('search'), this.#input), this.#results, this.#note, this.#count, purpose.footer);
    this.#dialog.addEventListener('close', () => this.#paced.close());
    this.#dialog.addEventListener('keydown', event => void this.#onKey(event));
    this.#onType();
    this.#input.focus();
  }

  close() { this.#dialog.close(); }

  get isOpen() { return this.#dialog.open; }

  get #me() { return this.#client.user?.id ?? 0; }

  #onType() {
    const typed = this.#input.value.trim();
    this.#known = this.#people.find(typed, this.#me).filter(({ isGroup }) => !isGroup || !this.#purpose.isForUsers);
    this.#found = [];
    this.#problem = '';
    this.#paced.type(this.#directory.isThere ? typed : '');
    this.#draw();
  }

  /** @param {{ value?: Person[], error?: Error }} answer */
  #onAnswer({ value = [], error }) {
    this.#found = value;
    this.#problem = error ? 'The server could not be asked: these are those who are known on this device.' : '';
    this.#draw();
  }

  /** Whose name it is exactly comes first; who is known here before strangers. */
  #all() {
    const typed = this.#input.value;
    const names = new Map(this.#found.map(person => [person.id, person]));
    const known = this.#known.map(person => (person.isGroup ? person : names.get(person.id) ?? person));
    const all = [...known, ...this.#found.filter(({ id }) => id !== this.#me && !known.some(one => !one.isGroup && one.id === id))];
    const number = numberIn(typed);
    if (number > 0 && number !== this.#me && !all.some(({ id, isGroup }) => !isGroup && id === number) && (!this.#directory.isThere || this.#problem))
      all.unshift({ id: number, name: this.#people.nameOf(number) }); // nobody can tell whether there is one
    const isExact = (/** @type {Person} */ { id, name, isGroup }) => typed.trim() !== '' && (!isGroup && id === number || name.toLowerCase() === typed.trim().toLowerCase());
    return [...all.filter(isExact), ...all.filter(one => !isExact(one))];
  }

  /** Rows that stay are the same elements, so that the focus stays where it is. */
  #draw() {
    const focused = document.activeElement;
    const all = this.#all();
    const rows = new Map();
    all.forEach((person, i) => {
      const key = JSON.stringify([person.isGroup ?? false, person.id, person.name, this.#displayOf(person), person.about ?? '']);
      const row = this.#rows.get(key) ?? this.#row(person);
      rows.set(key, row);
      if (this.#results.children[i] !== row)
        this.#results.insertBefore(row, this.#results.children[i] ?? null);
    });
    while (this.#results.children.length > all.length)
      this.#results.lastElementChild?.remove();
    this.#rows = rows;
    if (focused instanceof HTMLElement && focused !== document.activeElement)
      (focused.isConnected ? focused : this.#input).focus();
    const typed = this.#input.value.trim();
    this.#note.textContent = this.#wordsOf(typed, all.length);
    this.#count.textContent = typed && !this.#paced.isDue && all.length > 0 ? `${all.length === 1 ? 'One result' : `${all.length} results`}` : '';
  }

  /** @param {string} typed @param {number} count */
  #wordsOf(typed, count) {
    if (this.#problem)
      return this.#problem;
    if (this.#paced.isDue)
      return count > 0 ? '' : 'Searching…';
    if (count > 0)
      return '';
    if (!typed)
      return `Nobody is known here yet. Type somebody's name, or their number. Yours is ${this.#me}.`;
    return this.#directory.isThere ? 'Nobody has this name or number.' : 'Nobody of this name is known on this device. Ask for their number: they see it under their own name.';
  }

  /** What else they are called: by the user, else by themselves. @param {Person} person */
  #displayOf({ id, display = '', isGroup }) { return (!isGroup && this.#people.aliasOf(id)) || display; }

  /** @param {Person} person */
  #row(person) {
    const { id, name, about = '', isGroup = false } = person;
    const display = this.#displayOf(person);
    return h('li', {}, h('button', { type: 'button', class: 'person', onclick: () => void this.#choose(person) }, avatar(name, isGroup),
      h('span', { class: 'person-name', dir: 'auto' }, name, display && display !== name && h('span', { class: 'person-display' }, ` ${display}`), about && h('span', { class: 'person-about' }, about)),
      h('span', { class: 'person-id' }, isGroup ? 'group' : `#${id}`)));
  }

  /** @param {Person} person */
  async #choose(person) {
    if (!person.isGroup)
      this.#people.add(person);
    try {
      await this.#purpose.choose(person);
    } catch (error) {
      this.#note.textContent = `${person.name}: ${/** @type {Error} */ (error).message}`;
    }
  }

  /** Enter takes the first result, arrows go through them. @param {KeyboardEvent} event */
  async #onKey(event) {
    const buttons = [...this.#results.querySelectorAll('button')];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = buttons.findIndex(button => button === document.activeElement);
    if (event.isComposing || at < 0 && document.activeElement !== this.#input)
      return;
    if (step) {
      event.preventDefault();
      (at + step < 0 ? this.#input : buttons[Math.min(at + step, buttons.length - 1)] ?? this.#input).focus();
    } else if (event.key === 'Enter' && at < 0) {
      event.preventDefault(); // else the key presses the button that gets the focus back
      if ((!this.#paced.isDue || await this.#paced.now()) && this.#dialog.open)
        this.#results.querySelector('button')?.click();
    }
  }
}

/**
 * Finds somebody to write to, or a group.
 * @param {ChatClient} client @param {People} people @param {(conversation: string) => void} open
 */
export function newChatDialog(client, people, open) {
  const me = client.user?.id ?? 0;
  const instead = (/** @type {() => void} */ other) => () => {
    finder.close();
    other();
  };
  const finder = new FindPeople(client, people, {
    title: 'New conversation',
    footer: h('footer', {},
      h('button', { type: 'button', class: 'secondary', onclick: instead(() => newGroupDialog(client, people, open)) }, 'New group'),
      h('button', { type: 'button', class: 'secondary', onclick: instead(() => joinGroupDialog(client, open)) }, 'Join a group')),
    choose: ({ id, isGroup }) => {
      finder.close();
      open(isGroup ? `g:${id}` : `d:${Math.min(me, id)}:${Math.max(me, id)}`);
    },
  });
}
