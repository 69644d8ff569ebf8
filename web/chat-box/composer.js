/** @import { Attachment, Message } from '../sdk/types.js' */
/** @import { Upload } from './attachment-tray.js' */
import { AttachmentTray } from './attachment-tray.js';
import { h, icon } from './dom.js';
import { MentionBox } from './mention-box.js';

const MAX_LENGTH = 8000;
const MAX_HEIGHT = 160;

/**
 * @typedef {object} ComposerHooks
 * @property {(text: string, files: Attachment[], reply: number, mentions: number[] | 'all' | undefined) => void} send
 * @property {Upload} upload
 * @property {() => boolean} canUpload
 * @property {(message: Message, text: string) => void} edit
 * @property {() => void} editLast
 * @property {(isEmpty: boolean) => void} typed
 * @property {() => Promise<{ id: number, name: string }[]>} members who can be mentioned; `id` 0: everybody
 */

/** Where a message is written: Enter sends, Shift and Enter begins a line. An own message that is edited is written here too: Escape gives that up. */
export class Composer {
  #input;
  #button;
  #banner;
  #hooks;
  #tray;
  #mentions;
  #clip;
  /** @type {{ message: Message, draft: string } | null} */
  #editing = null;
  /** The number of the message that is answered; 0: none. */
  #reply = 0;

  /** @param {ComposerHooks} hooks @param {string} [placeholder] */
  constructor(hooks, placeholder = 'Write a message') {
    this.#hooks = hooks;
    this.#input = h('textarea', {
      rows: '1', maxlength: MAX_LENGTH, placeholder, 'aria-label': placeholder, enterkeyhint: 'send', autocomplete: 'off', dir: 'auto',
      oninput: () => this.#onInput(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#onKey(event),
    });
    this.#mentions = new MentionBox(this.#input, hooks.members);
    this.#button = h('button', { class: 'send', type: 'submit', 'aria-label': 'Send', disabled: true }, icon('send'));
    this.#banner = h('div', { class: 'editing', hidden: true }, icon('compose'), h('span', { role: 'status' }),
      h('button', { class: 'link', type: 'button', onclick: () => this.#giveUp() }, 'Cancel'));
    this.#tray = new AttachmentTray(hooks.upload, () => this.#changed());
    const chooser = /** @type {HTMLInputElement} */ (h('input', { type: 'file', multiple: true, hidden: true, 'aria-hidden': 'true', tabindex: '-1', onchange: () => {
      this.take(chooser.files ?? []);
      chooser.value = '';
    } }));
    this.#clip = h('button', { class: 'clip', type: 'button', 'aria-label': 'Add files', hidden: true, onclick: () => chooser.click() }, icon('clip'));
    this.#input.addEventListener('paste', (/** @type {ClipboardEvent} */ event) => {
      if (event.clipboardData?.files.length && this.take(event.clipboardData.files))
        event.preventDefault();
    });
    this.element = h('form', {
      class: 'composer',
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        this.#submit();
      },
    }, this.#mentions.element, this.#banner, this.#tray.element, this.#clip, chooser, this.#input, this.#button);
  }

  /** What the empty field says. @param {string} words */
  invite(words) {
    this.#input.placeholder = words;
    this.#input.setAttribute('aria-label', words);
  }

  /** Files that were chosen, pasted or dropped. @param {Iterable<File>} files @returns {boolean} whether they go with a message */
  take(files) {
    if (this.#editing || !this.#hooks.canUpload())
      return false;
    this.#tray.add(files);
    this.focus();
    return true;
  }

  /** Files that are dropped anywhere in an element go with the message. @param {HTMLElement} element */
  takeDrops(element) {
    element.addEventListener('dragover', event => event.dataTransfer?.types.includes('Files') && event.preventDefault());
    element.addEventListener('drop', event => {
      if (event.dataTransfer?.files.length && this.take(event.dataTransfer.files))
        event.preventDefault();
    });
  }

  /** Whether the server takes files may have changed. */
  learn() { this.#clip.hidden = !this.#hooks.canUpload(); }

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
    if (this.#mentions.press(event))
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
    if (!this.#editing && !this.#tray.isEmpty && !this.#tray.isReady)
      return;
    if (!text && (this.#editing || this.#tray.isEmpty))
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
    this.#hooks.send(text, this.#tray.take(), reply, this.#mentions.in(text));
    this.focus();
  }

  #onInput() {
    this.#changed();
    this.#mentions.typed();
    this.#hooks.typed(this.#input.value.trim() === '');
  }

  #changed() {
    const hasFiles = !this.#editing && !this.#tray.isEmpty;
    this.#button.disabled = hasFiles ? !this.#tray.isReady : this.#input.value.trim() === '';
    this.#input.style.height = 'auto';
    this.#input.style.height = `${Math.min(this.#input.scrollHeight, MAX_HEIGHT)}px`;
  }
}
