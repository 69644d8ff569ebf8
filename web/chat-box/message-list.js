/** @import { Message } from '../sdk/types.js' */
/** @import { RowHooks } from './message-row.js' */
import { h } from './dom.js';
import { dayName, isSameDay } from './format.js';
import { MessageRow } from './message-row.js';
import { Roving } from './roving.js';

/** Messages of one person within so many ms stand together. */
const TOGETHER = 5 * 60_000;

/** The messages on the screen. Rows that stay are the same elements: a reader's place, and what a screen reader says, depend on that. */
export class MessageList {
  /** @type {Map<string, HTMLElement>} */
  #dividers = new Map();
  /** @type {Map<string, MessageRow>} */
  #rows = new Map();
  #hooks;
  element = h('div', { class: 'messages', role: 'log', 'aria-live': 'polite', 'aria-label': 'Messages', tabindex: '0' });
  #roving = new Roving(this.element);

  /** @param {RowHooks} hooks */
  constructor(hooks) {
    this.#hooks = hooks;
  }

  /** @param {Message} message @returns {MessageRow | undefined} its row, if it is there */
  rowOf(message) { return this.#rows.get(keyOf(message)); }

  /** @param {Message[]} messages @param {number} readBefore what follows is new; 0: nothing is */
  draw(messages, readBefore) {
    const [rows, dividers] = [new Map(), new Map()];
    /** @type {Message | null} */
    let previous = null;
    let isNewShown = false;
    const wanted = messages.flatMap(message => {
      const shown = [];
      const isNewDay = previous === null || !isSameDay(previous.ts, message.ts);
      if (isNewDay)
        shown.push(keep(this.#dividers, dividers, `day ${new Date(message.ts).toDateString()}`, () => divider(dayName(message.ts, Date.now()), 'day')));
      const isNew = !isNewShown && readBefore > 0 && !message.own && message.seq > readBefore;
      if (isNew) {
        isNewShown = true;
        shown.push(keep(this.#dividers, dividers, 'new', () => divider('New messages', 'new')));
      }
      const isFirst = isNewDay || isNew || previous?.from !== message.from || message.ts - previous.ts > TOGETHER;
      const row = keep(this.#rows, rows, keyOf(message), () => new MessageRow(message, this.#hooks));
      row.update(message, isFirst);
      shown.push(row.element);
      previous = message;
      return shown;
    });
    wanted.forEach((row, i) => {
      if (this.element.children[i] !== row)
        this.element.insertBefore(row, this.element.children[i] ?? null);
    });
    while (this.element.children.length > wanted.length)
      this.element.lastElementChild?.remove();
    this.#rows = rows;
    this.#dividers = dividers;
    this.#roving.update();
  }
}

/** @param {Message} message */
const keyOf = message => `${message.cmid || message.seq} ${message.from}`;

/** @param {string} text @param {string} kind */
const divider = (text, kind) => h('div', { class: `divider ${kind}` }, h('span', {}, text));

/** @template T @param {Map<string, T>} before @param {Map<string, T>} now @param {string} key @param {() => T} create */
function keep(before, now, key, create) {
  const one = before.get(key) ?? create();
  now.set(key, one);
  return one;
}
