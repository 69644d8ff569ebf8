/** @import { ChatClient } from '../sdk/client.js' */

/** @typedef {'default' | 'all' | 'mentions' | 'none'} NotifyLevel which messages of a conversation wake the user; default: nothing is said */

/** What the user has chosen, the same on every device. */
export class Preferences {
  /** @type {Set<string>} */
  #muted = new Set();
  /** @type {Set<string>} */
  #pinned = new Set();
  /** @type {Record<string, NotifyLevel>} */
  #notify = {};
  #client;
  #changed;
  #off;

  /** @param {ChatClient} client @param {() => void} changed */
  constructor(client, changed) {
    this.#client = client;
    this.#changed = changed;
    this.#off = [
      client.on('settings', settings => this.#take(settings)),
      client.on('state', ({ state }) => state === 'ready' && void this.#load()),
    ];
    void this.#load();
  }

  /** @param {string} conversation */
  isMuted(conversation) { return this.#muted.has(conversation); }

  /** @param {string} conversation */
  isPinned(conversation) { return this.#pinned.has(conversation); }

  /** @param {string} conversation @returns {NotifyLevel} */
  notifyOf(conversation) { return this.#notify[conversation] ?? 'default'; }

  /** @param {string} conversation @param {boolean} isMuted */
  async mute(conversation, isMuted) { this.#take(await this.#client.changeSettings({ [isMuted ? 'mute' : 'unmute']: conversation })); }

  /** @param {string} conversation @param {boolean} isPinned */
  async pin(conversation, isPinned) { this.#take(await this.#client.changeSettings({ [isPinned ? 'pin' : 'unpin']: conversation })); }

  /** @param {string} conversation @param {NotifyLevel} level */
  async notify(conversation, level) { this.#take(await this.#client.changeSettings({ notify: { [conversation]: level } })); }

  close() { this.#off.forEach(off => off()); }

  async #load() {
    if (this.#client.state !== 'ready')
      return;
    try {
      this.#take(await this.#client.settings());
    } catch {
      // they are asked for again with the next connection
    }
  }

  /** @param {Record<string, any>} settings */
  #take({ muted = [], pinned = [], notify }) {
    this.#muted = new Set(muted);
    this.#pinned = new Set(pinned);
    this.#notify = notify ?? this.#notify; // one that does not say it leaves it as it is
    this.#changed();
  }
}
