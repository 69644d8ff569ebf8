/** @import { Change, Clock, Item, Mark, Message } from './types.js' */
import { Cursor } from './cursor.js';

/** What came early is kept up to here; more is fetched later. */
const MAX_HELD = 1024;
/** A missing number may still arrive by itself for so long, in ms. */
const GAP_DELAY = 250;
/** An acknowledgement may overtake the messages of others in front of it by so much, in ms. */
const OVERTAKING = 2000;

/** @typedef {{ conversation: string, after: number, head: number }} HistoryRequest what to ask for; `head` as known then */

/** @typedef {{ conversation: string, since: number, head: number }} ChangesRequest the same for changes */

/** The cursors of all conversations of one user: where each begins, which of them miss something and since when. */
export class Cursors {
  /** @type {Map<string, Cursor>} */
  #cursors = new Map();
  /** @type {Map<Cursor, { queued: number, due: number }>} */
  #gaps = new Map();
  /** Groups whose messages this user sees from the first on. @type {Set<string>} */
  #fromBeginning = new Set();
  /** Those of whose changes some are missing. @type {Set<Cursor>} */
  #stale = new Set();
  #synced = false;
  #hasChanges = false;
  #held = 0;
  #early = 0;
  #clock;
  #enqueue;
  #hooks;

  /**
   * @param {Clock} clock @param {(item: Item) => void} enqueue
   * @param {{ gap(): void, rewound(conversation: string): void, received(conversation: string, seq: number): void,
   *   changed(cursor: Cursor): void }} hooks told of gaps, of marks and of heads
   */
  constructor(clock, enqueue, hooks) {
    this.#clock = clock;
    this.#enqueue = enqueue;
    this.#hooks = hooks;
  }

