/** @import { NodeView } from './nodes.js' */
import { h, icon } from '../chat-box/dom.js';
import { isOver } from './nodes.js';
import { clock, duration, memory, number, perSecond, span } from './format.js';

const WORDS = { up: 'up', changing: '', unreachable: 'not reachable', dead: 'dead', left: 'has left', gone: 'gone, unseen' };

/** One node: what it is, and what it does. */
export class NodeCard {
  #state = h('p', { class: 'node-state' });
  #tags = h('p', { class: 'tags' });
  #values = h('dl', { class: 'values' });
  #chart = chart();

  /** @param {string} address */
  constructor(address) {
    this.element = h('li', { class: 'node', 'data-node': address },
      h('div', { class: 'node-head' }, h('h3', {}, address), this.#tags), this.#state, this.#chart, this.#values);
  }

  /** @param {NodeView} node */
  show(node) {
    this.element.dataset['condition'] = node.condition;
    const isGone = isOver(node.condition);
    const words = WORDS[node.condition] || node.state;
    const since = isGone || node.condition === 'unreachable' ? ` since ${clock(node.since)}` : node.figures ? ` for ${span(node.figures.upMilliseconds)}` : '';
    this.#state.replaceChildren(node.condition === 'up' ? icon('check') : icon('warning'), h('span', {}, words + since), node.figures && !node.figures.ready && !isGone ? h('b', {}, ' · not ready') : '');
    this.#tags.replaceChildren(...[node.isAsked ? 'asked' : '', node.isOldest ? 'oldest' : '', node.figures?.version ?? ''].filter(Boolean).map(tag => h('span', { class: 'tag' }, tag)));
    this.#values.replaceChildren(...isGone ? [] : rowsOf(node).map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value))));
    draw(this.#chart, isGone ? [] : node.accepted);
  }
}

/** @param {NodeView} node @returns {[string, string][]} */
function rowsOf({ figures, rates, users, conversations }) {
  const shards = /** @type {[string, string]} */ (['Shards', `${users} of users, ${conversations} of conversations`]);
  if (!figures)
    return [shards, ['Figures', 'none: it does not answer, or is of an older version']];
  /** @param {string} name */
  const both = name => `${duration(rates?.durations[name]?.p50 ?? null)} / ${duration(rates?.durations[name]?.p99 ?? null)}`;
  return [
    ['Messages', perSecond(rates?.accepted ?? null)], ['Deliveries', perSecond(rates?.delivered ?? null)],
    ['Acknowledged p50 / p99', both('ack')], ['Delivered p50 / p99', both('delivery')], ['Committed p50 / p99', both('commit')],
    ['Connections', `${number(figures.connections)}, ${number(figures.sessions)} logged in`],
    ['Slow consumers', `${number(figures.totals.slowConsumers)} closed`], ['Refused', perSecond(rates?.refused ?? null)],
    shards, ['Actors', `${number(figures.users)} of users, ${number(figures.conversations)} of conversations`],
    ['Processor, memory', `${rates?.cpu === null || !rates ? '–' : `${Math.round(rates.cpu * 100)} %`}, ${memory(figures.memoryBytes)}`],
    ['Database', `${number(figures.totals.databaseFailures)} failures, ${number(figures.totals.databaseRepeats)} repeats`],
  ];
}

function chart() {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 59 20');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('class', 'chart');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS('http://www.w3.org/2000/svg', 'polyline'));
  return svg;
}

/** @param {SVGSVGElement} svg @param {number[]} values the newest at the right end */
function draw(svg, values) {
  const top = Math.max(1, ...values);
  const points = values.map((value, at) => `${60 - values.length + at},${(19 - value / top * 18).toFixed(1)}`).join(' ');
  svg.firstElementChild?.setAttribute('points', points);
}
