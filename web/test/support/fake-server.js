import { direct } from '../../sdk/index.js';
import { FakeChanges } from './fake-changes.js';
import { FakeCircles } from './fake-circles.js';
import { FakeLive } from './fake-live.js';
import { FakePeople } from './fake-people.js';
import { FakeSocket } from './fake-socket.js';

const HEARTBEAT = 30;

const stateOf = ({ head, read, rev, floor }) => `${head} ${read} ${rev} ${floor}`;

/**
 * A chat server in this process that speaks the protocol, and does what networks and dying servers do: `faults` says how often.
 * Its log is what a test compares with.
 */
export class FakeServer {
  users = new Map();
  logs = new Map();
  marks = new Map();
  sessions = new Set();
  tokens = new Map();
  groups = new Map();
  seen = [];
  faults = {};
  changes = new FakeChanges();
  live = new FakeLive(this);
  people = new FakePeople(this);
  circles = new FakeCircles();
  features = ['changes', 'receipts', 'conversations', 'watch', 'typing', 'people', 'search', 'contacts', 'groups', 'devices', 'reports'];
  /** Before version 3 of the protocol. */
  isOld = false;
  isUp = true;
  #clock;
  #random;
  #syncs = 0;
  #syncTokens = new Map();

  constructor(clock, random = () => 1) {
    this.#clock = clock;
    this.#random = random;
    const server = this;
    this.WebSocket = class extends FakeSocket {
      constructor(url) { super(server, clock, random, url); }
    };
  }

  addUser(id, name, password = 'secret') { this.users.set(id, { id, name, password }); }

  addGroup(id, ...members) { this.groups.set(id, { id, members: new Set(members) }); }

  log(conversation) {
    if (!this.logs.has(conversation))
      this.logs.set(conversation, []);
    return this.logs.get(conversation);
  }

  /** A message that nobody's client of the test sends. */
  post(from, target, msg, cmid = `other-${this.seen.length}-${this.#random()}`) {
    return this.#accept({ user: this.users.get(from), send: () => {} }, { ...target, msg, cmid });
  }

  /** As kill -9: what was committed stays. */
  die() {
    this.isUp = false;
    for (const session of [...this.sessions])
      session.socket.cut();
  }

  /** Everybody is cut off, the server lives. */
  cutAll() {
    for (const session of [...this.sessions])
      session.socket.cut();
  }

  pushAll(object) {
    for (const session of this.sessions)
      session.send(object);
  }

