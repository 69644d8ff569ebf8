/** @import { ChatClient } from '../sdk/client.js' */

const PAGE = 500;
/** Of a larger group the first ones are offered. */
const MAX = 2000;

/**
 * Who can be mentioned in a conversation: the members of a group but oneself, and for those who look after it everybody at once.
 * @param {ChatClient} client @param {string} conversation @param {() => boolean} looksAfter
 * @returns {Promise<{ id: number, name: string }[]>} `id` 0: everybody
 */
export async function groupMembers(client, conversation, looksAfter) {
  const [kind, id] = conversation.split(':');
  if (kind !== 'g' || !client.can('mentions'))
    return [];
  const all = [];
  for (let after = 0, more = true; more && all.length < MAX;) {
    const page = await client.members(Number(id), { after, limit: PAGE });
    all.push(...page.members.map((/** @type {any} */ { id, name }) => ({ id, name })));
    after = page.members.at(-1)?.id ?? 0;
    more = page.more === true;
  }
  const others = all.filter(({ id }) => id !== client.user?.id);
  return looksAfter() ? [...others, { id: 0, name: 'all' }] : others;
}
