/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Change, Message } from '../sdk/types.js' */
/** @import { People } from './people.js' */
import { withChange } from '../sdk/index.js';

/** A badge counts up to here. */
const MAX_COUNT = 99;
/** So many conversations are looked at while nobody scrolls, so many at a time. */
const MAX_PREVIEWS = 200;
const AT_ONCE = 4;

/**
 * @typedef {object} Entry
 * @property {string} conversation
 * @property {string} name
 * @property {boolean} isGroup
 * @property {Message | null} last
 * @property {number} unread up to MAX_COUNT + 1
 */

/** The list of conversations: names, last messages, and how much of them was not read. */
export class Inbox {
  /** @type {Map<string, { last: Message | null, unread: Set<number>, isLoaded: boolean }>} */
  #states = new Map();
  /** @type {string[]} */
  #toLoad = [];
  #loading = 0;
  #off;
  #client;
  #people;
  #changed;

  /** @param {ChatClient} client @param {People} people @param {() => void} changed */
  constructor(client, people, changed) {
    this.#client = client;
    this.#people = people;
    this.#changed = changed;
    this.#off = [
      client.on('message', message => this.#take(message)),
      client.on('update', message => this.#take(message)),
      client.on('change', change => this.#change(change)),
      client.on('conversation', ({ conversation, read }) => this.#read(conversation, read)),
      client.on('rewound', ({ conversation }) => { this.#states.delete(conversation); this.#loadSoon(conversation); }),
      client.on('state', ({ state }) => {
        if (state === 'ready')
          this.#refresh();
        changed();
      }),
    ];
    this.#refresh();
  }

  /** The one with the newest message first. @returns {Entry[]} */
  get entries() {
    const known = new Set([...this.#states.keys(), ...this.#client.conversations.map(({ conversation }) => conversation), ...(this.#client.user?.groups ?? []).map(({ id }) => `g:${id}`)]);
    return [...known].map(conversation => {
      const { last = null, unread = new Set() } = this.#states.get(conversation) ?? {};
      return { conversation, ...this.describe(conversation), last, unread: Math.min(unread.size, MAX_COUNT + 1) };
    }).sort((a, b) => (b.last?.ts ?? 0) - (a.last?.ts ?? 0) || a.name.localeCompare(b.name));
  }

  /** Of all conversations. */
  get unread() { return [...this.#states.values()].reduce((sum, { unread }) => sum + unread.size, 0); }

  /** @param {string} conversation */
  describe(conversation) {
    const [kind, a, b] = conversation.split(':');
    const me = this.#client.user?.id;
    if (kind === 'g')
      return { name: this.#people.groupName(Number(a)), isGroup: true };
    const other = Number(a) === me ? Number(b) : Number(a);
    return { name: other === me ? 'Notes to yourself' : this.#people.nameOf(other), isGroup: false };
  }

  /** Somebody opens it: it belongs into the list. @param {string} conversation */
  open(conversation) {
    this.#of(conversation);
    this.#loadSoon(conversation);
    this.#changed();
  }

  close() { this.#off.forEach(off => off()); }

  /** @param {string} conversation */
  #of(conversation) {
    const state = this.#states.get(conversation) ?? { last: null, unread: new Set(), isLoaded: false };
    this.#states.set(conversation, state);
    return state;
  }

  /** @param {Message} message that was just written here */
  add(message) { this.#take(message); }

  /** @param {Message} message */
  #take(message) {
    if (!message.conversation)
      return;
    const state = this.#of(message.conversation);
    const read = this.#client.conversations.find(({ conversation }) => conversation === message.conversation)?.read ?? 0;
    if (!state.last || message.seq === 0 || message.seq >= state.last.seq)
      state.last = message;
    if (!message.own && !message.recalled && message.seq > read)
      state.unread.add(message.seq);
    this.#loadSoon(message.conversation);
    this.#changed();
  }

  /** @param {Change} change */
  #change(change) {
    const state = this.#states.get(change.conversation);
    if (!state)
      return;
    state.last = state.last && withChange(state.last, change);
    if (change.recalled)
      state.unread.delete(change.seq);
    this.#changed();
  }

  /** @param {string} conversation @param {number} seq up to here */
  #read(conversation, seq) {
    const { unread } = this.#of(conversation);
    for (const one of [...unread].filter(one => one <= seq))
      unread.delete(one);
    this.#changed();
  }

  #refresh() {
    for (const { conversation, head } of [...this.#client.conversations].reverse()) {
      const state = this.#of(conversation);
      state.isLoaded = state.isLoaded && (state.last?.seq ?? 0) >= head;
      this.#loadSoon(conversation);
    }
  }

  /** What was never looked at here: how much of it is unread, and its last message. @param {string} conversation */
  #loadSoon(conversation) {
    if (this.#states.get(conversation)?.isLoaded || this.#toLoad.includes(conversation) || this.#toLoad.length >= MAX_PREVIEWS)
      return;
    this.#toLoad.push(conversation);
    void this.#loadNext();
  }

  async #loadNext() {
    if (this.#loading >= AT_ONCE || this.#toLoad.length === 0)
      return;
    const conversation = /** @type {string} */ (this.#toLoad.shift());
    this.#loading++;
    try {
      await this.#load(conversation);
    } catch {
      // it is looked at again when the connection is back
    }
    this.#loading--;
    this.#changed();
    void this.#loadNext();
  }

  /** @param {string} conversation */
  async #load(conversation) {
    const state = this.#of(conversation);
    const { read = 0, head = 0 } = this.#client.conversations.find(one => one.conversation === conversation) ?? {};
    const { messages: newest } = await this.#client.history(conversation, { limit: 1 });
    const unread = head > read ? (await this.#client.history(conversation, { after: Math.max(read, head - 2 * MAX_COUNT), limit: 2 * MAX_COUNT })).messages : [];
    this.#people.addSenders([...newest, ...unread]);
    const readNow = this.#client.conversations.find(one => one.conversation === conversation)?.read ?? 0;
    for (const { seq, own, recalled } of unread) {
      if (!own && !recalled && seq > readNow)
        state.unread.add(seq);
    }
    const last = newest.at(-1);
    if (last && (!state.last || last.seq > state.last.seq))
      state.last = last;
    state.isLoaded = true;
  }
}
