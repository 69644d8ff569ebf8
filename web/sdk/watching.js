/** @import { Clock, Events, PresenceState, Typing } from './types.js' */
/** @import { ChatError } from './protocol.js' */
import { ErrorCode } from './protocol.js';

/** Whom this tab watches, and what it is told of them. The tab that has the connection may watch others too. */
export class Watching {
  /** @type {number[]} */
  users = [];
  /** @type {string[]} */
  conversations = [];
  /** Whether somebody sits in front of this tab. @type {'online' | 'away'} */
  state = 'online';
  /** Who types now, with what ends it. @type {Map<string, { typing: Typing, timer: any }>} */
  #typing = new Map();
  #clock;
  #emit;

  /** @param {Clock} clock @param {<T extends 'presence' | 'typing'>(type: T, event: Events[T]) => void} emit */
  constructor(clock, emit) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** @param {number[]} users @param {string[]} conversations the whole list @param {() => Promise<void>} tell it to who has the connection: if that is refused, what was before still is */
  async change(users, conversations, tell) {
    const before = this.#set(users, conversations);
    try {
      await tell();
    } catch (error) {
      if (/** @type {ChatError} */ (error).code === ErrorCode.none)
        return; // whoever has the connection next is told
      if (this.users === users)
        this.#set(before.users, before.conversations);
      throw error;
    }
  }

  /** @param {number[]} users @param {string[]} conversations @returns what it was */
  #set(users, conversations) {
    const before = { users: this.users, conversations: this.conversations };
    this.users = users;
    this.conversations = conversations;
    this.#end(({ conversation }) => !conversations.includes(conversation));
    return before;
  }

  /**
   * Tells it to who has the connection now. Without a code nobody has refused it: the tab that was asked is gone, and whoever has the connection next is told.
   * @param {{ live(operation: any, ...args: any[]): Promise<void> }} engine @param {string} tab
   */
  async restore(engine, tab) {
    if (this.state === 'online' && this.users.length + this.conversations.length === 0)
      return;
    try {
      await engine.live('restore', tab, this.users, this.conversations, this.state);
    } catch (error) {
      if (/** @type {ChatError} */ (error).code !== ErrorCode.none)
        throw error;
    }
  }

  /** @param {{ users: PresenceState[] }} event */
  notePresence({ users }) {
    const watched = users.filter(({ id }) => this.users.includes(id));
    if (watched.length > 0)
      this.#emit('presence', { users: watched });
  }

  /** Told once when it begins and once when it ends, however often it is repeated. @param {Typing & { expires?: number }} event */
  noteTyping({ conversation, id, on, expires = 6000 }) {
    const key = `${conversation} ${id}`;
    const before = this.#typing.get(key);
    if (!on || !this.conversations.includes(conversation))
      return this.#end(one => one.conversation === conversation && one.id === id);
    this.#clock.clearTimeout(before?.timer);
    const typing = { conversation, id, on };
    this.#typing.set(key, { typing, timer: this.#clock.setTimeout(() => this.#end(one => one === typing), expires) });
    if (!before)
      this.#emit('typing', typing);
  }

  /** Nobody can tell any more. */
  forget() { this.#end(() => true); }

  /** @param {(typing: Typing) => boolean} isOver */
  #end(isOver) {
    for (const [key, { typing, timer }] of [...this.#typing]) {
      if (!isOver(typing))
        continue;
      this.#clock.clearTimeout(timer);
      this.#typing.delete(key);
      this.#emit('typing', { ...typing, on: false });
    }
  }
}
