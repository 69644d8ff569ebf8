/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Timeline } from './timeline.js' */
import { h } from './dom.js';

/** The pages of one conversation that are loaded, one at a time, and the line that says how that goes. */
export class HistoryPages {
  #client;
  #conversation;
  #timeline;
  #onLoading;
  #more = true;
  /** @type {Promise<void> | null} */
  #loading = null;

  /** @param {ChatClient} client @param {string} conversation @param {Timeline} timeline @param {(isLoading: boolean) => void} onLoading a page is asked for; it is here, or it is not to be had */
  constructor(client, conversation, timeline, onLoading) {
    this.#client = client;
    this.#conversation = conversation;
    this.#timeline = timeline;
    this.#onLoading = onLoading;
    this.note = h('p', { class: 'thread-note', role: 'status' });
  }

  /** There is something older than what is here, and nobody loads it yet. */
  get canLoadOlder() { return this.#more && !this.#loading && this.#timeline.first > 1; }

  /** @param {string} words what there is to say below the messages; empty: nothing */
  say(words) { this.note.textContent = words; }

  /** @param {{ before?: number, limit: number }} range */
  load(range) { return this.#loading ??= this.#loadOnce(range).finally(() => { this.#loading = null; }); }

  /** @param {{ before?: number, limit: number }} range */
  async #loadOnce(range) {
    this.#sayIfEmpty('Loading…');
    this.#onLoading(true);
    try {
      const { messages, more } = await this.#client.history(this.#conversation, range);
      this.#more = more;
      for (const message of messages)
        this.#timeline.add(message);
      this.#sayIfEmpty('No messages yet. Say hello.');
    } catch {
      this.#sayIfEmpty('The messages could not be loaded. They come when the connection is back.');
    }
    this.#onLoading(false);
  }

  /** @param {string} words */
  #sayIfEmpty(words) { this.say(this.#timeline.messages.length === 0 ? words : ''); }
}
