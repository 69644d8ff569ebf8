import { h } from './dom.js';

/**
 * Asks why somebody is to look at a message, and says what has come of it.
 * @param {Element} host in which it stands, so that it looks like the rest @param {(reason: string) => Promise<void>} report
 */
export function reportForm(host, report) {
  const error = h('p', { class: 'report-error', role: 'alert' });
  const outcome = h('p', { role: 'status' });
  const reason = h('textarea', { maxlength: 500, rows: 4, dir: 'auto', required: true, oninput: () => { error.textContent = ''; } });
  const submit = h('button', { type: 'submit', class: 'report-send' }, 'Report');
  const close = h('button', { type: 'button', onclick: () => element.close() }, 'Cancel');
  const asked = h('label', {}, h('span', {}, 'What is wrong with it? Whoever runs this chat reads the message, and who has reported it.'), reason);
  const element = h('dialog', { class: 'report', 'aria-label': 'Report a message' }, h('form', {
    novalidate: true,
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      const words = reason.value.trim();
      error.textContent = words ? '' : 'The reason is missing.';
      if (!words)
        return reason.focus();
      submit.disabled = true;
      try {
        await report(words);
        asked.remove();
        submit.remove();
        outcome.textContent = 'The message was reported.';
        close.textContent = 'Close';
        close.focus();
      } catch (failure) {
        error.textContent = `Not reported: ${/** @type {Error} */ (failure).message}`;
        submit.disabled = false;
        reason.focus();
      }
    },
  }, h('h2', {}, 'Report a message'), asked, error, outcome, h('div', { class: 'report-end' }, close, submit)));
  element.addEventListener('click', event => event.target === element && element.close());
  element.addEventListener('close', () => element.remove());
  host.append(element);
  element.showModal();
  reason.focus();
}
