/** @import { Contact, Device, Fields, Found, Group, JoinRequest, ListedConversation, Profile, Receipts } from './types.js' */
import * as Kind from './kinds.js';
import { toMessage } from './protocol.js';

/** So many users are asked for at once. */
const MAX_IDS = 100;

/** @typedef {{ conversation: string, seq: number }} Place of a message, such as the message itself */

/** What a user asks the server for: each method is a request of the protocol, and fails with a ChatError. */
export class Requests {
  #request;
  #me;

  /** @param {(object: Fields) => Promise<Fields>} request @param {() => number} me */
  constructor(request, me) {
    this.#request = request;
    this.#me = me;
  }

  /** @param {number} friendid */
  addFriend(friendid) { return this.#tell(Kind.addFriend, { friendid }); }

  /** @param {string} groupname @param {string} [groupdesc] @returns {Promise<number>} its id */
  async createGroup(groupname, groupdesc = '') { return (await this.#ask(Kind.createGroup, { groupname, groupdesc })).groupid; }

  /** @param {number} groupid @returns {Promise<boolean>} false: the user is no member yet, the group's creator or an admin has to accept first */
  async joinGroup(groupid) { return (await this.#ask(Kind.joinGroup, { groupid })).asked !== true; }

  /** What a group is, also one that the user could come into. @param {number | string} which its number, or its whole name @returns {Promise<Group>} */
  async getGroup(which) {
    const { groupid: id, more, ...group } = await this.#page(Kind.getGroup, typeof which === 'string' ? { name: which } : { groupid: which });
    return /** @type {Group} */ ({ id, ...group });
  }

  /**
   * The creator and admins may; what is left out stays. `delete`, which stands alone, is the creator's, and ends the group for all.
   * @param {number} groupid
   * @param {{ name?: string, desc?: string, avatar?: string, joining?: 'free' | 'invite' | 'ask', sending?: 'all' | 'admins', history?: 'all' | 'joined', keep_days?: number, delete?: true }} change
   */
  changeGroup(groupid, change) { return this.#tell(Kind.changeGroup, { groupid, ...change }); }

  /**
   * Who is in a group, and as what: all of it, or (with a ChatError whose words name the user) none. May be repeated without harm, and is.
   * @param {number} groupid
   * @param {{ unban?: number[], add?: number[], remove?: number[], ban?: number[], role?: { id: number, role: 'admin' | 'normal' }, mute?: { id: number, until: number }, owner?: number }} change
   *   lists of at most 100; `until` in ms since 1970, 0 ends it; `owner`: the next creator
   */
  changeMembers(groupid, change) { return this.#tell(Kind.changeMembers, { groupid, ...change }); }

  /** The last member takes the group along; a creator makes another one the creator first. @param {number} groupid */
  leaveGroup(groupid) { return this.#tell(Kind.leaveGroup, { groupid }); }

  /**
   * For the creator and admins: a page of who waits to be let in, with ids above `after`; or, with `accept` or `decline`, what becomes of some of them.
   * @param {number} groupid @param {{ after?: number, limit?: number } | { accept?: number[], decline?: number[] }} [what]
   * @returns {Promise<{ requests: JoinRequest[], more: boolean }>} nobody, if it was decided
   */
  async joinRequests(groupid, what) {
    return { requests: [], ...await this.#page(Kind.joinRequests, { groupid, ...what }) };
  }

  /**
   * Who is something to the user, or is blocked: what has changed after `since`, in that order. While there are `more`, and later on, ask with this `rev`.
   * @param {{ since?: number, blocked?: boolean, limit?: number }} [page] `blocked`: only who is
   * @returns {Promise<{ contacts: Contact[], rev: number, more: boolean }>} from another `since` than 0 on also who is nothing any more
   */
  listContacts(page) { return this.#page(Kind.contacts, page); }

  /**
   * Does something about another user. May be repeated without harm, and is.
   * @param {number} id @param {'add' | 'request' | 'accept' | 'decline' | 'remove' | 'block' | 'unblock'} action
   * @param {{ alias?: string, note?: string }} [more] `alias`: what the user calls the other one, empty: nothing of its own; `note`: words that go with a request
   * @returns {Promise<number>} the `rev` of it
   */
  async changeContact(id, action, more) { return (await this.#ask(Kind.changeContact, { id, do: action, ...more })).rev; }

  /** A page of the members of a group, with ids above `after`; as of system message `seq`. @param {number} groupid @param {{ after?: number, limit?: number, role?: 'creator' | 'admin' | 'normal' }} [page] `role`: only those */
  members(groupid, page) { return this.#ask(Kind.members, { groupid, ...page }); }

  /** The same of the user's groups. @param {{ after?: number, limit?: number }} [page] */
  groups(page) { return this.#ask(Kind.groups, page); }

  /** The same of the user's friends. @param {{ after?: number, limit?: number }} [page] */
  friends(page) { return this.#ask(Kind.friends, page); }

  /** The user whose whole name it is, in whatever case it is written. @param {string} name @returns {Promise<Profile | null>} null: there is none */
  async findUser(name) { return (await this.#ask(Kind.getUsers, { name })).users[0] ?? null; }

  /**
   * Users whose names begin so, in the order of their names. More than 5 of these in a second are too fast.
   * @param {string} prefix 1 to 50 characters @returns {Promise<{ users: Profile[], more: boolean }>} fails with `ErrorCode.off` where only whole names are found
   */
  searchUsers(prefix) { return this.#page(Kind.getUsers, { prefix }); }

  /** Users, in any number, ascending by id. Who does not exist is left out. @param {Iterable<number>} ids @returns {Promise<Profile[]>} */
  async getUsers(ids) {
    const found = [];
    for (let left = [...new Set(ids)].sort((a, b) => a - b); left.length > 0;) {
      const some = left.slice(0, MAX_IDS);
      const { users, more } = await this.#ask(Kind.getUsers, { ids: some });
      found.push(...users);
      const upTo = more && users.length > 0 ? Math.max(users.at(-1).id, some[0]) : some[some.length - 1]; // what did not fit into the frame comes with the next one
      left = left.filter(id => id > upTo);
    }
    return found;
  }

  /** How the user wants to be shown. What is left out stays, and an empty text removes. @param {{ display?: string, avatar?: string, about?: string }} change */
  changeProfile(change) { return this.#tell(Kind.changeProfile, change); }

  /**
   * Messages with all of these words, the newest first. A page may have few, or none, and still say that there are more.
   * @param {string} text @param {{ conversation?: string, from?: number, since?: number, until?: number, limit?: number, after?: string }} [where]
   *   `from`: only of this sender; `since`, `until`: ms since 1970; `after`: what the page before says
   * @returns {Promise<{ hits: Found[], more: boolean, after?: string, indexed: number }>} `indexed`: what was sent up to then is found
   */
  async search(text, where) {
    const { hits, ...page } = await this.#page(Kind.search, { text, ...where });
    return { ...page, hits: hits.map((/** @type {Fields} */ { id, msg, ...hit }) => ({ ...hit, from: id, text: msg, own: id === this.#me() })) };
  }

  settings() { return this.#ask(Kind.getSettings); }

  /** @param {{ presence?: string, receipts?: string, mute?: string, unmute?: string, pin?: string, unpin?: string, notify?: Record<string, 'all' | 'mentions' | 'none' | 'default'> }} change
   *   `notify`, which stands alone: which messages wake the user
   * @returns what they are now */
  changeSettings(change) { return this.#ask(Kind.changeSettings, change); }

  /**
   * Gives an own message another text. This and the other changes may be repeated without harm, and are. They fail with a ChatError whose `code` is
   * `ErrorCode.forbidden` (not this user's to change, or recalled), `tooLate`, `notYours` (no such message) or `tooLarge`.
   * @param {Place} message @param {string} text @param {number[] | 'all'} [mentions] whom it mentions now; left out: the same as before
   */
  edit(message, text, mentions) { return this.#change(message, { edit: { msg: text, mentions } }); }

  /** Takes an own message back, or any one of a group that the user looks after. @param {Place} message */
  recall(message) { return this.#change(message, { recall: true }); }

  /** @param {Place} message @param {string} emoji */
  react(message, emoji) { return this.#change(message, { react: emoji }); }

  /** @param {Place} message @param {string} emoji */
  unreact(message, emoji) { return this.#change(message, { unreact: emoji }); }

  /** Pins it in its conversation for everybody, or (false) does so no longer. @param {Place} message @param {boolean} [pinned] */
  pin(message, pinned = true) { return this.#change(message, { pin: pinned }); }

  /**
   * Who has received and read a message, its sender left out: a page, with ids above `after`.
   * @param {string} conversation @param {number} seq @param {{ after?: number, limit?: number }} [page]
   * @returns {Promise<Receipts>}
   */
  receipts(conversation, seq, page) { return this.#page(Kind.getReceipts, { conversation, seq, ...page }); }

  /**
   * A page of the user's conversations as a list shows them: pinned ones first, then by their last message. The next page is `after` the last one of this.
   * @param {{ after?: string, limit?: number, unread?: boolean, archived?: boolean }} [page] `unread`: only those; `archived`: those in place of the others
   * @returns {Promise<{ conversations: ListedConversation[], unread: number, more: boolean }>} `unread` of the whole list
   */
  async listConversations(page) {
    const { conversations, ...answer } = await this.#page(Kind.conversations, page);
    return { ...answer, conversations: conversations.map((/** @type {Fields} */ { last, ...entry }) => ({ ...entry, last: last ? toMessage(last, this.#me(), true) : null })) };
  }

  /** The devices on which the user is logged in, the one that was here last first. `here` is this one, if the option `device` names it. @returns {Promise<Device[]>} */
  async devices() { return (await this.#ask(Kind.devices)).devices; }

  /**
   * Another name of a device (empty: none), how it is woken (null: not at all), or that it is logged out, wherever it is; the last stands alone.
   * @param {string} device @param {{ name?: string, push?: { provider: string, token: string } | null, revoke?: true }} change
   */
  changeDevice(device, change) { return this.#tell(Kind.changeDevice, { device, ...change }); }

  /** @param {string} device @param {string} name empty: none */
  renameDevice(device, name) { return this.changeDevice(device, { name }); }

  /** Logs it out, wherever it is; this one too. @param {string} device */
  revokeDevice(device) { return this.changeDevice(device, { revoke: true }); }

  /** Somebody is to look at a message. May be repeated without harm, and is. @param {Place} message @param {string} reason */
  report({ conversation, seq }, reason) { return this.#tell(Kind.report, { conversation, seq, reason }); }

  /** Puts it into the list of those that are archived, or back. @param {string} conversation @param {boolean} [archived] */
  archive(conversation, archived = true) { return this.#tell(Kind.changeConversation, { conversation, archive: archived }); }

  /** Until the user reads in it, or writes. @param {string} conversation */
  markUnread(conversation) { return this.#tell(Kind.changeConversation, { conversation, unread: true }); }

  /** Messages up to a number are not shown to this user any more. @param {string} conversation @param {number} seq */
  clear(conversation, seq) { return this.#tell(Kind.changeConversation, { conversation, clear_to: seq }); }

  /** What is being written, for the user's other devices. @param {string} conversation @param {string} text empty: nothing */
  saveDraft(conversation, text) { return this.#tell(Kind.changeConversation, { conversation, draft: text }); }

  /** @param {number} msgid @param {Fields} [fields] @returns {Promise<Fields>} the answer as it is */
  #ask(msgid, fields) { return this.#request({ msgid, ...fields }); }

  /** @param {number} msgid @param {Fields} fields @returns {Promise<void>} the answer says nothing */
  async #tell(msgid, fields) { await this.#ask(msgid, fields); }

  /** @param {number} msgid @param {Fields} [fields] @returns {Promise<any>} the answer without the words of the wire, and whether there is more of it */
  async #page(msgid, fields) {
    const { msgid: kind, ref, errno, ...answer } = await this.#ask(msgid, fields);
    return { more: false, ...answer };
  }

  /** @param {Place} message @param {Fields} change @returns {Promise<{ rev: number, ts: number }>} since when the message is so */
  async #change({ conversation, seq }, change) {
    const { rev, ts } = await this.#ask(Kind.change, { conversation, seq, ...change });
    return { rev, ts };
  }
}
