/** @import { Attachment } from '../sdk/types.js' */
import { sizeWords } from './attachments.js';
import { h, icon } from './dom.js';

const MAX = 10;

/** @typedef {(file: File, progress: (part: number) => void, signal: AbortSignal) => Promise<Attachment>} Upload */
/** @typedef {{ element: HTMLElement, file: File, done: Attachment | null, stop: AbortController }} Entry */

/** Files that the next message has: each begins to be sent when it is chosen. */
export class AttachmentTray {
  /** @type {Entry[]} */
  #entries = [];
  #upload;
  #changed;
  element = h('div', { class: 'tray', role: 'group', 'aria-label': 'Files of this message', hidden: true });

  /** @param {Upload} upload @param {() => void} changed */
  constructor(upload, changed) {
    this.#upload = upload;
    this.#changed = changed;
  }

  get isEmpty() { return this.#entries.length === 0; }

  /** Whether all of them have come. */
  get isReady() { return this.#entries.every(({ done }) => done); }

  /** @param {Iterable<File>} files */
  add(files) {
    for (const file of [...files].slice(0, MAX - this.#entries.length))
      void this.#add(file);
  }

  /** What the message has; the tray is empty then. */
  take() {
    const files = this.#entries.flatMap(({ done }) => done ?? []);
    this.#entries = [];
    this.#draw();
    return files;
  }

  /** @param {File} file */
  async #add(file) {
    const status = h('span', { class: 'file-size', role: 'status' }, '0 %');
    const bar = h('progress', { max: '1', value: '0', 'aria-label': `Sending ${file.name}` });
    const entry = { file, done: /** @type {Attachment | null} */ (null), stop: new AbortController(), element: h('div', { class: 'tray-file' }) };
    entry.element.append(icon('file'), h('span', { class: 'file-name', dir: 'auto' }, file.name || 'file'), status, bar,
      h('button', { class: 'link', type: 'button', 'aria-label': `Remove ${file.name}`, onclick: () => this.#remove(entry) }, '✕'));
    this.#entries.push(entry);
    this.#draw();
    try {
      entry.done = await this.#upload(file, part => {
        bar.setAttribute('value', String(part));
        status.textContent = `${Math.round(part * 100)} %`;
      }, entry.stop.signal);
      status.textContent = sizeWords(file.size);
    } catch (error) {
      status.textContent = entry.stop.signal.aborted ? '' : /** @type {Error} */ (error).message;
      entry.element.classList.add('failed');
    }
    bar.hidden = true;
    this.#changed();
  }

  /** @param {Entry} entry */
  #remove(entry) {
    entry.stop.abort(new Error('removed'));
    this.#entries = this.#entries.filter(other => other !== entry);
    this.#draw();
  }

  #draw() {
    this.element.replaceChildren(...this.#entries.map(({ element }) => element));
    this.element.hidden = this.isEmpty;
    this.#changed();
  }
}
