/** Asks again and again, one time after the other, and only while somebody looks. */
export class Poller {
  /** @type {ReturnType<typeof setTimeout> | null} */
  #timer = null;
  #isClosed = false;
  #isAsking = false;
  /** @type {() => Promise<void>} */
  #ask;
  /** @type {number} */
  #pause;

  /** @param {() => Promise<void>} ask must not fail @param {number} pause between two, in ms */
  constructor(ask, pause) {
    this.#ask = ask;
    this.#pause = pause;
    document.addEventListener('visibilitychange', this.#onVisibility);
    void this.#run();
  }

  close() {
    this.#isClosed = true;
    document.removeEventListener('visibilitychange', this.#onVisibility);
    if (this.#timer !== null)
      clearTimeout(this.#timer);
  }

  #onVisibility = () => {
    if (document.visibilityState === 'visible' && this.#timer === null)
      void this.#run();
  };

  async #run() {
    if (this.#isAsking)
      return;
    this.#timer = null;
    this.#isAsking = true;
    await this.#ask();
    this.#isAsking = false;
    if (!this.#isClosed && document.visibilityState === 'visible')
      this.#timer = setTimeout(() => void this.#run(), this.#pause);
  }
}
