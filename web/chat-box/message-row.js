/** @import { Attachment, Message } from '../sdk/types.js' */
import { filesOf, showFiles, wordsOf } from './attachments.js';
import { h, icon } from './dom.js';
import { clockTime, linkify } from './format.js';

/**
 * @typedef {object} RowHooks
 * @property {(id: number, said?: string) => string} nameOf `said`: the name that came with the message
 * @property {(file: Attachment) => string} urlOf where to get a file
 * @property {(message: Message) => boolean} canChange whether anything can be done with it
 * @property {(message: Message, button: HTMLElement) => void} menu
 * @property {(message: Message, emoji: string) => void} react
 * @property {(message: Message) => 'sent' | 'received' | 'read'} progress how far an own message is that was sent
 * @property {(seq: number) => Message | undefined} quoted the message that another one answers, if it is known
 * @property {(seq: number) => void} showQuoted
 * @property {(message: Message) => number} replies how many messages are in the thread that has begun with it
 * @property {(root: number) => void} showThread
 * @property {(message: Message) => boolean} isForMe whether it mentions who looks at it
 * @property {(message: Message) => void} sendAgain
 * @property {(message: Message) => void} giveUp
 */

/** A message on the screen. What does not change stays the same element: a reader's place, and what a screen reader says, depend on that. */
export class MessageRow {
  #hooks;
  #message;
  #key = '';
  #shown = '';
  #sender = h('span', { class: 'sender' });
  #quote = h('button', { class: 'quote', type: 'button', tabindex: '-1', hidden: true, onclick: () => this.#showQuoted() }, h('span', { class: 'visually-hidden' }), h('b'), h('span'));
  #files = h('div', { class: 'files', hidden: true });
  #text = h('p', { class: 'text', dir: 'auto' });
  #meta = h('span', { class: 'meta' });
  #more = h('button', { class: 'more', type: 'button', tabindex: '-1', hidden: true, 'aria-label': 'Actions', 'aria-haspopup': 'menu', 'aria-expanded': 'false', onclick: () => this.#hooks.menu(this.#message, this.#more) }, icon('more'));
  #reactions = h('div', { class: 'reactions', role: 'group', 'aria-label': 'Reactions', hidden: true });
  #thread = h('button', { class: 'link replies', type: 'button', hidden: true, onclick: () => this.#hooks.showThread(this.#message.seq) });
  #failure = h('span', { class: 'failure' });

