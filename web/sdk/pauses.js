/** @import { Clock } from './types.js' */
import { retryDelay } from './protocol.js';

/** Pauses that end early when there is something to do. */
export class Pauses {
  /** @type {Set<() => void>} */
  #waiting = new Set();
  #clock;

  /** @param {Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /** Ends all of them. */
  wake() { [...this.#waiting].forEach(resume => resume()); }

  /** So long, or until the next `wake`. @param {number} ms @returns {Promise<void>} */
  pause(ms) {
    return new Promise(resolve => {
      const resume = () => {
        this.#clock.clearTimeout(timer);
        this.#waiting.delete(resume);
        resolve();
      };
      const timer = ms < Infinity ? this.#clock.setTimeout(resume, ms) : null;
      this.#waiting.add(resume);
    });
  }

  /** Before what was refused is tried again. @param {number} attempt @returns {Promise<void>} */
  beforeRetry(attempt) { return this.pause(retryDelay(attempt, this.#clock.random())); }
}
