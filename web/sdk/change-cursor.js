/** @import { Change } from './types.js' */

/**
 * The changes of the messages of one conversation, in order and each once. Every push names the rev that was told before: one that is not
 * known here means that something is missing, and has to be fetched. No clock, no I/O.
 */
export class ChangeCursor {
  /** What waits for its message. @type {Map<number, Change>} */
  #early = new Map();
  /** @type {Set<number>} */
  #inLine = new Set();
  /** @type {number | undefined} */
  #rev;
  #loginRev = 0;
  /** What was before this user's time. */
  #old = { rev: 0, seq: 0 };

  /** The highest rev heard of. */
  head = 0;

  /** Changes up to here are in line, were handed over, or were before this user's time. */
  get rev() { return this.#rev ?? 0; }

  get hasGap() { return this.head > this.rev; }

  get early() { return this.#early.size; }

  /** Changes up to here were handed over. */
  get taken() { return Math.min(this.rev, ...[...this.#early.keys(), ...this.#inLine].map(rev => rev - 1)); }

  /**
   * Goes on from a mark that was kept. What is between the two was heard of, and no sync tells of it again: it is fetched.
   * @param {number} rev @param {number} [head]
   */
  restore(rev, head = 0) {
    this.#rev = rev;
    this.head = Math.max(rev, head);
  }

  /** The conversation is known from its beginning: changes begin with the first one. */
  startAtZero() { this.#rev ??= 0; }

  beginLogin() { this.#loginRev = this.rev; }

  /**
   * A sync has told the newest rev. One that is lower than it was at the login is of a copy of the database that was put back.
   * @param {number} rev
   */
  noteServerRev(rev) {
    if (rev < this.#loginRev)
      this.restart(rev);
    this.#rev ??= 0;
    this.head = Math.max(this.head, rev);
  }

  /**
   * The same of a conversation that is new here. Messages that are still to come may come without what became of them: those changes are fetched, all
   * others were before this user's time.
   * @param {number} rev @param {number} received messages behind it are still to come @param {boolean} missing whether there are any
   */
  begin(rev, received, missing) {
    this.#rev ??= missing ? 0 : rev;
    this.#old = { rev, seq: received };
    this.head = Math.max(this.head, rev);
  }

  /** Whether it is known where the changes begin. */
  get begun() { return this.#rev !== undefined; }

  /** What is known is not the server's any more: all changes are fetched anew. @param {number} [head] */
  restart(head = 0) {
    this.#rev = this.#loginRev = this.#old.rev = 0;
    this.head = Math.max(1, head);
    this.#early.clear();
  }

  /** Nobody can tell what is missing. */
  giveUp() { this.#rev = this.head; }

  /**
   * A push. Null: it is known, or waits for its message, or something in front of it has to be fetched first.
   * @param {Change} change @param {number} previous the rev that was told before @param {boolean} early whether its message is still to come
   * @param {boolean} room without it the change is fetched later
   */
  offer(change, previous, early, room) {
    this.head = Math.max(this.head, change.rev);
    // Those between the rev told before and an own one that is higher are in this one, or were fetched.
    if (this.#rev !== undefined && (previous > this.#rev || change.rev <= this.#rev))
      return null;
    if (!room)
      return null;
    this.#rev = change.rev;
    return this.#line(change, early);
  }

  /** A change of a page that was fetched; null as above. @param {Change} change @param {boolean} early */
  offerFetched(change, early) {
    const isOld = change.rev <= this.rev || (change.rev <= this.#old.rev && change.seq <= this.#old.seq);
    return isOld ? null : this.#line(change, early);
  }

  /**
   * A page has told everything up to a rev. Only a push that came since it was asked for says that there is more than the last page has.
   * @param {{ since: number, head: number }} request `head` as known then @param {number} rev @param {boolean} more
   */
  endPage({ since, head }, rev, more) {
    if (since !== this.rev)
      return; // another life of the cursor has asked
    if (rev < since)
      return this.restart(rev);
    const isGoingOn = more && rev > since; // else the next page would be the same
    this.#rev = rev;
    this.head = !isGoingOn && this.head === head ? rev : Math.max(this.head, isGoingOn ? rev + 1 : rev);
  }

  /** What has waited for a message up to this number, ascending by rev. @param {number} seq @returns {Change[]} */
  release(seq) {
    if (this.#early.size === 0)
      return [];
    const released = [...this.#early.values()].filter(change => change.seq <= seq).sort((a, b) => a.rev - b.rev);
    for (const { rev } of released) {
      this.#early.delete(rev);
      this.#inLine.add(rev);
    }
    return released;
  }

  /** It was handed over. @param {number} rev */
  take(rev) { this.#inLine.delete(rev); }

  /** @param {Change} change @param {boolean} early */
  #line(change, early) {
    if (early)
      this.#early.set(change.rev, change);
    else
      this.#inLine.add(change.rev);
    return early ? null : change;
  }
}
