/** @import { Events, Item, Message, Store } from './types.js' */

const PAGE = 200;

/**
 * Gives this tab's application every message once and in order, also when another tab has the connection: that tab tells what it has
 * stored, and what was not heard of (it was just being closed) is read from the store.
 */
export class Handover {
  /** How far each conversation was handed over here. @type {Map<string, number>} */
  #seen = new Map();
  /** The same of changes of messages. @type {Map<string, number>} */
  #revs = new Map();
  /** @type {Promise<unknown>} */
  #inOrder = Promise.resolve();
  #store;
  #emit;
  #merge;

  /**
   * @param {Store} store
   * @param {<T extends 'message' | 'missing' | 'rewound' | 'change'>(type: T, event: Events[T]) => void} emit
   * @param {(message: Message) => Message} merge an own message with what `send` returned
   */
  constructor(store, emit, merge) {
    this.#store = store;
    this.#emit = emit;
    this.#merge = merge;
  }

  /** @param {string} conversation @param {number} delivered @param {number} [rev] as they were kept */
  startAt(conversation, delivered, rev = 0) {
    this.#seen.set(conversation, delivered);
    this.#revs.set(conversation, rev);
  }

  /** Changes up to here were told here: the tab that had the connection may have kept others, and not told them any more. @param {string} conversation */
  revOf(conversation) { return this.#revs.get(conversation) ?? 0; }

  /** Somebody else logs in. */
  clear() {
    this.#seen.clear();
    this.#revs.clear();
  }

  /** When all that was told so far was handed over. */
  get settled() { return this.#inOrder; }

  /** @param {Item[]} items of the engine of this tab: everything in front of them was handed over */
  take(items) {
    for (const item of items)
      this.#handOver(item);
  }

  /** @param {Item[]} items of another tab */
  takeFromAfar(items) {
    this.#then(async () => {
      for (const item of items) {
        if (item.from === undefined)
          await this.#fill(item.conversation, item.after);
        this.#handOver(item);
      }
    });
  }

  /** @param {string} conversation @param {number} delivered what another tab has handed over */
  catchUp(conversation, delivered) { this.#then(() => this.#fill(conversation, delivered)); }

  /** @param {() => Promise<void>} work */
  #then(work) { this.#inOrder = this.#inOrder.then(work); }

  /** @param {string} conversation @param {number} upTo */
  async #fill(conversation, upTo) {
    for (let seen; (seen = this.#seen.get(conversation) ?? 0) < upTo;) {
      const messages = await this.#store.messages(conversation, { after: seen, before: upTo + 1, limit: PAGE });
      for (const message of messages)
        this.#handOver({ conversation, after: message.seq - 1, upTo: message.seq, rewinds: 0, message });
      if (messages.length < PAGE)
        this.#seen.set(conversation, upTo);
    }
  }

  /** @param {Item} item */
  #handOver({ conversation, after, upTo, message, from, change }) {
    if (change) {
      this.#revs.set(conversation, change.rev);
      return this.#emit('change', change);
    }
    if (from !== undefined) {
      this.#seen.set(conversation, upTo);
      return this.#emit('rewound', { conversation, from, to: upTo });
    }
    if (upTo > 0) { // else the server keeps no history, and the engine has looked for repetitions
      if (upTo <= (this.#seen.get(conversation) ?? 0))
        return;
      this.#seen.set(conversation, upTo);
    }
    if (message)
      this.#emit('message', this.#merge(message));
    else if (after < upTo)
      this.#emit('missing', { conversation, first: after + 1, last: upTo });
  }
}
