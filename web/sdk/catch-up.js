/** @import { Clock, Meta, Store } from './types.js' */
/** @import { Connection } from './connection.js' */
/** @import { Cursors } from './cursors.js' */
/** @import { Delivery } from './delivery.js' */
import { toState } from './changes.js';
import * as Kind from './kinds.js';
import { ChatError, ErrorCode, group, retryDelay, toMessage } from './protocol.js';

const PAGE = 200;

/**
 * Fetches what did not come by itself: after each login it asks which conversations have changed, and whenever one misses something it
 * asks the history, or for what became of its messages. One request at a time.
 */
export class CatchUp {
  #isDue = false;
  #resume = () => {};
  #clock;
  #store;
  #delivery;

  /** @param {Clock} clock @param {Store} store @param {Delivery} delivery */
  constructor(clock, store, delivery) {
    this.#clock = clock;
    this.#store = store;
    this.#delivery = delivery;
  }

  /** Something is, or will be, to be fetched. */
  wake() {
    this.#isDue = true;
    this.#resume();
  }

  /**
   * Works as long as the connection lives.
   * @param {Connection} connection @param {Cursors} cursors @param {Meta} meta
   * @returns {Promise<boolean>} when everything that was missed has been handed over; false: the connection ended before
   */
  run(connection, cursors, meta) {
    return new Promise(resolve => {
      void connection.ended.then(() => { resolve(false); this.wake(); });
      void this.#loop(connection, cursors, meta, () => resolve(true));
    });
  }

  /** @param {Connection} connection @param {Cursors} cursors @param {Meta} meta @param {() => void} caughtUp */
  async #loop(connection, cursors, meta, caughtUp) {
    for (let synced = false, told = false, failures = 0; !connection.isEnded;) {
      let wait = Infinity;
      try {
        this.#isDue = false;
        synced = synced || await this.#sync(connection, cursors, meta);
        const gap = this.#delivery.isHalfEmpty ? cursors.findGap() : null;
        if (gap !== null && typeof gap === 'object') {
          await this.#fetch(connection, cursors, gap, meta.user?.id ?? 0);
          failures = 0;
          continue;
        }
        const changes = this.#delivery.isHalfEmpty ? cursors.findChanges() : null;
        if (changes) {
          await this.#fetchChanges(connection, cursors, changes);
          failures = 0;
          continue;
        }
        if (!told && this.#delivery.isHalfEmpty) {
          told = true;
          void this.#delivery.flushed().then(caughtUp);
        }
        wait = gap ?? Infinity;
      } catch (error) {
        const { code } = /** @type {ChatError} */ (error);
        if (code === undefined)
          throw error;
        if (code === ErrorCode.notLoggedIn)
          connection.end('the server has forgotten the login');
        wait = retryDelay(failures++, this.#clock.random());
      }
      if (!this.#isDue && !connection.isEnded)
        await this.#sleep(wait);
    }
  }

  /** @param {Connection} connection @param {Cursors} cursors @param {Meta} meta */
  async #sync(connection, cursors, meta) {
    const full = !meta.syncToken;
    const touched = new Set();
    try {
      for (let since = meta.syncToken, more = true; more;) {
        const page = await connection.request({ msgid: Kind.sync, ...(since && { since }) }, reply => {
          cursors.applySync(reply.conversations);
          return reply;
        });
        for (const { conversation } of page.conversations)
          touched.add(conversation);
        since = meta.syncToken = page.token;
        more = page.more === true && since !== undefined;
      }
      cursors.finishSync((meta.user?.groups ?? []).map(({ id }) => group(id)), full);
      // The heads with the token: what the next sync will not tell again is known.
      await this.#store.write({
        marks: cursors.all().filter(cursor => cursor.based && (full || touched.has(cursor.conversation))).map(cursor => cursor.toMark()),
        meta: { syncToken: meta.syncToken },
      });
    } catch (error) {
      if (!isFinal(error))
        throw error;
      cursors.finishWithoutHistory();
    }
    return true;
  }

  /** @param {Connection} connection @param {Cursors} cursors @param {import('./cursors.js').HistoryRequest} gap @param {number} me */
  async #fetch(connection, cursors, gap, me) {
    const { conversation, after } = gap;
    try {
      await connection.request({ msgid: Kind.history, conversation, after, limit: PAGE }, ({ messages, more }) => {
        cursors.offerHistory(gap, messages.map((/** @type {any} */ push) => toMessage(push, me, true)), more === true || messages.length >= PAGE);
      });
    } catch (error) {
      if (!isFinal(error))
        throw error;
      cursors.giveUp(gap);
    }
  }

  /** @param {Connection} connection @param {Cursors} cursors @param {import('./cursors.js').ChangesRequest} request */
  async #fetchChanges(connection, cursors, request) {
    const { conversation, since } = request;
    try {
      await connection.request({ msgid: Kind.changes, conversation, since, limit: PAGE }, ({ changes, rev, more }) => {
        cursors.offerChanges(request, changes.map((/** @type {any} */ entry) => toState(conversation, entry)), rev, more === true);
      });
    } catch (error) {
      if (!isFinal(error))
        throw error;
      cursors.giveUpChanges(request);
    }
  }

  /** @param {number} ms @returns {Promise<void>} */
  #sleep(ms) {
    return new Promise(resolve => {
      const timer = ms === Infinity ? null : this.#clock.setTimeout(resolve, ms);
      this.#resume = () => {
        this.#clock.clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** @param {unknown} error */
const isFinal = error => error instanceof ChatError && !error.retry && error.code !== ErrorCode.notLoggedIn;
