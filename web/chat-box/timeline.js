/** @import { Change, Message } from '../sdk/types.js' */
import { withChange } from '../sdk/index.js';

/** So many changes of messages that are not here are kept: what is being loaded may be older than they are. */
const MAX_CHANGES = 100;

/** How far the other one is with a message; in a group nobody is told. @param {{ received: number, read: number }} peer @param {Message} message */
export const progressOf = ({ received, read }, { seq }) => (seq > 0 && seq <= read ? 'read' : seq > 0 && seq <= received ? 'received' : 'sent');

/**
 * The messages of one conversation that are on the screen: those with numbers in order, each once, then the own ones that are on their
 * way. Knows no page.
 */
export class Timeline {
  /** @type {Message[]} */
  #numbered = [];
  /** @type {Map<string, Message>} */
  #unsent = new Map();

  /** @type {Change[]} */
  #changes = [];

  /** In the order of the screen. */
  get messages() { return [...this.#numbered, ...this.#unsent.values()]; }

  /** The number of the first and of the last; 0 if there is none. */
  get first() { return this.#numbered[0]?.seq ?? 0; }

  get last() { return this.#numbered.at(-1)?.seq ?? 0; }

  /** @param {Message} message with or without a number @returns {boolean} whether it is new on the screen, or stands elsewhere than before */
  add(message) {
    if (message.seq === 0 || message.state !== 'sent') {
      // A server without a history gives no numbers: such messages stay where they are.
      const isNew = !this.#unsent.has(message.cmid);
      this.#unsent.set(message.cmid || `${message.from} ${message.ts} ${this.#unsent.size}`, message);
      return isNew;
    }
    message = this.#changes.reduce(withChange, message);
    const wasUnsent = message.own && this.#unsent.delete(message.cmid);
    let at = this.#numbered.length;
    while (at > 0 && this.#numbered[at - 1].seq > message.seq)
      at--;
    const known = this.#numbered[at - 1];
    if (known?.seq === message.seq) {
      // A delivery may still have an old text: it says nothing about changes.
      this.#numbered[at - 1] = (known.rev ?? 0) > (message.rev ?? 0) ? known : message;
      return wasUnsent;
    }
    this.#numbered.splice(at, 0, message);
    return true;
  }

  /** @param {number} seq */
  find(seq) { return this.#numbered.find(message => message.seq === seq); }

  /** @param {Message} message in place of the one with its number */
  replace(message) { this.#numbered = this.#numbered.map(known => (known.seq === message.seq ? message : known)); }

  /** @param {Change} change @returns {Message | undefined} the message as it is now, if it is here */
  change(change) {
    const known = this.find(change.seq);
    this.#changes = [...this.#changes, change].slice(-MAX_CHANGES);
    if (known)
      this.replace(withChange(known, change));
    return this.find(change.seq);
  }

  /** @param {Message} message that has failed and is given up */
  remove(message) { this.#unsent.delete(message.cmid); }

  /** The server does not have what is above a number any more. @param {number} to */
  rewind(to) {
    this.#changes = [];
    this.#numbered = this.#numbered.filter(({ seq }) => seq <= to);
  }

  /** Only the newest stay; what is in front of them is fetched again when somebody scrolls there. @param {number} count */
  keepNewest(count) {
    if (this.#numbered.length > count)
      this.#numbered = this.#numbered.slice(-count);
  }
}
