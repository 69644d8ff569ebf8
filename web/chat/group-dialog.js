/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Group, JoinRequest } from '../sdk/types.js' */
/** @import { MenuItem } from '../chat-box/message-menu.js' */
/** @import { People } from './people.js' */
import { avatar, h, icon } from '../chat-box/dom.js';
import { MessageMenu } from '../chat-box/message-menu.js';
import { confirmDialog, dialog } from './dialogs.js';
import { FindPeople } from './find-people.js';
import { groupSettingsDialog } from './group-settings.js';

const MAX_SHOWN = 1000;
const HOUR = 3_600_000;
const RANKS = { creator: 2, admin: 1, normal: 0 };

/** @typedef {{ id: number, name: string, role: 'creator' | 'admin' | 'normal', state: string }} Member */

/** A group: who is in it and as what, who wants in, and what its rules are. Everybody is offered what their role lets them do, and nothing else. */
export class GroupDialog {
  /** @type {Group | null} */
  #group = null;
  #menu = new MessageMenu();
  #about = h('p', { class: 'hint', dir: 'auto' });
  #requests = h('div', { class: 'parts' });
  #members = h('ul', { class: 'people', 'aria-label': 'Members' });
  #note = h('p', { class: 'hint', role: 'status' }, 'Loading…');
  #footer = h('footer', { class: 'wrapping' });
  #client;
  #people;
  #id;
  #name;
  #left;
  #element;

