/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Composer } from './composer.js' */

/** Nobody has typed for so many ms. */
const PAUSE = 1000;
/** The server keeps so many bytes. */
const MAX_BYTES = 4096;

/** Keeps what is being written for the user's other devices, and shows what was begun there. */
export class Draft {
  #saved;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #off;
  #client;
  #conversation;
  #composer;

  /** @param {ChatClient} client @param {string} conversation @param {Composer} composer @param {string} saved as the list has it */
  constructor(client, conversation, composer, saved) {
    this.#client = client;
    this.#conversation = conversation;
    this.#composer = composer;
    this.#saved = saved;
    if (saved)
      composer.draft = saved;
    this.#off = client.on('conversationChanged', change => {
      if (change.conversation === conversation && change.draft !== undefined)
        this.#take(change.draft);
    });
  }

  /** Somebody types. */
  changed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), PAUSE);
  }

  /** What is written here is kept at once. */
  close() {
    this.#off();
    this.#save();
  }

  /** It was sent. */
  sent() { this.#save(); }

  /** What is written here in the meantime is not overwritten. @param {string} text */
  #take(text) {
    const isUntouched = this.#composer.draft === this.#saved;
    this.#saved = text;
    if (isUntouched && this.#composer.draft !== text)
      this.#composer.draft = text;
  }

  #save() {
    clearTimeout(this.#timer);
    const text = this.#composer.draft;
    if (text === this.#saved || new TextEncoder().encode(text).length > MAX_BYTES || !this.#client.can('conversations'))
      return;
    const before = this.#saved;
    this.#saved = text;
    // Nothing was said there yet, or there is no connection: the next word is another try.
    this.#client.saveDraft(this.#conversation, text).catch(() => { this.#saved = this.#saved === text ? before : this.#saved; });
  }
}
