/** @import { Message } from './types.js' */

const STEP = 100;

/**
 * A server that goes on from an older copy of its database gives numbers a second time. Times of a conversation never go back: so
 * the first message that is newer than everything that was seen is where what is new begins. Looks backwards for it, page by page.
 */
export class RewindSearch {
  #oldBefore = false;

  /** @param {number} below what is above is new, as far as is known @param {number} ts the newest time that was seen; 0: none is known */
  constructor(below, ts) {
    this.below = below;
    this.ts = ts;
    this.done = below === 0 || ts === 0;
    /** The history is to be asked for what is behind this number. */
    this.after = Math.max(0, below - STEP);
  }

  /** @param {Message[]} messages what the history has behind `after` @param {boolean} more */
  offer(messages, more) {
    const firstNew = messages.find(message => message.ts > this.ts)?.seq ?? Infinity;
    if (firstNew <= this.below) {
      this.below = firstNew - 1;
      // Only if what is in front of it is known to be old is it the first.
      this.done = this.#oldBefore || this.after === 0 || messages[0].seq < firstNew;
      this.after = Math.max(0, this.below - STEP);
    } else if (!more || messages.length === 0 || messages[messages.length - 1].seq >= this.below) {
      this.done = true;
    } else {
      this.#oldBefore = true;
      this.after = messages[messages.length - 1].seq;
    }
  }
}

/** Notices that the server has gone back, by what was known when the login began: its log cannot have become shorter since. */
export class Rewind {
  /** @type {RewindSearch | null} */
  search = null;
  atLogin = { queued: 0, head: 0, ts: 0 };
  serverHead = 0;
  from = 0;
  count = 0;
  #possible = false;
  #compare = false;

  /** Whether the server has to be asked what it has of numbers that were seen. */
  get looking() {
    return this.search !== null || this.#compare;
  }

  /** @param {number} queued */
  fetchAfter(queued) {
    return this.search?.after ?? (this.#compare ? this.atLogin.queued - 1 : queued);
  }

  /** @param {number} queued @param {number} head @param {number} ts @param {boolean} based */
  beginLogin(queued, head, ts, based) {
    this.atLogin = { queued, head, ts };
    this.#possible = based;
    this.#compare = false;
    this.serverHead = 0;
  }

  /** True if it has gone back. @param {number} head the last number of the server */
  noteServerHead(head) {
    this.serverHead = Math.max(this.serverHead, head);
    return this.#possible && head < this.atLogin.head;
  }

  /** That the server has as many numbers as we know does not mean that they are the same messages: the last one is compared. */
  compareLast() {
    this.#compare = this.#possible && this.atLogin.queued > 0 && this.atLogin.ts > 0;
  }

  /** @param {number} after @param {Message[]} messages */
  findsAnotherLast(after, messages) {
    if (!this.#compare || after !== this.atLogin.queued - 1)
      return false;
    this.#compare = false;
    return (messages.find(message => message.seq === this.atLogin.queued)?.ts ?? 0) > this.atLogin.ts;
  }

  /** True if no search is needed. @param {number} from @param {number} to @param {number} ts */
  begin(from, to, ts) {
    this.from = from;
    this.#possible = this.#compare = false;
    this.count++;
    this.search = new RewindSearch(to, ts);
    return this.search.done;
  }

  /** Nobody answers: the number that the search has come to, if there is one. */
  giveUp() {
    this.#compare = false;
    return this.search?.below;
  }
}
