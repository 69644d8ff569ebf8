/** @import { Changes, Message, Meta, Range, Store } from './types.js' */
import { withChange } from './changes.js';
import { MAX_KEPT } from './memory-store.js';

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const done = request => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** What an IndexedDBStore does, loaded by its first use. @implements {Store} */
export class Database {
  /** @type {Promise<IDBDatabase> | null} */
  #database = null;

  /** @param {string} name such as the user's id */
  constructor(name) {
    this.name = name;
  }

  async load() {
    const transaction = (await this.#open()).transaction(['marks', 'pending', 'meta']);
    const [marks, pending, meta] = await Promise.all([
      done(transaction.objectStore('marks').getAll()), done(transaction.objectStore('pending').getAll()),
      done(transaction.objectStore('meta').get('meta')),
    ]);
    return { meta: /** @type {Meta} */ (meta ?? {}), marks, pending };
  }

  /** @param {Changes} changes @returns {Promise<void>} */
  async write({ clear, rewinds = [], messages = [], changed = [], marks = [], pending = [], done: ended = [], meta }) {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(['messages', 'marks', 'pending', 'meta'], 'readwrite');
      transaction.oncomplete = () => resolve();
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
      const [m, k, p, u] = ['messages', 'marks', 'pending', 'meta'].map(name => transaction.objectStore(name));
      if (clear)
        [m, k, p, u].forEach(store => store.clear());
      for (const { conversation, to } of rewinds)
        m.delete(IDBKeyRange.bound([conversation, to], [conversation, Infinity], true));
      for (const message of messages) {
        m.put(message);
        if (message.seq % MAX_KEPT === 0)
          m.delete(IDBKeyRange.bound([message.conversation, 0], [message.conversation, message.seq - MAX_KEPT]));
      }
      for (const { conversation, seq } of changed) {
        const read = m.get([conversation, seq]);
        read.onsuccess = () => read.result && m.put(changed.reduce(withChange, read.result)); // all of this message's: the next one has not been read anew
      }
      marks.forEach(mark => k.put(mark));
      pending.forEach(one => p.put(one));
      ended.forEach(cmid => p.delete(cmid));
      if (meta) {
        const read = u.get('meta');
        read.onsuccess = () => u.put({ ...read.result, ...meta }, 'meta');
      }
    });
  }

  /** @param {string} conversation @param {Range} range @returns {Promise<Message[]>} */
  async messages(conversation, { after = 0, before = Infinity, limit = 100 }) {
    const store = (await this.#open()).transaction('messages').objectStore('messages');
    const range = IDBKeyRange.bound([conversation, after], [conversation, before], true, true);
    if (after > 0)
      return done(store.getAll(range, limit));
    return new Promise((resolve, reject) => {
      /** @type {Message[]} */
      const found = [];
      const cursor = store.openCursor(range, 'prev');
      cursor.onerror = () => reject(cursor.error);
      cursor.onsuccess = () => {
        if (!cursor.result || found.length === limit)
          return resolve(found.reverse());
        found.push(cursor.result.value);
        cursor.result.continue();
      };
    });
  }

  close() {
    this.#database?.then(database => database.close(), () => {});
    this.#database = null;
  }

  #open() {
    return this.#database ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(`chatactors:${this.name}`, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore('messages', { keyPath: ['conversation', 'seq'] });
        request.result.createObjectStore('marks', { keyPath: 'conversation' });
        request.result.createObjectStore('pending', { keyPath: 'cmid' });
        request.result.createObjectStore('meta');
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
      request.onerror = request.onblocked = () => reject(request.error ?? new Error('the database is blocked'));
    });
  }
}
