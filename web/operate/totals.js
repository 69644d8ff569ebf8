/** @import { NodeView } from './nodes.js' */
import { h } from '../chat-box/dom.js';
import { duration, number, perSecond } from './format.js';

/** What the living nodes do together. */
export class Totals {
  #values = new Map();

  constructor() {
    const tiles = [
      ['messages', 'Messages'], ['deliveries', 'Deliveries'], ['ack', 'Acknowledged, slowest p99'], ['delivery', 'Delivered, slowest p99'],
      ['connections', 'Connections'], ['sessions', 'Logged in'], ['refused', 'Refused'], ['slow', 'Slow consumers'],
    ];
    this.element = h('section', { class: 'totals', 'aria-label': 'All nodes together' }, h('dl', {}, ...tiles.map(([name, label]) => {
      const value = h('dd', {}, '–');
      this.#values.set(name, value);
      return h('div', { 'data-total': name }, h('dt', {}, label), value);
    })));
  }

  /** @param {NodeView[]} nodes */
  show(nodes) {
    const told = nodes.filter(({ figures }) => figures !== null);
    /** @param {(node: NodeView) => number | null | undefined} choose */
    const sum = choose => told.length === 0 || told.every(node => choose(node) === null) ? null : told.reduce((all, node) => all + (choose(node) ?? 0), 0);
    /** @param {string} name */
    const slowest = name => told.reduce((/** @type {number | null} */ worst, { rates }) => {
      const p99 = rates?.durations[name]?.p99 ?? null;
      return p99 === null ? worst : Math.max(worst ?? 0, p99);
    }, null);
    const connections = sum(({ figures }) => figures.connections);
    const sessions = sum(({ figures }) => figures.sessions);
    this.#set('messages', perSecond(sum(({ rates }) => rates?.accepted)));
    this.#set('deliveries', perSecond(sum(({ rates }) => rates?.delivered)));
    this.#set('ack', duration(slowest('ack')));
    this.#set('delivery', duration(slowest('delivery')));
    this.#set('connections', connections === null ? '–' : number(connections));
    this.#set('sessions', sessions === null ? '–' : number(sessions));
    this.#set('refused', perSecond(sum(({ rates }) => rates?.refused)));
    this.#set('slow', number(sum(({ figures }) => figures.totals.slowConsumers) ?? 0));
  }

  /** @param {string} name @param {string} text */
  #set(name, text) {
    const value = this.#values.get(name);
    if (value.textContent !== text)
      value.textContent = text;
  }
}
