/** @import { Clock, Fields } from './types.js' */
/** @import { Engine } from './engine.js' */
import * as Kind from './kinds.js';
import { onDemand } from './on-demand.js';
import { ChatError } from './protocol.js';

const load = onDemand(() => import('./own-changes.js'));

/** A tab that has the connection and does not answer, in ms. */
const PATIENCE = 15_000;
/** Requests of which other tabs are told. @type {number[]} */
const TOLD = [Kind.changeContact, Kind.createGroup, Kind.joinGroup, Kind.leaveGroup, Kind.changeGroup, Kind.changeMembers];

/** @typedef {'post' | 'request' | 'read' | 'live' | 'logout' | 'wake'} Operation a method of the engine */

/**
 * The engine of this tab, or of the tab that has the connection: whoever holds the lock. When that tab is closed the next one gets the
 * lock and goes on with what the store has. Where the browser has no locks (or not on this page), each tab connects by itself.
 */
export class SharedEngine {
  /** @type {Promise<Engine> | null} */
  #own = null;
  /** @type {Map<string, { resolve: (value: any) => void, reject: (error: Error) => void, timer: any }>} */
  #calls = new Map();
  #id = crypto.randomUUID();
  #count = 0;
  /** @type {BroadcastChannel | null} */
  #channel = null;
  #closing = new AbortController();
  #release = () => {};
  #key = '';
  /** Tabs whose end is waited for. @type {Set<string>} */
  #tabs = new Set();
  #clock;
  #create;
  #onEvent;

  /** @param {Clock} clock @param {() => Promise<Engine>} create @param {(type: any, event: any) => void} onEvent what other tabs tell */
  constructor(clock, create, onEvent) {
    this.#clock = clock;
    this.#create = create;
    this.#onEvent = onEvent;
  }

  /** The name of this tab among those who share. */
  get id() { return this.#id; }

  /** @param {string | null} key of those who share; null: nobody */
  start(key) {
    const { locks } = globalThis.navigator ?? {};
    if (!key || !locks || !globalThis.BroadcastChannel) {
      this.#own = this.#create();
      return;
    }
    this.#key = key;
    this.#channel = new BroadcastChannel(key);
    this.#channel.onmessage = event => void this.#take(event.data);
    const closed = new Promise(resolve => { this.#release = () => resolve(null); });
    const { signal } = this.#closing;
    locks.request(`${key} ${this.#id}`, { signal }, () => closed).catch(() => {});
    locks.request(key, { signal }, () => {
      this.#own = this.#create().then(engine => {
        this.#welcome(engine);
        return engine;
      });
      return closed;
    }).catch(() => {}); // closed before its turn came
    this.#channel.postMessage({ about: 'hello' });
  }

  /** @param {string} type @param {any} event of the own engine, for the other tabs @param {string} [except] a tab that knows */
  publish(type, event, except) {
    this.#channel?.postMessage({ about: 'event', type, event, except });
  }

  /** @param {Operation} operation @param {...any} args @returns {Promise<any>} */
  async call(operation, ...args) {
    if (this.#own)
      return this.#run(this.#id, await this.#own, operation, args);
    const id = `${this.#id} ${++this.#count}`;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => this.#settle(id, { error: { message: 'the tab that has the connection does not answer' } }), PATIENCE);
      this.#calls.set(id, { resolve, reject, timer });
      this.#channel?.postMessage({ about: 'call', id, operation, args });
    });
  }

  async close() {
    this.#closing.abort();
    const engine = await this.#own?.catch(() => null);
    engine?.stop();
    for (const id of [...this.#calls.keys()])
      this.#settle(id, { error: { message: 'closed' } });
    this.#channel?.close();
    this.#channel = null;
    this.#release();
  }

  /** @param {Fields} message */
  async #take({ about, id, operation, args, type, event, except, ...result }) {
    if (about === 'event' && !this.#own && except !== this.#id)
      this.#onEvent(type, event);
    else if (about === 'result')
      this.#settle(id, result);
    else if (about === 'hello')
      this.#own?.then(engine => this.#welcome(engine));
    else if (about === 'call' && this.#own) {
      if (operation === 'live')
        this.#waitForEnd(args[1]);
      const outcome = await this.#outcome(id.split(' ')[0], operation, args);
      this.#channel?.postMessage({ about: 'result', id, ...outcome }); // a logout closes it meanwhile
    }
  }

  /** A tab is closed without a word: its lock is free then. @param {string} tab */
  #waitForEnd(tab) {
    if (this.#tabs.has(tab))
      return;
    this.#tabs.add(tab);
    navigator.locks.request(`${this.#key} ${tab}`, { signal: this.#closing.signal }, () => {
      this.#tabs.delete(tab);
      void this.#outcome(this.#id, 'live', ['leave', tab]);
    }).catch(() => {}); // this one was closed before
  }

  /** @param {string} tab whose it is @param {Engine} engine the own one @param {Operation} operation @param {any[]} args */
  async #run(tab, engine, operation, args) {
    const value = await /** @type {any} */ (engine)[operation](...args);
    if (operation === 'request' && this.#channel && TOLD.includes(args[0].msgid))
      void this.#tellOthers(tab, engine, args[0], value).catch(() => {}); // no more than the other devices is told, which may miss it, too
    return value;
  }

  /** The server tells only other connections. @param {string} tab that knows @param {Engine} engine @param {Fields} asked @param {Fields} reply */
  async #tellOthers(tab, engine, asked, reply) {
    const { ownChange } = await load();
    const told = await ownChange(asked, reply, engine.user?.id ?? 0, object => engine.request(object));
    if (!told)
      return;
    this.publish(told.type, told.event, tab);
    if (tab !== this.#id)
      this.#onEvent(told.type, told.event);
  }

  /** @param {string} tab @param {Operation} operation @param {any[]} args */
  async #outcome(tab, operation, args) {
    try {
      return { value: await this.#run(tab, await /** @type {Promise<Engine>} */ (this.#own), operation, args) };
    } catch (error) {
      const { message, code, retry } = /** @type {ChatError} */ (error);
      return { error: { message, code, retry } };
    }
  }

  /** @param {string} id @param {{ value?: any, error?: any }} result */
  #settle(id, { value, error }) {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    this.#clock.clearTimeout(call?.timer);
    if (error)
      call?.reject(new ChatError(error.message, error.code, error.retry));
    else
      call?.resolve(value);
  }

  /** @param {Engine} engine */
  #welcome({ status, user, conversations }) {
    this.publish('welcome', { status, user, conversations });
  }
}
