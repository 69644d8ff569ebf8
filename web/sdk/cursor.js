/** @import { Conversation, Item, Mark, Message } from './types.js' */
import { ChangeCursor } from './change-cursor.js';
import { Rewind } from './rewind.js';

/**
 * Puts the messages of one conversation in order, each once. Numbers are dense: a number beyond the next one means that something is
 * missing, and what came early is held until the gap is closed. Own messages come in by their acknowledgements. No clock, no I/O.
 */
export class Cursor {
  /** @type {Map<number, Message>} */
  #held = new Map();
  #rewind = new Rewind();
  #enqueue;
  #untouched = true;
  /** The newest time in line, and handed over. */
  #ts = 0;
  #deliveredTs = 0;

  /** What became of the messages since they were sent. */
  changes = new ChangeCursor();
  /** Whether it is known where the user's messages begin. */
  based = false;
  /** Everything up to here is in line, or was handed over. */
  queued = 0;
  /** Everything up to here was handed over. */
  delivered = 0;
  /** What the server may be told as received. */
  received = 0;
  read = 0;
  /** The highest number heard of. */
  head = 0;
  /** How far the other one of two users is. */
  peer = { received: 0, read: 0 };
  /** Messages below it are not shown to this user any more; 0: all are. */
  floor = 0;

  /** @param {string} conversation @param {(item: Item) => void} enqueue */
  constructor(conversation, enqueue) {
    this.conversation = conversation;
    this.#enqueue = enqueue;
  }

