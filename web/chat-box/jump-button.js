import { h, icon } from './dom.js';

/** Goes to the newest messages, and says how many have come since one left them. */
export class JumpButton {
  #count = 0;
  #label = '';

  /** @param {() => void} jump */
  constructor(jump) {
    this.element = h('button', { class: 'jump', type: 'button', hidden: true, onclick: jump });
  }

  /** A message of somebody else has come. */
  count() { this.#count++; }

  /** @param {boolean} isAtEnd whether the newest messages are on the screen */
  show(isAtEnd) {
    if (isAtEnd)
      this.#count = 0;
    this.element.hidden = isAtEnd;
    const label = this.#count > 0 ? `${this.#count} new` : 'Latest';
    if (this.#label !== label) {
      this.#label = label;
      this.element.replaceChildren(icon('down'), label);
    }
  }
}
