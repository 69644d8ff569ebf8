/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Change, Message } from '../sdk/types.js' */
import { Composer } from './composer.js';
import { h, icon } from './dom.js';
import { dayName, isSameDay } from './format.js';
import { MessageChanges } from './message-changes.js';
import { MessageMenu } from './message-menu.js';
import { MessageRow } from './message-row.js';
import { Roving } from './roving.js';
import { Timeline } from './timeline.js';

const PAGE = 40;
/** Nearer to an edge than this counts as there, in pixels. */
const NEAR = 80;
/** Messages of one person within so many ms stand together. */
const TOGETHER = 5 * 60_000;

/**
 * One conversation: its messages, and where to write the next one.
 * @typedef {{ nameOf(id: number): string, onSend?(message: Message): void, placeholder?: string }} ThreadOptions
 */
export class Thread {
  #timeline = new Timeline();
  /** @type {Map<string, HTMLElement>} */
  #dividers = new Map();
  /** @type {Map<string, MessageRow>} */
  #rows = new Map();
  #menu = new MessageMenu();
  #more = true;
  #isLoading = false;
  #newBelow = 0;
  #markedRead = 0;
  /** What was read when this was opened: what follows is new. @type {number | null} */
  #readAtOpen = null;
  /** @type {(() => void)[]} */
  #off = [];
  #changes;
  #scroller;
  #client;
  #options;
  #list = h('div', { class: 'messages', role: 'log', 'aria-live': 'polite', 'aria-label': 'Messages', tabindex: '0' });
  #roving = new Roving(this.#list);
  #alert = h('p', { class: 'thread-alert', role: 'alert' });
  #pinned = h('button', { class: 'pinned', type: 'button', hidden: true, onclick: () => this.#toPinned() });
  #note = h('p', { class: 'thread-note', role: 'status' });
  #jump = h('button', { class: 'jump', type: 'button', hidden: true, onclick: () => this.#toEnd(true) });

