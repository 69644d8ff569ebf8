/** @import { Message, Pending, Store, User } from './types.js' */
import { fromPending } from './outgoing.js';
import { ChatError } from './protocol.js';

/** So many messages may wait for their acknowledgement; one more fails at once. */
export const MAX_UNSENT = 1000;

/** @param {Message} message @param {(handler: (message: Message) => void) => () => void} onUpdate returns what ends it @returns {Promise<Message>} when it is `sent`; fails when it has failed */
export function acknowledgementOf(message, onUpdate) {
  const failed = () => new ChatError(message.error ?? '', message.errno, false);
  if (message.state !== 'pending')
    return message.state === 'sent' ? Promise.resolve(message) : Promise.reject(failed());
  return new Promise((done, fail) => {
    const off = onUpdate(({ cmid }) => {
      if (cmid !== message.cmid)
        return;
      off();
      return message.state === 'failed' ? fail(failed()) : done(message);
    });
  });
}

/** The own messages of this tab that were not handed over yet: stored first, then given to whoever has the connection. */
export class Unsent {
  /** @type {Map<string, { message: Message, pending: Pending }>} */
  #own = new Map();
  /** @type {Pending[]} */
  #toStore = [];
  #isStoring = false;
  #store;
  #post;

  /** @param {Store} store @param {(pending: Pending) => void} post */
  constructor(store, post) {
    this.#store = store;
    this.#post = post;
  }

  /** @param {Pending[]} kept in the store @param {User | null} user */
  restore(kept, user) {
    for (const pending of kept) {
      if (!this.#own.has(pending.cmid))
        this.#own.set(pending.cmid, { message: fromPending(pending, user), pending });
    }
  }

  /** @param {User} user has logged in: now the conversations are known */
  login(user) {
    for (const { message, pending } of this.#own.values()) {
      const { conversation, from, name } = fromPending(pending, user);
      Object.assign(message, { conversation, from, name });
    }
  }

  /** @param {Pending} pending @param {User | null} user @returns {Message} */
  add(pending, user) {
    const message = fromPending(pending, user);
    if (this.#own.size >= MAX_UNSENT)
      return Object.assign(message, { state: 'failed', error: `${MAX_UNSENT} messages wait already` });
    this.#own.set(pending.cmid, { message, pending });
    this.#toStore.push(pending);
    if (!this.#isStoring)
      void this.#storeAndPost();
    return message;
  }

  /** @param {Message} news of the engine @returns {Message} what `send` returned, if it was here */
  update(news) {
    const own = this.#own.get(news.cmid);
    return own ? Object.assign(own.message, news) : news;
  }

  /** It was handed over. @param {Message} message @returns {Message} */
  merge(message) {
    const merged = message.own && message.cmid ? this.update(message) : message;
    this.#own.delete(message.cmid);
    return merged;
  }

  /** @param {string} [conversation] @returns {Message[]} */
  list(conversation) {
    return [...this.#own.values()].map(({ message }) => message)
      .filter(message => message.state !== 'sent' && (!conversation || message.conversation === conversation));
  }

  /** @param {Message} message that has failed */
  discard({ cmid, state }) {
    if (state === 'failed' && this.#own.delete(cmid))
      void this.#store.write({ done: [cmid] });
  }

  async #storeAndPost() {
    this.#isStoring = true;
    while (this.#toStore.length > 0) {
      const pending = this.#toStore.splice(0);
      await this.#store.write({ pending });
      pending.forEach(one => this.#post(one));
    }
    this.#isStoring = false;
  }
}
