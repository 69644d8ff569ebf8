/** @import { NodeView } from './nodes.js' */
import { h } from '../chat-box/dom.js';
import { isOver } from './nodes.js';
import { NodeCard } from './node-card.js';

/** A card for each node, also for those that are gone, and the shards as one bar. */
export class NodeMap {
  /** @type {Map<string, NodeCard>} */
  #cards = new Map();
  #list = h('ul', { class: 'nodes' });
  #bars = h('div', { class: 'bars' });
  #forget;

  /** @param {() => void} onForget those that are gone are not to be shown any more */
  constructor(onForget) {
    this.#forget = h('button', { type: 'button', class: 'secondary small', hidden: true, onclick: onForget }, 'Forget those that are gone');
    this.element = h('section', { class: 'panel', id: 'nodes', 'aria-labelledby': 'nodes-title', tabindex: '-1' },
      h('header', {}, h('h2', { id: 'nodes-title' }, 'Nodes and shards'), this.#forget), this.#bars, this.#list);
  }

  /** @param {NodeView[]} nodes */
  show(nodes) {
    for (const node of nodes) {
      if (!this.#cards.has(node.address))
        this.#cards.set(node.address, new NodeCard(node.address));
      this.#cards.get(node.address)?.show(node);
    }
    for (const address of [...this.#cards.keys()].filter(known => nodes.every(node => node.address !== known)))
      this.#cards.delete(address);
    const wanted = nodes.map(({ address }) => /** @type {NodeCard} */ (this.#cards.get(address)).element);
    if (wanted.length !== this.#list.children.length || wanted.some((element, at) => this.#list.children[at] !== element))
      this.#list.replaceChildren(...wanted);
    this.#forget.hidden = !nodes.some(({ condition }) => isOver(condition));
    this.#bars.replaceChildren(bar('Users', nodes, 'users'), bar('Conversations', nodes, 'conversations'));
  }
}

/** @param {string} label @param {NodeView[]} nodes @param {'users' | 'conversations'} region */
function bar(label, nodes, region) {
  const parts = nodes.map((node, at) => ({ node, at, count: node[region] })).filter(({ count }) => count > 0);
  const all = parts.reduce((sum, { count }) => sum + count, 0);
  const said = parts.length === 0 ? 'nobody has shards' : parts.map(({ node, count }) => `${node.address} has ${count}`).join(', ');
  const drawing = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  drawing.setAttribute('viewBox', '0 0 100 6');
  drawing.setAttribute('preserveAspectRatio', 'none');
  drawing.setAttribute('aria-hidden', 'true');
  let x = 0;
  for (const { at, count } of parts) {
    const part = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    const width = count / all * 100;
    part.setAttribute('x', String(x + 0.2));
    part.setAttribute('width', String(Math.max(0.2, width - 0.4)));
    part.setAttribute('height', '6');
    part.setAttribute('class', `part-${at % 6}`);
    drawing.append(part);
    x += width;
  }
  return h('div', { class: 'bar' }, h('span', { class: 'bar-label' }, label), drawing, h('span', { class: 'bar-text' }, `${all} of them: ${said}`));
}
