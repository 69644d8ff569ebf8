/** @import { Api } from './api.js' */
import { h } from '../chat-box/dom.js';
import { moment } from './format.js';

/** What the states of a trace mean: docs/CHATCTL.md. @type {Record<string, string>} */
const MEANING = {
  read: 'has read it', received: 'a device has it', published: 'was told to another server, which does not say whether it has come', queued: 'waits in the offline queue', given: 'a session took it, no device has said so yet',
  underWay: 'has a session, nothing is stored yet', unconfirmed: 'no session and no row yet',
};

/** Where a message is. @param {Api} api */
export function traceView(api) {
  const conversation = h('input', { id: 'conversation', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none', maxlength: 40, placeholder: 'd:1:3 or g:5' });
  const seq = h('input', { id: 'seq', inputmode: 'numeric', autocomplete: 'off', maxlength: 19 });
  const result = h('div', { class: 'result', role: 'status' });
  let asked = 0;

  const form = h('form', {
    class: 'ask', 'aria-label': 'Trace a message',
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      const [where, number] = [conversation.value.trim(), seq.value.trim()];
      if (!where || !/^[0-9]+$/.test(number))
        return void result.replaceChildren(h('p', { class: 'form-error' }, where ? 'The number of the message is missing.' : 'The conversation is missing.'));
      const turn = ++asked;
      const shown = await trace(api, where, number, 0);
      if (turn === asked)
        result.replaceChildren(...shown);
    },
  }, h('div', { class: 'with-button' }, h('div', {}, h('label', { for: 'conversation' }, 'Conversation'), conversation),
    h('div', { class: 'narrow' }, h('label', { for: 'seq' }, 'Message'), seq), h('button', { class: 'primary', type: 'submit' }, 'Trace')));
  return h('section', { class: 'panel', 'aria-labelledby': 'trace-title' }, h('header', {}, h('h2', { id: 'trace-title' }, 'Where is this message')), form, result);
}

/** @param {Api} api @param {string} where @param {string} number @param {number} after @returns {Promise<Node[]>} */
async function trace(api, where, number, after) {
  try {
    const found = await api.get(`conversations/${encodeURIComponent(where)}/messages/${number}/trace?after=${after}`);
    const facts = [
      ['From', found.from === 0 ? 'nobody: it tells of the group' : `user ${found.from}`], ['Accepted', moment(found.accepted)], ['Logged by', found.node], ['Sender\'s id', found.cmid],
      ...found.edited ? [['Edited', moment(found.edited)]] : [], ...found.recalled ? [['Taken back', moment(found.recalled)]] : [],
    ];
    const body = h('tbody', {}, ...rows(found));
    const more = h('button', { type: 'button', class: 'secondary small', hidden: !found.more }, 'More receivers');
    let last = found.receivers.at(-1)?.user ?? 0;
    more.addEventListener('click', async () => {
      more.disabled = true;
      try {
        const next = await api.get(`conversations/${encodeURIComponent(where)}/messages/${number}/trace?after=${last}`);
        body.append(...rows(next));
        last = next.receivers.at(-1)?.user ?? last;
        more.hidden = !next.more;
      } finally {
        more.disabled = false;
      }
    });
    return [
      h('dl', { class: 'values' }, ...facts.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value)))),
      h('table', { class: 'receivers' }, h('thead', {}, h('tr', {}, ...['User', 'State', 'What it means', 'Sessions at'].map(title => h('th', { scope: 'col' }, title)))), body), more,
    ];
  } catch (failure) {
    return [h('p', { class: 'form-error' }, /** @type {Error} */ (failure).message)];
  }
}

/** @param {any} found */
const rows = found => found.receivers.map((/** @type {any} */ { user, state, queued, online }) => h('tr', { 'data-state': state },
  h('th', { scope: 'row' }, String(user)), h('td', {}, state), h('td', {}, MEANING[state] ?? '', queued ? `, row ${queued}` : ''), h('td', {}, online ?? '–')));