  get held() { return this.#held.size; }

  /** Whether a message of somebody else waits here, not only own ones. */
  get hasMessages() { return [...this.#held.values()].some(message => !message.own); }

  /** Whether the history is to be asked. */
  get hasGap() { return this.based && (this.head > this.queued || this.#rewind.looking); }

  get looking() { return this.#rewind.looking; }

  get rewinds() { return this.#rewind.count; }

  get fetchAfter() { return this.#rewind.fetchAfter(this.queued); }

  get #newestTs() { return this.#rewind.search ? 0 : this.#ts; }

  beginLogin() {
    this.#rewind.beginLogin(this.queued, this.head, this.#newestTs, this.based);
    this.changes.beginLogin();
  }

  compareLast() { this.#rewind.compareLast(); }

  /** What the application is told of the conversation. @returns {Conversation} */
  toConversation() {
    const { conversation, head, read, peer, floor } = this;
    return { conversation, head, read, ...(peer.received > 0 && { peer }), ...(floor > 0 && { floor }) };
  }

  /** @returns {Mark} */
  toMark() {
    const { delivered, received } = this;
    return { ...this.toConversation(), delivered, received, ts: this.#rewind.search ? 0 : this.#deliveredTs, rev: this.changes.taken, revHead: this.changes.head };
  }

  /** The other one of two users has received and read up to here: marks never go back. @param {number} received @param {number} read @returns {boolean} whether it is news */
  notePeer(received, read) {
    const before = this.peer;
    this.peer = { received: Math.max(before.received, received, read), read: Math.max(before.read, read) };
    return this.peer.received > before.received || this.peer.read > before.read;
  }

  /** Goes on from a mark that was kept. @param {Mark} mark */
  restore(mark) {
    this.setBase(mark.delivered);
    this.#ts = this.#deliveredTs = mark.ts;
    this.received = mark.received;
    this.read = mark.read;
    this.peer = mark.peer ?? this.peer;
    this.floor = mark.floor ?? 0;
    this.head = Math.max(this.head, mark.head);
    this.changes.restore(mark.rev ?? 0, mark.revHead);
    this.#untouched = false;
  }

  /** Says where the user's messages begin. @param {number} received behind this one */
  setBase(received) {
    this.based = true;
    this.#moveTo(received);
    this.received = received;
    this.#untouched = received === 0;
    this.head = Math.max(this.head, received);
    this.#ts = 0;
    for (const seq of [...this.#held.keys()].filter(seq => seq <= received))
      this.#held.delete(seq);
    this.#drain();
  }

  /** When nobody can say where to begin: with the first that was seen. */
  setBaseToFirstSeen() {
    if (!this.based && this.held > 0)
      this.setBase(Math.min(...this.#held.keys()) - 1);
  }

  /** The server has told the last number that it has. It may be lower than what was known before the login. @param {number} head */
  noteServerHead(head) {
    if (this.#rewind.noteServerHead(head))
      this.#rewindTo(Math.min(head, this.queued), this.#rewind.atLogin.ts);
    this.head = Math.max(this.head, head);
  }

  /**
   * A push, or an own message that was acknowledged. Without room it is only noted, to be fetched later.
   * @param {Message} message @param {boolean} room
   */
  offer(message, room) {
    const { seq, ts } = message;
    // Another message has the number of one that was seen: times never go back, so it is no repetition.
    if (this.based && !this.#rewind.search && seq <= this.queued && this.#ts > 0 && ts > this.#ts)
      this.#rewindTo(seq - 1, this.#ts);
    this.head = Math.max(this.head, seq);
    if (message.own)
      this.read = Math.max(this.read, seq); // who sends has read, on whatever device
    if (this.#rewind.search || !room || (this.based && seq <= this.queued))
      return;
    if (this.based && seq === this.queued + 1)
      this.#append(message);
    else
      this.#held.set(seq, message);
    this.#drain();
  }

  /**
   * What the history says behind a number: it is complete, so what it leaves out up to its last message, or up to the head when
   * there is no more, does not exist for this user.
   * @param {number} after @param {Message[]} messages @param {boolean} more @param {number} head as known when it was asked
   */
  offerHistory(after, messages, more, head) {
    if (!this.#isStillTheSame(after, messages, more))
      return;
    for (const message of messages) {
      this.head = Math.max(this.head, message.seq);
      if (message.seq > this.queued) {
        this.#skipTo(message.seq);
        if (message.seq > this.queued)
          this.#append(message);
      }
    }
    this.#drain();
    if (!more)
      this.#skipTo(head + 1);
    else if (messages.length === 0)
      this.#skipTo(this.queued + 2); // The next message is too large for any answer: go on behind it.
    this.#drain();
  }

  /** The history cannot be had: what is missing stays missing. */
  giveUpGap() {
    const below = this.#rewind.giveUp();
    if (below !== undefined)
      this.#finishRewind(below);
    this.#skipTo(this.head + 1);
    this.#drain();
  }

  /** Changes whose messages are in line up to a number follow them. @param {number} [seq] */
  releaseChanges(seq = this.queued) { this.changes.release(seq).forEach(change => this.lineChange(change)); }

  /** @param {import('./types.js').Change | null} change */
  lineChange(change) {
    if (change)
      this.#enqueue({ conversation: this.conversation, after: 0, upTo: 0, rewinds: this.rewinds, change });
  }

  /** An item was handed over. @param {Item} item */
  take(item) {
    if (item.change)
      return this.changes.take(item.change.rev);
    if (item.rewinds !== this.rewinds)
      return; // it is of what the server does not have any more
    this.delivered = item.upTo;
    if (item.message)
      this.#deliveredTs = Math.max(this.#deliveredTs, item.message.ts);
    else if (item.after < item.upTo)
      this.#deliveredTs = 0;
    if (!item.message?.own)
      this.received = Math.max(item.from === undefined ? this.received : 0, item.upTo);
  }

  /** Accounts for every number below this one: those that are held are appended, the others are missing. @param {number} seq */
  #skipTo(seq) {
    while (this.queued + 1 < seq) {
      const next = Math.min(seq, ...this.#held.keys());
      if (next > this.queued + 1)
        this.#appendMissing(next - 1);
      this.#drain();
    }
  }

  #drain() {
    for (let next; this.based && (next = this.#held.get(this.queued + 1));)
      this.#append(next);
  }

  /** @param {Message} message */
  #append(message) {
    this.#held.delete(message.seq);
    this.#ts = Math.max(this.#ts, message.ts);
    this.#untouched = false;
    this.#line(message.seq, { message });
  }

  /** @param {number} last */
  #appendMissing(last) {
    this.#ts = 0; // of what is behind them something may be newer than what was seen
    // In front of the first message of all there is nothing to miss: it was before this user's time.
    this.#line(last, this.#untouched ? { after: last } : {});
  }

  /** @param {number} upTo @param {Partial<Item>} rest */
  #line(upTo, rest) {
    const after = this.queued;
    this.queued = upTo;
    this.#enqueue({ conversation: this.conversation, after, upTo, rewinds: this.rewinds, ...rest });
  }

  /** The server does not have what is above a number any more, or has something else there. @param {number} to @param {number} ts */
  #rewindTo(to, ts) {
    const done = this.#rewind.begin(this.queued, to, ts);
    this.peer = { received: Math.min(this.peer.received, to), read: Math.min(this.peer.read, to) };
    const newHeld = ts === 0 ? [] : [...this.#held.values()].filter(message => message.ts > ts).map(message => message.seq);
    this.head = Math.max(to, this.#rewind.serverHead, ...newHeld);
    this.#held.clear();
    this.#moveTo(to);
    if (done)
      this.#finishRewind(to);
  }

  /** @param {number} to */
  #moveTo(to) {
    this.queued = this.delivered = to;
    this.received = Math.min(this.received, to);
  }

  /** The application is told. @param {number} to */
  #finishRewind(to) {
    this.#moveTo(to);
    const { from } = this.#rewind;
    this.#rewind.search = null;
    if (to < from)
      this.#line(to, { from });
  }

  /** False: the page belongs to the search for where what is new begins, or begins one. @param {number} after @param {Message[]} messages @param {boolean} more */
  #isStillTheSame(after, messages, more) {
    const before = this.rewinds;
    if (this.#rewind.findsAnotherLast(after, messages))
      this.#rewindTo(this.#rewind.atLogin.queued - 1, this.#rewind.atLogin.ts);
    const { search } = this.#rewind;
    if (!search) {
      if (!more)
        this.noteServerHead(messages.at(-1)?.seq ?? after);
      return this.rewinds === before;
    }
    if (after === search.after && this.rewinds === before) {
      search.offer(messages, more);
      if (search.done)
        this.#finishRewind(search.below);
      else
        this.#moveTo(search.below);
    }
    return false;
  }
}
