import { h } from './dom.js';

/** So many names are offered at once, and so many users may be mentioned in one message. */
const MAX_SHOWN = 8;
const MAX_MENTIONS = 50;

/** @typedef {{ id: number, name: string }} Named `id` 0: everybody */

let boxes = 0;

/** Offers the names of members while somebody writes `@` and the beginning of one, and tells whom a text mentions. */
export class MentionBox {
  /** @type {Named[]} */
  #members = [];
  /** @type {Promise<void> | null} */
  #loading = null;
  /** @type {Named[]} */
  #shown = [];
  #at = 0;
  #input;
  #load;
  #id = `mentions-${++boxes}`;
  #list = h('ul', { class: 'mentions', role: 'listbox', id: this.#id, 'aria-label': 'Members', hidden: true });
  #count = h('span', { class: 'visually-hidden', role: 'status' });
  element = h('div', { class: 'mention-box' }, this.#list, this.#count);

  /** @param {HTMLTextAreaElement} input @param {() => Promise<Named[]>} load who can be mentioned */
  constructor(input, load) {
    this.#input = input;
    this.#load = load;
    input.setAttribute('aria-autocomplete', 'list');
    input.addEventListener('blur', () => this.close());
    input.addEventListener('click', () => this.typed());
  }

  get isOpen() { return !this.#list.hidden; }

  /** Somebody has typed. */
  typed() {
    const word = this.#word;
    if (word === null)
      return this.close();
    // Who comes later is offered with the next group that is opened.
    this.#loading ??= this.#load().then(members => { this.#members = members; }, () => { this.#loading = null; });
    void this.#loading.then(() => this.#offer());
  }

  close() {
    this.#list.hidden = true;
    this.#input.removeAttribute('aria-activedescendant');
    this.#input.removeAttribute('aria-controls');
    this.#count.textContent = '';
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it was for the names */
  press(event) {
    if (!this.isOpen || event.isComposing)
      return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step)
      this.#choose((this.#at + step + this.#shown.length) % this.#shown.length);
    else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab')
      this.#take(this.#shown[this.#at]);
    else if (event.key === 'Escape')
      this.close();
    else
      return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** Whom a text names: `undefined` is nobody. @param {string} text @returns {number[] | 'all' | undefined} */
  in(text) {
    if (!text.includes('@'))
      return undefined;
    const named = this.#members.filter(({ name }) => isNamed(text, name));
    if (named.some(({ id }) => id === 0))
      return 'all';
    const ids = [...new Set(named.map(({ id }) => id))].slice(0, MAX_MENTIONS).sort((a, b) => a - b);
    return ids.length > 0 ? ids : undefined;
  }

  /** What stands between an `@` and the cursor; null: there is none. */
  get #word() {
    const { value, selectionStart, selectionEnd } = this.#input;
    return selectionStart === selectionEnd ? /(?:^|[\s(])@([^\s@]{0,50})$/u.exec(value.slice(0, selectionStart))?.[1] ?? null : null;
  }

  #offer() {
    const word = this.#word?.toLowerCase();
    if (word === undefined || this.#input !== /** @type {Document | ShadowRoot} */ (this.#input.getRootNode()).activeElement)
      return this.close();
    const begins = (/** @type {Named} */ { name }) => name.toLowerCase().startsWith(word);
    const found = this.#members.filter(({ name }) => name.toLowerCase().includes(word));
    this.#shown = [...found.filter(begins), ...found.filter(one => !begins(one))].slice(0, MAX_SHOWN);
    if (this.#shown.length === 0)
      return this.close();
    this.#list.replaceChildren(...this.#shown.map((one, i) => h('li', { role: 'option', id: `${this.#id}-${i}`, class: 'mention', dir: 'auto', onpointerdown: (/** @type {Event} */ event) => {
      event.preventDefault(); // the field keeps the focus
      this.#take(one);
    } }, `@${one.name}`)));
    this.#list.hidden = false;
    this.#input.setAttribute('aria-controls', this.#id);
    this.#count.textContent = `${this.#shown.length === 1 ? 'One name' : `${this.#shown.length} names`}, arrows choose`;
    this.#choose(0);
  }

  /** @param {number} at */
  #choose(at) {
    this.#at = at;
    [...this.#list.children].forEach((option, i) => option.setAttribute('aria-selected', String(i === at)));
    this.#list.children[at]?.scrollIntoView({ block: 'nearest' });
    this.#input.setAttribute('aria-activedescendant', `${this.#id}-${at}`);
  }

  /** @param {Named} one */
  #take({ name }) {
    const end = this.#input.selectionStart;
    const start = end - (this.#word?.length ?? 0);
    this.#input.setRangeText(`${name} `, start, end, 'end');
    this.close();
    this.#input.dispatchEvent(new Event('input', { bubbles: true }));
  }
}

/** Whether a text has `@name`, and not as the beginning of a longer word. @param {string} text @param {string} name */
function isNamed(text, name) {
  const [lower, wanted] = [text.toLowerCase(), `@${name.toLowerCase()}`];
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
    if ((at === 0 || /[\s(]/u.test(lower[at - 1])) && !/[\p{L}\p{N}_]/u.test([...lower.slice(at + wanted.length)][0] ?? ' '))
      return true;
  }
  return false;
}