  /** @param {Message} message @param {RowHooks} hooks */
  constructor(message, hooks) {
    this.#hooks = hooks;
    this.#message = message;
    this.element = h('div', { class: `message ${message.own ? 'own' : 'other'}${message.system ? ' system' : ''}` }, this.#sender,
      h('div', { class: 'line' }, h('div', { class: 'bubble' }, this.#quote, this.#files, this.#text, this.#meta), this.#more), this.#reactions, this.#thread, this.#failure);
  }

  /** Somebody has gone to it from elsewhere. */
  flash() {
    this.element.classList.remove('found');
    void this.element.offsetWidth; // else the animation does not begin anew
    this.element.classList.add('found');
  }

  focus() { this.#more.focus({ preventScroll: true }); }

  /** @param {Message} message as it is now @param {boolean} isFirst of those that stand together */
  update(message, isFirst) {
    this.#message = message;
    const { state, ts, name, edited, pinned, recalled, reactions = {}, mine = [] } = message;
    const canChange = this.#hooks.canChange(message);
    const progress = message.own && state === 'sent' ? this.#hooks.progress(message) : state;
    const isForMe = !recalled && this.#hooks.isForMe(message);
    const files = filesOf(message);
    const sender = message.system ? '' : message.own ? 'You' : this.#hooks.nameOf(message.from, name);
    const key = JSON.stringify([files.map(file => [file.id, this.#hooks.urlOf(file)]), isForMe, progress, ts, isFirst, sender, edited, pinned, recalled, reactions, mine, canChange]);
    this.#showQuote(message);
    this.#showThread(message);
    this.#showText(recalled ? this.#wordsOfRecall(message) : message.text);
    if (this.#key === key)
      return;
    this.#key = key;
    this.element.dataset.state = state;
    this.element.dataset.progress = progress;
    this.element.classList.toggle('first', isFirst);
    this.element.classList.toggle('for-me', isForMe);
    this.element.classList.toggle('gone', recalled !== undefined);
    this.#sender.textContent = sender;
    this.#files.hidden = files.length === 0;
    this.#files.replaceChildren(...showFiles(files, file => this.#hooks.urlOf(file)));
    this.#more.hidden = !canChange;
    this.#showMeta(message, progress);
    this.#showReactions(recalled ? {} : reactions, mine);
    this.#showFailure(message);
  }

  /** @param {Message} message */
  #wordsOfRecall({ own, from, recalled }) {
    if (recalled?.by !== from)
      return `${this.#hooks.nameOf(recalled?.by ?? 0)} took this message back`;
    return own ? 'You took this message back' : 'This message was taken back';
  }

  /** Who has written what this one answers, and its beginning. @param {Message} message */
  #showQuote({ reply = 0, thread = 0, recalled }) {
    const seq = reply || thread;
    const quoted = seq && !recalled ? this.#hooks.quoted(seq) : undefined;
    this.#quote.hidden = !seq || recalled !== undefined;
    this.#quote.classList.toggle('in-thread', !reply && thread > 0);
    const [kind, name, text] = /** @type {HTMLElement[]} */ ([...this.#quote.children]);
    const [who, words] = quoted ? [quoted.own ? 'You' : this.#hooks.nameOf(quoted.from, quoted.name), quoted.recalled ? 'taken back' : wordsOf(quoted)] : ['', `message ${seq}`];
    kind.textContent = reply ? 'In reply to ' : 'In the thread of ';
    if (name.textContent === who && text.textContent === words)
      return;
    name.textContent = who;
    text.textContent = words;
  }

  #showQuoted() {
    const { reply = 0, thread = 0 } = this.#message;
    reply ? this.#hooks.showQuoted(reply) : this.#hooks.showThread(thread);
  }

  /** @param {Message} message */
  #showThread(message) {
    const count = message.recalled || message.seq === 0 ? 0 : this.#hooks.replies(message);
    this.#thread.hidden = count === 0;
    const words = count === 1 ? '1 answer in the thread' : `${count} answers in the thread`;
    if (this.#thread.textContent !== words)
      this.#thread.textContent = words;
  }

  /** @param {string} text */
  #showText(text) {
    if (this.#shown === text)
      return;
    this.#shown = text;
    this.#text.replaceChildren(...linkify(text).map(part =>
      (part.href ? h('a', { href: part.href, target: '_blank', rel: 'noopener noreferrer nofollow' }, part.text) : part.text)));
  }

  /** @param {Message} message @param {'pending' | 'failed' | 'sent' | 'received' | 'read'} progress */
  #showMeta({ own, ts, edited, pinned, recalled }, progress) {
    const [name, words] = { pending: ['clock', 'sending'], sent: ['check', 'sent'], received: ['checks', 'received'], read: ['checks', 'read'], failed: ['warning', 'not sent'] }[progress];
    this.#meta.replaceChildren(
      ...(pinned ? [icon('pin'), h('span', { class: 'visually-hidden' }, 'pinned')] : []),
      ...(edited && !recalled ? [h('span', { class: 'edited' }, 'edited')] : []),
      h('time', { datetime: new Date(ts).toISOString() }, clockTime(ts)),
      ...(own && !recalled ? [h('span', { class: `tick ${progress}`, title: words }, icon(/** @type {any} */ (name)), h('span', { class: 'visually-hidden' }, words))] : []));
  }

  /** @param {Record<string, number>} reactions @param {string[]} mine */
  #showReactions(reactions, mine) {
    // One that stays is the same element in the same place, whatever the order in which the server tells them.
    const before = new Map([...this.#reactions.children].map(child => [/** @type {HTMLElement} */ (child).dataset.emoji ?? '', child]));
    const all = [...[...before.keys()].filter(emoji => Object.hasOwn(reactions, emoji)), ...Object.keys(reactions).filter(emoji => !before.has(emoji))];
    this.#reactions.hidden = all.length === 0;
    const chips = all.map(emoji => {
      const count = reactions[emoji];
      const isMine = mine.includes(emoji);
      const chip = before.get(emoji) ?? h('button', { class: 'reaction', type: 'button', 'data-emoji': emoji, onclick: () => this.#hooks.react(this.#message, emoji) }, h('span', { 'aria-hidden': 'true' }, emoji), h('span', { class: 'count', 'aria-hidden': 'true' }));
      chip.setAttribute('aria-pressed', String(isMine));
      chip.setAttribute('aria-label', `${emoji} ${count}${isMine ? ', yours too' : ''}`);
      /** @type {HTMLElement} */ (chip.lastElementChild).textContent = String(count);
      return chip;
    });
    chips.forEach((chip, i) => {
      if (this.#reactions.children[i] !== chip)
        this.#reactions.insertBefore(chip, this.#reactions.children[i] ?? null);
    });
    while (this.#reactions.children.length > chips.length)
      this.#reactions.lastElementChild?.remove();
  }

  /** @param {Message} message */
  #showFailure(message) {
    this.#failure.replaceChildren(...(message.state === 'failed' ? [
      `Not sent: ${message.error ?? 'refused'}`,
      h('button', { type: 'button', class: 'link', onclick: () => this.#hooks.sendAgain(message) }, 'Send again'),
      h('button', { type: 'button', class: 'link', onclick: () => this.#hooks.giveUp(message) }, 'Delete'),
    ] : []));
  }
}