  /** @param {ChatClient} client @param {string} conversation @param {ThreadOptions} options */
  constructor(client, conversation, options) {
    this.#client = client;
    this.conversation = conversation;
    this.#options = options;
    this.#changes = new MessageChanges(client, conversation, this.#timeline, {
      menu: this.#menu, composer: () => this.composer, changed: () => this.#drawInPlace(), say: words => { this.#alert.textContent = words; },
    });
    this.composer = new Composer({
      send: text => this.#send(text), edit: (message, text) => this.#changes.edit(message, text), editLast: () => this.#changes.editLast(),
    }, options.placeholder);
    this.#scroller = h('div', { class: 'scroll' }, this.#list, this.#note);
    this.element = h('section', { class: 'thread', 'aria-label': 'Conversation' }, this.#pinned, this.#scroller, this.#jump, this.#alert, this.composer.element, this.#menu.element);
    this.#scroller.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    const onFocus = () => this.#markRead();
    window.addEventListener('focus', onFocus);
    this.#off.push(
      () => window.removeEventListener('focus', onFocus),
      client.on('message', message => this.#take(message)),
      client.on('update', message => this.#take(message)),
      client.on('change', change => this.#change(change)),
      client.on('login', () => { // another server may know of other things, and the user may have another role
        void this.#changes.learn();
        this.#draw();
      }),
      client.on('rewound', event => event.conversation === conversation && this.#rewind(event.to)),
      client.on('state', ({ state }) => state === 'ready' && this.#timeline.last === 0 && void this.load()),
    );
  }

  get #isAtEnd() { return this.#scroller.scrollHeight - this.#scroller.scrollTop - this.#scroller.clientHeight < NEAR; }

  /** Shows the newest messages. */
  async load() {
    this.#readAtOpen ??= this.#client.conversations.find(({ conversation }) => conversation === this.conversation)?.read ?? 0;
    for (const message of this.#client.unsent(this.conversation))
      this.#timeline.add(message);
    void this.#changes.learn();
    await this.#fetch({ limit: PAGE });
    this.#toEnd();
  }

  close() {
    this.#menu.close();
    this.#off.forEach(off => off());
  }

  focus() { this.composer.focus(); }

  /** @param {{ before?: number, limit: number }} range */
  async #fetch(range) {
    if (this.#isLoading)
      return;
    this.#isLoading = true;
    this.#note.textContent = this.#timeline.messages.length === 0 ? 'Loading…' : '';
    this.#list.setAttribute('aria-busy', 'true');
    try {
      const { messages, more } = await this.#client.history(this.conversation, range);
      this.#more = more;
      for (const message of messages)
        this.#timeline.add(message);
      this.#note.textContent = this.#timeline.messages.length === 0 ? 'No messages yet. Say hello.' : '';
    } catch (error) {
      this.#note.textContent = this.#timeline.messages.length === 0 ? 'The messages could not be loaded. They come when the connection is back.' : '';
    }
    this.#isLoading = false;
    this.#draw();
    this.#list.removeAttribute('aria-busy');
  }

  async #older() {
    const { scrollHeight, scrollTop } = this.#scroller;
    await this.#fetch({ before: this.#timeline.first, limit: PAGE });
    this.#scroller.scrollTop = scrollTop + this.#scroller.scrollHeight - scrollHeight;
  }

  /** @param {Message} message */
  #take(message) {
    if (message.conversation !== this.conversation)
      return;
    const wasAtEnd = this.#isAtEnd;
    const isNew = this.#timeline.add(message);
    this.#note.textContent = '';
    this.#draw();
    if (wasAtEnd || (message.own && isNew))
      this.#toEnd();
    else if (isNew && !message.own) {
      this.#newBelow++;
      this.#showJump();
    }
  }

  /** @param {Change} change */
  #change(change) {
    if (change.conversation !== this.conversation)
      return;
    const message = this.#timeline.change(change);
    if (!message)
      return;
    this.composer.changed(message);
    this.#drawInPlace();
  }

  /** Who reads the newest messages goes on to do so. */
  #drawInPlace() {
    const wasAtEnd = this.#isAtEnd;
    this.#draw();
    if (wasAtEnd)
      this.#toEnd();
  }

  /** @param {string} text */
  #send(text) {
    const message = this.#client.send(this.conversation, text);
    this.#timeline.add(message);
    this.#options.onSend?.(message);
    this.#note.textContent = '';
    this.#draw();
    this.#toEnd();
  }

  /** @param {Message} message */
  #sendAgain(message) {
    this.#giveUp(message);
    this.#send(message.text);
    this.composer.focus();
  }

  /** @param {Message} message */
  #giveUp(message) {
    this.#client.discard(message);
    this.#timeline.remove(message);
    this.#draw();
  }

  /** @param {number} to */
  #rewind(to) {
    this.#timeline.rewind(to);
    this.#draw();
    this.#note.textContent = 'The server was restored from a backup: some messages are not there any more.';
  }

  #onScroll() {
    this.#menu.close();
    if (this.#scroller.scrollTop < NEAR && this.#more && !this.#isLoading && this.#timeline.first > 1)
      void this.#older();
    if (this.#isAtEnd)
      this.#markRead();
    this.#showJump();
  }

  #toEnd(smooth = false) {
    this.#scroller.scrollTo({ top: this.#scroller.scrollHeight, behavior: smooth ? 'smooth' : 'auto' });
    this.#markRead();
    this.#showJump();
  }

  #showJump() {
    if (this.#isAtEnd)
      this.#newBelow = 0;
    this.#jump.hidden = this.#isAtEnd;
    const label = this.#newBelow > 0 ? `${this.#newBelow} new` : 'Latest';
    if (this.#jump.dataset.label !== label) {
      this.#jump.dataset.label = label;
      this.#jump.replaceChildren(icon('down'), label);
    }
  }

  /** What is on the screen of a window that somebody looks at was read. */
  #markRead() {
    const { last } = this.#timeline;
    if (last <= this.#markedRead || !document.hasFocus() || !this.#isAtEnd)
      return;
    this.#markedRead = last;
    this.#client.markRead(this.conversation, last).catch(() => { this.#markedRead = Math.min(this.#markedRead, last - 1); });
  }

  /** Rows that stay are the same elements: a reader's place, and what a screen reader says, depend on that. */
  #draw() {
    const [rows, dividers] = [new Map(), new Map()];
    /** @type {Message | null} */
    let previous = null;
    let isNewShown = false;
    const wanted = this.#timeline.messages.flatMap(message => {
      const shown = [];
      const isNewDay = previous === null || !isSameDay(previous.ts, message.ts);
      if (isNewDay)
        shown.push(keep(this.#dividers, dividers, `day ${new Date(message.ts).toDateString()}`, () => divider(dayName(message.ts, Date.now()), 'day')));
      const isNew = !isNewShown && this.#readAtOpen !== null && this.#readAtOpen > 0 && !message.own && message.seq > this.#readAtOpen;
      if (isNew) {
        isNewShown = true;
        shown.push(keep(this.#dividers, dividers, 'new', () => divider('New messages', 'new')));
      }
      const isFirst = isNewDay || isNew || previous?.from !== message.from || message.ts - previous.ts > TOGETHER;
      const row = keep(this.#rows, rows, `${message.cmid || message.seq} ${message.from}`, () => this.#newRow(message));
      row.update(message, isFirst);
      shown.push(row.element);
      previous = message;
      return shown;
    });
    wanted.forEach((row, i) => {
      if (this.#list.children[i] !== row)
        this.#list.insertBefore(row, this.#list.children[i] ?? null);
    });
    while (this.#list.children.length > wanted.length)
      this.#list.lastElementChild?.remove();
    this.#rows = rows;
    this.#dividers = dividers;
    this.#showPinned();
    this.#roving.update();
  }

  /** @param {Message} message */
  #newRow(message) {
    return new MessageRow(message, {
      nameOf: id => this.#options.nameOf(id), canChange: one => this.#changes.can(one), menu: (one, button) => this.#changes.openMenu(one, button),
      react: (one, emoji) => this.#changes.react(one, emoji), sendAgain: one => this.#sendAgain(one), giveUp: one => this.#giveUp(one),
    });
  }

  /** The message that was pinned last, of those that are here. */
  get #lastPinned() { return this.#timeline.messages.filter(({ pinned }) => pinned).sort((a, b) => (b.rev ?? 0) - (a.rev ?? 0))[0]; }

  #showPinned() {
    const { text } = this.#lastPinned ?? {};
    this.#pinned.hidden = text === undefined;
    if (text !== undefined && this.#pinned.textContent !== `Pinned: ${text}`)
      this.#pinned.replaceChildren(icon('pin'), h('span', { class: 'pinned-text' }, `Pinned: ${text}`));
  }

  #toPinned() {
    const message = this.#lastPinned;
    const row = message && this.#rows.get(`${message.cmid || message.seq} ${message.from}`);
    row?.element.scrollIntoView({ block: 'center' });
    row?.focus();
  }
}

/** @param {string} text @param {string} kind */
const divider = (text, kind) => h('div', { class: `divider ${kind}` }, h('span', {}, text));

/** @template T @param {Map<string, T>} before @param {Map<string, T>} now @param {string} key @param {() => T} create */
function keep(before, now, key, create) {
  const one = before.get(key) ?? create();
  now.set(key, one);
  return one;
}
