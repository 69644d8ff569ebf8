/** A source of chance that a seed decides. @param {number} seed */
export function seeded(seed) {
  let state = seed + 0x6d2b79f5;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Time that moves when a test says so. */
export class FakeClock {
  #now = 1_000;
  #timers = [];
  #count = 0;

  constructor(random = seeded(1)) {
    this.random = random;
    for (const name of ['now', 'date', 'setTimeout', 'clearTimeout'])
      this[name] = this[name].bind(this);
  }

  now() { return this.#now; }

  date() { return 1_800_000_000_000 + Math.floor(this.#now); }

  setTimeout(callback, ms) {
    const timer = { due: this.#now + Math.max(0, ms), order: this.#count++, callback };
    this.#timers.push(timer);
    return timer;
  }

  clearTimeout(timer) { this.#timers = this.#timers.filter(other => other !== timer); }

  /** Whatever is ready happens, then the time goes on to the next thing that is due. */
  async advance(ms) {
    const end = this.#now + ms;
    await settle();
    for (let next; (next = this.#next(end));) {
      this.clearTimeout(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
      await settle();
    }
    this.#now = end;
  }

  /** Goes on until a condition holds. */
  async until(condition, patience = 120_000) {
    const end = this.#now + patience;
    await settle();
    while (!condition()) {
      const next = this.#next(end);
      if (!next)
        throw new Error(`it did not happen: ${condition}`);
      await this.advance(next.due - this.#now);
    }
  }

  #next(end) {
    return this.#timers.filter(timer => timer.due <= end).sort((a, b) => a.due - b.due || a.order - b.order)[0];
  }
}

/** When all that can go on without time has gone on. */
export async function settle() {
  for (let i = 0; i < 3; i++)
    await new Promise(resolve => setImmediate(resolve));
}
