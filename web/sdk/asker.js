/** @import { Clock, Fields } from './types.js' */
/** @import { Connection } from './connection.js' */
/** @import { Pauses } from './pauses.js' */
import * as Kind from './kinds.js';
import { ChatError, ErrorCode } from './protocol.js';

/** A request without a connection waits for one so long. */
const PATIENCE = 10_000;
const MAX_ATTEMPTS = 5;

/** Asks the server, over as many connections as that takes. */
export class Asker {
  /** @type {Connection | null} logged in */
  connection = null;
  isStopped = false;
  #clock;
  #pauses;

  /** @param {Clock} clock @param {Pauses} pauses */
  constructor(clock, pauses) {
    this.#clock = clock;
    this.#pauses = pauses;
  }

  /** Repeats what was refused with `retry`. @param {Fields} object @param {(reply: Fields) => void} note called at once, before what came behind the reply */
  async ask(object, note) {
    for (let attempt = 0; ; attempt++) {
      const connection = await this.#online();
      try {
        return await connection.request(object, reply => {
          note(reply);
          return reply;
        });
      } catch (error) {
        const { code, retry } = /** @type {ChatError} */ (error);
        if (!retry || attempt >= MAX_ATTEMPTS || (code === ErrorCode.none && object.msgid === Kind.createGroup))
          throw error;
        await this.#pauses.beforeRetry(attempt);
      }
    }
  }

  /** The connection, as soon as there is one. @returns {Promise<Connection>} */
  async #online() {
    const until = this.#clock.now() + PATIENCE;
    for (let left = PATIENCE; !this.connection; left = until - this.#clock.now()) {
      if (this.isStopped)
        throw new ChatError('nobody is logged in', ErrorCode.notLoggedIn, false);
      if (left <= 0)
        throw new ChatError('there is no connection');
      await this.#pauses.pause(left);
    }
    return this.connection;
  }
}
