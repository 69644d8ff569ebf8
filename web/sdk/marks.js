/** @import { Clock } from './types.js' */
/** @import { Connection } from './connection.js' */
import * as Kind from './kinds.js';

/** At most one frame per conversation in so many ms. */
const INTERVAL = 200;

/** Tells the server what was received. There is no reply, so what a lost connection was told is told again. */
export class ReceivedMarks {
  /** @type {Map<string, number>} */
  #due = new Map();
  /** @type {Map<string, number>} */
  #told = new Map();
  /** Rows of the offline queue, on a server without a history. @type {number[]} */
  #offline = [];
  /** @type {Connection | null} */
  #connection = null;
  /** @type {any} */
  #timer = null;
  #clock;

  /** @param {Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /** Everything up to this number was received. @param {string} conversation @param {number} seq */
  raise(conversation, seq) {
    this.#due.set(conversation, Math.max(seq, this.#due.get(conversation) ?? 0));
    this.#schedule();
  }

  /** @param {number} row without a connection the server sends it again, and it is raised again */
  raiseOffline(row) {
    if (this.#connection)
      this.#offline.push(row);
    this.#schedule();
  }

  /** The server does not have these numbers any more. @param {string} conversation */
  forget(conversation) {
    this.#due.delete(conversation);
    this.#told.delete(conversation);
  }

  /** @param {Connection | null} connection null: it was lost */
  use(connection) {
    this.#connection = connection;
    if (!connection) {
      this.#offline = [];
      for (const [conversation, seq] of this.#told)
        this.raise(conversation, seq);
      this.#told.clear();
    }
    this.#schedule();
  }

  flush() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#connection)
      return;
    for (const [conversation, seq] of this.#due) {
      this.#connection.send({ msgid: Kind.received, conversation, seq });
      this.#told.set(conversation, seq);
    }
    for (const offline of this.#offline)
      this.#connection.send({ msgid: Kind.received, offline });
    this.#due.clear();
    this.#offline = [];
  }

  #schedule() {
    if (this.#connection && (this.#due.size > 0 || this.#offline.length > 0))
      this.#timer ??= this.#clock.setTimeout(() => this.flush(), INTERVAL);
  }
}
