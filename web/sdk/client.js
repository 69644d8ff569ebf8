/** @import { Conversation, Events, Fields, Message, Range, State, Target, User } from './types.js' */
/** @import { ChatClientOptions } from './options.js' */
/** @import { Watching } from './watching.js' */
import { Asking } from './asking.js';
import { Connection } from './connection.js';
import { Credentials, register } from './credentials.js';
import { Emitter } from './emitter.js';
import { Engine } from './engine.js';
import { Handover } from './handover.js';
import * as Kind from './kinds.js';
import { MemoryStore } from './memory-store.js';
import { onDemand } from './on-demand.js';
import { resolve } from './options.js';
import { ChatError, cmidSource, fileAddress, targetOf, toMessage } from './protocol.js';
import { SafeStore } from './safe-store.js';
import { SharedEngine } from './shared-engine.js';
import { acknowledgementOf, Unsent } from './unsent.js';

const files = onDemand(() => import('./files.js'));
// Both: the tab that has the connection next needs live.js while there may be no server to load it from.
const watching = onDemand(async () => (await Promise.all([import('./watching.js'), import('./live.js')]))[0]);

/**
 * One user of a chat server. Sends until acknowledged, reconnects by itself, and hands over every message of every conversation once and
 * in order.
 */
export class ChatClient extends Asking {
  #events = new Emitter();
  /** @type {{ state: State, reason?: string, retryIn?: number }} */
  #status = { state: 'disconnected' };
  /** @type {User | null} */
  #user = null;
  /** @type {Map<string, Conversation>} */
  #conversations = new Map();
  #isLeader = false;
  /** @type {Promise<void> | null} */
  #connecting = null;
  #wake = () => void this.#shared.call('wake').catch(() => {});
  #options;
  #credentials;
  #store;
  #shared;
  #unsent;
  #handover;
  #nextCmid;
  /** @type {Watching | null} from its first use on */
  #watching = null;

