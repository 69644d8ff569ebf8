/** The buttons of all messages are one stop of the Tab key: the newest one's, or where somebody is. Arrows go from message to message. */
export class Roving {
  #list;

  /** @param {HTMLElement} list of the messages */
  constructor(list) {
    this.#list = list;
    list.addEventListener('keydown', event => this.#onKey(event));
  }

  /** The messages have changed. */
  update() {
    const buttons = this.#buttons;
    const focused = /** @type {Document | ShadowRoot} */ (this.#list.getRootNode()).activeElement;
    const stop = buttons.find(button => button === focused) ?? buttons.at(-1);
    buttons.forEach(button => { button.tabIndex = button === stop ? 0 : -1; });
  }

  get #buttons() { return /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll('.more:not([hidden])')]); }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const buttons = this.#buttons;
    const at = buttons.indexOf(/** @type {HTMLElement} */ (event.target));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (at < 0 || !step)
      return;
    event.preventDefault();
    const next = buttons[Math.max(0, Math.min(at + step, buttons.length - 1))];
    next.focus({ preventScroll: true });
    next.closest('.message')?.scrollIntoView({ block: 'nearest' });
    this.update();
  }
}
