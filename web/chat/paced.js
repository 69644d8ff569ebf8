/**
 * Asks for what somebody types: after a pause, one time after the other, and what was typed last counts.
 * @template T
 */
export class Paced {
  /** Counts what was typed: an answer to something else comes too late. */
  #typed = 0;
  #text = '';
  /** Whether an answer is waited for. */
  isDue = false;
  /** @type {Promise<void>} */
  #asking = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #pause;
  #ask;
  #show;

  /**
   * @param {number} pause in ms @param {(text: string) => Promise<T>} ask
   * @param {(answer: { value?: T, error?: Error }) => void} show
   */
  constructor(pause, ask, show) {
    this.#pause = pause;
    this.#ask = ask;
    this.#show = show;
  }

  /** @param {string} text empty: there is nothing to ask for */
  type(text) {
    this.close();
    this.#text = text;
    this.isDue = text !== '';
    if (this.isDue)
      this.#timer = setTimeout(() => void this.now(), this.#pause);
  }

  /** Asks at once. @returns {Promise<boolean>} when it is answered: whether nothing else was typed meanwhile */
  async now() {
    clearTimeout(this.#timer);
    const number = this.#typed;
    this.#asking = this.#asking.then(() => this.#askFor(number));
    await this.#asking;
    return number === this.#typed;
  }

  /** What was asked for is not wanted any more. */
  close() {
    clearTimeout(this.#timer);
    this.#typed++;
    this.isDue = false;
  }

  /** @param {number} number */
  async #askFor(number) {
    if (number !== this.#typed || !this.isDue)
      return;
    /** @type {{ value?: T, error?: Error }} */
    const answer = await this.#ask(this.#text).then(value => ({ value }), error => ({ error }));
    if (number !== this.#typed)
      return;
    this.isDue = false;
    this.#show(answer);
  }
}
