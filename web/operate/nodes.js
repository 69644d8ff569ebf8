/** @import { Rates } from './rates.js' */
import { ratesBetween } from './rates.js';

/** So many looks are drawn. */
const KEPT = 60;

/**
 * @typedef {'up' | 'changing' | 'unreachable' | 'dead' | 'left'} Condition `dead`: it was a member and is none any more, without having left
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

  /** All of them by address. @returns {NodeView[]} */
  get all() {
    return [...this.#nodes.values()].sort((a, b) => a.address < b.address ? -1 : 1);
  }

  /** Those that are at work. */
  get living() {
    return this.all.filter(({ condition }) => condition !== 'dead' && condition !== 'left');
  }

  /** @param {any[]} members of the API @param {number} now */
  seeMembers(members, now) {
    const addresses = new Set(members.map(({ address }) => address));
    for (const member of members) {
      const node = this.#of(member.address, now);
      this.#become(node, !member.reachable ? 'unreachable' : member.state === 'up' ? 'up' : member.state === 'down' ? 'dead' : 'changing', now);
      Object.assign(node, { state: member.state, isAsked: member.self, isOldest: member.oldest });
    }
    for (const node of this.#nodes.values()) {
      if (!addresses.has(node.address))
        this.#become(node, node.state === 'leaving' || node.condition === 'left' ? 'left' : 'dead', now);
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
    for (const node of this.all.filter(({ condition }) => condition === 'dead' || condition === 'left'))
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
    if (condition === 'dead' || condition === 'left')
      Object.assign(node, { figures: null, rates: null, accepted: [], users: 0, conversations: 0, isOldest: false });
  }
}
