/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Change, ListedConversation, Message } from '../sdk/types.js' */
/** @import { People } from './people.js' */
import { withChange } from '../sdk/index.js';
import { Previews } from './previews.js';

/** A badge counts up to here. */
const MAX_COUNT = 99;
const PAGE = 100;

/**
 * @typedef {object} Entry
 * @property {string} conversation
 * @property {string} name
 * @property {boolean} isGroup
 * @property {number} peer the other one of two users; 0: it is a group, or oneself
 * @property {Message | null} last
 * @property {number} unread up to MAX_COUNT + 1
 * @property {boolean} marked as unread
 * @property {boolean} pinned
 * @property {boolean} muted
 * @property {boolean} mentioned whether something unread is to the user
 * @property {string} draft
 *
 * @typedef {object} State what is known of a conversation
 * @property {Message | null} last
 * @property {number} counted so many were unread up to `head` when the server was asked
 * @property {number} head
 * @property {Set<number>} unread what has come since
 * @property {boolean} isListed by the server
 * @property {number} read as it was listed
 * @property {boolean} marked
 * @property {boolean} pinned
 * @property {boolean} muted
 * @property {boolean} mentioned
 * @property {string} draft
 * @property {boolean} isArchived
 * @property {boolean} isOpened here, so it is shown whatever the list says
 * @property {boolean} isAsked whether the server was asked for the list because of it
 */

/** The list of conversations: names, last messages, and how much of them was not read. */
export class Inbox {
  /** @type {Map<string, State>} */
  #states = new Map();
  /** Groups that the user is in no longer. @type {Set<string>} */
  #left = new Set();
  #pages = 0;
  #isListing = false;
  #isListDue = false;
  /** Whether there are others that the server has not listed yet. */
  #more = true;
  #off;
  #client;
  #people;
  #changed;
  #previews;

