/** @import { Fields, Mark, Meta, Pending, State, StateEvent, Store, User } from './types.js' */
/** @import { End } from './connection.js' */
/** @import { Credentials } from './credentials.js' */
/** @import { Live } from './live.js' */
import { Asker } from './asker.js';
import { CatchUp } from './catch-up.js';
import { toChange } from './changes.js';
import { Connection } from './connection.js';
import { ConversationNotes } from './conversation-notes.js';
import { Cursors } from './cursors.js';
import { Delivery } from './delivery.js';
import * as Kind from './kinds.js';
import { ReceivedMarks } from './marks.js';
import { onDemand } from './on-demand.js';
import { Outgoing } from './outgoing.js';
import { Pauses } from './pauses.js';
import { ChatError, ErrorCode, group, reconnectDelay, toMessage } from './protocol.js';
import { Repetitions } from './repetitions.js';

const load = onDemand(() => import('./live.js'));

/** What is told as the server tells it. @type {Record<number, string>} */
const TOLD = {
  [Kind.settingsChanged]: 'settings', [Kind.presence]: 'presence', [Kind.typing]: 'typing', [Kind.groupChanged]: 'groupChanged', [Kind.contactChanged]: 'contactChanged',
};
/** A connection that held for so many ms was a good one: the pauses start anew. */
const GOOD = 5000;
/** Of so many conversations it is learnt after a login how far the others are. */
const LISTED = 100;

