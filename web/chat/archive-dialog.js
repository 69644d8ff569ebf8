/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Inbox } from './inbox.js' */
import { avatar, h } from '../chat-box/dom.js';
import { dialog } from './dialogs.js';

const PAGE = 100;
const MAX_SHOWN = 1000;

/**
 * The conversations that are archived: one is opened, or goes back into the list.
 * @param {ChatClient} client @param {Inbox} inbox @param {(conversation: string) => void} open
 */
export async function archiveDialog(client, inbox, open) {
  const list = h('ul', { class: 'people', 'aria-label': 'Archived conversations' });
  const note = h('p', { class: 'hint', role: 'status' }, 'Loading…');
  const element = dialog('Archive', list, note);
  /** @param {string} conversation */
  const row = conversation => {
    const { name, isGroup } = inbox.describe(conversation);
    const item = h('li', { class: 'with-actions' },
      h('button', { type: 'button', class: 'person', onclick: () => { element.close(); open(conversation); } }, avatar(name, isGroup), h('span', { class: 'person-name', dir: 'auto' }, name)),
      h('button', { type: 'button', class: 'secondary small', 'aria-label': `Move ${name} to the list`, onclick: async () => {
        try {
          await client.archive(conversation, false);
          const next = item.nextElementSibling ?? item.previousElementSibling;
          item.remove();
          /** @type {HTMLElement | null} */ (next?.querySelector('button') ?? element.querySelector('button'))?.focus();
          note.textContent = list.children.length === 0 ? 'Nothing is archived.' : '';
        } catch (error) {
          note.textContent = `${name}: ${/** @type {Error} */ (error).message}`;
        }
      } }, 'To the list'));
    return item;
  };
  try {
    for (let after, more = true; more;) {
      const page = await client.listConversations({ archived: true, limit: PAGE, ...(after && { after }) });
      list.append(...page.conversations.map(({ conversation }) => row(conversation)));
      after = page.conversations.at(-1)?.conversation;
      more = page.more && list.children.length < MAX_SHOWN;
    }
    note.textContent = list.children.length === 0 ? 'Nothing is archived.' : '';
  } catch (error) {
    note.textContent = `The archive could not be loaded: ${/** @type {Error} */ (error).message}`;
  }
}
