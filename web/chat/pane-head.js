/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Presence } from '../chat-box/peer-presence.js' */
/** @import { Thread } from '../chat-box/thread.js' */
/** @import { Contacts } from './contacts.js' */
/** @import { Inbox } from './inbox.js' */
/** @import { People } from './people.js' */
/** @import { Preferences } from './preferences.js' */
import { avatar, h, icon } from '../chat-box/dom.js';
import { MessageMenu } from '../chat-box/message-menu.js';
import { presenceWords } from '../chat-box/peer-presence.js';
import { openConversationMenu } from './conversation-menu.js';
import { confirmDialog } from './dialogs.js';
import { GroupDialog } from './group-dialog.js';

/** @typedef {{ client: ChatClient, people: People, inbox: Inbox, contacts: Contacts, presence: Presence, preferences: Preferences }} Parts of the page */

/** Above a conversation: who it is with, whether they are there, and what can be done with it. */
export class PaneHead {
  #menu = new MessageMenu();
  #parts;
  #thread;
  #leave;
  #title = h('h1', { class: 'with' });
  #face = h('span', { class: 'head-face' });
  #presence = h('p', { class: 'presence' });
  #block = h('button', { type: 'button', class: 'plain block', hidden: true, onclick: () => this.#toggleBlock() }, icon('block'));
  #muted = h('span', { class: 'is-muted', hidden: true }, icon('quiet'), h('span', { class: 'visually-hidden' }, 'muted'));

  /** @param {Parts} parts @param {Thread} thread that is open @param {() => void} back @param {(isGone: boolean) => void} leave the conversation is not looked at any more; `isGone`: the user is in it no longer */
  constructor(parts, thread, back, leave) {
    this.#parts = parts;
    this.#thread = thread;
    this.#leave = leave;
    const { isGroup } = this.#described;
    const id = Number(thread.conversation.split(':')[1]);
    const more = h('button', { type: 'button', class: 'plain', title: 'More', 'aria-label': 'More about this conversation', 'aria-haspopup': 'menu', 'aria-expanded': 'false', onclick: () => this.#openMenu(more) }, icon('more'));
    this.element = h('header', { class: 'top' },
      h('button', { type: 'button', class: 'plain back', 'aria-label': 'Back to the conversations', onclick: back }, icon('back')),
      this.#face, h('div', { class: 'who' }, h('div', { class: 'with-line' }, this.#title, this.#muted), this.#presence),
      isGroup ? h('button', { type: 'button', class: 'plain', title: 'Members', 'aria-label': 'Members', onclick: () => new GroupDialog(parts.client, parts.people, { id, name: this.#described.name }, () => leave(true)) }, icon('people')) : this.#block,
      more, this.#menu.element);
    this.draw();
  }

  get #described() { return this.#parts.inbox.describe(this.#thread.conversation); }

  close() { this.#menu.close(); }

  draw() {
    const { name, isGroup, peer } = this.#described;
    if (this.#title.textContent !== name) {
      this.#title.textContent = name;
      this.#title.title = peer && this.#parts.people.loginNameOf(peer) !== name ? `${this.#parts.people.loginNameOf(peer)} #${peer}` : ''; // others may call themselves the same
      this.#face.replaceChildren(avatar(name, isGroup));
      this.#thread.composer.invite(`Message ${name}`);
    }
    this.#muted.hidden = !this.#parts.preferences.isMuted(this.#thread.conversation);
    this.#drawBlock(peer, name);
    const known = peer ? this.#parts.presence.of(peer) : undefined;
    const key = JSON.stringify(known ?? null);
    if (this.#presence.dataset.key !== key) {
      this.#presence.dataset.key = key;
      this.#presence.replaceChildren(...presenceWords(known));
    }
  }

  /** @param {number} peer 0: nobody to block @param {string} name */
  #drawBlock(peer, name) {
    const { contacts } = this.#parts;
    const isBlocked = contacts.has(peer);
    const label = `${isBlocked ? 'Unblock' : 'Block'} ${name}`;
    this.#block.hidden = !peer || !contacts.isThere;
    this.#block.title = label;
    this.#block.setAttribute('aria-label', label);
    this.#block.classList.toggle('is-blocked', isBlocked);
  }

  #toggleBlock() {
    const { contacts } = this.#parts;
    const { peer, name } = this.#described;
    const isBlocked = contacts.has(peer);
    confirmDialog(isBlocked ? `Unblock ${name}?` : `Block ${name}?`, isBlocked ? `${name} can write to you again.` : `${name} cannot write to you any more, and neither of you sees whether the other one is online.`,
      isBlocked ? 'Unblock' : 'Block', () => contacts.set(peer, !isBlocked));
  }

  /** @param {HTMLElement} button */
  #openMenu(button) {
    const { client, contacts, people, preferences } = this.#parts;
    const thread = this.#thread;
    openConversationMenu(client, this.#menu, button, { conversation: thread.conversation, ...this.#described }, {
      contacts, preferences, ownNameOf: id => people.ownNameOf(id), last: () => thread.lastSeq, canClear: () => thread.lastSeq > 0, say: words => thread.say(words), leave: () => this.#leave(false),
    });
  }
}
