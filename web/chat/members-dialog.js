/** @import { ChatClient } from '../sdk/client.js' */
/** @import { People } from './people.js' */
import { avatar, h } from '../chat-box/dom.js';
import { confirmDialog, dialog } from './dialogs.js';
import { FindPeople } from './find-people.js';

const MAX_SHOWN = 1000;

/**
 * Who is in a group; more are added to it, and the user leaves it.
 * @param {ChatClient} client @param {People} people @param {{ id: number, name: string }} group @param {() => void} left
 */
export async function membersDialog(client, people, { id, name }, left) {
  const list = h('ul', { class: 'people', 'aria-label': 'Members' });
  const note = h('p', { class: 'hint', role: 'status' }, 'Loading…');
  const again = () => void membersDialog(client, people, { id, name }, left);
  const add = () => {
    element.close();
    const finder = new FindPeople(client, people, {
      title: `Add to ${name}`, isForUsers: true,
      choose: async person => {
        await client.changeMembers(id, { add: [person.id] });
        if (!finder.isOpen)
          return; // nobody looks any more
        finder.close();
        again();
      },
    });
  };
  const leave = () => {
    element.close();
    confirmDialog(`Leave ${name}?`, 'You get no messages of this group any more.', 'Leave', async () => {
      await client.leaveGroup(id);
      left();
    });
  };
  const element = dialog(name, h('p', { class: 'hint' }, `Others join with the number ${id}.`), list, note, client.can('groups') && h('footer', {},
    h('button', { type: 'button', class: 'secondary', onclick: add }, 'Add somebody'), h('button', { type: 'button', class: 'secondary', onclick: leave }, 'Leave the group')));
  try {
    for (let after = 0, more = true; more;) {
      const page = await client.members(id, { after, limit: 100 });
      list.append(...page.members.map((/** @type {any} */ member) => h('li', { class: 'person' }, avatar(member.name),
        h('span', { class: 'person-name' }, member.name), h('span', { class: 'person-id' }, [`#${member.id}`, member.role !== 'normal' && member.role, member.state === 'online' && 'online'].filter(Boolean).join(' · ')))));
      after = page.members.at(-1)?.id ?? 0;
      more = page.more === true && list.children.length < MAX_SHOWN;
    }
    note.textContent = '';
  } catch (error) {
    note.textContent = `The members could not be loaded: ${/** @type {Error} */ (error).message}`;
  }
}