  /** @param {ChatClient} client @param {People} people @param {{ id: number, name: string }} group @param {() => void} left */
  constructor(client, people, { id, name }, left) {
    this.#client = client;
    this.#people = people;
    this.#id = id;
    this.#name = name;
    this.#left = left;
    this.#element = dialog(name, this.#about, this.#requests, this.#members, this.#note, this.#footer, this.#menu.element);
    const off = client.on('groupChanged', event => event.groupid === id && void this.#load());
    this.#element.addEventListener('close', off);
    void this.#load();
  }

  get #rank() { return RANKS[this.#group?.role ?? 'normal']; }

  async #load() {
    try {
      if (this.#client.can('groups'))
        this.#group = await this.#client.getGroup(this.#id);
      const members = [];
      for (let after = 0, more = true; more && members.length < MAX_SHOWN;) {
        const page = await this.#client.members(this.#id, { after, limit: 100 });
        members.push(...page.members);
        after = page.members.at(-1)?.id ?? 0;
        more = page.more === true;
      }
      const { requests } = this.#rank > 0 && this.#group?.joining === 'ask' ? await this.#client.joinRequests(this.#id) : { requests: [] };
      this.#draw(members, requests);
    } catch (error) {
      this.#note.textContent = `The members could not be loaded: ${/** @type {Error} */ (error).message}`;
    }
  }

  /** @param {Member[]} members @param {JoinRequest[]} requests */
  #draw(members, requests) {
    const group = this.#group;
    const buttons = () => /** @type {HTMLElement[]} */ ([...this.#element.querySelectorAll('.parts button, .people button, footer button')]);
    const at = buttons().indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const joining = { free: `Others join with the number ${this.#id}.`, ask: `Others ask to be let in with the number ${this.#id}.`, invite: 'Only who is added comes in.' }[group?.joining ?? 'free'];
    const sending = group?.sending === 'admins' ? ' Only the creator and admins may write.' : '';
    this.#about.replaceChildren(...(group?.desc ? [h('span', { class: 'group-desc' }, group.desc)] : []), `${joining}${sending}`);
    this.#requests.replaceChildren(...(requests.length > 0 ? [h('h3', {}, 'Want to be let in'), h('ul', { class: 'people', 'aria-label': 'Want to be let in' }, ...requests.map(one => this.#requestRow(one)))] : []));
    this.#members.replaceChildren(...members.map(member => this.#memberRow(member)));
    this.#note.textContent = '';
    this.#footer.replaceChildren(...(group ? this.#actions(group) : []));
    this.#footer.hidden = !group;
    if (at >= 0)
      (buttons()[Math.min(at, buttons().length - 1)])?.focus();
  }

  /** @param {JoinRequest} request */
  #requestRow({ id, name }) {
    /** @param {string} words @param {'accept' | 'decline'} what */
    const button = (words, what) => h('button', { type: 'button', class: 'secondary small', 'aria-label': `${words} ${name}`, onclick: () => void this.#do(name, () => this.#client.joinRequests(this.#id, { [what]: [id] })) }, words);
    return h('li', { class: 'with-actions' }, h('span', { class: 'person' }, avatar(name), h('span', { class: 'person-name', dir: 'auto' }, name)), button('Let in', 'accept'), button('Decline', 'decline'));
  }

  /** @param {Member} member */
  #memberRow(member) {
    const { id, name, role, state } = member;
    const items = this.#itemsOf(member);
    const more = h('button', { type: 'button', class: 'plain', 'aria-label': `Actions for ${name}`, 'aria-haspopup': 'menu', 'aria-expanded': 'false', onclick: () => this.#menu.open(more, [], () => {}, items) }, icon('more'));
    return h('li', { class: 'with-actions' }, h('span', { class: 'person' }, avatar(name), h('span', { class: 'person-name', dir: 'auto' }, name),
      h('span', { class: 'person-id' }, [`#${id}`, role !== 'normal' && role, state === 'online' && 'online'].filter(Boolean).join(' · '))), items.length > 0 && more);
  }

  /** @param {Member} member @returns {MenuItem[]} */
  #itemsOf({ id, name, role }) {
    if (!this.#group || id === this.#client.user?.id || this.#rank <= RANKS[role])
      return [];
    /** @param {Parameters<ChatClient['changeMembers']>[1]} change */
    const change = change => () => void this.#do(name, () => this.#client.changeMembers(this.#id, change));
    /** @param {string} title @param {string} words @param {string} action @param {Parameters<ChatClient['changeMembers']>[1]} change */
    const ask = (title, words, action, change) => () => confirmDialog(title, words, action, async () => {
      await this.#client.changeMembers(this.#id, change);
      await this.#load();
    });
    return [
      ...(this.#rank === RANKS.creator ? [
        { label: role === 'admin' ? 'No admin any more' : 'Make an admin', icon: /** @type {const} */ ('people'), act: change({ role: { id, role: role === 'admin' ? /** @type {const} */ ('normal') : /** @type {const} */ ('admin') } }) },
        { label: 'Make the creator', icon: /** @type {const} */ ('people'), act: ask(`Make ${name} the creator?`, 'You are an admin then, and cannot take it back.', 'Make the creator', { owner: id }) },
      ] : []),
      { label: 'No messages for an hour', icon: 'bell', act: change({ mute: { id, until: Date.now() + HOUR } }) },
      { label: 'No messages for a day', icon: 'bell', act: change({ mute: { id, until: Date.now() + 24 * HOUR } }) },
      { label: 'May write again', icon: 'chat', act: change({ mute: { id, until: 0 } }) },
      { label: 'Remove', icon: 'leave', danger: true, act: ask(`Remove ${name}?`, `${name} gets no messages of this group any more, and may come back.`, 'Remove', { remove: [id] }) },
      { label: 'Ban', icon: 'block', danger: true, act: ask(`Ban ${name}?`, `${name} is removed, and not let in again.`, 'Ban', { ban: [id] }) },
    ];
  }

  /** @param {Group} group */
  #actions(group) {
    const isAdmin = this.#rank > 0;
    /** @param {string} words @param {() => void} act */
    const button = (words, act) => h('button', { type: 'button', class: 'secondary', onclick: act }, words);
    return [
      (isAdmin || group.joining === 'free') && button('Add somebody', () => this.#find(`Add to ${this.#name}`, id => ({ add: [id] }))),
      isAdmin && button('Rules', () => this.#rules(group)),
      isAdmin && button('Lift a ban', () => this.#find('Whose ban is lifted?', id => ({ unban: [id] }))),
      button('Leave the group', () => this.#leave()),
      this.#rank === RANKS.creator && button('Delete the group', () => this.#delete()),
    ].filter(one => one !== false);
  }

  /** @param {Group} group */
  #rules(group) {
    this.#element.close();
    groupSettingsDialog(group, async change => {
      await this.#client.changeGroup(this.#id, change);
      if (change.name)
        this.#people.addGroup(this.#id, change.name);
    });
  }

  /** @param {string} title @param {(id: number) => Parameters<ChatClient['changeMembers']>[1]} change */
  #find(title, change) {
    this.#element.close();
    const finder = new FindPeople(this.#client, this.#people, {
      title, isForUsers: true,
      choose: async person => {
        await this.#client.changeMembers(this.#id, change(person.id));
        if (!finder.isOpen)
          return; // nobody looks any more
        finder.close();
        new GroupDialog(this.#client, this.#people, { id: this.#id, name: this.#name }, this.#left);
      },
    });
  }

  #leave() {
    this.#element.close();
    confirmDialog(`Leave ${this.#name}?`, 'You get no messages of this group any more.', 'Leave', async () => {
      await this.#client.leaveGroup(this.#id);
      this.#left();
    });
  }

  #delete() {
    this.#element.close();
    confirmDialog(`Delete ${this.#name}?`, 'Nobody can write or read in it any more. This cannot be undone.', 'Delete', async () => {
      await this.#client.changeGroup(this.#id, { delete: true });
      this.#left();
    });
  }

  /** @param {string} name @param {() => Promise<unknown>} work */
  async #do(name, work) {
    try {
      await work();
      await this.#load();
    } catch (error) {
      this.#note.textContent = `${name}: ${/** @type {Error} */ (error).message}`;
    }
  }
}
