/** @import { ChatClient } from '../sdk/client.js' */
/** @import { PresenceState } from '../sdk/types.js' */
import { h } from './dom.js';
import { dayAndTime } from './format.js';

/** Nobody has looked at the page for so many ms. */
const AWAY_AFTER = 60_000;

/** How those who are watched are, as far as anybody can tell now. */
export class Presence {
  /** @type {Map<number, PresenceState>} */
  #states = new Map();
  #off;

  /** @param {ChatClient} client @param {() => void} changed */
  constructor(client, changed) {
    this.#off = [
      client.on('presence', ({ users }) => {
        users.forEach(user => this.#states.set(user.id, user));
        changed();
      }),
      client.on('state', ({ state }) => {
        if (state !== 'connecting' && state !== 'disconnected')
          return;
        this.#states.clear();
        changed();
      }),
    ];
  }

  /** @param {number} id @returns {PresenceState | undefined} */
  of(id) { return this.#states.get(id); }

  close() { this.#off.forEach(off => off()); }
}

/** The dot and the words of somebody; nothing, if nobody can tell. @param {PresenceState | undefined} presence */
export function presenceWords(presence) {
  if (!presence)
    return [];
  const { state, seen } = presence;
  const last = seen ? `last here ${dayAndTime(seen, Date.now())}` : 'offline';
  return [h('span', { class: `dot ${state}`, 'aria-hidden': 'true' }), { online: 'online', away: 'away', offline: last }[state]];
}

/** Tells others when nobody looks at this page. @param {ChatClient} client @returns {() => void} ends it */
export function tellAttention(client) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const tell = (/** @type {'online' | 'away'} */ state) => void client.setPresence(state).catch(() => {}); // an older server tells nobody
  const look = () => {
    clearTimeout(timer);
    document.hidden ? timer = setTimeout(() => tell('away'), AWAY_AFTER) : tell('online');
  };
  document.addEventListener('visibilitychange', look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
  };
}