  /** @param {ChatClientOptions} options */
  constructor(options) {
    super(object => this.#request(object), () => this.#user?.id ?? 0);
    this.#options = resolve(options);
    const { clock } = this.#options;
    this.#credentials = new Credentials(options.login, options.getToken, options.device);
    this.#store = new SafeStore(options.store ?? new MemoryStore(), clock, error => this.#events.emit('error', error));
    this.#shared = new SharedEngine(clock, () => this.#lead(), (type, event) => this.#take(type, event));
    // Who gets the connection next finds it in the store.
    this.#unsent = new Unsent(this.#store, pending => void this.#shared.call('post', pending).catch(() => {}));
    this.#handover = new Handover(this.#store, (type, event) => this.#handOver(type, event), message => this.#unsent.merge(message));
    this.#nextCmid = cmidSource(clock.date);
  }

  /**
   * Creates an account on a server that allows it.
   * @param {{ name: string, password: string } & ChatClientOptions} options
   * @returns {Promise<number>} its id; fails with a ChatError
   */
  static async register({ name, password, ...options }) {
    const { WebSocket, url, clock, client } = resolve(options);
    return register(await Connection.open(WebSocket, url, clock, client), name, password);
  }

  get state() { return this.#status.state; }

  /** The state, why it is so, and in how many ms the next try to connect comes. */
  get status() { return this.#status; }

  /** Who is, or was, logged in. */
  get user() { return this.#user; }

  /** The conversations that have messages. `head` is the number of the last one, `read` how far a person has read on any device. */
  get conversations() { return [...this.#conversations.values()].filter(({ head }) => head > 0); }

  /**
   * @template {keyof Events} T
   * @param {T} type @param {(event: Events[T]) => void} handler
   * @returns {() => void} ends it
   */
  on(type, handler) { return this.#events.on(type, handler); }

  /**
   * Connects, and keeps connected until `close` or `logout`.
   * @returns {Promise<void>} when everything that was missed has been handed over; fails when the login is refused
   */
  connect() {
    if (!this.#connecting) {
      this.#connecting = new Promise((done, fail) => {
        this.on('state', ({ state }) => state === 'ready' && done());
        this.on('logout', ({ code, reason }) => fail(new ChatError(reason, code, false)));
      });
      this.#connecting.catch(() => {}); // nobody has to wait for it
      globalThis.addEventListener?.('online', this.#wake);
      void this.#restore();
    }
    return this.#connecting;
  }

  /**
   * Sends a message. Those to one conversation arrive in the order of the calls.
   * @param {Target | string} to `{ to: userId }`, `{ group: groupId }`, or a conversation
   * @param {string} text @param {Fields} [fields] `reply` (a number), `thread`, `mentions` (ids, or 'all'), and other keys, which the receivers get too
   * @returns {Message} at once, `pending`. It becomes `sent` and has its `seq`, or `failed`: see the event `update`
   */
  send(to, text, fields) {
    const target = typeof to === 'string' ? targetOf(to, this.#user?.id ?? 0) : to;
    const id = 'group' in target ? target.group : target.to;
    if (typeof text !== 'string' || !Number.isInteger(id) || id < 1 || id > 2_147_483_647)
      throw new TypeError('send expects { to: userId } or { group: groupId } or a conversation, and a text');
    const pending = { cmid: this.#nextCmid(), target, text, ts: this.#options.clock.date(), ...(fields && { fields }) };
    return this.#unsent.add(pending, this.#user);
  }

  /**
   * Sends the bytes of a file, to be named in messages: `send(to, text, { attachments: [await client.upload(file)] })`, at most 10 of them.
   * @param {Blob & { name?: string }} file @param {{ name?: string, progress?: (part: number) => void, signal?: AbortSignal }} [options] `progress`: from 0 to 1
   * @returns {Promise<import('./types.js').Attachment>} when the server has stored it; fails with a ChatError
   */
  async upload(file, { name = file.name ?? 'file', progress = () => {}, signal } = {}) {
    const { upload } = await files();
    return upload(object => this.#request(object), this.#options.url, file, name, progress, signal);
  }

  /** Where to get a file of a message; empty if the server has not said, as of what was kept here for long: `history` has a new address. @param {import('./types.js').Attachment} attachment */
  fileUrl({ url = '' }) { return fileAddress(this.#options.url, url); }

  /** Messages of this user that were not acknowledged: those on their way, and those that failed. @param {string} [conversation] */
  unsent(conversation) { return this.#unsent.list(conversation); }

  /** Forgets a message that has failed. @param {Message} message */
  discard(message) { this.#unsent.discard(message); }

  /** @param {Message} message of `send` @returns {Promise<Message>} when it is `sent`; fails when it has failed */
  acknowledged(message) { return acknowledgementOf(message, handler => this.on('update', handler)); }

  /**
   * Messages of a conversation, ascending: the newest, or those next to a number. Without a connection, what is kept on this device.
   * @param {string} conversation @param {Range} [range]
   * @returns {Promise<{ messages: Message[], more: boolean }>}
   */
  async history(conversation, { after, before, limit = 50, thread, seqs } = {}) {
    if (!thread && !seqs && this.state !== 'ready' && this.state !== 'syncing') {
      const floor = this.#conversations.get(conversation)?.floor ?? 0;
      const messages = await this.#store.messages(conversation, { ...(after !== undefined && { after }), ...(before !== undefined && { before }), limit });
      return { messages: messages.filter(({ seq }) => seq >= floor), more: messages.length === limit };
    }
    const { messages, more = false } = await this.#request({ msgid: Kind.history, conversation, ...(after !== undefined && { after }), ...(before !== undefined && { before }), limit, thread, seqs });
    return { messages: messages.map((/** @type {Fields} */ push) => toMessage(push, this.#user?.id ?? 0, true)), more };
  }

  /** A person has read a conversation. @param {string} conversation @param {number} seq up to here @returns {Promise<void>} */
  markRead(conversation, seq) { return this.#shared.call('read', conversation, seq); }

  /** Whether the server lets messages be changed. */
  get canChange() { return this.can('changes'); }

  /** Whether the server can do something, such as `receipts`, `conversations`, `watch` or `typing`. @param {string} feature */
  can(feature) { return this.#user?.features?.includes(feature) ?? false; }

  /** How far the other one of two users is, as far as it is known. @param {string} conversation */
  peer(conversation) { return this.#conversations.get(conversation)?.peer ?? { received: 0, read: 0 }; }

  /**
   * Says whom this tab shows: the whole list each time, said again on every connection. How they are comes as the events `presence` and `typing`.
   * @param {number[]} users @param {string[]} [conversations] in which it is to be told who types
   * @returns {Promise<void>} fails if the server refuses it: then what was watched before still is
   */
  async watch(users, conversations = []) {
    const watching = await this.#watch();
    await watching.change(users, conversations, () => this.#shared.call('live', 'watch', this.#shared.id, users, conversations));
  }

  /** Whether somebody sits in front of this device. Of several tabs one is enough. @param {'online' | 'away'} state */
  async setPresence(state) {
    (await this.#watch()).state = state;
    await this.#shared.call('live', 'setPresence', this.#shared.id, state);
  }

  /** The user types, which may be said with every key, or does no longer. Fails where the server tells nobody. @param {string} conversation @param {boolean} [on] */
  async typing(conversation, on = true) { await this.#shared.call('live', 'typing', conversation, on); }

  /** Logs out on all tabs, and forgets what is kept on this device. */
  async logout() { await this.#shared.call('logout'); }

  /** Ends the connection, or leaves it to another tab. What was not acknowledged stays in the store. */
  async close() {
    globalThis.removeEventListener?.('online', this.#wake);
    await this.#shared.close();
    this.#take('state', { state: 'disconnected', reason: 'closed' });
    this.#store.close();
  }

  async #watch() {
    const { Watching } = await watching();
    return this.#watching ??= new Watching(this.#options.clock, (type, event) => this.#events.emit(type, event));
  }

  /** @param {Fields} object @returns {Promise<Fields>} */
  #request(object) { return this.#shared.call('request', object); }

  /** Begins with what is kept on this device. */
  async #restore() {
    const { meta, marks, pending } = await this.#store.load();
    this.#user ??= meta.user ?? null;
    for (const { conversation, delivered, head, read, rev, peer, floor } of marks) {
      this.#handover.startAt(conversation, delivered, rev);
      this.#conversations.set(conversation, { conversation, head, read, ...(peer && { peer }), ...(floor && { floor }) });
    }
    this.#unsent.restore(pending, this.#user);
    this.#shared.start(this.#store.name ? `chatactors ${this.#options.url} ${this.#store.name}` : null);
  }

  /** This tab gets the connection. */
  async #lead() {
    const saved = await this.#store.load();
    for (const mark of saved.marks) {
      this.#handover.catchUp(mark.conversation, mark.delivered);
      mark.rev = Math.min(mark.rev ?? 0, this.#handover.revOf(mark.conversation));
    }
    await this.#handover.settled;
    this.#isLeader = true;
    const engine = new Engine({
      ...this.#options, store: this.#store, credentials: this.#credentials,
      emit: (type, event) => {
        this.#shared.publish(type, event);
        this.#take(type, event);
      },
    });
    this.#watching?.restore(engine, this.#shared.id).catch(error => this.#take('error', error));
    engine.start(saved);
    return engine;
  }

  /** What the engine tells, of this tab or of another. @param {string} type @param {any} event */
  #take(type, event) {
    if (type === 'items')
      this.#isLeader ? this.#handover.take(event) : this.#handover.takeFromAfar(event);
    else if (type === 'update')
      this.#events.emit('update', this.#unsent.update(event));
    else if (type === 'welcome')
      this.#welcome(event);
    else if (type === 'presence')
      this.#watching?.notePresence(event);
    else if (type === 'typing')
      this.#watching?.noteTyping(event);
    else
      this.#note(type, event);
  }

  /** @param {any} type @param {any} event */
  #handOver(type, event) {
    if (type === 'message') // who has sent types no longer
      this.#watching?.noteTyping({ conversation: event.conversation, id: event.from, on: false });
    this.#events.emit(type, event);
  }

  /** @param {string} type @param {any} event */
  #note(type, event) {
    if (type === 'state') {
      this.#status = event;
      if (event.state !== 'ready' && event.state !== 'syncing')
        this.#watching?.forget();
    }
    else if (type === 'conversation')
      this.#conversations.set(event.conversation, event);
    else if (type === 'login') {
      if (this.#user && this.#user.id !== event.id) {
        this.#conversations.clear();
        this.#handover.clear();
      }
      this.#user = event;
      this.#unsent.login(event);
    }
    this.#events.emit(/** @type {any} */ (type), event);
  }

  /** Another tab has the connection, and tells what it knows. @param {any} snapshot */
  #welcome({ status, user, conversations }) {
    if (user)
      this.#note('login', user);
    for (const { delivered, ...conversation } of conversations) {
      this.#note('conversation', conversation);
      this.#handover.catchUp(conversation.conversation, delivered);
    }
    this.#note('state', status);
    this.#watching?.restore({ live: (...args) => this.#shared.call('live', ...args) }, this.#shared.id).catch(error => this.#take('error', error));
  }
}
