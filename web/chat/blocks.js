/** @import { ChatClient } from '../sdk/client.js' */

/** Whom the user has blocked. */
export class Blocks {
  /** @type {Set<number>} */
  #blocked = new Set();
  #client;
  #changed;
  #off;

  /** @param {ChatClient} client @param {() => void} changed */
  constructor(client, changed) {
    this.#client = client;
    this.#changed = changed;
    this.#off = [
      client.on('contactChanged', ({ id, blocked = false }) => this.#note(id, blocked)),
      client.on('state', ({ state }) => state === 'ready' && void this.#load()),
    ];
    void this.#load();
  }

  /** Whether this server lets users block others. */
  get isThere() { return this.#client.can('contacts'); }

  /** @param {number} id */
  has(id) { return this.#blocked.has(id); }

  /** @param {number} id @param {boolean} blocked @returns {Promise<void>} fails with the server's words */
  async set(id, blocked) {
    await this.#client.changeContact(id, blocked ? 'block' : 'unblock');
    this.#note(id, blocked);
  }

  close() { this.#off.forEach(off => off()); }

  /** @param {number} id @param {boolean} blocked */
  #note(id, blocked) {
    if (this.#blocked.has(id) === blocked)
      return;
    blocked ? this.#blocked.add(id) : this.#blocked.delete(id);
    this.#changed();
  }

  async #load() {
    if (!this.isThere || this.#client.state !== 'ready')
      return;
    try {
      const found = new Set();
      for (let since = 0, more = true; more;) {
        const page = await this.#client.listContacts({ blocked: true, since });
        page.contacts.forEach(({ id, blocked }) => blocked && found.add(id));
        more = page.more && page.rev > since;
        since = page.rev;
      }
      this.#blocked = found;
      this.#changed();
    } catch {
      // it is asked for again with the next connection
    }
  }
}
