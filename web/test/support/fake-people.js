/** Who users are, and the search of a FakeServer. */
export class FakePeople {
  profiles = new Map();
  /** So many users fit into a frame. */
  room = Infinity;
  #server;

  constructor(server) {
    this.#server = server;
  }

  receive(session, object, reply, refuse) {
    const refusal = this.refuse?.(object);
    if (refusal || this.#server.isOld)
      return refuse(refusal || 5, refusal === 9 || refusal === 10);
    switch (object.msgid) {
      case 122: return reply(this.#find(object));
      case 123: {
        const { msgid, ref, ...change } = object;
        const profile = { ...this.profiles.get(session.user.id), ...change };
        this.profiles.set(session.user.id, Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== '')));
        return reply({});
      }
      case 139: return reply({ devices: [{ device: 'd1', name: 'a browser', seen: 5, here: true }] });
      case 140: case 143: return reply({});
      case 137: return reply(this.#search(session.user.id, object));
    }
  }

  #find({ ids, name, prefix }) {
    const isWanted = user => (ids ? ids.includes(user.id) : name ? user.name === name.toLowerCase() : user.name.startsWith(prefix.toLowerCase()));
    const all = [...this.#server.users.values()].filter(isWanted).sort((a, b) => (ids ? a.id - b.id : a.name < b.name ? -1 : 1));
    const users = all.slice(0, this.room).map(user => ({ id: user.id, name: user.name, ...this.profiles.get(user.id) }));
    return { users, ...(users.length < all.length && { more: true }) };
  }

  #search(me, { text, conversation, from, limit = 50, after = '0' }) {
    const server = this.#server;
    const all = server.conversationsOf(me).filter(one => !conversation || one === conversation).flatMap(one => server.log(one))
      .filter(message => message.msg.includes(text) && (!from || message.id === from)).sort((a, b) => b.ts - a.ts || b.seq - a.seq);
    const end = Number(after) + limit;
    const hits = all.slice(Number(after), end).map(({ conversation, seq, id, ts, msg }) => ({ conversation, seq, id, ts, msg }));
    return { hits, ...(end < all.length && { more: true, after: String(end) }), indexed: 5 };
  }
}
