/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Contact } from '../sdk/types.js' */

/** Whom the user knows, who wants to be known, and whom the user has blocked. */
export class Contacts {
  /** @type {Map<number, Contact>} */
  #all = new Map();
  #rev = 0;
  #isLoading = false;
  #client;
  #changed;
  #off;

  /** @param {ChatClient} client @param {() => void} changed */
  constructor(client, changed) {
    this.#client = client;
    this.#changed = changed;
    this.#off = [
      client.on('contactChanged', ({ rev, ...contact }) => {
        if (rev === this.#rev + 1)
          this.#rev = rev;
        else
          void this.#load(); // some were missed
        this.#note(contact);
      }),
      client.on('state', ({ state }) => state === 'ready' && void this.#load()),
    ];
    void this.#load();
  }

  /** Whether this server has contacts. */
  get isThere() { return this.#client.can('contacts'); }

  /** Who asks to be a contact. */
  get requests() { return [...this.#all.values()].filter(({ state }) => state === 'asks'); }

  /** Everybody who is something to the user. */
  get all() { return [...this.#all.values()]; }

  /** @param {number} id whether the user has blocked them */
  has(id) { return this.#all.get(id)?.blocked === true; }

  /** What the user calls them, if that is something of their own. @param {number} id */
  aliasOf(id) { return this.#all.get(id)?.alias ?? ''; }

  /** @param {number} id @returns {Contact['state']} */
  stateOf(id) { return this.#all.get(id)?.state ?? 'none'; }

  /** @param {number} id @param {boolean} blocked @returns {Promise<void>} fails with the server's words */
  set(id, blocked) { return this.do(id, blocked ? 'block' : 'unblock'); }

  /** @param {number} id @param {Parameters<ChatClient['changeContact']>[1]} action @param {{ alias?: string, note?: string }} [more] @returns {Promise<void>} */
  async do(id, action, more) {
    await this.#client.changeContact(id, action, more);
    await this.#load(); // what it is now depends on the other one too
  }

  close() { this.#off.forEach(off => off()); }

  /** @param {Contact} contact */
  #note(contact) {
    contact.state === 'none' && !contact.blocked ? this.#all.delete(contact.id) : this.#all.set(contact.id, contact);
    this.#changed();
  }

  async #load() {
    if (!this.isThere || this.#client.state !== 'ready' || this.#isLoading)
      return;
    this.#isLoading = true;
    try {
      for (let more = true; more;) {
        const page = await this.#client.listContacts({ since: this.#rev });
        page.contacts.forEach(contact => this.#note(contact));
        more = page.more && page.rev > this.#rev;
        this.#rev = Math.max(page.rev, this.#rev);
      }
    } catch {
      // it is asked for again with the next connection
    }
    this.#isLoading = false;
  }
}
