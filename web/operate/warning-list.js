/** @import { NodeView } from './nodes.js' */
import { h } from '../chat-box/dom.js';
import { clock, moment } from './format.js';

/** So many are shown. */
const SHOWN = 60;

/** The last lines of the logs that warn, of all nodes, the newest first. */
export class WarningList {
  #list = h('ol', { class: 'warnings', tabindex: '0', 'aria-labelledby': 'warnings-title' });
  #none = h('p', { class: 'hint' }, 'None.');
  #shown = '';

  constructor() {
    this.element = h('section', { class: 'panel', 'aria-labelledby': 'warnings-title' },
      h('header', {}, h('h2', { id: 'warnings-title' }, 'Recent warnings')), this.#none, this.#list);
  }

  /** @param {NodeView[]} nodes */
  show(nodes) {
    const lines = nodes.flatMap(({ address, figures }) => (figures?.warnings ?? []).map((/** @type {any} */ line) => ({ ...line, address })))
      .sort((a, b) => b.at - a.at).slice(0, SHOWN);
    const state = JSON.stringify(lines);
    if (state === this.#shown)
      return; // what is selected stays selected
    this.#shown = state;
    this.#none.hidden = lines.length > 0;
    this.#list.replaceChildren(...lines.map(line => h('li', { 'data-level': line.level },
      h('time', { datetime: new Date(line.at).toISOString(), title: moment(line.at) }, clock(line.at)), h('span', { class: 'level' }, line.level),
      h('span', { class: 'where' }, `${line.address} ${line.source}[${line.event}]`), h('span', { class: 'says' }, line.text ?? 'A line of a library: see the log of the node.'))));
  }
}
