/** @import { Fields } from './types.js' */
/** @import { Connection } from './connection.js' */
import * as Kind from './kinds.js';
import { ErrorCode } from './protocol.js';

/**
 * @typedef {{ name: string, password: string } | { id: number, password: string } | { token: string }} Login
 * @typedef {() => Promise<string | null> | string | null} GetToken the product's token (a JWT); null: this user may not log in any more
 */

/** @param {Connection} connection of its own, which ends @param {string} name @param {string} password @returns {Promise<number>} the new user's id */
export async function register(connection, name, password) {
  try {
    return await connection.request({ msgid: Kind.register, name, password }, reply => reply.id);
  } finally {
    connection.end('done');
  }
}

/** What to log in with: the resume token of the last login, then what the application gave. */
export class Credentials {
  /** @type {string | null} */
  resumeToken = null;
  #login;
  #getToken;
  #device;

  /** @param {Login | undefined} login @param {GetToken | undefined} getToken @param {import('./options.js').LoginDevice} [device] */
  constructor(login, getToken, device) {
    this.#login = login;
    this.#getToken = getToken;
    this.#device = device;
  }

  /**
   * Tries one after the other until a login succeeds.
   * @template T
   * @param {(request: Fields) => Promise<T>} attempt
   * @returns {Promise<T | null>} null: there is nothing to try, or nothing left without a reason
   */
  async use(attempt) {
    let refusal = null;
    for (const next of [() => this.resumeToken && { token: this.resumeToken }, () => this.#given()]) {
      const request = await next();
      if (!request)
        continue;
      try {
        return await attempt({ msgid: Kind.login, ...request, device: this.#device });
      } catch (error) {
        const { code, retry } = /** @type {any} */ (error);
        if (code === undefined || code === ErrorCode.none || retry)
          throw error;
        refusal = error;
        this.resumeToken = null;
      }
    }
    if (refusal)
      throw refusal;
    return null;
  }

  /**
   * The token of a session ends soon: the server gets a newer one.
   * @param {Connection} connection @param {(attempt: number) => Promise<void>} pause @param {(error: Error) => void} report
   */
  async refresh(connection, pause, report) {
    for (let attempt = 0; !connection.isEnded && this.#getToken; attempt++) {
      try {
        const jwt = await this.#getToken();
        if (jwt)
          await connection.request({ msgid: Kind.refresh, jwt });
        return;
      } catch (error) {
        report(/** @type {Error} */ (error));
        await pause(attempt);
      }
    }
  }

  /** Whether another login may succeed where the server ends a session for good: the application may have a newer token by now. @param {string} reason */
  outlive(reason) { return reason === 'expired' && Boolean(this.#getToken); }

  async #given() {
    if (!this.#getToken)
      return this.#login;
    const jwt = await this.#getToken();
    return jwt && { jwt };
  }
}
