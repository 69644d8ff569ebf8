/** @import { Changes, Clock, Range, Store } from './types.js' */
import { MemoryStore } from './memory-store.js';

/** Later than this, in ms, a store is taken for broken. */
const PATIENCE = 10_000;

/**
 * A store that does not work (no room, private windows, a browser that hangs) must not stop the chat: from then on everything is kept in
 * memory, and the application is told once. What was stored before is caught up with at the next start.
 * @implements {Store}
 */
export class SafeStore {
  #memory = new MemoryStore();
  #isBroken = false;
  #store;
  #clock;
  #onError;

  /** @param {Store} store @param {Clock} clock @param {(error: Error) => void} onError */
  constructor(store, clock, onError) {
    this.#store = store;
    this.#clock = clock;
    this.#onError = onError;
  }

  get name() { return this.#isBroken ? undefined : this.#store.name; }

  load() { return this.#try(store => store.load()); }

  /** @param {Changes} changes */
  write(changes) { return this.#try(store => store.write(changes)); }

  /** @param {string} conversation @param {Range} range */
  messages(conversation, range) { return this.#try(store => store.messages(conversation, range)); }

  close() { this.#store.close(); }

  /** @template T @param {(store: Store) => Promise<T>} use @returns {Promise<T>} */
  async #try(use) {
    if (this.#isBroken)
      return use(this.#memory);
    /** @type {any} */
    let timer;
    try {
      return await Promise.race([use(this.#store), new Promise((_, reject) => {
        timer = this.#clock.setTimeout(() => reject(new Error('it does not answer')), PATIENCE);
      })]);
    } catch (error) {
      if (!this.#isBroken)
        this.#onError(new Error(`what is kept on this device cannot be used: ${/** @type {any} */ (error)?.message}`));
      this.#isBroken = true;
      return use(this.#memory);
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }
}
