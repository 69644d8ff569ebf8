/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Message } from '../sdk/types.js' */
import { h } from './dom.js';

/** So many names come at once. */
const PAGE = 100;

/**
 * Shows who has read a message of a group, and who has only received it.
 * @param {Element} host in which it stands, so that it looks like the rest @param {ChatClient} client @param {Message} message
 * @param {(id: number, said?: string) => string} nameOf
 */
export function showReaders(host, client, message, nameOf) {
  const status = h('p', { role: 'status' });
  const error = h('p', { class: 'report-error', role: 'alert' });
  const list = h('ul', { class: 'readers' });
  const more = h('button', { type: 'button', hidden: true, onclick: () => void load() }, 'Show more');
  const close = h('button', { type: 'button', onclick: () => element.close() }, 'Close');
  const element = h('dialog', { class: 'report', 'aria-label': 'Who has read it' }, h('h2', {}, 'Who has read it'), status, list, error, h('div', { class: 'report-end' }, more, close));
  let after = 0;
  element.addEventListener('click', event => event.target === element && element.close());
  element.addEventListener('close', () => element.remove());
  host.append(element);
  element.showModal();
  close.focus();
  void load();

  async function load() {
    more.disabled = true;
    error.textContent = '';
    try {
      const { members, received, read, who, more: hasMore } = await client.receipts(message.conversation, message.seq, { after, limit: PAGE });
      const said = new Map((await client.getUsers(who.map(({ id }) => id))).map(({ id, name, display }) => [id, display ?? name]));
      status.textContent = `Read by ${read} of ${members}${received > read ? `, received by ${received}` : ''}.`;
      list.append(...who.map(({ id, read: upTo }) => h('li', {}, h('span', { dir: 'auto' }, nameOf(id, said.get(id))), upTo >= message.seq ? '' : h('span', { class: 'only' }, ' received'))));
      after = who.at(-1)?.id ?? after;
      more.hidden = !hasMore;
    } catch (failure) {
      error.textContent = `Not known: ${/** @type {Error} */ (failure).message}`;
      more.hidden = false;
    }
    more.disabled = false;
  }
}
