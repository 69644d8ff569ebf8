/** @import { Item, Store } from './types.js' */
/** @import { Cursors } from './cursors.js' */
/** @import { ReceivedMarks } from './marks.js' */

const MAX_LINE = 1024;
const MAX_BATCH = 256;

/**
 * The line of what is ready for the application. Each thing is stored first, with the mark that says that it was; then the application
 * is told; then the server may be told that it was received.
 */
export class Delivery {
  /** @type {(Item | (() => void))[]} */
  #line = [];
  /** @type {Map<string, number>} */
  #received = new Map();
  #busy = false;
  #store;
  #marks;
  #hooks;
  /** @type {Cursors} */
  cursors = /** @type {any} */ (null);

  /** @param {Store} store @param {ReceivedMarks} marks @param {{ items(items: Item[]): void, room(): void }} hooks */
  constructor(store, marks, hooks) {
    this.#store = store;
    this.#marks = marks;
    this.#hooks = hooks;
  }

  /** Whether pushes are taken. What is not is fetched later. */
  get hasRoom() { return this.#line.length < MAX_LINE; }

  /** Whether the history may be asked for more. */
  get isHalfEmpty() { return this.#line.length < MAX_LINE / 2; }

  /** @param {Item} item */
  push(item) {
    this.#line.push(item);
    void this.#pump();
  }

  /** When all that is in line now was handed over. @returns {Promise<void>} */
  flushed() {
    return new Promise(resolve => {
      this.#line.push(resolve);
      void this.#pump();
    });
  }

  /** @param {string} conversation @param {number} seq was handed over, or is being */
  received(conversation, seq) {
    if (this.#busy)
      this.#received.set(conversation, seq);
    else
      this.#marks.raise(conversation, seq);
  }

  /** @param {string} conversation its numbers are not the server's any more */
  forget(conversation) {
    this.#received.delete(conversation);
    this.#marks.forget(conversation);
  }

  clear() {
    this.#line = this.#line.filter(entry => typeof entry === 'function');
    this.#received.clear();
  }

  async #pump() {
    if (this.#busy)
      return;
    this.#busy = true;
    await null; // what comes in one frame is one batch
    while (this.#line.length > 0) {
      const first = this.#line[0];
      if (typeof first === 'function') {
        this.#line.shift();
        first();
        continue;
      }
      const wasFull = !this.isHalfEmpty;
      await this.#handOver(this.#takeBatch());
      if (wasFull && this.isHalfEmpty)
        this.#hooks.room();
    }
    this.#busy = false;
  }

  /** A conversation that has gone back is a batch of its own: what was in front of it is written, and then forgotten. @returns {Item[]} */
  #takeBatch() {
    /** @type {Item[]} */
    const batch = [];
    while (batch.length < MAX_BATCH) {
      const next = this.#line[0];
      if (next === undefined || typeof next === 'function' || (batch.length > 0 && (next.from !== undefined || batch[0].from !== undefined)))
        break;
      batch.push(next);
      this.#line.shift();
    }
    return batch;
  }

  /** @param {Item[]} batch */
  async #handOver(batch) {
    for (const item of batch)
      this.cursors.take(item);
    const numbered = batch.filter(item => item.upTo > 0 || item.from !== undefined || item.change);
    if (numbered.length > 0) {
      await this.#store.write({
        rewinds: numbered.filter(item => item.from !== undefined).map(item => ({ conversation: item.conversation, to: item.upTo })),
        messages: numbered.flatMap(item => item.message ?? []),
        changed: numbered.flatMap(item => item.change ?? []),
        marks: [...new Set(numbered.map(item => item.conversation))].flatMap(name => this.cursors.find(name)?.toMark() ?? []),
      });
    }
    this.#hooks.items(batch);
    for (const { message } of batch) {
      if (message?.offline)
        this.#marks.raiseOffline(message.offline);
    }
    for (const [conversation, seq] of this.#received)
      this.#marks.raise(conversation, seq);
    this.#received.clear();
  }
}
