/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Person } from './people.js' */
import { ErrorCode } from '../sdk/index.js';

/** The server compares beginnings of names up to so many characters. */
const MAX_PREFIX = 50;

/** Finds people on the server, whether they are known here or not: by name, by its beginning, and by number. */
export class Directory {
  /** Whether this server finds whole names only. */
  #isExact = false;
  #client;

  /** @param {ChatClient} client */
  constructor(client) {
    this.#client = client;
  }

  /** Older servers have none, and without a connection there is no server. */
  get isThere() { return this.#client.can('people') && (this.#client.state === 'ready' || this.#client.state === 'syncing'); }

  /** @param {string} typed @returns {Promise<Person[]>} fails when the server does not answer */
  async find(typed) {
    const name = typed.trim();
    const id = numberIn(name);
    const [byNumber, byName] = await Promise.all([id > 0 ? this.#client.getUsers([id]) : [], name.startsWith('#') && id > 0 ? [] : this.#byName(name)]);
    return [...byNumber, ...byName.filter(one => one.id !== id)].map(({ id, name, display = '', about = '' }) => ({ id, name, display, about }));
  }

  /** @param {string} name */
  async #byName(name) {
    if (!this.#isExact && [...name].length <= MAX_PREFIX) {
      try {
        return (await this.#client.searchUsers(name)).users;
      } catch (error) {
        if (/** @type {any} */ (error).code !== ErrorCode.off)
          throw error;
        this.#isExact = true;
      }
    }
    const found = await this.#client.findUser(name);
    return found ? [found] : [];
  }
}

/** The number of a user in what somebody has typed; 0: there is none. @param {string} typed */
export function numberIn(typed) {
  const id = Number(/^#?(\d{1,10})$/.exec(typed.trim())?.[1] ?? 0);
  return id <= 2_147_483_647 ? id : 0;
}
