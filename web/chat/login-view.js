import { h } from '../chat-box/dom.js';
import { ChatClient } from '../sdk/index.js';
import { knownAccounts } from './accounts.js';

const LOGO = '/chat/icon.svg';

/**
 * Registers or logs in.
 * @param {object} options
 * @param {string} [options.name] who was here @param {string} [options.notice] why this is shown again
 * @param {(login: { name: string, password: string }) => Promise<void>} options.onLogin fails when it is refused
 * @param {(name: string) => void} options.onResume goes on as somebody who has logged in here
 */
export function loginView({ name = '', notice = '', onLogin, onResume }) {
  let isNew = false;
  const error = h('p', { class: 'form-error', role: 'alert', id: 'login-error' }, notice);
  const nameInput = h('input', { id: 'name', name: 'username', autocomplete: 'username', required: true, maxlength: 50, value: name, autocapitalize: 'none', spellcheck: 'false', 'aria-describedby': 'login-error' });
  const password = h('input', { id: 'password', name: 'password', type: 'password', autocomplete: 'current-password', required: true, maxlength: 200, 'aria-describedby': 'login-error' });
  const submit = h('button', { class: 'primary', type: 'submit' }, 'Log in');
  const swap = h('button', { class: 'link', type: 'button', onclick: () => show(!isNew) }, 'Create an account');
  const title = h('h1', {}, 'Welcome back');
  const hint = h('p', { class: 'hint' });
  const question = h('span');

  /** @param {boolean} wantsNew */
  function show(wantsNew) {
    isNew = wantsNew;
    title.textContent = isNew ? 'Create your account' : 'Log in to chat';
    submit.textContent = isNew ? 'Create account' : 'Log in';
    question.textContent = isNew ? 'You have an account?' : 'New here?';
    swap.textContent = isNew ? 'Log in' : 'Create an account';
    hint.textContent = isNew ? 'Pick any name that is free, and a password.' : '';
    password.setAttribute('autocomplete', isNew ? 'new-password' : 'current-password');
    error.textContent = '';
    nameInput.focus();
  }

  /** @param {boolean} isBusy */
  function busy(isBusy) {
    submit.disabled = isBusy;
    submit.classList.toggle('busy', isBusy);
  }

  const form = h('form', {
    class: 'login-form', novalidate: true,
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      const login = { name: nameInput.value.trim(), password: password.value };
      if (!login.name || !login.password) {
        error.textContent = login.name ? 'The password is missing.' : 'The name is missing.';
        (login.name ? password : nameInput).focus();
        return;
      }
      busy(true);
      error.textContent = '';
      try {
        if (isNew)
          await ChatClient.register(login);
        await onLogin(login);
      } catch (failure) {
        const { code, message } = /** @type {any} */ (failure);
        error.textContent = explain(code, message, isNew);
        (code === 1 && !isNew ? password : nameInput).focus();
      }
      busy(false);
    },
  },
  h('label', { for: 'name' }, 'Name'), nameInput, h('label', { for: 'password' }, 'Password'), password, hint, error, submit);

  const known = knownAccounts();
  const element = h('main', { class: 'login' },
    h('div', { class: 'login-card' },
      h('img', { class: 'logo', src: LOGO, alt: '', width: '56', height: '56' }), title,
      known.length > 0 ? h('div', { class: 'known', role: 'group', 'aria-label': 'Accounts on this device' },
        ...known.map(account => h('button', { type: 'button', class: 'secondary', onclick: () => onResume(account) }, `Continue as ${account}`))) : null,
      known.length > 0 ? h('p', { class: 'or' }, 'or with a password') : null,
      form, h('p', { class: 'swap' }, question, ' ', swap)));
  show(false);
  error.textContent = notice;
  return { element, focus: () => (nameInput.value ? password : nameInput).focus() };
}

/** @param {number | undefined} code @param {string} message @param {boolean} isNew */
function explain(code, message, isNew) {
  switch (code) {
    case 0: return 'The server cannot be reached. Try again in a moment.';
    case 1: return isNew ? 'This name is taken. Pick another one.' : 'The name or the password is wrong.';
    case 2: return 'This user is logged in on as many devices as are allowed.';
    case 9: return 'Too many tries. Wait a minute, then try again.';
    case 13: return 'This server does not let people register. Ask whoever runs it.';
    default: return message;
  }
}
