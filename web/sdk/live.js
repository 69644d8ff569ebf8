/** @import { Clock, Fields } from './types.js' */
/** @import { Connection } from './connection.js' */
/** @import { Pauses } from './pauses.js' */
import * as Kind from './kinds.js';
import { ChatError, ErrorCode } from './protocol.js';

/** Most users, and conversations, that a session watches. */
const MAX_USERS = 200;
const MAX_CONVERSATIONS = 20;
/** Typing is told again after so many ms, and is over after so many. */
const PACE = 2500;
const EXPIRES = 6000;
const MAX_ATTEMPTS = 5;

/** @typedef {{ at: number, isOn: boolean, timer: any }} Typed when the last beginning was told, whether it is the last word, and what tells the next one */

/**
 * What lasts as long as a connection and is said again on the next one: whom the tabs together watch, and that nobody sits in front of any of them.
 * And who types, which is not said again.
 */
export class Live {
  /** By tab, the one that has changed last at the end. @type {Map<string, { users: number[], conversations: string[] }>} */
  #watched = new Map();
  /** By tab. @type {Map<string, string>} */
  #states = new Map();
  /** What was last said of each conversation. @type {Map<string, Typed>} */
  #typed = new Map();
  #told = 'online';
  /** @type {Connection | null} */
  #connection = null;
  /** @type {Promise<void>} */
  #inOrder = Promise.resolve();
  #clock;
  #emit;
  #pauses;

  /** @param {Clock} clock @param {(type: any, event: any) => void} emit @param {Pauses} pauses */
  constructor(clock, emit, pauses) {
    this.#clock = clock;
    this.#emit = emit;
    this.#pauses = pauses;
  }

  /** @param {Connection | null} connection logged in; null: it was lost */
  use(connection) {
    this.#connection = connection;
    this.#typed.forEach(typed => this.#endTimer(typed));
    this.#typed.clear();
    this.#told = 'online';
    if (!connection)
      return;
    void this.#tellState().catch(() => {});
    if (this.#watched.size > 0 && connection.features.includes('watch'))
      this.#then(() => this.#tellAll()).catch(error => this.#emit('error', error));
  }

  /**
   * The whole list of a tab, each time. Without a connection it is told with the next login.
   * @param {string} tab @param {number[]} users @param {string[]} conversations
   * @returns {Promise<void>} fails if the server refuses it: then nothing has changed
   */
  watch(tab, users, conversations) {
    return this.#then(async () => {
      if (!this.#states.has(tab))
        this.#states.set(tab, 'online');
      const before = this.#watched.get(tab);
      this.#note(tab, { users, conversations });
      try {
        await this.#tell();
      } catch (error) {
        this.#note(tab, before);
        throw error;
      }
    });
  }

  /** @param {string} tab @param {string} state */
  async setPresence(tab, state) {
    if (state !== 'online' && state !== 'away')
      throw new ChatError(`"${state}" is no presence: expected online or away`, ErrorCode.malformed);
    this.#connection?.require('watch');
    this.#states.set(tab, state);
    await this.#tellState();
  }

  /** What a tab has said before; this connection may be of another one. @param {string} tab @param {number[]} users @param {string[]} conversations @param {string} state */
  async restore(tab, users, conversations, state) {
    if (!this.#states.has(tab))
      this.#states.set(tab, state);
    await this.#tellState();
    if (!this.#watched.has(tab) && users.length + conversations.length > 0)
      await this.watch(tab, users, conversations);
  }

  /** The tab is gone. @param {string} tab */
  async leave(tab) {
    if (this.#watched.has(tab))
      await this.watch(tab, [], []);
    this.#states.delete(tab);
    await this.#tellState();
  }

  /** The user types, or does no longer; repeated as often as the server wants to hear it. @param {string} conversation @param {boolean} isOn */
  async typing(conversation, isOn) {
    if (!this.#connection)
      return;
    const typed = this.#typed.get(conversation) ?? { at: -Infinity, isOn: false, timer: null };
    this.#typed.set(conversation, typed);
    const since = this.#clock.now() - typed.at;
    if (isOn && since < PACE) { // the server would pass it over; who begins anew is told of later
      if (!typed.isOn)
        typed.timer ??= this.#clock.setTimeout(() => void this.#type(conversation, typed, true).catch(() => {}), PACE - since);
    } else if (isOn || (typed.isOn && since < EXPIRES))
      await this.#type(conversation, typed, isOn);
    else
      this.#endTimer(typed);
  }

  /** @param {string} conversation @param {Typed} typed @param {boolean} isOn */
  async #type(conversation, typed, isOn) {
    this.#endTimer(typed);
    Object.assign(typed, { isOn, ...(isOn && { at: this.#clock.now() }) });
    await this.#connection?.request({ msgid: Kind.typing, conversation, on: isOn });
  }

  /** @param {Typed} typed */
  #endTimer(typed) {
    this.#clock.clearTimeout(typed.timer);
    typed.timer = null;
  }

  /** @param {string} tab @param {{ users: number[], conversations: string[] } | undefined} list */
  #note(tab, list) {
    this.#watched.delete(tab);
    if (list && list.users.length + list.conversations.length > 0)
      this.#watched.set(tab, list);
  }

  /** @param {() => Promise<void>} work @returns {Promise<void>} */
  #then(work) {
    const done = this.#inOrder.then(work);
    this.#inOrder = done.catch(() => {});
    return done;
  }

  /** Away: all tabs are. */
  async #tellState() {
    const state = this.#states.size > 0 && [...this.#states.values()].every(one => one === 'away') ? 'away' : 'online';
    const connection = this.#connection;
    if (!connection || this.#told === state)
      return;
    const before = this.#told;
    this.#told = state;
    try {
      await connection.request({ msgid: Kind.setPresence, state });
    } catch (error) {
      this.#told = before;
      throw error;
    }
  }

  /** A conversation may have ceased to be the user's: then the server refuses all of it. */
  async #tellAll() {
    try {
      await this.#tell();
    } catch (error) {
      for (const [tab, { users }] of [...this.#watched])
        this.#note(tab, { users, conversations: [] });
      await this.#tell();
      throw error;
    }
  }

  async #tell() {
    const connection = this.#connection;
    for (let attempt = 0; connection && connection === this.#connection; attempt++) {
      try {
        return await connection.request({ msgid: Kind.watch, ...this.#all() }, ({ presence, typing = [] }) => {
          this.#emit('presence', { users: presence });
          typing.forEach((/** @type {Fields} */ one) => this.#emit('typing', one));
        });
      } catch (error) {
        if (connection !== this.#connection || connection.isEnded)
          return; // the next one is told
        if (!(/** @type {ChatError} */ (error).retry) || attempt >= MAX_ATTEMPTS)
          throw error;
        await this.#pauses.beforeRetry(attempt);
      }
    }
  }

  /** Of all tabs, as far as there is room: that of the tab that has asked last in any case. */
  #all() {
    /** @type {[Set<number>, Set<string>]} */
    const [users, conversations] = [new Set(), new Set()];
    [...this.#watched.values()].reverse().forEach((list, i) => {
      list.users.forEach(user => (i === 0 || users.size < MAX_USERS) && users.add(user));
      list.conversations.forEach(conversation => (i === 0 || conversations.size < MAX_CONVERSATIONS) && conversations.add(conversation));
    });
    return { users: [...users], conversations: [...conversations] };
  }
}
