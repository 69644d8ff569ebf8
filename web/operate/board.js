/** @import { Api } from './api.js' */
import { h, icon } from '../chat-box/dom.js';
import { clock } from './format.js';
import { NodeMap } from './node-map.js';
import { Nodes } from './nodes.js';
import { Poller } from './poller.js';
import { QueueTable } from './queue-table.js';
import { Totals } from './totals.js';
import { traceView } from './trace-view.js';
import { userFinder } from './user-finder.js';
import { WarningList } from './warning-list.js';

const MEMBERS_PAUSE = 1000;
const FIGURES_PAUSE = 2000;
/** All nodes are asked for them: one that is frozen holds the answer up. */
const SHARDS_PAUSE = 3000;

/** Everything that the page shows behind the key. */
export class Board {
  #nodes = new Nodes();
  #totals = new Totals();
  #map = new NodeMap(() => this.#forget());
  #queues = new QueueTable();
  #warnings = new WarningList();
  #status = h('p', { class: 'board-status', role: 'status' });
  #title = h('h1', { tabindex: '-1' }, 'Nodes');
  /** @type {Api} */
  #api;
  /** @type {(notice?: string) => void} */
  #leave;
  /** @type {Poller[]} */
  #pollers = [];

  /** @param {Api} api @param {any} members the first answer @param {(notice?: string) => void} leave asks for another key */
  constructor(api, members, leave) {
    this.#api = api;
    this.#leave = leave;
    const users = userFinder(api);
    this.element = h('div', { class: 'board' },
      h('a', { class: 'skip', href: '#nodes' }, 'To the nodes'),
      h('header', { class: 'top' }, h('img', { src: '/chat/icon.svg', alt: '', width: '32', height: '32' }), h('div', { class: 'who' }, this.#title, this.#status),
        h('button', { type: 'button', class: 'plain', 'aria-label': 'Leave', title: 'Leave: forget the key', onclick: () => leave() }, icon('leave'))),
      h('main', {}, this.#totals.element, this.#map.element,
        h('div', { class: 'columns' }, users.element, traceView(api)), this.#queues.element, this.#warnings.element));
    document.addEventListener('keydown', this.#onKey);
    this.#focusSearch = users.focus;
    this.#seeMembers(members);
    this.#pollers = [
      new Poller(() => this.#ask('cluster/members', answer => this.#seeMembers(answer)), MEMBERS_PAUSE),
      new Poller(() => this.#ask('cluster/figures', ({ nodes }) => this.#nodes.seeFigures(nodes)), FIGURES_PAUSE),
      new Poller(() => this.#ask('cluster/shards', shards => this.#nodes.seeShards(shards)), SHARDS_PAUSE),
    ];
  }

  focus() {
    this.#title.focus();
  }

  close() {
    document.removeEventListener('keydown', this.#onKey);
    for (const poller of this.#pollers)
      poller.close();
  }

  /** @type {() => void} */
  #focusSearch;

  /** @param {KeyboardEvent} event */
  #onKey = event => {
    const isTyping = event.target instanceof HTMLInputElement;
    if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.#focusSearch();
    }
  };

  /** @param {any} answer */
  #seeMembers({ members, leftovers }) {
    this.#nodes.seeMembers(members, Date.now());
    const rest = leftovers > 0 ? ` · ${leftovers} ${leftovers === 1 ? 'start' : 'starts'} of dead nodes being finished` : '';
    this.#say(`${members.filter((/** @type {any} */ member) => member.reachable && member.state === 'up').length} of ${members.length} up${rest}`, false);
  }

  /** @param {string} path @param {(answer: any) => void} see */
  async #ask(path, see) {
    try {
      see(await this.#api.get(path));
    } catch (failure) {
      const { isOfKey, message, status } = /** @type {import('./api.js').ApiError} */ (failure);
      if (isOfKey)
        return void this.#leave('The key is not good any more.');
      if (status === 0)
        this.#nodes.missAsked(Date.now());
      this.#say(`${message} What is shown may be old.`, true);
    }
    this.#show();
  }

  /** Said once, and not with every look. @param {string} text @param {boolean} isTrouble */
  #say(text, isTrouble) {
    if (this.#status.dataset['text'] === text)
      return;
    this.#status.dataset['text'] = text;
    this.#status.textContent = isTrouble ? `${text} (${clock(Date.now())})` : text;
    this.#status.classList.toggle('is-trouble', isTrouble);
  }

  #forget() {
    this.#nodes.forgetGone();
    this.#show();
    this.#title.focus();
  }

  #show() {
    this.#totals.show(this.#nodes.living);
    this.#map.show(this.#nodes.all);
    this.#queues.show(this.#nodes.living);
    this.#warnings.show(this.#nodes.living);
  }
}
