/** @import { Api } from './api.js' */
import { avatar, h } from '../chat-box/dom.js';

/** Finds a user by id or name, and says where the user's sessions are. @param {Api} api */
export function userFinder(api) {
  const input = h('input', { id: 'user', type: 'search', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none', maxlength: 50, 'aria-describedby': 'user-hint' });
  const result = h('div', { class: 'result', role: 'status' });
  let asked = 0;

  const form = h('form', {
    class: 'ask', role: 'search', 'aria-label': 'Find a user',
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      const wanted = input.value.trim();
      if (!wanted)
        return void result.replaceChildren(h('p', { class: 'form-error' }, 'A name or a number is missing.'));
      const turn = ++asked;
      const shown = await find(api, wanted);
      if (turn === asked)
        result.replaceChildren(...shown);
    },
  }, h('label', { for: 'user' }, 'Name or number'), h('div', { class: 'with-button' }, input, h('button', { class: 'primary', type: 'submit' }, 'Find')),
  h('p', { class: 'hint', id: 'user-hint' }, 'The whole name. The key / comes here.'));
  const element = h('section', { class: 'panel', 'aria-labelledby': 'user-title' }, h('header', {}, h('h2', { id: 'user-title' }, 'Find a user')), form, result);
  return { element, focus: () => input.focus() };
}

/** @param {Api} api @param {string} wanted @returns {Promise<Node[]>} */
async function find(api, wanted) {
  try {
    const user = await search(api, wanted);
    const { node, here } = await api.get(`users/${user.id}/sessions`);
    const facts = [
      ['Number', String(user.id)], ['Display name', user.display ?? '–'], ['State', `${user.state}${user.disabled ? ', disabled' : ''}`],
      ['Issuer', user.external ? `${user.external.issuer}: ${user.external.subject}` : '–'], ['Sessions at', node ?? 'no node'],
    ];
    return [
      h('div', { class: 'found-user' }, avatar(user.name), h('h3', {}, user.name)),
      h('dl', { class: 'values' }, ...facts.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value)))),
      ...here.length === 0 ? [] : [h('ul', { class: 'sessions' }, ...here.map((/** @type {any} */ session) =>
        h('li', {}, `${session.transport}, ${session.profile}, from ${session.address ?? 'an unknown address'}, silent for ${session.idleSeconds} s`)))],
    ];
  } catch (failure) {
    return [h('p', { class: 'form-error' }, /** @type {Error} */ (failure).message)];
  }
}

/** A number may be a name too: the id goes first. @param {Api} api @param {string} wanted */
async function search(api, wanted) {
  const byName = () => api.get(`users?name=${encodeURIComponent(wanted)}`);
  if (!/^[1-9][0-9]{0,8}$/.test(wanted))
    return byName();
  try {
    return await api.get(`users/${wanted}`);
  } catch (failure) {
    if (/** @type {any} */ (failure).status !== 404)
      throw failure;
    return byName();
  }
}
