/** @import { Clock, Message, Pending, Store, User } from './types.js' */
/** @import { Connection } from './connection.js' */
import { takeState } from './changes.js';
import * as Kind from './kinds.js';
import { Posts } from './posts.js';
import { ChatError, ErrorCode, direct, group } from './protocol.js';

/** What `ref` and the conversation may add to a message. */
const ENVELOPE = 64;

/** An own message as the application sees it. @param {Pending} pending @param {User | null} user @returns {Message} */
export function fromPending({ cmid, target, text, ts, fields, error, errno }, user) {
  const others = { ...fields };
  const refers = takeState(others);
  const conversation = 'group' in target ? group(target.group) : user ? direct(user.id, target.to) : '';
  return {
    conversation, seq: 0, ts, from: user?.id ?? 0, name: user?.name ?? '', text, cmid, own: true, state: error ? 'failed' : 'pending',
    ...(error && { error, ...(errno && { errno }) }), ...refers, ...(Object.keys(others).length > 0 && { fields: others }),
  };
}

/** Sends messages until each is acknowledged or refused for good, over as many connections as that takes. */
export class Outgoing {
  #posts = new Posts();
  /** @type {Connection | null} */
  #connection = null;
  /** @type {User | null} */
  #user = null;
  /** @type {any} */
  #timer = null;
  #clock;
  #store;
  #emit;
  #accept;

  /** @param {Clock} clock @param {Store} store @param {(type: 'update', message: Message) => void} emit @param {(message: Message) => void} accept */
  constructor(clock, store, emit, accept) {
    this.#clock = clock;
    this.#store = store;
    this.#emit = emit;
    this.#accept = accept;
  }

  /** @param {Pending} pending is in the store */
  add(pending) {
    if (this.#posts.add(pending))
      this.#pump();
  }

  /** @param {Connection | null} connection logged in; null: it was lost @param {User} [user] */
  use(connection, user) {
    this.#connection = connection;
    this.#user = user ?? this.#user;
    this.#posts.connectionLost();
    this.#pump();
  }

  /** Somebody else logs in, or nobody. */
  clear() {
    for (const pending of this.#posts.clear())
      this.#emit('update', fromPending({ ...pending, error: 'logged out' }, this.#user));
  }

  #pump() {
    const connection = this.#connection;
    if (!connection)
      return;
    for (let sendable; (sendable = this.#posts.takeSendable(this.#clock.now())).length > 0;) {
      for (const pending of sendable)
        void this.#post(connection, pending);
    }
    this.#clock.clearTimeout(this.#timer);
    const wait = this.#posts.nextDue - this.#clock.now();
    if (wait < Infinity)
      this.#timer = this.#clock.setTimeout(() => this.#pump(), Math.max(0, wait));
  }

  /** @param {Connection} connection @param {Pending} pending */
  async #post(connection, pending) {
    const { cmid, target, text: msg, fields } = pending;
    const object = 'group' in target
      ? { ...fields, msgid: Kind.group, groupid: target.group, msg, cmid } : { ...fields, msgid: Kind.direct, toid: target.to, msg, cmid };
    try {
      const size = new TextEncoder().encode(JSON.stringify(object)).length + ENVELOPE;
      if (size > connection.maxFrame) // such a frame would end every connection that it is tried on
        throw new ChatError(`the message takes ${size} bytes, the server accepts ${connection.maxFrame}`, ErrorCode.tooLarge);
      await connection.request(object, ({ conversation, seq = 0, ts }) => {
        this.#posts.finish(cmid);
        void this.#store.write({ done: [cmid] });
        const message = { ...fromPending(pending, this.#user), seq, ts, state: /** @type {const} */ ('sent'), ...(conversation && { conversation }) };
        this.#emit('update', message);
        this.#accept(message);
      });
    } catch (error) {
      if (connection !== this.#connection || !(error instanceof ChatError) || (error.code === ErrorCode.none))
        return; // it is sent again on the next connection
      if (error.code === ErrorCode.notLoggedIn)
        return connection.end('the server has forgotten the login');
      if (error.retry)
        this.#posts.refuse(cmid, this.#clock.now(), this.#clock.random());
      else
        this.#fail({ ...pending, error: error.message, errno: error.code });
    }
    this.#pump();
  }

  /** @param {Pending} failed */
  #fail(failed) {
    this.#posts.finish(failed.cmid);
    void this.#store.write({ pending: [failed] });
    this.#emit('update', fromPending(failed, this.#user));
  }
}
