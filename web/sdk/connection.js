/** @import { Clock, Fields } from './types.js' */
import * as Kind from './kinds.js';
import { ChatError, ErrorCode, FEATURES, failureOf } from './protocol.js';

/** How long the WebSocket and the hello may take, and a reply; later means that the connection is dead. */
const OPEN_TIMEOUT = 10_000;
const REPLY_TIMEOUT = 5000;
/** A login may wait for a password's hash, and a search for a large index. */
const LONG_TIMEOUT = 15_000;
/** @type {Set<number>} */
const LONG = new Set([Kind.login, Kind.register, Kind.search]);
/** Proxies close what is silent for a minute. */
const MAX_HEARTBEAT = 25;
const MAX_REQUESTS = 256;
/** The code of a close frame: another connection has logged in with the same token. Two that reconnect would take turns. */
const REPLACED = 4005;

/**
 * Why a connection ended.
 * @typedef {{ reason: string, code: number, reconnect: boolean, notBefore: number }} End
 *   `code` of the close frame; `reconnect` false: the server wants no other; `notBefore` on the clock
 */

/** One WebSocket, from hello to its end. It ends once; whatever waits for a reply is told so. */
export class Connection {
  /** @type {Map<number, { accept: (reply: Fields) => any, resolve: (value: any) => void, reject: (error: Error) => void, timer: any }>} */
  #requests = new Map();
  /** @type {any[]} */
  #timers = [];
  #ref = 0;
  #heard = 0;
  #goAway = { reason: '', reconnect: true, notBefore: 0 };
  #socket;
  #clock;
  isEnded = false;
  /** @type {(end: End) => void} */
  #end = () => {};
  /** @type {Promise<End>} */
  ended = new Promise(resolve => { this.#end = resolve; });
  maxFrame = Infinity;
  /** What the server can do beyond version 2 of the protocol. @type {string[]} */
  features = [];
  /** @type {(push: Fields) => void} what comes without having been asked for */
  onPush = () => {};

  /** @param {WebSocket} socket @param {Clock} clock */
  constructor(socket, clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.onmessage = event => this.#read(event.data);
    socket.onclose = event => this.end(event.reason || 'the connection was closed', event.code, event.code !== REPLACED);
    socket.onerror = () => this.end('the server cannot be reached');
  }

  /**
   * Opens one and says hello.
   * @param {new (url: string) => WebSocket} WebSocket @param {string} url @param {Clock} clock @param {string} client
   */
  static async open(WebSocket, url, clock, client) {
    const connection = new Connection(new WebSocket(url), clock);
    const socket = connection.#socket;
    connection.#after(OPEN_TIMEOUT, () => connection.maxFrame === Infinity && connection.end('the server does not answer'));
    const hello = await new Promise((resolve, reject) => {
      connection.onPush = reply => (reply.msgid === Kind.helloAck ? resolve(reply) : reject(failureOf(reply) ?? new ChatError('no hello')));
      socket.onopen = () => connection.send({ msgid: Kind.hello, protocol: 3, client });
      connection.ended.then(end => reject(new ChatError(end.reason)));
    });
    connection.features = hello.features ?? [];
    connection.maxFrame = hello.maxframe ?? 65_536;
    connection.#heartbeat(Math.min(hello.heartbeat || MAX_HEARTBEAT, MAX_HEARTBEAT) * 1000);
    return connection;
  }

  /** Older servers, and those without a history, cannot do everything. @param {string | undefined} feature fails with a ChatError if it is not there */
  require(feature) {
    if (feature && !this.features.includes(feature))
      throw new ChatError(`this server does not have "${feature}"`, ErrorCode.unknownRequest, false);
  }

  /** @param {Fields} object */
  send(object) {
    if (!this.isEnded && this.#socket.readyState === 1)
      this.#socket.send(JSON.stringify(object));
  }

  /**
   * @template T
   * @param {Fields} object
   * @param {(reply: Fields) => T} [accept] called at once, before what came behind the reply
   * @returns {Promise<T>} fails with a ChatError
   */
  request(object, accept = reply => /** @type {any} */ (reply)) {
    const ref = ++this.#ref;
    return new Promise((resolve, reject) => {
      if (this.isEnded)
        return reject(new ChatError('there is no connection'));
      this.require(FEATURES[object.msgid]);
      if (this.#requests.size >= MAX_REQUESTS)
        return reject(new ChatError('too many requests at once', ErrorCode.tooFast, true));
      const patience = LONG.has(object.msgid) ? LONG_TIMEOUT : REPLY_TIMEOUT;
      const timer = this.#clock.setTimeout(() => this.end('the server does not answer'), patience);
      this.#requests.set(ref, { accept, resolve, reject, timer });
      this.send({ ...object, ref });
    });
  }

  /** Only the first reason counts. @param {string} reason @param {number} [code] @param {boolean} [reconnect] */
  end(reason, code = 0, reconnect = true) {
    if (this.isEnded)
      return;
    this.isEnded = true;
    const { clearTimeout } = this.#clock;
    this.#timers.forEach(timer => clearTimeout(timer));
    for (const { reject, timer } of this.#requests.values()) {
      clearTimeout(timer);
      reject(new ChatError(reason));
    }
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#end({ code, notBefore: this.#goAway.notBefore, reason: this.#goAway.reason || reason, reconnect: reconnect && this.#goAway.reconnect });
  }

  /** @param {unknown} data */
  #read(data) {
    this.#heard = this.#clock.now();
    try {
      for (const line of String(data).split('\n')) {
        if (line && !this.isEnded)
          this.#take(JSON.parse(line));
      }
    } catch (error) {
      this.end(`what the server sends makes no sense: ${/** @type {Error} */ (error).message}`);
    }
  }

  /** @param {Fields} object */
  #take(object) {
    const request = this.#requests.get(object.ref);
    if (request) {
      this.#requests.delete(object.ref);
      this.#clock.clearTimeout(request.timer);
      const failure = failureOf(object);
      if (failure)
        return request.reject(failure);
      try {
        request.resolve(request.accept(object));
      } catch (error) {
        request.reject(/** @type {Error} */ (error));
        throw error;
      }
    } else if (object.msgid === Kind.goAway) {
      const { reason = 'the server asks to reconnect', reconnect = true, after = 0 } = object;
      this.#goAway = { reason, reconnect, notBefore: this.#clock.now() + after };
      this.#after(after, () => this.end(reason));
    } else if (object.msgid !== Kind.pong) {
      this.onPush(object);
    }
  }

  /** Says something often enough, and notices when nobody answers. @param {number} interval ms */
  #heartbeat(interval) {
    this.#after(interval, () => {
      const asked = this.#clock.now();
      this.send({ msgid: Kind.ping });
      this.#after(REPLY_TIMEOUT, () => this.#heard < asked && this.end('the server does not answer'));
      this.#heartbeat(interval);
    });
  }

  /** @param {number} ms @param {() => void} callback */
  #after(ms, callback) {
    const timer = this.#clock.setTimeout(() => {
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      callback();
    }, ms);
    this.#timers.push(timer);
  }
}
