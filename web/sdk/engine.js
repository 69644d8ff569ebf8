/** @import { Clock, Fields, Mark, Meta, Pending, State, Store, User } from './types.js' */
/** @import { End } from './connection.js' */
/** @import { Credentials } from './credentials.js' */
import { CatchUp } from './catch-up.js';
import { toChange } from './changes.js';
import { Connection } from './connection.js';
import { Cursors } from './cursors.js';
import { Delivery } from './delivery.js';
import { ReceivedMarks } from './marks.js';
import { Outgoing } from './outgoing.js';
import { ChatError, ErrorCode, Kind, group, reconnectDelay, retryDelay, toMessage } from './protocol.js';
import { Status } from './status.js';

/** A connection that held for so many ms was a good one: the pauses start anew. */
const GOOD = 5000;
/** A request without a connection waits for one so long. */
const PATIENCE = 10_000;
const MAX_ATTEMPTS = 5;
/** Repetitions are recognised among so many, on a server without a history. */
const MAX_REMEMBERED = 4096;

/**
 * @typedef {object} EngineOptions
 * @property {string} url
 * @property {new (url: string) => WebSocket} WebSocket
 * @property {string} client
 * @property {Clock} clock
 * @property {Store} store
 * @property {Credentials} credentials
 * @property {(type: any, event: any) => void} emit the events of the client, and `items`
 */

/** Keeps one user connected, and everything in order: the one in this browser that has the connection. */
export class Engine {
  /** @type {Connection | null} logged in */
  #connection = null;
  /** @type {Connection | null} the same, or on its way there */
  #open = null;
  /** @type {Meta} */
  #meta = {};
  #stopped = false;
  /** @type {Set<string>} */
  #remembered = new Set();
  #options;
  #status;
  #marks;
  #delivery;
  #catchUp;
  #outgoing;
  /** @type {Cursors} */
  #cursors;

