/** @import { NodeView } from './nodes.js' */
import { h } from '../chat-box/dom.js';
import { number } from './format.js';

/** From these shares of its bound on a queue is shown as filling, and as full. */
const [FILLING, FULL] = [0.5, 0.8];

/** The bounded queues: a row each, a column for each node. */
export class QueueTable {
  #head = h('tr');
  #body = h('tbody');

  constructor() {
    this.element = h('section', { class: 'panel', 'aria-labelledby': 'queues-title' }, h('header', {}, h('h2', { id: 'queues-title' }, 'Queues')),
      h('div', { class: 'wide', tabindex: '0', role: 'group', 'aria-label': 'Queues of each node' }, h('table', { class: 'queues' }, h('thead', {}, this.#head), this.#body)));
  }

  /** @param {NodeView[]} nodes */
  show(nodes) {
    const told = nodes.filter(({ figures }) => figures !== null);
    const names = [...new Set(told.flatMap(({ figures }) => figures.queues.map((/** @type {any} */ queue) => queue.name)))].sort();
    this.#head.replaceChildren(h('th', { scope: 'col' }, 'Queue'), ...told.map(({ address }) => h('th', { scope: 'col' }, address)));
    this.#body.replaceChildren(...names.map(name => h('tr', {}, h('th', { scope: 'row' }, name.replaceAll('_', ' ')),
      ...told.map(({ figures }) => cell(figures.queues.find((/** @type {any} */ queue) => queue.name === name))))));
  }
}

/** @param {{ depth: number, bound: number } | undefined} queue */
function cell(queue) {
  if (!queue)
    return h('td', {}, '–');
  const share = queue.bound > 0 ? queue.depth / queue.bound : 0;
  const level = share >= FULL ? 'full' : share >= FILLING ? 'filling' : 'easy';
  return h('td', { 'data-level': level }, `${number(queue.depth)} of ${number(queue.bound)}`, level === 'easy' ? null : h('b', {}, ` ${level}`));
}