  /** @param {ChatClient} client @param {People} people @param {() => void} changed */
  constructor(client, people, changed) {
    this.#client = client;
    this.#people = people;
    this.#changed = changed;
    this.#previews = new Previews(client, people, (conversation, last, unread) => this.#preview(conversation, last, unread));
    this.#off = [
      client.on('message', message => this.#take(message)),
      client.on('update', message => this.#take(message)),
      client.on('change', change => this.#change(change)),
      client.on('conversation', ({ conversation, read }) => this.#read(conversation, read)),
      client.on('conversationChanged', change => this.#keep(change)),
      client.on('rewound', ({ conversation }) => { this.#states.delete(conversation); this.#load(conversation); }),
      client.on('state', ({ state }) => {
        if (state === 'ready')
          this.#refresh();
        changed();
      }),
    ];
    this.#refresh();
  }

  /** Pinned ones first, then the one with the newest message. @returns {Entry[]} */
  get entries() {
    const known = this.#isListed ? [] : this.#client.conversations.map(({ conversation }) => conversation);
    const shown = [...this.#states].filter(([, state]) => this.#isShown(state)).map(([conversation]) => conversation);
    const all = new Set([...known, ...shown, ...(this.#client.user?.groups ?? []).map(({ id }) => `g:${id}`).filter(group => !this.#states.get(group)?.isArchived)]);
    return [...all].filter(conversation => !this.#left.has(conversation)).map(conversation => {
      const { last = null, marked = false, pinned = false, muted = false, mentioned = false, draft = '' } = this.#states.get(conversation) ?? {};
      return { conversation, ...this.describe(conversation), last, unread: Math.min(this.#unreadOf(conversation), MAX_COUNT + 1), marked, pinned, muted, mentioned, draft };
    }).sort((a, b) => Number(b.pinned) - Number(a.pinned) || (b.last?.ts ?? 0) - (a.last?.ts ?? 0) || a.name.localeCompare(b.name));
  }

  /** Of all conversations that may disturb. */
  get unread() { return [...this.#states].filter(([, { muted }]) => !muted).map(([conversation]) => conversation).reduce((sum, conversation) => sum + this.#unreadOf(conversation), 0); }

  /** @param {string} conversation */
  describe(conversation) {
    const [kind, a, b] = conversation.split(':');
    const me = this.#client.user?.id;
    if (kind === 'g')
      return { name: this.#people.groupName(Number(a)), isGroup: true, peer: 0 };
    const other = Number(a) === me ? Number(b) : Number(a);
    return { name: other === me ? 'Notes to yourself' : this.#people.nameOf(other), isGroup: false, peer: other === me ? 0 : other };
  }

  /** What was begun to write in it. @param {string} conversation */
  draftOf(conversation) { return this.#states.get(conversation)?.draft ?? ''; }

  /** Somebody opens it: it belongs into the list. @param {string} conversation */
  open(conversation) {
    this.#of(conversation).isOpened = true;
    this.#left.delete(conversation);
    this.#load(conversation);
    this.#changed();
  }

  /** The user is in a group no longer, until it is opened again. @param {string} conversation */
  leave(conversation) {
    this.#left.add(conversation);
    this.#changed();
  }

  /** Somebody looks at the end of the list. */
  loadMore() {
    if (this.#isListed && this.#more && !this.#isListing)
      void this.#list(this.#pages + 1);
  }

  /** What is pinned or muted has changed. */
  refresh() { this.#refresh(); }

  close() { this.#off.forEach(off => off()); }

  /** Whether the server has a list. */
  get #isListed() { return this.#pages > 0 && this.#client.can('conversations'); }

  /** What is archived, or was not listed yet, is not. @param {State} state */
  #isShown({ isArchived, isOpened, isListed }) { return !isArchived && (isOpened || isListed || !this.#isListed); }

  /** @param {string} conversation */
  #unreadOf(conversation) {
    const state = this.#states.get(conversation);
    return state && this.#isShown(state) && !this.#left.has(conversation) ? state.counted + state.unread.size : 0;
  }

  /** @param {string} conversation @returns {State} */
  #of(conversation) {
    const state = this.#states.get(conversation) ?? { last: null, counted: 0, head: 0, unread: new Set(), isListed: false, read: 0, marked: false, pinned: false, muted: false, mentioned: false, draft: '', isArchived: false, isOpened: false, isAsked: false };
    this.#states.set(conversation, state);
    return state;
  }

  /** @param {string} conversation */
  #readOf(conversation) { return this.#client.conversations.find(one => one.conversation === conversation)?.read ?? 0; }

  /** @param {Message} message that was just written here */
  add(message) { this.#take(message); }

  /** @param {Message} message */
  #take(message) {
    if (!message.conversation)
      return;
    const state = this.#of(message.conversation);
    if (!state.last || message.seq === 0 || message.seq >= state.last.seq)
      state.last = message;
    if (!message.own && !message.system && !message.recalled && message.seq > Math.max(state.head, this.#readOf(message.conversation))) {
      state.unread.add(message.seq);
      const me = this.#client.user?.id ?? 0;
      state.mentioned ||= message.mentions === 'all' || (message.mentions?.includes(me) ?? false);
    }
    this.#load(message.conversation);
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
    const state = this.#states.get(conversation);
    if (!state)
      return this.#changed();
    for (const one of [...state.unread].filter(one => one <= seq))
      state.unread.delete(one);
    if (state.isListed && seq > state.read) {
      Object.assign(state, { read: seq, marked: false });
      if (seq >= state.head) {
        state.counted = 0;
        state.mentioned = false;
      }
      else if (state.counted > 0)
        void this.#list(this.#pages); // nobody here can tell how many are left
    }
    this.#changed();
  }

  /** @param {{ conversation: string, archived?: boolean, marked?: boolean, floor?: number, read?: number, draft?: string }} change of a device of this user */
  #keep({ conversation, archived, floor, read, ...change }) { // what was read comes as `conversation`
    const state = this.#of(conversation);
    Object.assign(state, change);
    state.isArchived = archived ?? state.isArchived;
    if (floor && state.last && state.last.seq > 0 && state.last.seq < floor)
      Object.assign(state, { last: null, counted: 0, unread: new Set() });
    if (archived === false)
      void this.#list(this.#pages);
    this.#changed();
  }

  #refresh() {
    if (this.#client.can('conversations') && this.#client.state === 'ready')
      return void this.#list(this.#pages || 1);
    this.#previews.refresh([...this.#client.conversations].reverse(), conversation => this.#states.get(conversation)?.last?.seq ?? 0);
  }

  /** What the list does not say. @param {string} conversation */
  #load(conversation) {
    const state = this.#of(conversation);
    if (!this.#isListed)
      this.#previews.load(conversation);
    else if (!state.isListed && !state.isAsked && (state.last?.seq ?? 0) > 0) {
      state.isAsked = true; // once: what is archived is never listed
      void this.#list(this.#pages);
    }
  }

  /** @param {string} conversation @param {Message | undefined} last @param {number[]} unread */
  #preview(conversation, last, unread) {
    const state = this.#of(conversation);
    unread.filter(seq => seq > state.head).forEach(seq => state.unread.add(seq));
    if (last && (!state.last || last.seq > state.last.seq))
      state.last = last;
    this.#changed();
  }

  /** Asks for so many pages from the beginning: what has moved is where it belongs then. @param {number} pages */
  async #list(pages) {
    this.#isListDue = this.#isListing;
    if (this.#isListing)
      return;
    this.#isListing = true;
    try {
      for (let page = 1, after; page <= Math.max(1, pages); page++) {
        const { conversations, more } = await this.#client.listConversations({ ...(after && { after }), limit: PAGE });
        conversations.forEach(listed => this.#takeListed(listed));
        after = conversations.at(-1)?.conversation;
        this.#pages = Math.max(this.#pages, page);
        this.#more = more;
        if (!more)
          break;
      }
    } catch {
      // It is asked for again with the next connection.
    }
    this.#isListing = false;
    this.#changed();
    if (this.#isListDue)
      void this.#list(this.#pages);
  }

  /** @param {ListedConversation} listed */
  #takeListed(listed) {
    const { conversation, head, read: listedRead, unread, last, marked = false, pinned = false, muted = false, mentions = 0, draft = '' } = listed;
    const state = this.#of(conversation);
    const read = this.#readOf(conversation);
    Object.assign(state, { isListed: true, isArchived: false, read: listedRead, marked, pinned, muted, mentioned: head > read && mentions > 0, draft, head, counted: head > read ? unread : 0 });
    state.unread = new Set([...state.unread].filter(seq => seq > head));
    if (last) {
      this.#people.addSenders([last]);
      if (!state.last || state.last.state === 'sent' && last.seq >= state.last.seq)
        state.last = last;
    }
  }
}
