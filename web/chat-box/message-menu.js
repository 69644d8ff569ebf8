import { h, icon } from './dom.js';

/** Nearer to the edge of the window than this it does not come, in pixels. */
const MARGIN = 8;

/**
 * What can be done with a message: reactions in a row, the rest below. The browser closes it when somebody clicks elsewhere.
 * @typedef {{ label: string, icon: Parameters<typeof icon>[0], act(): void, danger?: boolean, isChosen?: boolean }} MenuItem `isChosen`: one of several of which one is so
 */
export class MessageMenu {
  /** @type {HTMLElement | null} */
  #anchor = null;

  element = h('div', {
    class: 'menu', role: 'menu', popover: 'auto', 'aria-label': 'Actions',
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#onKey(event),
    ontoggle: (/** @type {ToggleEvent} */ event) => this.#anchor?.setAttribute('aria-expanded', String(event.newState === 'open')),
  });

  /**
   * @param {HTMLElement} anchor the button that was pressed
   * @param {{ emoji: string, mine: boolean }[]} reactions @param {(emoji: string) => void} react @param {MenuItem[]} items
   */
  open(anchor, reactions, react, items) {
    this.#anchor?.setAttribute('aria-expanded', 'false'); // of another message: the browser tells only of the last change
    this.#anchor = anchor;
    this.element.replaceChildren(...[
      reactions.length > 0 && h('div', { class: 'menu-emojis', role: 'group', 'aria-label': 'React' }, ...reactions.map(({ emoji, mine }) => this.#entry(
        { class: 'emoji', role: 'menuitemcheckbox', 'aria-checked': String(mine), 'aria-label': `React with ${emoji}` }, () => react(emoji), emoji))),
      ...items.map(({ label, icon: name, act, danger, isChosen }) => this.#entry(
        { class: danger ? 'menu-item danger' : 'menu-item', ...(isChosen === undefined ? { role: 'menuitem' } : { role: 'menuitemradio', 'aria-checked': String(isChosen) }) }, act, icon(isChosen ? 'check' : name), label)),
    ].filter(one => one !== false));
    this.element.showPopover();
    this.#place(anchor.getBoundingClientRect());
    this.#entries[0]?.focus();
  }

  close() {
    if (this.element.matches(':popover-open'))
      this.element.hidePopover();
  }

  /** @returns {HTMLElement[]} */
  get #entries() { return [...this.element.querySelectorAll('button')]; }

  /** @param {Record<string, string>} attributes @param {() => void} act @param {...(Node | string)} content */
  #entry(attributes, act, ...content) {
    return h('button', {
      type: 'button', tabindex: '-1', ...attributes, onclick: () => {
        this.close();
        this.#anchor?.focus({ preventScroll: true });
        act();
      },
    }, ...content);
  }

  /** Below the button, or above it where there is no room. @param {DOMRect} at */
  #place(at) {
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const top = at.bottom + height + MARGIN > innerHeight ? at.top - height - 4 : at.bottom + 4;
    const left = at.left + width + MARGIN > innerWidth ? at.right - width : at.left;
    this.element.style.top = `${Math.max(MARGIN, top)}px`;
    this.element.style.left = `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`;
  }

  /** Arrows go from entry to entry, Escape goes back. @param {KeyboardEvent} event */
  #onKey(event) {
    const entries = this.#entries;
    const at = entries.indexOf(/** @type {HTMLElement} */ (event.target));
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (to !== undefined)
      entries.at(to % entries.length)?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') {
      this.close();
      this.#anchor?.focus({ preventScroll: true });
    } else
      return;
    event.preventDefault();
    event.stopPropagation();
  }
}
