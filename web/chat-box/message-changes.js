/** @import { ChatClient } from '../sdk/client.js' */
/** @import { ChatError } from '../sdk/protocol.js' */
/** @import { Message } from '../sdk/types.js' */
/** @import { Composer } from './composer.js' */
/** @import { MenuItem, MessageMenu } from './message-menu.js' */
/** @import { Timeline } from './timeline.js' */
import { showReaders } from './readers.js';
import { reportForm } from './report-form.js';

/** Between two tries of a change, in ms; the client itself waits for a connection, and repeats. */
const PAUSE = 1000;
const EMOJIS = ['👍', '❤️', '😂', '😮', '😢', '🎉'];

/** What somebody changes about the messages of one conversation. */
export class MessageChanges {
  /** Whether this user looks after the group. */
  #looksAfter = false;
  /** The last change: one waits for the one before, or of two edits the older one might win. @type {Promise<void>} */
  #last = Promise.resolve();
  #client;
  #conversation;
  #timeline;
  #hooks;

  /**
   * @param {ChatClient} client @param {string} conversation @param {Timeline} timeline
   * @param {{ menu: MessageMenu, composer(): Composer, changed(): void, say(words: string): void, nameOf(message: Message): string, personName(id: number, said?: string): string, showThread(root: number): void }} hooks
   */
  constructor(client, conversation, timeline, hooks) {
    this.#client = client;
    this.#conversation = conversation;
    this.#timeline = timeline;
    this.#hooks = hooks;
  }

  /** Whether this user looks after the group. */
  get looksAfter() { return this.#looksAfter; }

  /** Learns what this user may do in a group. */
  async learn() {
    const [kind, id] = this.#conversation.split(':');
    const me = this.#client.user?.id ?? 0;
    if (kind !== 'g' || !this.#client.canChange)
      return;
    try {
      const { members } = await this.#client.members(Number(id), { after: me - 1, limit: 1 });
      this.#looksAfter = members[0]?.id === me && ['creator', 'admin'].includes(members[0].role);
    } catch {
      // The server still decides; here it is only not offered.
    }
  }

  /** @param {Message} message */
  can(message) { return this.#client.canChange && message.seq > 0 && message.state === 'sent' && !message.system && !message.recalled; }

  /** @param {Message} message @param {HTMLElement} button */
  openMenu(message, button) {
    const mine = message.mine ?? [];
    const emojis = [...new Set([...EMOJIS, ...Object.keys(message.reactions ?? {})])];
    this.#hooks.menu.open(button, emojis.map(emoji => ({ emoji, mine: mine.includes(emoji) })), emoji => this.react(message, emoji), this.#items(message));
  }

  /** Reacts, or takes that back. It is shown at once, and undone if the server does not take it. @param {Message} shown in the menu @param {string} emoji */
  react(shown, emoji) {
    const message = this.#now(shown);
    if (!message)
      return;
    const isThere = message.mine?.includes(emoji) ?? false;
    this.#timeline.replace(withReaction(message, emoji, !isThere));
    this.#hooks.changed();
    void this.#try(() => (isThere ? this.#client.unreact(message, emoji) : this.#client.react(message, emoji)), () => {
      const now = this.#now(message);
      if (now && (now.mine?.includes(emoji) ?? false) !== isThere)
        this.#timeline.replace(withReaction(now, emoji, isThere));
      this.#hooks.changed();
    });
  }

  /** @param {Message} message @param {string} text */
  edit(message, text) { void this.#try(() => this.#client.edit(message, text)); }

  /** The newest own message goes into the composer. */
  editLast() {
    const last = this.#timeline.messages.findLast(message => message.own && this.can(message));
    if (last)
      this.#hooks.composer().edit(last);
  }

  /** @param {Message} shown */
  #edit(shown) {
    const message = this.#now(shown);
    if (message)
      this.#hooks.composer().edit(message);
  }

  /** @param {Message} shown */
  #reply(shown) {
    const message = this.#now(shown);
    if (message)
      this.#hooks.composer().reply(message, this.#hooks.nameOf(message));
  }

  /** In which dialogs stand. */
  get #host() { return this.#hooks.menu.element.parentElement ?? document.body; }

  /** As it is now: while a menu was open it may have been changed. Undefined: it was taken back. @param {Message} message */
  #now(message) {
    const now = this.#timeline.find(message.seq) ?? message;
    return now.recalled ? undefined : now;
  }

  /** @param {Message} message @returns {MenuItem[]} */
  #items(message) {
    const isGroup = this.#conversation.startsWith('g:');
    /** @type {MenuItem[]} */
    const items = [];
    if (this.#client.can('replies'))
      items.push({ label: 'Reply', icon: 'reply', act: () => this.#reply(message) });
    if (this.#client.can('threads'))
      items.push({ label: 'Reply in a thread', icon: 'thread', act: () => this.#hooks.showThread(message.thread ?? message.seq) });
    if (isGroup && message.own && this.#client.can('receipts'))
      items.push({ label: 'Who has read it…', icon: 'checks', act: () => showReaders(this.#host, this.#client, message, this.#hooks.personName) });
    if (message.own)
      items.push({ label: 'Edit', icon: 'compose', act: () => this.#edit(message) });
    if (!isGroup || this.#looksAfter)
      items.push({ label: message.pinned ? 'Unpin' : 'Pin', icon: 'pin', act: () => void this.#try(() => this.#client.pin(message, !message.pinned)) });
    if (message.own || this.#looksAfter)
      items.push({ label: 'Take back', icon: 'undo', danger: true, act: () => void this.#try(() => this.#client.recall(message)) });
    if (!message.own && this.#client.can('reports'))
      items.push({ label: 'Report…', icon: 'flag', danger: true, act: () => reportForm(this.#host, reason => this.#client.report(message, reason)) });
    return items;
  }

  /** @param {() => Promise<unknown>} change @param {() => void} [undo] */
  #try(change, undo) {
    const made = this.#last.then(() => this.#attempt(change, undo));
    this.#last = made.catch(() => {});
    return made;
  }

  /**
   * Until the server has answered: what it cannot do now is asked for again, which is harmless.
   * @param {() => Promise<unknown>} change @param {() => void} [undo]
   */
  async #attempt(change, undo) {
    this.#hooks.say('');
    for (let isLate = false; ; isLate = true) {
      try {
        await change();
        if (isLate)
          this.#hooks.say('');
        return;
      } catch (error) {
        const { message, retry } = /** @type {ChatError} */ (error);
        if (!retry || this.#client.state === 'disconnected') {
          undo?.();
          this.#hooks.say(`Not changed: ${message}`);
          return;
        }
        this.#hooks.say('It is changed when the connection is back.');
        await new Promise(resolve => setTimeout(resolve, PAUSE));
      }
    }
  }
}

/** @param {Message} message @param {string} emoji @param {boolean} isThere of this user @returns {Message} */
function withReaction(message, emoji, isThere) {
  const counts = new Map(Object.entries(message.reactions ?? {}));
  const count = (counts.get(emoji) ?? 0) + (isThere ? 1 : -1);
  count > 0 ? counts.set(emoji, count) : counts.delete(emoji);
  const others = (message.mine ?? []).filter(other => other !== emoji);
  return { ...message, reactions: Object.fromEntries(counts), mine: isThere ? [...others, emoji] : others };
}
