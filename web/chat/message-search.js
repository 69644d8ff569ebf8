/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Found } from '../sdk/types.js' */
import { avatar, h } from '../chat-box/dom.js';
import { shortTime } from '../chat-box/format.js';
import { Paced } from './paced.js';

/** Nothing was typed for so many ms: then it is looked for. */
const PAUSE = 400;
const PAGE = 20;
/** A page may be empty though there are others: so many are asked for at a time. */
const MAX_EMPTY = 5;
/** The server takes so many bytes. */
const MAX_BYTES = 256;
/** So many letters stand in front of what was found. */
const BEFORE = 30;
const SHOWN = 200;

/** @typedef {{ hits: Found[], more: boolean, after?: string | undefined, indexed: number }} Page */

/** Messages with the words that somebody types, below the conversations whose names have them. */
export class MessageSearch {
  /** @type {{ hit: Found, name: HTMLElement, face: HTMLElement, text: HTMLElement }[]} */
  #rows = [];
  #words = '';
  /** @type {Page | null} */
  #page = null;
  #client;
  #names;
  #open;
  #paced;
  #list = h('ul', { class: 'hit-list', 'aria-label': 'Messages' });
  #note = h('p', { class: 'hint', role: 'status' });
  #count = h('p', { class: 'visually-hidden', role: 'status' });
  #more = h('button', { type: 'button', class: 'secondary', hidden: true, onclick: () => void this.#loadMore() }, 'More messages');
  element = h('section', { class: 'hits', hidden: true }, h('h2', {}, 'Messages'), this.#list, this.#note, this.#count, this.#more);

  /**
   * @param {ChatClient} client @param {{ describe(conversation: string): { name: string, isGroup: boolean }, nameOf(id: number): string }} names
   * @param {(conversation: string, seq: number) => void} open
   */
  constructor(client, names, open) {
    this.#client = client;
    this.#names = names;
    this.#open = open;
    this.#paced = new Paced(PAUSE, words => this.#find(words), answer => this.#show(answer));
  }

  /** @param {string} words that somebody has typed; empty: nothing is looked for */
  look(words) {
    const isThere = words !== '' && /[\p{L}\p{N}]/u.test(words) && this.#client.can('search');
    this.#words = words;
    this.#page = null;
    this.#rows = [];
    this.#list.replaceChildren();
    this.#more.hidden = true;
    this.#count.textContent = '';
    this.element.hidden = !isThere;
    const isTooLong = new TextEncoder().encode(words).length > MAX_BYTES;
    this.#note.textContent = isTooLong ? 'This is too long to look for.' : isThere ? 'Searching…' : '';
    this.#paced.type(isThere && !isTooLong ? words : '');
  }

  /** Names may have become known. */
  refresh() {
    for (const { hit, name, face, text } of this.#rows) {
      const of = this.#names.describe(hit.conversation);
      const who = hit.own ? 'You: ' : of.isGroup ? `${this.#names.nameOf(hit.from)}: ` : '';
      if (name.textContent !== of.name) {
        name.textContent = of.name;
        face.replaceChildren(avatar(of.name, of.isGroup));
      }
      if (text.dataset.who !== who) {
        text.dataset.who = who;
        text.replaceChildren(who, ...excerpt(hit.text, this.#words));
      }
    }
  }

  close() { this.#paced.close(); }

  /** @param {string} words @param {string} [after] @returns {Promise<Page>} */
  async #find(words, after) {
    for (let asked = 1; ; asked++) {
      const page = await this.#client.search(words, { limit: PAGE, ...(after && { after }) });
      if (page.hits.length > 0 || !page.more || asked >= MAX_EMPTY)
        return page;
      after = page.after;
    }
  }

  /** @param {{ value?: Page, error?: Error }} answer */
  #show({ value, error }) {
    if (!value) {
      this.#note.textContent = `The messages could not be searched: ${error?.message}`;
      return;
    }
    this.#page = value;
    for (const hit of value.hits)
      this.#rows.push(this.#row(hit));
    this.refresh();
    this.#more.hidden = !value.more;
    const count = this.#rows.length;
    this.#count.textContent = count === 0 ? '' : count === 1 ? 'One message' : `${count} messages`;
    this.#note.textContent = count === 0 && !value.more ? 'No message has these words.' : '';
    if (value.indexed === 0)
      this.#note.textContent = 'Older messages are still being looked through: they may be found later.';
  }

  async #loadMore() {
    const [words, page] = [this.#words, this.#page];
    if (!page?.after || this.#more.disabled)
      return;
    this.#more.disabled = true;
    const at = this.#rows.length;
    const answer = await this.#find(words, page.after).then(value => ({ value }), error => ({ error }));
    this.#more.disabled = false;
    if (page !== this.#page)
      return;
    this.#show(answer);
    if (this.#more.hidden) // it may have had the focus
      /** @type {HTMLElement | undefined} */ (this.#list.children[at]?.firstElementChild)?.focus();
  }

  /** @param {Found} hit */
  #row(hit) {
    const [face, name, text] = [h('span', { class: 'face' }), h('span', { class: 'name', dir: 'auto' }), h('span', { class: 'preview', dir: 'auto' })];
    this.#list.append(h('li', {}, h('button', { type: 'button', class: 'conversation hit', onclick: () => this.#open(hit.conversation, hit.seq) },
      face, name, h('time', { class: 'when', datetime: new Date(hit.ts).toISOString() }, shortTime(hit.ts, Date.now())), text)));
    return { hit, name, face, text };
  }
}

/** The part of a text that has the first of the words, and what is found in it marked. @param {string} text @param {string} words */
function excerpt(text, words) {
  const wanted = words.split(/[^\p{L}\p{N}]+/u).filter(Boolean).map(word => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`(${wanted.join('|')})`, 'giu');
  const at = text.search(pattern);
  const from = at > BEFORE ? Math.min(at, text.indexOf(' ', at - BEFORE) + 1 || at) : 0; // not in the middle of a word
  const part = `${from > 0 ? '…' : ''}${text.slice(from, from + SHOWN)}`;
  return part.split(pattern).map((piece, i) => (i % 2 === 1 ? h('mark', {}, piece) : piece));
}
