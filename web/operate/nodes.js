/** @import { Rates } from './rates.js' */
import { ratesBetween } from './rates.js';

/** So many looks are drawn. */
const KEPT = 60;

/** Who goes between two looks that are further apart, in ms, may have gone in any way. */
const BLIND = 5000;

/**
 * @typedef {'up' | 'changing' | 'unreachable' | 'dead' | 'left' | 'gone'} Condition `dead`: it was a member and is none any more, without having left; `gone`: the same, and nobody has seen how
 * @typedef {object} NodeView
 * @property {string} address @property {Condition} condition @property {string} state the cluster's own word
 * @property {boolean} isAsked whether it has served this page @property {boolean} isOldest
 * @property {number} since when it became so
 * @property {number} users shards of them @property {number} conversations the same
 * @property {any} figures the last ones; null: there are none @property {Rates | null} rates @property {number[]} accepted the last rates
 */

/** What was seen of the nodes: also of those that are gone, which the cluster forgets. */
export class Nodes {
  /** @type {Map<string, NodeView>} */
  #nodes = new Map();
  /** When members were seen last. */
  #seen = 0;

  /** All of them by address. @returns {NodeView[]} */
  get all() {
    return [...this.#nodes.values()].sort((a, b) => a.address < b.address ? -1 : 1);
  }

  /** Those that are at work. */
  get living() {
    return this.all.filter(({ condition }) => !isOver(condition));
  }

  /** @param {any[]} members of the API @param {number} now */
  seeMembers(members, now) {
    const isBlind = now - this.#seen > BLIND;
    this.#seen = now;
    const addresses = new Set(members.map(({ address }) => address));
    for (const member of members) {
      const node = this.#of(member.address, now);
      this.#become(node, !member.reachable ? 'unreachable' : member.state === 'up' ? 'up' : member.state === 'down' ? 'dead' : 'changing', now);
      Object.assign(node, { state: member.state, isAsked: member.self, isOldest: member.oldest });
    }
    for (const node of this.#nodes.values()) {
      if (!addresses.has(node.address) && !isOver(node.condition))
        this.#become(node, wayOf(node, isBlind), now);
    }
  }

  /** The node that is asked does not answer: nothing is known of the others. @param {number} now */
  missAsked(now) {
    for (const node of this.#nodes.values()) {
      if (node.isAsked)
        this.#become(node, 'unreachable', now);
    }
  }

  /** @param {{ users: any[], conversations: any[] }} shards of the API */
  seeShards({ users, conversations }) {
    for (const node of this.#nodes.values()) {
      node.users = users.find(each => each.node === node.address)?.shards ?? 0;
      node.conversations = conversations.find(each => each.node === node.address)?.shards ?? 0;
    }
  }

  /** @param {any[]} nodes of the API */
  seeFigures(nodes) {
    for (const { node: address, figures } of nodes) {
      const node = this.#nodes.get(address);
      if (!node || !figures)
        continue;
      node.rates = ratesBetween(node.figures, figures);
      node.figures = figures;
      if (node.rates.accepted !== null)
        node.accepted = [...node.accepted, node.rates.accepted].slice(-KEPT);
    }
  }

  /** Who is gone is not shown any more. */
  forgetGone() {
    for (const node of this.all.filter(({ condition }) => isOver(condition)))
      this.#nodes.delete(node.address);
  }

  /** @param {string} address @param {number} now @returns {NodeView} */
  #of(address, now) {
    const known = this.#nodes.get(address);
    if (known)
      return known;
    /** @type {NodeView} */
    const node = { address, condition: 'changing', state: '', isAsked: false, isOldest: false, since: now, users: 0, conversations: 0, figures: null, rates: null, accepted: [] };
    this.#nodes.set(address, node);
    return node;
  }

  /** @param {NodeView} node @param {Condition} condition @param {number} now */
  #become(node, condition, now) {
    if (node.condition === condition)
      return;
    Object.assign(node, { condition, since: now });
    if (isOver(condition))
      Object.assign(node, { figures: null, rates: null, accepted: [], users: 0, conversations: 0, isOldest: false });
  }
}

/** It is no member any more. @param {Condition} condition */
export function isOver(condition) {
  return condition === 'dead' || condition === 'left' || condition === 'gone';
}

/** A node that was told to end is not ready for some seconds, and leaves for less than one. @param {NodeView} node @param {boolean} isBlind @returns {Condition} */
function wayOf(node, isBlind) {
  if (node.condition === 'unreachable')
    return 'dead';
  return node.state === 'leaving' || node.figures?.ready === false ? 'left' : isBlind ? 'gone' : 'dead';
}
