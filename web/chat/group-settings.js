/** @import { ChatClient } from '../sdk/client.js' */
/** @import { Group } from '../sdk/types.js' */
import { formDialog } from './dialogs.js';

/**
 * What a group is called and what its rules are. Only what is different is changed.
 * @param {Group} group @param {(change: Parameters<ChatClient['changeGroup']>[1]) => Promise<void>} save
 */
export const groupSettingsDialog = (group, save) => formDialog(`Rules of ${group.name}`, [
  { label: 'Name', maxlength: 50, value: group.name },
  { label: 'What it is about (optional)', optional: true, value: group.desc },
  { label: 'Who comes in', value: group.joining, options: [['free', 'Everybody who has its number'], ['ask', 'Whoever is let in'], ['invite', 'Only who is added']] },
  { label: 'Who writes', value: group.sending, options: [['all', 'All members'], ['admins', 'The creator and admins']] },
  { label: 'New members see', value: group.history, options: [['all', 'All that was said before'], ['joined', 'What is said since they came']] },
], 'Save', async (name, desc, joining, sending, history) => {
  const wanted = { name, desc, joining, sending, history };
  const change = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => value !== group[/** @type {keyof typeof wanted} */ (key)]));
  if (Object.keys(change).length > 0)
    await save(change);
});
