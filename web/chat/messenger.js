/** @import { ChatClient } from '../sdk/client.js' */
/** @import { GroupChanged } from '../sdk/types.js' */
import { connectionStatus } from '../chat-box/connection-status.js';
import { avatar, h, icon } from '../chat-box/dom.js';
import { Presence, presenceWords, tellAttention } from '../chat-box/peer-presence.js';
import { Thread } from '../chat-box/thread.js';
import { Blocks } from './blocks.js';
import { ConversationList } from './conversation-list.js';
import { confirmDialog } from './dialogs.js';
import { newChatDialog } from './find-people.js';
import { Inbox } from './inbox.js';
import { membersDialog } from './members-dialog.js';
import { MessageSearch } from './message-search.js';
import { People } from './people.js';

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
  #blocks;
  #offGroups;
  #endAttention;
  #watched = '[[],[]]';
  #list;
  #search;
  /** The message at which the next conversation is opened; 0: at its end. */
  #wanted = 0;
  #self = h('div', { class: 'self' });
  #pane = h('div', { class: 'pane', tabindex: '-1' });
  #onHash = () => this.#show(this.#conversationOfPage());
  #onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open]') && this.#thread)
      this.#go('');
  };

  /** @param {ChatClient} client @param {() => void} logout */
  constructor(client, logout) {
    this.#client = client;
    this.#people = new People(client, () => this.#changed());
    this.#inbox = new Inbox(client, this.#people, () => this.#changed());
    this.#status = connectionStatus(client);
    this.#presence = new Presence(client, () => this.#changed());
    this.#blocks = new Blocks(client, () => this.#changed());
    this.#offGroups = client.on('groupChanged', event => void this.#onGroup(event).catch(() => {})); // a login has what is not known now
    this.#endAttention = tellAttention(client);
    const compose = () => newChatDialog(client, this.#people, conversation => this.#go(conversation));
    this.#search = new MessageSearch(client, { describe: conversation => this.#inbox.describe(conversation), nameOf: id => this.#people.nameOf(id) }, (conversation, seq) => this.#go(conversation, seq));
    this.#list = new ConversationList(conversation => this.#go(conversation), compose, id => this.#presence.of(id), () => this.#inbox.loadMore(), this.#search);
    this.element = h('main', { class: 'messenger' }, h('a', { class: 'skip', href: '#', onclick: (/** @type {Event} */ event) => { event.preventDefault(); this.#thread ? this.#thread.focus() : this.#pane.focus(); } }, 'Go to the conversation'),
      h('div', { class: 'sidebar' },
        h('header', { class: 'top' }, this.#self,
          h('button', { type: 'button', class: 'plain', title: 'New conversation', 'aria-label': 'New conversation', onclick: compose }, icon('compose')),
          h('button', { type: 'button', class: 'plain', title: 'Log out', 'aria-label': 'Log out', onclick: logout }, icon('leave'))),
        this.#list.element),
      this.#pane, this.#status.element);
    window.addEventListener('hashchange', this.#onHash);
    window.addEventListener('keydown', this.#onKey);
    this.#changed();
    this.#onHash();
  }

  close() {
    window.removeEventListener('hashchange', this.#onHash);
    window.removeEventListener('keydown', this.#onKey);
    this.#thread?.close();
    this.#inbox.close();
    this.#search.close();
    this.#presence.close();
    this.#blocks.close();
    this.#offGroups();
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

  /** @param {string} conversation */
  #show(conversation) {
    if (this.#thread?.conversation === conversation && conversation)
      return;
    const was = this.#thread?.conversation;
    this.#thread?.close();
    this.#thread = null;
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
    const { name, isGroup } = this.#inbox.describe(conversation);
    const thread = this.#thread = new Thread(this.#client, conversation, { nameOf: id => this.#people.nameOf(id), placeholder: `Message ${name}`, onSend: message => this.#inbox.add(message), draft: this.#inbox.draftOf(conversation) });
    const id = Number(conversation.split(':')[1]);
    this.#pane.replaceChildren(h('header', { class: 'top' },
      h('button', { type: 'button', class: 'plain back', 'aria-label': 'Back to the conversations', onclick: () => this.#go('') }, icon('back')),
      avatar(name, isGroup), h('div', { class: 'who' }, h('h1', { class: 'with' }, name), h('p', { class: 'presence' })),
      isGroup ? h('button', { type: 'button', class: 'plain', title: 'Members', 'aria-label': 'Members', onclick: () => void membersDialog(this.#client, this.#people, { id, name: this.#inbox.describe(conversation).name }, () => this.#leave(conversation)) }, icon('people'))
        : h('button', { type: 'button', class: 'plain block', hidden: true, onclick: () => this.#toggleBlock(conversation) }, icon('block'))), thread.element);
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
    const key = `${user?.id} ${user?.name}`;
    if (this.#self.dataset.key !== key) {
      this.#self.dataset.key = key;
      this.#self.replaceChildren(avatar(user?.name ?? '?'), h('div', {}, h('h1', {}, user?.name ?? ''), h('p', {}, user ? `Your number is ${user.id}` : '')));
    }
    this.#list.show(this.#inbox.entries, this.#thread?.conversation ?? '');
    const { unread } = this.#inbox;
    document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) ${TITLE}` : TITLE;
    this.#drawHead();
    this.#watch();
  }

  #drawHead() {
    const title = this.#pane.querySelector('.with');
    if (!title || !this.#thread)
      return;
    const { name, isGroup, peer } = this.#inbox.describe(this.#thread.conversation);
    if (title.textContent !== name) {
      title.textContent = name;
      this.#pane.querySelector('.top .avatar')?.replaceWith(avatar(name, isGroup));
      this.#thread.composer.invite(`Message ${name}`);
    }
    this.#drawBlock(peer, name);
    const presence = /** @type {HTMLElement} */ (title.nextElementSibling);
    const known = peer ? this.#presence.of(peer) : undefined;
    const key = JSON.stringify(known ?? null);
    if (presence.dataset.key !== key) {
      presence.dataset.key = key;
      presence.replaceChildren(...presenceWords(known));
    }
  }

  /** @param {number} peer 0: nobody to block @param {string} name */
  #drawBlock(peer, name) {
    const button = /** @type {HTMLButtonElement | null} */ (this.#pane.querySelector('.block'));
    if (!button)
      return;
    const isBlocked = this.#blocks.has(peer);
    const label = `${isBlocked ? 'Unblock' : 'Block'} ${name}`;
    button.hidden = !peer || !this.#blocks.isThere;
    button.title = label;
    button.setAttribute('aria-label', label);
    button.classList.toggle('is-blocked', isBlocked);
  }

  /** @param {string} conversation */
  #toggleBlock(conversation) {
    const { peer, name } = this.#inbox.describe(conversation);
    const isBlocked = this.#blocks.has(peer);
    confirmDialog(isBlocked ? `Unblock ${name}?` : `Block ${name}?`, isBlocked ? `${name} can write to you again.` : `${name} cannot write to you any more, and neither of you sees whether the other one is online.`,
      isBlocked ? 'Unblock' : 'Block', () => this.#blocks.set(peer, !isBlocked));
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
