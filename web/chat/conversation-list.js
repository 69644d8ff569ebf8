/** @import { PresenceState } from '../sdk/types.js' */
/** @import { Entry } from './inbox.js' */
/** @import { MessageSearch } from './message-search.js' */
import { wordsOf } from '../chat-box/attachments.js';
import { avatar, h, icon } from '../chat-box/dom.js';
import { shortTime } from '../chat-box/format.js';

/** Nearer to the end than this, in pixels, more is loaded. */
const NEAR = 200;

/** The list on the left. Rows that stay are the same elements, so that the focus stays where it is. */
export class ConversationList {
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  #filter = '';
  #open;
  #presenceOf;
  #messages;
  #scroller;
  #list = h('ul', { class: 'conversations', 'aria-label': 'Conversations' });
  #search = h('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search conversations and messages', autocomplete: 'off', oninput: () => this.#filterBy(this.#search.value) });
  #empty = h('div', { class: 'list-empty', hidden: true });
  #archive = h('button', { type: 'button', class: 'secondary archive', hidden: true }, icon('archive'), 'Archive');
  /** @type {Entry[]} */
  #entries = [];
  #current = '';

  /**
   * @param {(conversation: string) => void} open @param {() => void} compose
   * @param {(id: number) => PresenceState | undefined} presenceOf @param {() => void} loadMore somebody looks at the end of it
   * @param {MessageSearch} messages @param {() => void} archive shows what is archived
   */
  constructor(open, compose, presenceOf, loadMore, messages, archive) {
    this.#open = open;
    this.#presenceOf = presenceOf;
    this.#messages = messages;
    this.#empty.append(icon('chat'), h('p', {}, 'No conversations yet'), h('button', { type: 'button', class: 'primary', onclick: compose }, 'Write to somebody'));
    const scroller = this.#scroller = h('div', { class: 'list-scroll' }, this.#list, this.#empty, this.#archive, messages.element);
    this.#archive.addEventListener('click', archive);
    this.element = h('nav', { class: 'list', 'aria-label': 'Conversations' }, h('div', { class: 'field search' }, icon('search'), this.#search), scroller);
    scroller.addEventListener('scroll', () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR && loadMore(), { passive: true });
    this.element.addEventListener('keydown', event => this.#onKey(event));
  }

  /** @param {Entry[]} entries @param {string} current @param {boolean} [hasArchive] whether the server has one */
  show(entries, current, hasArchive = !this.#archive.hidden) {
    this.#archive.hidden = !hasArchive;
    this.#entries = entries;
    this.#current = current;
    const rows = new Map();
    const wanted = entries.filter(({ name }) => name.toLowerCase().includes(this.#filter)).map(entry => {
      const row = this.#rows.get(entry.conversation) ?? this.#row(entry);
      this.#refresh(row, entry);
      rows.set(entry.conversation, row);
      return row;
    });
    wanted.forEach((row, i) => {
      if (this.#list.children[i] !== row)
        this.#list.insertBefore(row, this.#list.children[i] ?? null);
    });
    while (this.#list.children.length > wanted.length)
      this.#list.lastElementChild?.remove();
    this.#rows = rows;
    this.#empty.hidden = entries.length > 0 || this.#filter !== '';
    this.#messages.refresh();
  }

  /** @param {string} text */
  #filterBy(text) {
    this.#filter = text.trim().toLowerCase();
    this.#messages.look(text.trim());
    this.show(this.#entries, this.#current);
  }

  /** @param {Entry} entry */
  #row(entry) {
    return h('li', {}, h('button', { type: 'button', class: 'conversation', onclick: () => this.#open(entry.conversation) },
      h('span', { class: 'face' }), h('span', { class: 'name' }), h('time', { class: 'when' }), h('span', { class: 'preview' }), h('span', { class: 'badge' })));
  }

  /** @param {HTMLElement} row @param {Entry} entry */
  #refresh(row, { conversation, name, isGroup, peer, last, unread, marked, pinned, muted, mentioned, draft }) {
    const isCurrent = conversation === this.#current;
    const state = peer ? this.#presenceOf(peer)?.state : undefined;
    const shownDraft = isCurrent ? '' : draft;
    const key = JSON.stringify([name, state, marked, pinned, muted, mentioned, shownDraft, last?.cmid, last?.seq, last?.rev, last?.state, unread, isCurrent, last && shortTime(last.ts, Date.now())]);
    if (row.dataset.key === key)
      return;
    row.dataset.key = key;
    const button = /** @type {HTMLElement} */ (row.firstElementChild);
    button.classList.toggle('unread', unread > 0 || marked);
    button.classList.toggle('muted', muted);
    isCurrent ? button.setAttribute('aria-current', 'page') : button.removeAttribute('aria-current');
    const [face, title, when, preview, badge] = [...button.children];
    face.replaceChildren(avatar(name, isGroup), ...(state === 'online' || state === 'away' ? [h('span', { class: `dot ${state}`, 'aria-hidden': 'true' }), h('span', { class: 'visually-hidden' }, state)] : []));
    title.textContent = name;
    when.replaceChildren(...(pinned ? [icon('pin'), h('span', { class: 'visually-hidden' }, 'pinned')] : []), ...(muted ? [icon('quiet'), h('span', { class: 'visually-hidden' }, 'muted')] : []), last ? shortTime(last.ts, Date.now()) : '');
    const who = last?.own ? 'You: ' : isGroup && last?.name && !last.system ? `${last.name}: ` : '';
    if (shownDraft)
      preview.replaceChildren(h('span', { class: 'draft' }, 'Draft: '), shownDraft.slice(0, 200));
    else
      preview.replaceChildren(...(last?.state === 'failed' ? [icon('warning')] : last?.state === 'pending' ? [icon('clock')] : []), last?.recalled ? 'A message was taken back' : last ? `${who}${wordsOf(last)}` : isGroup ? 'Nothing written yet' : '');
    badge.replaceChildren(...(unread > 0 || marked ? [mentioned && unread > 0 ? h('span', { class: 'at', 'aria-hidden': 'true' }, '@') : '', unread > 99 ? '99+' : unread > 0 ? String(unread) : '', h('span', { class: 'visually-hidden' }, mentioned ? ' unread, you are mentioned' : ' unread')] : []));
  }

  /** Arrows go up and down, from the field on, and Escape empties the field. @param {KeyboardEvent} event */
  #onKey(event) {
    const focused = /** @type {HTMLElement} */ (document.activeElement);
    if (event.key === 'Escape' && focused === this.#search && this.#search.value !== '') {
      event.preventDefault();
      this.#search.value = '';
      this.#filterBy('');
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [this.#search, .../** @type {NodeListOf<HTMLElement>} */ (this.#scroller.querySelectorAll('.conversation'))];
    const at = stops.indexOf(focused);
    if (!step || at < 0 || event.isComposing)
      return;
    event.preventDefault();
    stops[at + step]?.focus();
  }
}
