/** @import { Typing } from '../sdk/types.js' */
import { h } from './dom.js';

/** A screen reader is told at most once in so many ms: somebody who types begins and ends all the time. */
const QUIET = 20_000;
const MAX_NAMES = 2;

/** Says who types in a conversation. */
export class TypingLine {
  /** @type {Set<number>} */
  #typing = new Set();
  #spokenAt = -Infinity;
  #shown = h('span', { 'aria-hidden': 'true' });
  #spoken = h('span', { class: 'visually-hidden', role: 'status' });
  #nameOf;
  element = h('p', { class: 'typing' }, this.#shown, this.#spoken);

  /** @param {(id: number) => string} nameOf */
  constructor(nameOf) {
    this.#nameOf = nameOf;
  }

  /** @param {Typing} typing of this conversation */
  take({ id, on }) {
    on ? this.#typing.add(id) : this.#typing.delete(id);
    const words = this.#words();
    this.#shown.textContent = words;
    if (!words)
      this.#spoken.textContent = '';
    else if (performance.now() - this.#spokenAt >= QUIET) {
      this.#spokenAt = performance.now();
      this.#spoken.textContent = words;
    }
  }

  #words() {
    const names = [...this.#typing].map(id => this.#nameOf(id));
    if (names.length > MAX_NAMES)
      return `${names.length} people are writing…`;
    return names.length === 0 ? '' : `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} writing…`;
  }
}
