/** @import { Pending } from './types.js' */
import { retryDelay } from './protocol.js';

/** So many may be on the wire; the server reads no further than 64 unanswered requests, and others want to be answered too. */
const WINDOW = 48;

/** @typedef {{ pending: Pending, stage: 'waiting' | 'sent' | 'refused' }} Post */
/** @typedef {{ posts: number, onWire: number, refusals: number, pausedUntil: number | null }} Lane the posts of one conversation */

/** @param {Pending} pending */
const laneOf = ({ target }) => ('group' in target ? `g:${target.group}` : `u:${target.to}`);

/**
 * The messages without an acknowledgement, in the order they were made. A server that refuses one with `retry` refuses the later ones of
 * that conversation too, until the refused one comes again: so the conversation pauses, and all of its messages are sent again from that
 * one on. Other conversations go on. No clock and no I/O: times are passed in.
 */
export class Posts {
  /** By cmid, in order. @type {Map<string, Post>} */
  #posts = new Map();
  /** @type {Map<string, Lane>} */
  #lanes = new Map();
  #onWire = 0;

  get size() { return this.#posts.size; }

  /** @param {Pending} pending @returns {boolean} false: it is there already */
  add(pending) {
    if (this.#posts.has(pending.cmid))
      return false;
    this.#posts.set(pending.cmid, { pending, stage: 'waiting' });
    const lane = this.#lane(pending);
    lane.posts++;
    return true;
  }

  /** What may be sent now, in order; it counts as sent. @param {number} now @returns {Pending[]} */
  takeSendable(now) {
    for (const [key, lane] of this.#lanes) {
      if (lane.pausedUntil === null || lane.pausedUntil > now || lane.onWire > 0)
        continue;
      lane.pausedUntil = null;
      for (const post of this.#posts.values()) {
        if (post.stage === 'refused' && laneOf(post.pending) === key)
          post.stage = 'waiting';
      }
    }
    const sendable = [];
    for (const post of this.#posts.values()) {
      if (this.#onWire >= WINDOW)
        break;
      const lane = this.#lane(post.pending);
      if (post.stage !== 'waiting' || lane.pausedUntil !== null)
        continue;
      post.stage = 'sent';
      lane.onWire++;
      this.#onWire++;
      sendable.push(post.pending);
    }
    return sendable;
  }

  /** When a paused conversation may go on, if one is paused and has all its answers. */
  get nextDue() {
    return Math.min(...[...this.#lanes.values()].map(lane => (lane.onWire === 0 && lane.pausedUntil !== null ? lane.pausedUntil : Infinity)));
  }

  /** It was acknowledged, or refused for good. @param {string} cmid */
  finish(cmid) {
    const post = this.#posts.get(cmid);
    if (!post)
      return;
    const lane = this.#leaveWire(post);
    lane.refusals = 0;
    this.#posts.delete(cmid);
    if (--lane.posts === 0)
      this.#lanes.delete(laneOf(post.pending));
  }

  /** It was refused with `retry`. @param {string} cmid @param {number} now @param {number} chance */
  refuse(cmid, now, chance) {
    const post = this.#posts.get(cmid);
    if (!post)
      return;
    const lane = this.#leaveWire(post);
    post.stage = 'refused';
    // The refusals that follow from the first one are part of it.
    lane.pausedUntil ??= now + retryDelay(lane.refusals++, chance);
  }

  /** The connection is gone: everything is to be sent again. */
  connectionLost() {
    for (const post of this.#posts.values())
      post.stage = 'waiting';
    for (const lane of this.#lanes.values())
      Object.assign(lane, { onWire: 0, refusals: 0, pausedUntil: null });
    this.#onWire = 0;
  }

  /** Forgets all of them. @returns {Pending[]} */
  clear() {
    const all = [...this.#posts.values()].map(post => post.pending);
    this.#posts.clear();
    this.#lanes.clear();
    this.#onWire = 0;
    return all;
  }

  /** @param {Pending} pending */
  #lane(pending) {
    const key = laneOf(pending);
    const lane = this.#lanes.get(key) ?? { posts: 0, onWire: 0, refusals: 0, pausedUntil: null };
    this.#lanes.set(key, lane);
    return lane;
  }

  /** @param {Post} post */
  #leaveWire(post) {
    const lane = this.#lane(post.pending);
    if (post.stage === 'sent') {
      lane.onWire--;
      this.#onWire--;
    }
    return lane;
  }
}
