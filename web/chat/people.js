/** @import { ChatClient } from '../sdk/client.js' */
import { numberIn } from './directory.js';

/**
 * @typedef {object} Person
 * @property {number} id
 * @property {string} name
 * @property {string} [display] what a user wants to be called
 * @property {string} [about] what a user says of themselves
 * @property {boolean} [isGroup]
 */

/** Who is known by name: friends, members of groups, and whoever has written. */
export class People {
  /** @type {Map<number, string>} */
  #users = new Map();
  /** What they want to be called. @type {Map<number, string>} */
  #displays = new Map();
  /** Whose profiles the server was asked for. @type {Set<number>} */
  #asked = new Set();
  /** Whose it is to be asked for next. @type {Set<number>} */
  #unknown = new Set();
  /** @type {Map<number, string>} */
  #groups = new Map();
  /** The same of groups. @type {Set<number>} */
  #askedGroups = new Set();
  #off;
  #client;
  #changed;
  #aliasOf;

  /** @param {ChatClient} client @param {() => void} changed @param {(id: number) => string} aliasOf what the user calls somebody, or nothing */
  constructor(client, changed, aliasOf) {
    this.#client = client;
    this.#aliasOf = aliasOf;
    this.#changed = changed;
    const learn = () => {
      const { user } = client;
      for (const { id, name } of [...user ? [user] : [], ...user?.friends ?? [], ...user?.groups.flatMap(group => group.users ?? []) ?? []])
        this.#users.set(id, name);
      for (const { id, groupname } of user?.groups ?? [])
        this.#groups.set(id, groupname);
      changed();
    };
    this.#off = [
      client.on('login', learn),
      client.on('message', ({ from, name }) => {
        if (from > 0 && name && this.#users.get(from) !== name) { // 0: a system message is nobody's
          this.#users.set(from, name);
          changed();
        }
      }),
    ];
    if (client.user)
      learn();
  }

  /** What the user calls them, or nothing. @param {number} id */
  aliasOf(id) { return this.#aliasOf(id); }

  /** The name by which the user knows them. @param {number} id @param {string} [said] the name that came with a message */
  nameOf(id, said) { return this.#aliasOf(id) || this.ownNameOf(id, said); }

  /** The name that they have given themselves: what they want to be called, else the one that they log in with. @param {number} id @param {string} [said] */
  ownNameOf(id, said) {
    this.#learn(id);
    return this.#displays.get(id) || said || this.#users.get(id) || `User ${id}`;
  }

  /** The name that nobody else has. @param {number} id */
  loginNameOf(id) { return this.#users.get(id) ?? ''; }

  /** @param {number} id */
  groupName(id) {
    const name = this.#groups.get(id);
    if (name === undefined)
      void this.#learnGroup(id);
    return name ?? `Group ${id}`;
  }

  /** @param {Person} person whom the server knows */
  add({ id, name, display }) {
    this.#users.set(id, name);
    if (display !== undefined)
      this.#displays.set(id, display);
  }

  /** @param {number} id @param {string} name */
  addGroup(id, name) { this.#groups.set(id, name); }

  /** @param {{ from: number, name: string }[]} messages whose senders are known now */
  addSenders(messages) {
    for (const { from, name } of messages)
      from && name && this.#users.set(from, name);
  }

  /**
   * Who and which groups of those that are known here have a name with what somebody types, or that number.
   * @param {string} typed @param {number} me @returns {Person[]}
   */
  find(typed, me) {
    const wanted = fold(typed.trim());
    const number = numberIn(typed);
    const users = [...this.#users].map(([id, name]) => ({ id, name, display: this.#displays.get(id) ?? '' }))
      .filter(({ id, name, display }) => id !== me && (id === number || [name, display, this.aliasOf(id)].some(one => fold(one).includes(wanted))));
    const groups = [...this.#groups].map(([id, name]) => ({ id, name, isGroup: true })).filter(({ name }) => fold(name).includes(wanted));
    return [...users, ...groups].sort((a, b) => a.name.localeCompare(b.name)).slice(0, 50);
  }

  close() { this.#off.forEach(off => off()); }

  /** @param {number} id a group that no login has listed: the user was let in meanwhile */
  async #learnGroup(id) {
    if (this.#askedGroups.has(id))
      return;
    this.#askedGroups.add(id);
    try {
      this.addGroup(id, (await this.#client.getGroup(id)).name);
      this.#changed();
    } catch {
      // an older server, or no member any more: it goes by its number
    }
  }

  /** Several of one drawing are one request. @param {number} id */
  #learn(id) {
    if (id < 1 || this.#asked.has(id) || this.#client.state !== 'ready' || !this.#client.can('people'))
      return;
    this.#asked.add(id);
    this.#unknown.add(id);
    if (this.#unknown.size > 1)
      return;
    queueMicrotask(async () => {
      const ids = [...this.#unknown];
      this.#unknown.clear();
      try {
        const users = await this.#client.getUsers(ids);
        const isNew = users.some(({ id, name, display = '' }) => this.#users.get(id) !== name || (this.#displays.get(id) ?? '') !== display);
        users.forEach(({ id, name, display = '' }) => this.add({ id, name, display }));
        if (isNew)
          this.#changed();
      } catch {
        ids.forEach(one => this.#asked.delete(one)); // they are asked for again with a later drawing
      }
    });
  }
}

/** @param {string} text */
const fold = text => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