  /** @param {EngineOptions} options */
  constructor(options) {
    this.#options = options;
    const { clock, store, emit } = options;
    this.#status = new Status(clock);
    this.#marks = new ReceivedMarks(clock);
    this.#delivery = new Delivery(store, this.#marks, { items: items => emit('items', items), room: () => this.#catchUp.wake() });
    this.#cursors = this.#newCursors();
    this.#catchUp = new CatchUp(clock, store, this.#delivery);
    this.#outgoing = new Outgoing(clock, store, emit, message => {
      if (message.seq > 0)
        this.#cursors.offer(message, this.#delivery.hasRoom);
      else
        this.#delivery.push({ conversation: message.conversation, after: 0, upTo: 0, rewinds: 0, message });
    });
  }

  get status() { return this.#status.value; }

  get user() { return this.#meta.user ?? null; }

  get conversations() { return this.#cursors.all().filter(({ head }) => head > 0).map(({ conversation, head, read, delivered }) => ({ conversation, head, read, delivered })); }

  /** @param {{ meta: Meta, marks: Mark[], pending: Pending[] }} saved what the store had */
  start({ meta, marks, pending }) {
    this.#meta = meta;
    this.#options.credentials.resumeToken ??= meta.resumeToken ?? null;
    this.#cursors.restore(marks);
    for (const one of pending.filter(({ error }) => !error).sort((a, b) => (a.cmid < b.cmid ? -1 : 1)))
      this.#outgoing.add(one);
    void this.#run();
  }

  /** @param {Pending} pending is in the store */
  post(pending) { this.#outgoing.add(pending); }

  /** Asks the server; repeats what was refused with `retry`. @param {Fields} object @returns {Promise<Fields>} */
  async request(object) {
    for (let attempt = 0; ; attempt++) {
      const connection = await this.#online();
      try {
        return await connection.request(object, reply => {
          if (object.msgid === Kind.createGroup)
            this.#cursors.addNewGroup(group(reply.groupid)); // its first message may be right behind
          return reply;
        });
      } catch (error) {
        const { code, retry } = /** @type {ChatError} */ (error);
        if (!retry || attempt >= MAX_ATTEMPTS || (code === ErrorCode.none && object.msgid === Kind.createGroup))
          throw error;
        await this.#status.pause(retryDelay(attempt, this.#options.clock.random()));
      }
    }
  }

  /** @param {string} conversation @param {number} seq a person has read up to here */
  async read(conversation, seq) {
    await this.request({ msgid: Kind.read, conversation, seq });
    this.#cursors.noteRead(conversation, seq);
    const mark = this.#cursors.find(conversation);
    await (mark?.based && this.#options.store.write({ marks: [mark.toMark()] }));
  }

  async logout() {
    this.#marks.flush();
    this.#options.credentials.resumeToken = null;
    await this.#connection?.request({ msgid: Kind.logout }).catch(() => {});
    await this.#forgetUser();
    this.#loggedOut({ code: ErrorCode.none, reason: 'logged out' });
  }

  /** There may be a network again: cuts the pause between two tries. */
  wake() {
    if (this.status.state === 'connecting')
      this.#status.wake();
  }

  /** @param {string} [reason] */
  stop(reason = 'closed') {
    this.#stopped = true;
    this.#marks.flush();
    this.#open?.end(reason);
    this.#enter('disconnected', { reason });
  }

  async #run() {
    const { clock } = this.#options;
    for (let attempt = 0; !this.#stopped;) {
      this.#enter('connecting', this.status.reason ? { reason: this.status.reason } : {});
      const since = clock.now();
      const end = await this.#connectOnce();
      this.#connection = null;
      this.#outgoing.use(null);
      this.#marks.use(null);
      if (this.#stopped)
        return;
      if (!end.reconnect)
        return this.#loggedOut({ code: end.code, reason: end.reason });
      if (clock.now() - since >= GOOD)
        attempt = 0;
      const wait = end.notBefore > 0 ? Math.max(0, end.notBefore - clock.now()) : reconnectDelay(attempt++, clock.random());
      this.#enter('connecting', { reason: end.reason, retryIn: Math.round(wait) });
      await this.#status.pause(wait);
    }
  }

  /** One connection, from the first try to its end. @returns {Promise<End>} */
  async #connectOnce() {
    const { WebSocket, url, clock, client, credentials, emit } = this.#options;
    let connection = null;
    try {
      connection = await Connection.open(WebSocket, url, clock, client);
      const open = this.#open = connection;
      if (this.#stopped)
        throw new ChatError('closed');
      open.onPush = push => this.#take(open, push);
      const lost = open.ended.then(end => { throw new ChatError(end.reason); });
      lost.catch(() => {});
      const user = await Promise.race([lost, credentials.use(request => open.request(request, reply => this.#loggedIn(open, reply)))]);
      if (!user)
        open.end('nobody is logged in', 0, false);
    } catch (error) {
      const { code = ErrorCode.none, retry = true, message } = /** @type {ChatError} */ (error);
      if (!(error instanceof ChatError))
        emit('error', /** @type {Error} */ (error)); // the application's getToken
      connection?.end(message, code, retry);
      if (!connection)
        return { reason: message, code, reconnect: retry, notBefore: 0 };
    }
    return connection.ended;
  }

  /** In the connection's reader: the first pushes may be right behind. @param {Connection} connection @param {Fields} reply @returns {User} */
  #loggedIn(connection, { id, name, token, friends = [], groups = [] }) {
    if (this.#stopped)
      throw new ChatError('closed');
    const { store, credentials, emit } = this.#options;
    const isOther = this.user !== null && this.user.id !== id;
    if (isOther)
      void this.#forgetUser();
    credentials.resumeToken = token ?? credentials.resumeToken;
    const user = { id, name, friends, groups, features: connection.features };
    Object.assign(this.#meta, { user, resumeToken: credentials.resumeToken });
    void store.write({ meta: { user, resumeToken: credentials.resumeToken } });
    this.#connection = connection;
    this.#cursors.beginSync(connection.features.includes('changes'));
    this.#marks.use(connection);
    emit('login', user);
    this.#enter('syncing');
    this.#outgoing.use(connection, user);
    void this.#catchUp.run(connection, this.#cursors, this.#meta).then(done => done && this.#enter('ready'));
    return user;
  }

  /** @param {Connection} connection @param {Fields} push */
  #take(connection, push) {
    if (push.msgid === Kind.direct || push.msgid === Kind.group)
      this.#offer(toMessage(push, this.user?.id ?? 0));
    else if (push.msgid === Kind.changed)
      this.#cursors.offerChange(toChange(push, this.user?.id ?? 0), push.prev, this.#delivery.hasRoom);
    else if (push.msgid === Kind.settingsChanged)
      this.#options.emit('settings', push);
    else if (push.msgid === Kind.expiring)
      void this.#refresh(connection);
    else if (push.errno === ErrorCode.notLoggedIn)
      connection.end('the server has forgotten the login');
    else if (push.errno === ErrorCode.malformed && push.conversation && push.head !== undefined)
      this.#cursors.noteServerHead(push.conversation, push.head);
  }

  /** @param {import('./types.js').Message} message */
  #offer(message) {
    if (message.seq > 0)
      return this.#cursors.offer(message, this.#delivery.hasRoom);
    const key = message.cmid ? `${message.from} ${message.cmid}` : `offline ${message.offline}`;
    if (this.#remembered.has(key))
      return message.offline && this.#marks.raiseOffline(message.offline);
    this.#remembered.add(key);
    if (this.#remembered.size > MAX_REMEMBERED)
      this.#remembered.delete([...this.#remembered.keys()][0]);
    this.#delivery.push({ conversation: message.conversation, after: 0, upTo: 0, rewinds: 0, message });
  }

  /** The token of this session ends soon. @param {Connection} connection */
  async #refresh(connection) {
    const { clock, credentials, emit } = this.#options;
    for (let attempt = 0; connection === this.#connection && credentials.hasToken; attempt++) {
      try {
        const jwt = await credentials.freshToken();
        if (jwt)
          await connection.request({ msgid: Kind.refresh, jwt });
        return;
      } catch (error) {
        emit('error', /** @type {Error} */ (error));
        await this.#status.pause(retryDelay(attempt + 3, clock.random()));
      }
    }
  }

  /** @param {{ code: number, reason: string }} why */
  #loggedOut(why) {
    this.#stopped = true;
    this.#connection?.end(why.reason);
    this.#enter('disconnected', { reason: why.reason });
    this.#options.emit('logout', why);
  }

  async #forgetUser() {
    this.#outgoing.clear();
    this.#delivery.clear();
    this.#cursors = this.#newCursors();
    this.#meta = {};
    await this.#options.store.write({ clear: true });
  }

  #newCursors() {
    const cursors = new Cursors(this.#options.clock, item => this.#delivery.push(item), {
      gap: () => this.#catchUp?.wake(),
      rewound: conversation => this.#delivery.forget(conversation),
      received: (conversation, seq) => this.#delivery.received(conversation, seq),
      changed: ({ conversation, head, read }) => this.#options.emit('conversation', { conversation, head, read }),
    });
    this.#delivery.cursors = cursors;
    return cursors;
  }

  /** @param {State} state @param {{ reason?: string, retryIn?: number }} [more] */
  #enter(state, more = {}) {
    if (this.#stopped && state !== 'disconnected')
      return;
    this.#status.change({ state, ...more });
    this.#options.emit('state', this.status);
  }

  /** The connection, as soon as there is one. @returns {Promise<Connection>} */
  async #online() {
    const until = this.#options.clock.now() + PATIENCE;
    for (let left = PATIENCE; !this.#connection; left = until - this.#options.clock.now()) {
      if (this.#stopped)
        throw new ChatError('nobody is logged in', ErrorCode.notLoggedIn, false);
      if (left <= 0)
        throw new ChatError('there is no connection');
      await this.#status.pause(left);
    }
    return this.#connection;
  }
}
