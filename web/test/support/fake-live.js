/** Receipts, the list of conversations, presence and typing of a FakeServer. */
export class FakeLive {
  /** By user: how others see them. */
  states = new Map();
  #kept = new Map();
  #server;

  constructor(server) {
    this.#server = server;
  }

  receive(session, object, reply, refuse) {
    if (this.#server.isOld)
      return refuse(5);
    switch (object.msgid) {
      case 114: return reply(this.#receipts(session.user.id, object));
      case 115: return this.#watch(session, object, reply, refuse);
      case 117: session.state = object.state; return reply({});
      case 118: return this.refuseTyping ? refuse(this.refuseTyping) : reply({});
      case 134: return reply(this.#list(session.user.id, object));
      case 135: return this.#keep(session, object, reply);
      default: return reply({});
    }
  }

  /** What the user has made of it. */
  kept(id, conversation) { return this.#kept.get(`${id} ${conversation}`) ?? { archived: false, marked: false, floor: 0, draft: '' }; }

  marksOf(id, conversation) {
    const { marks } = this.#server;
    const read = Math.max(marks.get(`read ${id} ${conversation}`) ?? 0, this.#server.log(conversation).findLast(message => message.id === id)?.seq ?? 0);
    return { received: Math.max(read, marks.get(`${id} ${conversation}`) ?? 0), read };
  }

  tellMarks(id, conversation) {
    if (conversation?.startsWith('d:'))
      this.#push(session => session.user.id !== id && this.#server.receivers(conversation).has(session.user.id), { msgid: 113, conversation, id, ...this.marksOf(id, conversation) });
  }

  setState(id, state) {
    this.states.set(id, state);
    this.#push(session => session.watched?.users.includes(id), { msgid: 116, users: [{ id, state }] });
  }

  type(id, conversation, on, expires = 6000) {
    this.#push(session => session.user.id !== id && session.watched?.conversations.includes(conversation), { msgid: 118, conversation, on, id, ...(on && { expires }) });
  }

  #watch(session, { users, conversations }, reply, refuse) {
    if (this.refuseWatch?.(users, conversations))
      return refuse(this.refuseWatch(users, conversations), this.refuseWatch(users, conversations) === 10);
    session.watched = { users, conversations };
    reply({ presence: users.map(id => ({ id, state: this.states.get(id) ?? 'offline' })), typing: [] });
  }

  #receipts(me, { conversation, seq }) {
    const others = [...this.#server.receivers(conversation)].filter(id => id !== this.#server.log(conversation)[seq - 1]?.id);
    const who = others.map(id => ({ id, ...this.marksOf(id, conversation) })).filter(({ received }) => received >= seq);
    return { members: others.length, received: who.length, read: who.filter(({ read }) => read >= seq).length, who };
  }

  #list(me, { after, limit = 50, archived = false }) {
    const server = this.#server;
    const all = server.conversationsOf(me).filter(conversation => server.log(conversation).length > 0 && this.kept(me, conversation).archived === archived)
      .sort((a, b) => server.log(b).at(-1).ts - server.log(a).at(-1).ts);
    const page = all.slice(all.indexOf(after) + 1).slice(0, limit);
    const entries = page.map(conversation => {
      const log = server.log(conversation);
      const { received, read } = this.marksOf(me, conversation);
      const [peer] = conversation.startsWith('d:') ? [...server.receivers(conversation)].filter(id => id !== me) : [];
      const { marked, floor, draft } = this.kept(me, conversation);
      return {
        conversation, head: log.length, received, read, unread: log.filter(message => message.id !== me && message.seq > read).length, last: log.at(-1),
        ...(peer && { peer: this.marksOf(peer, conversation) }), ...(marked && { marked }), ...(floor && { floor }), ...(draft && { draft }), ...(archived && { archived }),
      };
    });
    return { conversations: entries, unread: entries.reduce((sum, { unread }) => sum + unread, 0), ...(page.at(-1) !== all.at(-1) && { more: true }) };
  }

  #keep(session, { conversation, archive, unread, clear_to, draft }, reply) {
    const { id } = session.user;
    const kept = { ...this.kept(id, conversation) };
    if (archive !== undefined)
      kept.archived = archive;
    if (unread !== undefined)
      kept.marked = unread;
    if (clear_to)
      kept.floor = clear_to + 1;
    if (draft !== undefined)
      kept.draft = draft;
    this.#kept.set(`${id} ${conversation}`, kept);
    this.#push(other => other !== session && other.user.id === id, { msgid: 136, conversation, ...kept, draft: kept.draft || undefined });
    reply({});
  }

  #push(isFor, object) {
    for (const session of this.#server.sessions) {
      if (session.hasChanges && session.user && isFor(session))
        session.push(object);
    }
  }
}
