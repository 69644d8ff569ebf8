/** @import { Message } from '../sdk/types.js' */
import { h, icon } from './dom.js';

const MAX_LENGTH = 8000;
const MAX_HEIGHT = 160;

/** Where a message is written: Enter sends, Shift and Enter begins a line. An own message that is edited is written here too: Escape gives that up. */
export class Composer {
  #input;
  #button;
  #banner;
  #hooks;
  /** @type {{ message: Message, draft: string } | null} */
  #editing = null;
  /** The number of the message that is answered; 0: none. */
  #reply = 0;

  /** @param {{ send(text: string, reply: number): void, edit(message: Message, text: string): void, editLast(): void, typed(isEmpty: boolean): void }} hooks @param {string} [placeholder] */
  constructor(hooks, placeholder = 'Write a message') {
    this.#hooks = hooks;
    this.#input = h('textarea', {
      rows: '1', maxlength: MAX_LENGTH, placeholder, 'aria-label': placeholder, enterkeyhint: 'send', autocomplete: 'off', dir: 'auto',
      oninput: () => this.#onInput(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#onKey(event),
    });
    this.#button = h('button', { class: 'send', type: 'submit', 'aria-label': 'Send', disabled: true }, icon('send'));
    this.#banner = h('div', { class: 'editing', hidden: true }, icon('compose'), h('span', { role: 'status' }),
      h('button', { class: 'link', type: 'button', onclick: () => this.#giveUp() }, 'Cancel'));
    this.element = h('form', {
      class: 'composer',
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        this.#submit();
      },
    }, this.#banner, this.#input, this.#button);
  }

  /** What the empty field says. @param {string} words */
  invite(words) {
    this.#input.placeholder = words;
    this.#input.setAttribute('aria-label', words);
  }

  /** What is being written, apart from an edit. */
  get draft() { return this.#editing?.draft ?? this.#input.value; }

  set draft(text) {
    if (this.#editing)
      this.#editing.draft = text;
    else {
      this.#input.value = text;
      this.#changed();
    }
  }

  focus() { this.#input.focus({ preventScroll: true }); }

  /** Begins to edit a message. What was being written comes back afterwards. @param {Message} message */
  edit(message) {
    this.#editing = { message, draft: this.#editing?.draft ?? this.#input.value };
    this.#show(message.text, 'Editing your message');
    this.#input.setSelectionRange(message.text.length, message.text.length);
  }

  /** Begins to answer a message; what is being written stays. @param {Message} message @param {string} name of who wrote it */
  reply(message, name) {
    this.#endEdit();
    this.#reply = message.seq;
    this.#tell(`Replying to ${name}: ${message.text}`);
    this.focus();
  }

  /** The message that is edited has become another one, or is gone. @param {Message} message */
  changed(message) {
    if (message.recalled && (this.#editing?.message.seq ?? this.#reply) === message.seq)
      this.#giveUp();
  }

  #giveUp() { this.#editing ? this.#endEdit() : this.#endReply(); }

  #endEdit() {
    if (this.#editing)
      this.#show(this.#editing.draft, '');
  }

  #endReply() {
    this.#reply = 0;
    this.#tell('');
    this.focus();
  }

  /** @param {string} banner what is done; empty: a message of its own is written */
  #tell(banner) {
    this.#banner.hidden = !banner;
    /** @type {HTMLElement} */ (this.#banner.querySelector('[role=status]')).textContent = banner;
  }

  /** @param {string} text @param {string} banner empty: nothing is edited */
  #show(text, banner) {
    if (!banner)
      this.#editing = null;
    this.#reply = 0;
    this.#tell(banner);
    this.#button.setAttribute('aria-label', banner ? 'Save' : 'Send');
    this.#button.replaceChildren(icon(banner ? 'check' : 'send'));
    this.#input.value = text;
    this.#changed();
    this.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.isComposing) // Enter also ends the choice of a character in an input method
      return;
    if (event.key === 'Enter' && !event.shiftKey)
      this.#submit();
    else if (event.key === 'Escape' && (this.#editing || this.#reply))
      this.#giveUp();
    else if (event.key === 'ArrowUp' && !this.#editing && this.#input.value === '')
      this.#hooks.editLast();
    else
      return;
    event.preventDefault();
  }

  #submit() {
    const text = this.#input.value.trim();
    if (!text)
      return;
    const edited = this.#editing?.message;
    if (edited) {
      this.#endEdit();
      return text === edited.text ? undefined : this.#hooks.edit(edited, text);
    }
    this.#input.value = '';
    this.#changed();
    const reply = this.#reply;
    this.#endReply();
    this.#hooks.send(text, reply);
    this.focus();
  }

  #onInput() {
    this.#changed();
    this.#hooks.typed(this.#input.value.trim() === '');
  }

  #changed() {
    this.#button.disabled = this.#input.value.trim() === '';
    this.#input.style.height = 'auto';
    this.#input.style.height = `${Math.min(this.#input.scrollHeight, MAX_HEIGHT)}px`;
  }
}
