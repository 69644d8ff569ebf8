/** @import { Message } from '../sdk/types.js' */

/** How many messages are in the threads that have begun with messages on the screen. */
export class ThreadCounts {
  /** The numbers of the messages of each thread, by its root. @type {Map<number, number[]>} */
  #seqs = new Map();

  /** @param {Message[]} messages that are on the screen */
  update(messages) {
    this.#seqs.clear();
    for (const { thread = 0, seq } of messages) {
      if (thread > 0 && seq > 0)
        this.#seqs.set(thread, [...this.#seqs.get(thread) ?? [], seq]);
    }
  }

  /** What the server has counted, and what has come since. @param {Message} message */
  of({ seq, replies = 0, last_reply = 0 }) { return replies + (this.#seqs.get(seq) ?? []).filter(one => one > last_reply).length; }
}