  chance(fault) { return this.#random() < (this.faults[fault] ?? 0); }

  receive(session, object) {
    this.seen.push(object);
    const reply = fields => session.send({ msgid: 102, ...(object.ref !== undefined && { ref: object.ref }), errno: 0, ...fields });
    const refuse = (errno, retry = false, msgid = 102) => reply({ msgid, errno, errmsg: `errno ${errno}`, retry });
    switch (object.msgid) {
      case 100:
        session.hasChanges = object.protocol >= 3 && !this.isOld;
        return session.send({ msgid: 101, protocol: session.hasChanges ? 3 : 2, ...(session.hasChanges && { features: this.features }), node: 'fake', heartbeat: HEARTBEAT, maxframe: 65_536 });
      case 104: return session.send({ msgid: 105 });
      case 1: return this.#logIn(session, object, reply, refuse);
      case 4: {
        const id = this.users.size + 1;
        this.addUser(id, object.name, object.password);
        return reply({ msgid: 5, id });
      }
    }
    if (!session.user)
      return refuse(3);
    switch (object.msgid) {
      case 3: session.user = null; return reply({});
      case 6: case 10: return this.#post(session, object, reply, refuse);
      case 8: this.addGroup(this.groups.size + 1, session.user.id); return reply({ groupid: this.groups.size });
      case 103: case 109: return this.#mark(session, object, reply);
      case 107: return this.#history(session, object, reply);
      case 108: return this.#sync(session, object, reply);
      case 131: return session.hasChanges ? this.#change(session, object, reply, refuse) : refuse(5);
      case 133: return reply(this.changes.since(object, session.user.id));
      case 122: case 123: case 137: case 139: case 140: case 143: return this.people.receive(session, object, reply, refuse);
      case 119: case 120: case 124: case 126: case 127: case 128: case 129: return this.circles.receive(object, reply, refuse);
      case 141: session.jwt = object.jwt; return reply({});
      default: return this.live.receive(session, object, reply, refuse);
    }
  }

  /** A change that nobody's client of the test asks for. @param {number} by @param {object} change as the request has it */
  change(by, change) {
    const push = this.changes.change(by, change, this.log(change.conversation), this.#clock.date());
    for (const other of push ? this.sessions : []) {
      if (other.hasChanges && other.user && this.receivers(push.conversation).has(other.user.id))
        other.push(push);
    }
  }

  #change(session, { conversation, seq, ...change }, reply, refuse) {
    const refusal = this.refuseChange?.(change);
    if (refusal)
      return refuse(refusal, refusal === 10);
    if (this.chance('refuse') && this.#random() < 0.5)
      return refuse(10, true);
    this.change(session.user.id, { conversation, seq, ...change });
    if (this.chance('refuse'))
      return refuse(10, true); // it is done all the same
    if (this.chance('cutBeforeAck'))
      return session.socket.cut();
    reply({ rev: this.changes.find(conversation, seq).rev, ts: 5 });
  }

  #logIn(session, { token, jwt, name, id, password }, reply, refuse) {
    let user = null;
    if (token)
      user = this.users.get(this.tokens.get(token));
    else if (jwt)
      user = this.users.get(Number(/^jwt-(\d+)/.exec(jwt)?.[1]));
    else
      user = [...this.users.values()].find(one => (one.name === name || one.id === id) && one.password === password);
    if (!user)
      return refuse(1, false, 2);
    session.user = user;
    const fresh = token ?? `token-${this.tokens.size}`;
    this.tokens.set(fresh, user.id);
    const groups = [...this.groups.values()].filter(group => group.members.has(user.id)).map(group => ({ id: group.id, groupname: `g${group.id}`, groupdesc: '', users: [] }));
    reply({ msgid: 2, id: user.id, name: user.name, token: fresh, groups });
    // What was not received comes by itself, as from the offline queue.
    for (const conversation of this.conversationsOf(user.id)) {
      for (const message of this.log(conversation).filter(one => one.id !== user.id && one.seq > (this.marks.get(`${user.id} ${conversation}`) ?? 0)))
        session.push(message);
    }
  }

  #post(session, object, reply, refuse) {
    const lane = object.toid ?? `g${object.groupid}`;
    if (session.blocked.has(lane) && session.blocked.get(lane) !== object.cmid)
      return refuse(10, true);
    session.blocked.delete(lane);
    if (this.refuseText?.(object.msg))
      return refuse(8);
    if (this.chance('refuse')) {
      session.blocked.set(lane, object.cmid);
      // The message may be there all the same.
      if (this.#random() < 0.5)
        this.#accept(session, object);
      return refuse(10, true);
    }
    const { conversation, seq, ts } = this.#accept(session, object);
    if (this.chance('cutBeforeAck'))
      return session.socket.cut();
    reply({ conversation, seq, ts });
  }

  #accept(session, { toid, groupid, msg, cmid, msgid, ref, ...fields }) {
    const { id, name } = session.user;
    const conversation = groupid ? `g:${groupid}` : direct(id, toid);
    const log = this.log(conversation);
    const known = log.find(message => message.id === id && message.cmid === cmid);
    if (known)
      return known;
    const message = {
      ...fields, id, msg, msgid: groupid ? 10 : 6, name, time: '2027-01-15 08:00:00', ...(groupid ? { groupid } : { toid }), cmid, conversation,
      seq: log.length + 1, ts: this.#clock.date(),
    };
    log.push(message);
    for (const other of this.sessions) {
      if (other !== session && other.user && this.receivers(conversation).has(other.user.id))
        other.push(message);
    }
    return message;
  }

  receivers(conversation) {
    const [kind, a, b] = conversation.split(':');
    return kind === 'g' ? this.groups.get(Number(a)).members : new Set([Number(a), Number(b)]);
  }

  conversationsOf(id) { return [...this.logs.keys()].filter(conversation => this.receivers(conversation).has(id)); }

  #mark(session, { msgid, conversation, seq, ref }, reply) {
    const head = this.log(conversation).length;
    if (seq > head)
      return reply({ errno: 4, retry: false, conversation, head });
    const key = `${msgid === 109 ? 'read ' : ''}${session.user.id} ${conversation}`;
    this.marks.set(key, Math.max(seq, this.marks.get(key) ?? 0));
    this.live.tellMarks(session.user.id, conversation);
    if (ref !== undefined)
      reply({});
  }

  #history(session, { conversation, after, before, limit = 100 }, reply) {
    if (this.withoutHistory)
      return reply({ errno: 11, retry: false });
    const log = this.log(conversation);
    const found = log.filter(({ seq }) => (after === undefined || seq > after) && (before === undefined || seq < before));
    const messages = after !== undefined ? found.slice(0, limit) : found.slice(-limit);
    reply({ messages: messages.map(message => ({ ...message, ...this.changes.tell(conversation, message.seq, session.user.id) })), ...(messages.length < found.length && { more: true }) });
  }

  #sync(session, { since }, reply) {
    if (this.withoutHistory)
      return reply({ errno: 11, retry: false });
    const old = this.#syncTokens.get(since) ?? new Map();
    const { id } = session.user;
    const all = this.conversationsOf(id).map(conversation => ({
      conversation, head: this.log(conversation).length, received: this.marks.get(`${id} ${conversation}`) ?? 0, read: this.marks.get(`read ${id} ${conversation}`) ?? 0,
      rev: this.changes.revOf(conversation), floor: this.live.kept(id, conversation).floor,
    })).filter(({ head }) => head > 0);
    const token = `sync-${++this.#syncs}`;
    this.#syncTokens.set(token, new Map(all.map(entry => [entry.conversation, stateOf(entry)])));
    reply({ token, conversations: all.filter(entry => old.get(entry.conversation) !== stateOf(entry)) });
  }
}
