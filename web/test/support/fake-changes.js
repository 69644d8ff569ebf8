/** What became of the messages of a FakeServer. */
export class FakeChanges {
  #revs = new Map();
  /** By conversation and number. */
  #states = new Map();

  revOf(conversation) { return this.#revs.get(conversation) ?? 0; }

  find(conversation, seq) { return this.#states.get(`${conversation} ${seq}`) ?? { conversation, seq, rev: 0, reactions: new Map() }; }

  /** A copy of the database was put back that knows no more. */
  rewind(conversation, rev) {
    this.#revs.set(conversation, rev);
    for (const [key, state] of this.#states)
      if (state.conversation === conversation && state.rev > rev)
        this.#states.delete(key);
  }

  /** Makes a change, and returns its push; null: it is so already. */
  change(by, { conversation, seq, edit, recall, react, unreact, pin }, log, ts) {
    const state = this.find(conversation, seq);
    const message = log.find(one => one.seq === seq);
    const told = {};
    const emoji = react ?? unreact;
    if (edit && message.msg !== edit.msg) {
      message.msg = edit.msg;
      state.edit = told.edit = { msg: edit.msg, ts };
    } else if (recall && !state.recalled) {
      message.msg = '';
      delete state.edit;
      state.reactions.clear();
      state.recalled = told.recalled = { by, ts };
    } else if (emoji && (state.reactions.get(emoji)?.has(by) ?? false) !== (react !== undefined)) {
      const users = state.reactions.get(emoji) ?? new Set();
      react ? users.add(by) : users.delete(by);
      state.reactions.set(emoji, users);
      Object.assign(told, { reactions: counts(state), who: [{ id: by, [react ? 'react' : 'unreact']: emoji }] });
    } else if (pin !== undefined && (state.pinned ?? false) !== pin)
      state.pinned = told.pinned = pin;
    else
      return null;
    const prev = this.revOf(conversation);
    state.rev = prev + 1;
    this.#revs.set(conversation, prev + 1);
    this.#states.set(`${conversation} ${seq}`, state);
    return { msgid: 132, conversation, seq, rev: prev + 1, prev, by, ...told };
  }

  /** The keys that a history adds to a message. */
  tell(conversation, seq, me) {
    const { rev, edit, ...rest } = this.#told(this.find(conversation, seq), me);
    return rev === 0 ? {} : { rev, ...(edit && { edited: edit.ts }), ...rest };
  }

  /** The answer to 133. */
  since({ conversation, since, limit = 100 }, me) {
    const all = [...this.#states.values()].filter(state => state.conversation === conversation && state.rev > since).sort((a, b) => a.rev - b.rev);
    const page = all.slice(0, limit);
    const more = page.length < all.length;
    return { changes: page.map(state => ({ seq: state.seq, ...this.#told(state, me) })), rev: more ? page.at(-1).rev : this.revOf(conversation), ...(more && { more }) };
  }

  #told({ rev, edit, recalled, pinned, reactions }, me) {
    const mine = [...reactions].filter(([, users]) => users.has(me)).map(([emoji]) => emoji);
    const all = counts({ reactions });
    return {
      rev, ...(edit && { edit }), ...(recalled && { recalled }), ...(pinned && { pinned }), ...(Object.keys(all).length > 0 && { reactions: all }), ...(mine.length > 0 && { mine }),
    };
  }
}

const counts = ({ reactions }) => Object.fromEntries([...reactions].filter(([, users]) => users.size > 0).map(([emoji, users]) => [emoji, users.size]));