/**
 * @typedef {ReturnType<typeof import('./options.js').resolve> & { store: Store, credentials: Credentials, emit: (type: any, event: any) => void }} EngineOptions
 *   `emit`: the events of the client, and `items`
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
  /** @type {Live | null} from its first use on */
  #live = null;
  #repetitions = new Repetitions();
  /** @type {StateEvent} */
  status = { state: 'disconnected' };
  #options;
  #pauses;
  #marks;
  #delivery;
  #catchUp;
  #outgoing;
  #asker;
  #notes;
  /** @type {Cursors} */
  #cursors;

  /** @param {EngineOptions} options */
  constructor(options) {
    this.#options = options;
    const { clock, store, emit } = options;
    this.#pauses = new Pauses(clock);
    this.#asker = new Asker(clock, this.#pauses);
    this.#notes = new ConversationNotes(store, emit);
    this.#marks = new ReceivedMarks(clock);
    this.#delivery = new Delivery(store, this.#marks, { items: items => emit('items', items), room: () => this.#catchUp.wake() });
    this.#cursors = this.#newCursors();
    this.#catchUp = new CatchUp(clock, store, this.#delivery);
    this.#outgoing = new Outgoing(clock, store, emit, message => this.#line(message));
  }

  get user() { return this.#meta.user ?? null; }

  get conversations() { return this.#cursors.all().filter(({ head }) => head > 0).map(cursor => ({ ...cursor.toConversation(), delivered: cursor.delivered })); }

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

  /** @param {Fields} object @returns {Promise<Fields>} */
  request(object) { return this.#asker.ask(object, reply => this.#noteReply(object, reply)); }

  /** @param {'watch' | 'setPresence' | 'restore' | 'leave' | 'typing'} operation a method of Live @param {...any} args @returns {Promise<void>} */
  async live(operation, ...args) {
    const { Live } = await load();
    if (!this.#live) {
      this.#live = new Live(this.#options.clock, this.#options.emit, this.#pauses);
      this.#live.use(this.#connection);
    }
    return /** @type {any} */ (this.#live)[operation](...args);
  }

  /** @param {string} conversation @param {number} seq a person has read up to here */
  async read(conversation, seq) {
    await this.request({ msgid: Kind.read, conversation, seq });
    this.#notes.takeChange({ conversation, marked: false, read: seq }); // as the other devices are told
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
      this.#pauses.wake();
  }

  /** @param {string} [reason] */
  stop(reason = 'closed') {
    this.#stopped = this.#asker.isStopped = true;
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
      this.#use(null);
      if (this.#stopped)
        return;
      if (!end.reconnect && !this.#options.credentials.outlive(end.reason))
        return this.#loggedOut({ code: end.code, reason: end.reason });
      if (clock.now() - since >= GOOD)
        attempt = 0;
      const wait = end.notBefore > 0 ? Math.max(0, end.notBefore - clock.now()) : reconnectDelay(attempt++, clock.random());
      this.#enter('connecting', { reason: end.reason, retryIn: Math.round(wait) });
      await this.#pauses.pause(wait);
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
    this.#cursors.beginSync(connection.features.includes('changes'));
    emit('login', user);
    this.#enter('syncing');
    this.#use(connection, user);
    void this.#catchUp.run(connection, this.#cursors, this.#meta).then(done => done && this.#caughtUp(connection));
    return user;
  }

  /** @param {Connection | null} connection logged in; null: it was lost @param {User} [user] */
  #use(connection, user) {
    this.#connection = this.#asker.connection = connection;
    this.#marks.use(connection);
    this.#outgoing.use(connection, user);
    this.#live?.use(connection);
  }

  /** Receipts are not repeated: what came while nobody was connected stands in the list. @param {Connection} connection */
  #caughtUp(connection) {
    this.#enter('ready');
    if (connection.features.includes('receipts'))
      void this.request({ msgid: Kind.conversations, limit: LISTED }).catch(() => {}); // who wants to know asks for more
  }

  /** @param {Connection} connection @param {Fields} push */
  #take(connection, push) {
    if (push.msgid === Kind.direct || push.msgid === Kind.group)
      this.#offer(toMessage(push, this.user?.id ?? 0));
    else if (push.msgid === Kind.changed)
      this.#cursors.offerChange(toChange(push, this.user?.id ?? 0), push.prev, this.#delivery.hasRoom);
    else if (push.msgid === Kind.receipt)
      this.#notes.takeReceipt(push, this.user?.id ?? 0);
    else if (TOLD[push.msgid]) {
      const { msgid, ...event } = push;
      this.#options.emit(TOLD[msgid], event);
    }
    else if (push.msgid === Kind.conversationChanged)
      this.#notes.takeChange(push.read ? push : { draft: '', ...push });
    else if (push.msgid === Kind.expiring)
      void this.#options.credentials.refresh(connection, attempt => this.#pauses.beforeRetry(attempt + 3), error => this.#options.emit('error', error));
    else if (push.errno === ErrorCode.notLoggedIn)
      connection.end('the server has forgotten the login');
    else if (push.errno === ErrorCode.malformed && push.conversation && push.head !== undefined)
      this.#cursors.noteServerHead(push.conversation, push.head);
  }

  /** @param {Fields} object @param {Fields} reply to it */
  #noteReply(object, reply) {
    if (object.msgid === Kind.createGroup)
      this.#cursors.addNewGroup(group(reply.groupid)); // its first message may be right behind
    else if (object.msgid === Kind.conversations)
      this.#notes.takePeers(reply.conversations, this.user?.id ?? 0);
    else if (object.msgid === Kind.changeConversation)
      this.#notes.takeOwn(object);
  }

  /** @param {import('./types.js').Message} message */
  #offer(message) {
    if (message.seq === 0 && this.#repetitions.has(message))
      return message.offline && this.#marks.raiseOffline(message.offline);
    this.#line(message);
  }

  /** @param {import('./types.js').Message} message */
  #line(message) {
    if (message.seq > 0)
      this.#cursors.offer(message, this.#delivery.hasRoom);
    else
      this.#delivery.push({ conversation: message.conversation, after: 0, upTo: 0, rewinds: 0, message });
  }

  /** @param {{ code: number, reason: string }} why */
  #loggedOut(why) {
    this.#stopped = this.#asker.isStopped = true;
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
      changed: cursor => this.#options.emit('conversation', cursor.toConversation()),
    });
    this.#delivery.cursors = this.#notes.cursors = cursors;
    return cursors;
  }

  /** @param {State} state @param {{ reason?: string, retryIn?: number }} [more] */
  #enter(state, more = {}) {
    if (this.#stopped && state !== 'disconnected')
      return;
    this.status = { state, ...more };
    this.#pauses.wake();
    this.#options.emit('state', this.status);
  }
}
