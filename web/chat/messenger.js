/** @import { ChatClient } from '../sdk/client.js' */
/** @import { GroupChanged } from '../sdk/types.js' */
import { connectionStatus } from '../chat-box/connection-status.js';
import { avatar, h, icon } from '../chat-box/dom.js';
import { Presence, tellAttention } from '../chat-box/peer-presence.js';
import { Thread } from '../chat-box/thread.js';
import { archiveDialog } from './archive-dialog.js';
import { Contacts } from './contacts.js';
import { ContactsDialog } from './contacts-dialog.js';
import { ConversationList } from './conversation-list.js';
import { newChatDialog } from './find-people.js';
import { Inbox } from './inbox.js';
import { MessageSearch } from './message-search.js';
import { PaneHead } from './pane-head.js';
import { People } from './people.js';
import { Preferences } from './preferences.js';
import { YouDialog } from './you-dialog.js';

const TITLE = 'ChatActors';
/** The server tells a session of so many users. */
const MAX_WATCHED = 200;

/** The page of somebody who is logged in: conversations on the left, one of them on the right; on a phone one of the two. */
export class Messenger {
  /** @type {Thread | null} */
  #thread = null;
  #drawing = false;
  #client;
  #people;
  #inbox;
  #status;
  #presence;
  #contacts;
  /** @type {ContactsDialog | null} */
  #contactsDialog = null;
  #preferences;
  /** @type {PaneHead | null} */
  #head = null;
  #offGroups;
  #offCleared;
  /** Of the open conversation: what is below was cleared. It may be known only when the server has answered. */
  #floor = 0;
  #endAttention;
  #watched = '[[],[]]';
  #list;
  #search;
  /** The message at which the next conversation is opened; 0: at its end. */
  #wanted = 0;
  #logout;
  #self = h('div', { class: 'self' });
  #pane = h('div', { class: 'pane', tabindex: '-1' });
  #requests = h('span', { class: 'badge', 'aria-hidden': 'true' });
  #contactsButton = h('button', { type: 'button', class: 'plain contacts', title: 'Contacts', 'aria-label': 'Contacts', hidden: true, onclick: () => { this.#contactsDialog = new ContactsDialog(this.#client, this.#people, this.#contacts, conversation => this.#go(conversation)); } }, icon('people'), this.#requests);
  #onHash = () => this.#show(this.#conversationOfPage());
  #onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open]') && this.#thread)
      this.#go('');
  };

  /** @param {ChatClient} client @param {() => void} logout */
  constructor(client, logout) {
    this.#client = client;
    this.#logout = logout;
    const renamed = () => {
      this.#contactsDialog?.draw();
      this.#thread?.redraw();
      this.#changed();
    };
    this.#contacts = new Contacts(client, renamed);
    this.#people = new People(client, renamed, id => this.#contacts.aliasOf(id));
    this.#inbox = new Inbox(client, this.#people, () => this.#changed());
    this.#status = connectionStatus(client);
    this.#presence = new Presence(client, () => this.#changed());
    this.#preferences = new Preferences(client, () => this.#inbox.refresh());
    this.#offCleared = client.on('conversation', ({ conversation, floor = 0 }) => {
      if (this.#thread?.conversation !== conversation || floor <= this.#floor)
        return;
      this.#floor = floor;
      this.#show(conversation, true); // what is below is not to be seen any more
    });
    this.#offGroups = client.on('groupChanged', event => void this.#onGroup(event).catch(() => {})); // a login has what is not known now
    this.#endAttention = tellAttention(client);
    const compose = () => newChatDialog(client, this.#people, conversation => this.#go(conversation));
    this.#search = new MessageSearch(client, { describe: conversation => this.#inbox.describe(conversation), nameOf: id => this.#people.nameOf(id) }, (conversation, seq) => this.#go(conversation, seq));
    this.#list = new ConversationList(conversation => this.#go(conversation), compose, id => this.#presence.of(id), () => this.#inbox.loadMore(), this.#search, () => void archiveDialog(client, this.#inbox, conversation => this.#go(conversation)));
    this.element = h('main', { class: 'messenger' }, h('a', { class: 'skip', href: '#', onclick: (/** @type {Event} */ event) => { event.preventDefault(); this.#thread ? this.#thread.focus() : this.#pane.focus(); } }, 'Go to the conversation'),
      h('div', { class: 'sidebar' },
        h('header', { class: 'top' }, this.#self,
          h('button', { type: 'button', class: 'plain', title: 'New conversation', 'aria-label': 'New conversation', onclick: compose }, icon('compose')),
          this.#contactsButton,
          h('button', { type: 'button', class: 'plain', title: 'Log out', 'aria-label': 'Log out', onclick: logout }, icon('leave'))),
        this.#list.element),
      this.#pane, this.#status.element);
    window.addEventListener('hashchange', this.#onHash);
    window.addEventListener('keydown', this.#onKey);
    this.#changed();
    this.#onHash();
  }

  close() {
    for (const open of document.querySelectorAll('dialog'))
      open.close(); // they are about somebody who is here no longer
    window.removeEventListener('hashchange', this.#onHash);
    window.removeEventListener('keydown', this.#onKey);
    this.#thread?.close();
    this.#inbox.close();
    this.#search.close();
    this.#presence.close();
    this.#contacts.close();
    this.#preferences.close();
    this.#head?.close();
    this.#offGroups();
    this.#offCleared();
    this.#endAttention();
    this.#people.close();
    this.#status.close();
    document.title = TITLE;
  }

  #conversationOfPage() { return /^#(d:\d+:\d+|g:\d+)$/.exec(location.hash)?.[1] ?? ''; }

  /** @param {string} conversation @param {number} [seq] of the message to go to */
  #go(conversation, seq = 0) {
    if (conversation === this.#conversationOfPage())
      return seq > 0 ? void this.#thread?.showAt(seq) : this.#thread?.focus();
    this.#wanted = seq;
    if (conversation)
      location.hash = conversation;
    else {
      history.pushState(null, '', location.pathname);
      this.#show('');
    }
  }

  /** @param {string} conversation @param {boolean} [anew] also if it is there already */
  #show(conversation, anew = false) {
    if (this.#thread?.conversation === conversation && conversation && !anew)
      return;
    const was = this.#thread?.conversation;
    if (conversation !== was)
      this.#floor = this.#client.conversations.find(one => one.conversation === conversation)?.floor ?? 0;
    this.#thread?.close();
    this.#head?.close();
    this.#thread = this.#head = null;
    this.element.classList.toggle('has-thread', conversation !== '');
    if (conversation)
      this.#openThread(conversation);
    else {
      this.#pane.replaceChildren(h('div', { class: 'nothing' }, icon('chat'), h('h2', {}, 'Your conversations'),
        h('p', {}, 'Choose one on the left, or begin a new one.'), h('p', { class: 'hint' }, 'What you write is kept until it has arrived, even without a connection.')));
      if (was) // back to where one came from
        /** @type {HTMLElement | null} */ (this.#list.element.querySelector('.conversation'))?.focus();
    }
    this.#changed();
  }

  /** @param {string} conversation */
  #openThread(conversation) {
    this.#inbox.open(conversation);
    const { name } = this.#inbox.describe(conversation);
    const thread = this.#thread = new Thread(this.#client, conversation, { nameOf: (id, said) => this.#people.nameOf(id, said), placeholder: `Message ${name}`, onSend: message => this.#inbox.add(message), draft: this.#inbox.draftOf(conversation) });
    this.#head = new PaneHead({ client: this.#client, people: this.#people, inbox: this.#inbox, contacts: this.#contacts, presence: this.#presence, preferences: this.#preferences },
      thread, () => this.#go(''), isGone => (isGone ? this.#leave(conversation) : this.#go('')));
    this.#pane.replaceChildren(this.#head.element, thread.element);
    const seq = this.#wanted;
    this.#wanted = 0;
    void thread.load().then(() => (seq > 0 ? thread.showAt(seq) : undefined));
    thread.focus();
  }

  /** Several changes at once are one drawing. */
  #changed() {
    if (this.#drawing)
      return;
    this.#drawing = true;
    queueMicrotask(() => {
      this.#drawing = false;
      this.#draw();
    });
  }

  #draw() {
    const { user } = this.#client;
    this.#drawSelf(user);
    this.#list.show(this.#inbox.entries, this.#thread?.conversation ?? '', this.#client.can('conversations'));
    const { unread } = this.#inbox;
    document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) ${TITLE}` : TITLE;
    this.#drawContacts();
    this.#head?.draw();
    this.#watch();
  }

  /** A click anywhere on it is one on the name. @param {ChatClient['user']} user */
  #drawSelf(user) {
    const isOffered = YouDialog.isOffered(this.#client);
    const key = `${user?.id} ${user?.name} ${isOffered}`;
    if (this.#self.dataset.key === key)
      return;
    this.#self.dataset.key = key;
    const name = user?.name ?? '';
    this.#self.replaceChildren(avatar(name || '?'), h('div', {},
      h('h1', {}, isOffered ? h('button', { type: 'button', 'aria-haspopup': 'dialog', title: 'Your profile and devices', onclick: () => new YouDialog(this.#client, this.#logout) }, name) : name),
      h('p', {}, user ? `Your number is ${user.id}` : '')));
  }

  #drawContacts() {
    const { length } = this.#contacts.requests;
    const label = length > 0 ? `Contacts, ${length} ${length === 1 ? 'request' : 'requests'}` : 'Contacts';
    this.#contactsButton.hidden = !this.#contacts.isThere;
    this.#contactsButton.setAttribute('aria-label', label);
    this.#contactsButton.title = label;
    this.#requests.textContent = length > 0 ? String(length) : '';
  }

  /** @param {string} conversation that the user is in no longer */
  #leave(conversation) {
    if (this.#thread?.conversation === conversation)
      this.#go('');
    this.#inbox.leave(conversation);
  }

  /** @param {GroupChanged} event */
  async #onGroup({ groupid, change }) {
    if (change === 'removed' || change === 'banned' || change === 'deleted')
      return this.#leave(`g:${groupid}`);
    if (change !== 'added' && change !== 'changed')
      return;
    this.#people.addGroup(groupid, (await this.#client.getGroup(groupid)).name);
    if (change === 'added')
      this.#inbox.open(`g:${groupid}`);
    this.#changed();
  }

  /** The server tells of those who are on the screen. */
  #watch() {
    if (!this.#client.can('watch'))
      return;
    const open = this.#thread?.conversation;
    const peers = [...(open ? [this.#inbox.describe(open)] : []), ...this.#inbox.entries].map(({ peer }) => peer).filter(Boolean);
    const users = [...new Set(peers)].slice(0, MAX_WATCHED);
    const key = JSON.stringify([users.toSorted((a, b) => a - b), open ? [open] : []]);
    if (key === this.#watched)
      return;
    this.#watched = key;
    this.#client.watch(users, open ? [open] : []).catch(() => { this.#watched = ''; }); // with the next change
  }
}
