import { FakeClock } from './fake-clock.js';

/** What tabs of one browser share: locks and channels, in this process. Replaces the globals of the same names. */
export class FakeBrowser {
  #locks = new Map();
  #channels = new Set();
  #owner = null;

  constructor() {
    const browser = this;
    Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { locks: { request: (...args) => this.#request(...args) } } });
    globalThis.BroadcastChannel = class {
      onmessage = null;
      isClosed = false;
      constructor(name) {
        this.name = name;
        this.owner = browser.#owner;
        browser.#channels.add(this);
      }

      postMessage(data) {
        if (this.isClosed)
          throw new DOMException('Channel is closed', 'InvalidStateError');
        if (!browser.#channels.has(this))
          return;
        const copy = structuredClone(data);
        for (const other of browser.#channels) {
          if (other !== this && other.name === this.name)
            setImmediate(() => browser.#channels.has(other) && other.onmessage?.({ data: copy }));
        }
      }

      close() {
        this.isClosed = true;
        browser.#channels.delete(this);
      }
    };
  }

  /** What is opened meanwhile belongs to this tab. */
  async as(tab, work) {
    this.#owner = tab;
    const result = work();
    for (let i = 0; i < 100 && ![...this.#channels].some(({ owner }) => owner === tab); i++)
      await new Promise(resolve => setImmediate(resolve));
    this.#owner = null;
    return result;
  }

  /** The tab is gone, without a word. */
  kill(tab) {
    for (const channel of [...this.#channels].filter(({ owner }) => owner === tab))
      this.#channels.delete(channel);
    for (const [name, queue] of this.#locks) {
      const held = queue[0]?.owner === tab;
      this.#locks.set(name, queue.filter(({ owner }) => owner !== tab));
      if (held)
        this.#grant(name);
    }
  }

  #request(name, { signal }, callback) {
    return new Promise((resolve, reject) => {
      const queue = this.#locks.get(name) ?? [];
      const entry = { owner: this.#owner, callback, resolve, isHeld: false };
      this.#locks.set(name, [...queue, entry]);
      signal.addEventListener('abort', () => {
        if (entry.isHeld)
          return;
        this.#locks.set(name, this.#locks.get(name).filter(other => other !== entry));
        reject(signal.reason);
      });
      if (queue.length === 0)
        this.#grant(name);
    });
  }

  #grant(name) {
    const [first] = this.#locks.get(name) ?? [];
    if (!first)
      return;
    first.isHeld = true;
    setImmediate(async () => {
      await first.callback();
      first.resolve();
      if (this.#locks.get(name)?.[0] === first) {
        this.#locks.set(name, this.#locks.get(name).slice(1));
        this.#grant(name);
      }
    });
  }
}

/** The time of one tab, which ends with it. */
export class TabClock {
  isDead = false;

  /** @param {FakeClock} clock */
  constructor(clock) {
    this.now = clock.now;
    this.date = clock.date;
    this.random = clock.random;
    this.clearTimeout = clock.clearTimeout;
    this.setTimeout = (callback, ms) => clock.setTimeout(() => this.isDead || callback(), ms);
  }
}
