/** @import { Changes, Range, Store } from './types.js' */
/** @import { Database } from './indexeddb.js' */
import { onDemand } from './on-demand.js';

const load = onDemand(() => import('./indexeddb.js'));

/**
 * Keeps everything in the browser. Tabs that give the same name belong to the same user: they share what is kept, and a connection.
 * @implements {Store}
 */
export class IndexedDBStore {
  /** @type {Database | null} */
  #database = null;

  /** @param {string} name such as the user's id */
  constructor(name) {
    this.name = name;
  }

  async load() { return (await this.#open()).load(); }

  /** @param {Changes} changes @returns {Promise<void>} */
  async write(changes) { return (await this.#open()).write(changes); }

  /** @param {string} conversation @param {Range} range */
  async messages(conversation, range) { return (await this.#open()).messages(conversation, range); }

  close() { this.#database?.close(); }

  async #open() {
    const { Database } = await load();
    return this.#database ??= new Database(this.name);
  }
}
