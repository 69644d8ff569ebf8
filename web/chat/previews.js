/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Message } from '../sdk/types.js' */
/** @import { People } from './people.js' */

/** So many conversations are looked at while nobody scrolls, so many at a time. */
const MAX_PREVIEWS = 200;
const AT_ONCE = 4;
/** Unread messages are counted up to here. */
const MAX_COUNT = 99;

/** Last messages and what is unread, from the history: without a connection, and where the server has no list. */
export class Previews {
  /** @type {Set<string>} */
  #loaded = new Set();
  /** @type {string[]} */
  #toLoad = [];
  #loading = 0;
  #client;
  #people;
  #found;

  /** @param {ChatClient} client @param {People} people @param {(conversation: string, last: Message | undefined, unread: number[]) => void} found */
  constructor(client, people, found) {
    this.#client = client;
    this.#people = people;
    this.#found = found;
  }

  /** @param {{ conversation: string, head: number }[]} conversations @param {(conversation: string) => number} lastOf the number of the last message that is known */
  refresh(conversations, lastOf) {
    for (const { conversation, head } of conversations) {
      if (lastOf(conversation) < head)
        this.#loaded.delete(conversation);
      this.load(conversation);
    }
  }

  /** What was never looked at here. @param {string} conversation */
  load(conversation) {
    if (this.#loaded.has(conversation) || this.#toLoad.includes(conversation) || this.#toLoad.length >= MAX_PREVIEWS)
      return;
    this.#toLoad.push(conversation);
    void this.#loadNext();
  }

  async #loadNext() {
    if (this.#loading >= AT_ONCE || this.#toLoad.length === 0)
      return;
    const conversation = /** @type {string} */ (this.#toLoad.shift());
    this.#loading++;
    try {
      await this.#load(conversation);
    } catch {
      // it is looked at again when the connection is back
    }
    this.#loading--;
    void this.#loadNext();
  }

  /** @param {string} conversation */
  async #load(conversation) {
    const of = () => this.#client.conversations.find(one => one.conversation === conversation) ?? { read: 0, head: 0 };
    const { read, head } = of();
    const { messages: newest } = await this.#client.history(conversation, { limit: 1 });
    const unread = head > read ? (await this.#client.history(conversation, { after: Math.max(read, head - 2 * MAX_COUNT), limit: 2 * MAX_COUNT })).messages : [];
    this.#people.addSenders([...newest, ...unread]);
    this.#loaded.add(conversation);
    this.#found(conversation, newest.at(-1), unread.filter(({ seq, own, system, recalled }) => !own && !system && !recalled && seq > of().read).map(({ seq }) => seq));
  }
}
