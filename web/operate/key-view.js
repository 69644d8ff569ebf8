import { h } from '../chat-box/dom.js';

/**
 * Asks for a key of the API.
 * @param {object} options
 * @param {string} [options.notice] why it is asked for again
 * @param {(key: string) => Promise<void>} options.onKey fails when the key opens nothing
 */
export function keyView({ notice = '', onKey }) {
  const error = h('p', { class: 'form-error', role: 'alert', id: 'key-error' }, notice);
  const input = h('input', { id: 'key', type: 'password', autocomplete: 'off', required: true, spellcheck: 'false', 'aria-describedby': 'key-hint key-error' });
  const submit = h('button', { class: 'primary', type: 'submit' }, 'Show the nodes');
  const form = h('form', {
    class: 'login-form', novalidate: true,
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      const key = input.value.trim();
      if (!/^[!-~]+$/.test(key)) {
        error.textContent = key ? 'This is no key: a key has no spaces.' : 'The key is missing.';
        input.focus();
        return;
      }
      submit.disabled = true;
      error.textContent = '';
      try {
        await onKey(key);
      } catch (failure) {
        error.textContent = /** @type {any} */ (failure).status === 401 ? 'The node does not know this key.' : /** @type {any} */ (failure).message;
        input.focus();
      }
      submit.disabled = false;
    },
  }, h('label', { for: 'key' }, 'Key of the API'), input,
  h('p', { class: 'hint', id: 'key-hint' }, 'A key with the scope "read" is enough. It stays in this tab.'), error, submit);
  const element = h('main', { class: 'login' }, h('div', { class: 'login-card' },
    h('img', { class: 'logo', src: '/chat/icon.svg', alt: '', width: '56', height: '56' }), h('h1', {}, 'ChatActors nodes'), form));
  return { element, focus: () => input.focus() };
}
