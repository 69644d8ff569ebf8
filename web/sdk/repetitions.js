/** @import { Message } from './types.js' */

/** Repetitions are recognised among so many. */
const MAX_REMEMBERED = 4096;

/** Messages that came already, on a server without a history: there they have no numbers. */
export class Repetitions {
  /** @type {Set<string>} */
  #remembered = new Set();

  /** Whether it came before; from now on it did. @param {Message} message */
  has({ from, cmid, offline }) {
    const key = cmid ? `${from} ${cmid}` : `offline ${offline}`;
    if (this.#remembered.has(key))
      return true;
    this.#remembered.add(key);
    if (this.#remembered.size > MAX_REMEMBERED)
      this.#remembered.delete([...this.#remembered][0]);
    return false;
  }
}
