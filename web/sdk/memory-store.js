/** @import { Changes, Mark, Message, Meta, Pending, Range, Store } from './types.js' */
import { withChange } from './changes.js';

/** So many of the newest messages of a conversation are kept. */
export const MAX_KEPT = 500;

/** Keeps everything until the page or the process ends. @implements {Store} */
export class MemoryStore {
  /** @type {Map<string, Message[]>} */
  #messages = new Map();
  /** @type {Map<string, Mark>} */
  #marks = new Map();
  /** @type {Map<string, Pending>} */
  #pending = new Map();
  /** @type {Meta} */
  #meta = {};

  async load() {
    return { meta: { ...this.#meta }, marks: [...this.#marks.values()], pending: [...this.#pending.values()] };
  }

  /** @param {Changes} changes */
  async write({ clear, rewinds = [], messages = [], changed = [], marks = [], pending = [], done = [], meta }) {
    if (clear) {
      for (const map of [this.#messages, this.#marks, this.#pending])
        map.clear();
      this.#meta = {};
    }
    for (const { conversation, to } of rewinds)
      this.#messages.set(conversation, this.#of(conversation).filter(message => message.seq <= to));
    for (const message of messages) {
      const kept = this.#of(message.conversation);
      kept.push(message);
      this.#messages.set(message.conversation, kept.length > 2 * MAX_KEPT ? kept.slice(-MAX_KEPT) : kept);
    }
    for (const change of changed)
      this.#messages.set(change.conversation, this.#of(change.conversation).map(message => withChange(message, change)));
    for (const mark of marks)
      this.#marks.set(mark.conversation, mark);
    for (const one of pending)
      this.#pending.set(one.cmid, one);
    for (const cmid of done)
      this.#pending.delete(cmid);
    Object.assign(this.#meta, meta);
  }

  /** @param {string} conversation @param {Range} range */
  async messages(conversation, { after = 0, before = Infinity, limit = 100 }) {
    const found = this.#of(conversation).filter(({ seq }) => seq > after && seq < before);
    return after > 0 ? found.slice(0, limit) : found.slice(-limit);
  }

  close() {}

  /** @param {string} conversation */
  #of(conversation) { return this.#messages.get(conversation) ?? []; }
}
