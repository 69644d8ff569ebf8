/** @import { Message } from '../sdk/types.js' */
import { h, icon } from './dom.js';

/** The message that was pinned last, above the others. */
export class PinnedBar {
  /** @type {Message | undefined} */
  #message;
  #text = '';

  /** @param {(message: Message) => void} open */
  constructor(open) {
    this.element = h('button', { class: 'pinned', type: 'button', hidden: true, onclick: () => this.#message && open(this.#message) });
  }

  /** @param {Message[]} messages that are here */
  show(messages) {
    this.#message = messages.filter(({ pinned }) => pinned).sort((a, b) => (b.rev ?? 0) - (a.rev ?? 0))[0];
    this.element.hidden = this.#message === undefined;
    const text = this.#message ? `Pinned: ${this.#message.text}` : '';
    if (this.#text === text)
      return;
    this.#text = text;
    this.element.replaceChildren(icon('pin'), h('span', { class: 'pinned-text' }, text));
  }
}
