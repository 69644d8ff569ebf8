/** @import { Clock, StateEvent } from './types.js' */

/** The state of a client, and pauses that end when it changes. */
export class Status {
  /** @type {StateEvent} */
  value = { state: 'disconnected' };
  /** @type {Set<() => void>} */
  #waiting = new Set();
  #clock;

  /** @param {Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /** @param {StateEvent} value */
  change(value) {
    this.value = value;
    this.wake();
  }

  /** Ends all pauses. */
  wake() {
    for (const resume of [...this.#waiting])
      resume();
  }

  /** So long, or until the status changes. @param {number} ms @returns {Promise<void>} */
  pause(ms) {
    return new Promise(resolve => {
      const resume = () => {
        this.#clock.clearTimeout(timer);
        this.#waiting.delete(resume);
        resolve();
      };
      const timer = this.#clock.setTimeout(resume, ms);
      this.#waiting.add(resume);
    });
  }
}