  get hasGaps() { return this.#gaps.size > 0; }

  all() { return [...this.#cursors.values()]; }

  /** @param {string} conversation */
  find(conversation) { return this.#cursors.get(conversation); }

  /** @param {Mark[]} marks as they were kept */
  restore(marks) {
    for (const mark of marks)
      this.#change(this.#get(mark.conversation), cursor => cursor.restore(mark), true);
  }

  /** A login: until the sync has answered, nobody knows where a conversation begins that has no cursor. */
  /** @param {boolean} hasChanges whether this server knows of changes of messages */
  beginSync(hasChanges) {
    this.#synced = false;
    this.#hasChanges = hasChanges;
    for (const cursor of this.#cursors.values())
      cursor.beginLogin();
  }

  /** @param {{ conversation: string, head: number, received: number, read: number, rev?: number, floor?: number }[]} entries of a sync */
  applySync(entries) {
    for (const { conversation, head, received, read, rev = 0, floor = 0 } of entries) {
      this.#change(this.#get(conversation), cursor => {
        const { based } = cursor;
        if (!based)
          cursor.setBase(received);
        cursor.noteServerHead(head);
        if (this.#hasChanges)
          based ? cursor.changes.noteServerRev(rev) : cursor.changes.begin(rev, received, received < head);
        cursor.read = Math.max(Math.min(cursor.read, head), read);
        cursor.floor = floor;
        if (!based)
          return;
        cursor.compareLast();
        if (received < cursor.received)
          this.#hooks.received(conversation, cursor.received);
      }, true);
    }
  }

  /** All entries were applied. @param {string[]} groups of the login @param {boolean} full whether all was asked for, not only changes */
  finishSync(groups, full) {
    for (const group of full ? groups : []) {
      this.#fromBeginning.add(group);
      this.#get(group); // it has a mark from now on: the next run asks for changes only
    }
    this.#synced = true;
    for (const cursor of this.#cursors.values()) {
      if (!cursor.based)
        this.#change(cursor, () => this.#setBase(cursor));
    }
    this.#releaseUnexpected();
  }

  /** The server keeps no history: what is missing stays missing. */
  finishWithoutHistory() {
    this.#synced = true;
    for (const cursor of this.#cursors.values()) {
      this.#change(cursor, () => {
        cursor.setBaseToFirstSeen();
        cursor.giveUpGap();
      });
    }
    this.#releaseUnexpected();
  }

  /** @param {string} group whose first message is still to come */
  addNewGroup(group) { this.#fromBeginning.add(group); }

  /** A numbered push, or an own message that was acknowledged. @param {Message} message @param {boolean} room */
  offer(message, room) {
    this.#change(this.#get(message.conversation), cursor => {
      // Where it begins is known from its first message, so that one is kept in any case.
      cursor.offer(message, (room && this.#held < MAX_HELD) || (this.#synced && !cursor.based));
      if (this.#synced && !message.own)
        cursor.setBaseToFirstSeen();
    });
  }

  /** A push that says that a message was changed. @param {Change} change @param {number} previous the rev that was told before @param {boolean} room */
  offerChange(change, previous, room) {
    const cursor = this.#get(change.conversation);
    // The message is there, so it is missing if it has not come.
    this.#change(cursor, () => { cursor.head = Math.max(cursor.head, change.seq); });
    this.#change(cursor, () => {
      if (this.#synced && this.#isKnownFromBeginning(cursor))
        cursor.changes.startAtZero(); // else it is a group that was joined meanwhile: what follows is of its member's time
      const canFollow = room && (this.#synced || cursor.changes.begun); // else the sync will tell where to begin
      cursor.lineChange(cursor.changes.offer(change, previous, this.#isEarly(cursor, change.seq), canFollow));
    });
  }

  /** Of which changes some are missing, if any. @returns {ChangesRequest | null} */
  findChanges() {
    const [cursor] = this.#hasChanges ? this.#stale : [];
    return cursor ? { conversation: cursor.conversation, since: cursor.changes.rev, head: cursor.changes.head } : null;
  }

  /** @param {ChangesRequest} request @param {Change[]} changes @param {number} rev @param {boolean} more the answer to it */
  offerChanges(request, changes, rev, more) {
    const cursor = this.#get(request.conversation);
    this.#change(cursor, () => {
      for (const change of changes)
        cursor.lineChange(cursor.changes.offerFetched(change, this.#isEarly(cursor, change.seq)));
      cursor.changes.endPage(request, rev, more);
    });
  }

  /** The server refuses to tell them for good. @param {ChangesRequest} request */
  giveUpChanges({ conversation }) { this.#change(this.#get(conversation), ({ changes }) => changes.giveUp()); }

  /** @param {string} conversation @param {number} head the server has refused a mark, because this is its last number */
  noteServerHead(conversation, head) {
    const cursor = this.find(conversation);
    if (cursor)
      this.#change(cursor, () => cursor.noteServerHead(head), true);
  }

  /**
   * How far the other one of two users is.
   * @param {string} conversation @param {number} received @param {number} read
   * @returns {Cursor | null} null: it is no news, or the conversation is not known yet
   */
  notePeer(conversation, received, read) {
    const cursor = this.#synced ? this.#get(conversation) : this.find(conversation);
    if (!cursor?.notePeer(received, read))
      return null;
    this.#hooks.changed(cursor);
    return cursor;
  }

  /** @param {string} conversation @param {number} floor messages below it are not shown any more */
  noteFloor(conversation, floor) {
    const cursor = this.find(conversation);
    if (!cursor || floor === cursor.floor)
      return;
    cursor.floor = floor;
    this.#hooks.changed(cursor);
  }

  /** @param {string} conversation @param {number} seq a person has read up to here */
  noteRead(conversation, seq) {
    this.#change(this.#get(conversation), cursor => { cursor.read = Math.max(cursor.read, seq); });
  }

  /** @param {Item} item was handed over */
  take(item) {
    const cursor = this.find(item.conversation);
    if (cursor)
      this.#change(cursor, () => cursor.take(item));
  }

  /** What to fetch now; else after how many ms to look again. @returns {HistoryRequest | number | null} */
  findGap() {
    let wait = Infinity;
    for (const [cursor, { due }] of [...this.#gaps]) {
      if (due <= this.#clock.now() && !cursor.based)
        this.#change(cursor, () => cursor.setBaseToFirstSeen());
      else if (due <= this.#clock.now())
        return { conversation: cursor.conversation, after: cursor.fetchAfter, head: cursor.head };
      else
        wait = Math.min(wait, due - this.#clock.now());
    }
    return wait === Infinity ? null : wait;
  }

  /** @param {HistoryRequest} request @param {Message[]} messages @param {boolean} more the answer to it */
  offerHistory({ conversation, after, head }, messages, more) {
    const cursor = this.find(conversation);
    if (!cursor?.based || after > cursor.queued)
      return;
    const urgent = more || cursor.looking;
    this.#change(cursor, () => cursor.offerHistory(after, messages, more, head), urgent);
  }

  /** @param {HistoryRequest} request the server refuses it for good */
  giveUp({ conversation, after }) {
    const cursor = this.find(conversation);
    if (cursor?.based && after === cursor.fetchAfter)
      this.#change(cursor, () => cursor.giveUpGap());
  }

  /** @param {string} conversation */
  #get(conversation) {
    let cursor = this.#cursors.get(conversation);
    if (!cursor) {
      cursor = new Cursor(conversation, this.#enqueue);
      this.#cursors.set(conversation, cursor);
      if (this.#synced)
        this.#setBase(cursor);
    }
    return cursor;
  }

  /** Whether a message is still to come. @param {Cursor} cursor @param {number} seq */
  #isEarly({ based, queued }, seq) { return this.#early < MAX_HELD && (based ? seq > queued : !this.#synced); }

  #releaseUnexpected() {
    for (const cursor of this.#cursors.values()) {
      if (!cursor.based)
        this.#change(cursor, () => cursor.releaseChanges(Infinity));
    }
  }

  /** @param {Cursor} cursor */
  #isKnownFromBeginning({ conversation }) { return conversation.startsWith('d:') || this.#fromBeginning.has(conversation); }

  /** @param {Cursor} cursor */
  #setBase(cursor) {
    // A group that was joined meanwhile has a past; its member's messages begin with the first that comes.
    if (this.#isKnownFromBeginning(cursor))
      cursor.setBase(0);
    else if (cursor.hasMessages)
      cursor.setBaseToFirstSeen();
  }

  /** Whatever moves a cursor: its mark, its gap and what it holds are looked at afterwards. @param {Cursor} cursor @param {(cursor: Cursor) => void} change @param {boolean} [urgent] */
  #change(cursor, change, urgent = false) {
    const { held, rewinds, received, head, read, floor, changes: { early } } = cursor;
    change(cursor);
    this.#held += cursor.held - held;
    if (cursor.rewinds > rewinds) {
      this.#hooks.rewound(cursor.conversation);
      cursor.changes.restart();
    }
    if (cursor.based)
      cursor.releaseChanges();
    this.#early += cursor.changes.early - early;
    if (!cursor.changes.hasGap)
      this.#stale.delete(cursor);
    else if (!this.#stale.has(cursor)) {
      this.#stale.add(cursor);
      this.#hooks.gap();
    }
    if (cursor.received > received && cursor.rewinds === rewinds)
      this.#hooks.received(cursor.conversation, cursor.received);
    if (cursor.head !== head || cursor.read !== read || cursor.floor !== floor)
      this.#hooks.changed(cursor);
    const gap = this.#gaps.get(cursor);
    const isWaitingForOthers = this.#synced && !cursor.based && cursor.held > 0;
    if (!cursor.hasGap && !isWaitingForOthers)
      this.#gaps.delete(cursor);
    else if (!gap || gap.queued !== cursor.queued || urgent) {
      // What comes by itself needs not be fetched: as long as the conversation moves, there is time.
      this.#gaps.set(cursor, { queued: cursor.queued, due: this.#clock.now() + (isWaitingForOthers ? OVERTAKING : urgent ? 0 : GAP_DELAY) });
      this.#hooks.gap();
    }
  }
}
