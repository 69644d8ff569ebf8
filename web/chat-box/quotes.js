/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Message } from '../sdk/types.js' */
/** @import { Timeline } from './timeline.js' */

/** So many that are not loaded are asked for at once. */
const AT_ONCE = 100;

/** The messages that others answer. Those that are not on the screen are asked for by their numbers, each once. */
export class Quotes {
  /** Null: asked for, and perhaps not there. @type {Map<number, Message | null>} */
  #fetched = new Map();
  /** @type {Set<number>} */
  #wanted = new Set();
  #client;
  #conversation;
  #timeline;
  #changed;

  /** @param {ChatClient} client @param {string} conversation @param {Timeline} timeline @param {() => void} changed some have come */
  constructor(client, conversation, timeline, changed) {
    this.#client = client;
    this.#conversation = conversation;
    this.#timeline = timeline;
    this.#changed = changed;
  }

  /** @param {number} seq @returns {Message | undefined} as it is now; undefined: not known yet, or not there */
  find(seq) {
    const known = this.#timeline.find(seq) ?? this.#fetched.get(seq);
    if (known === undefined && this.#client.can('threads')) {
      if (this.#wanted.size === 0)
        queueMicrotask(() => void this.#fetch());
      this.#wanted.add(seq);
    }
    return known ?? undefined;
  }

  async #fetch() {
    const seqs = [...this.#wanted].slice(0, AT_ONCE);
    this.#wanted.clear();
    for (const seq of seqs)
      this.#fetched.set(seq, null);
    try {
      for (const message of (await this.#client.history(this.#conversation, { seqs })).messages)
        this.#fetched.set(message.seq, message);
      this.#changed();
    } catch {
      for (const seq of seqs)
        this.#fetched.delete(seq); // the next drawing asks again
    }
  }
}
